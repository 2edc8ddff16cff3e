import Testing
import WaybookModel

@testable import WaybookCRM

@Suite struct CapabilityTests {
    private func purchase(_ lines: [PurchaseLine]) -> View<Purchase> {
        var draft = Draft<Purchase>()
        for (index, line) in lines.enumerated() { draft.put(\.lines, key: "\(index)", line) }
        var record = VersionedRecord(id: RecordID(high: 1, low: 1), collection: "purchase")
        Overlay.apply(draft.creation(record.id), stamp: InputTests.stamp, to: &record)
        return View(record)
    }

    private func line(_ quantity: String, _ price: Int64, _ discount: Int64? = nil, _ currency: CurrencyCode = "CNY")
        -> PurchaseLine
    {
        var line = PurchaseLine(entries: ["name": "x", "quantity": .string(quantity)])
        line.unitPrice = Money(minorUnits: price, currency: currency)
        line.discount = discount.map { Money(minorUnits: $0, currency: currency) }
        return line
    }

    @Test(
        "a line is quantity × price − discount, rounded once, half away from zero",
        arguments: [
            ("3", 99, 0, 297), ("0.5", 1, 0, 1), ("-0.5", 1, 0, -1), ("0.4", 1, 0, 0), ("2.345", 1_000, 45, 2_300),
            ("0.333333333333333", 300, 0, 100), ("1", 100, 150, -50),
        ] as [(String, Int64, Int64, Int64)])
    func lineTotals(quantity: String, price: Int64, discount: Int64, total: Int64) throws {
        #expect(try purchase([line(quantity, price, discount)]).total()?.minorUnits == total)
    }

    @Test func totals() throws {
        #expect(try purchase([]).total() == nil)
        #expect(try purchase([line("2", 150), line("1", 99)]).total() == Money(minorUnits: 399, currency: "CNY"))
        #expect(throws: TotalProblem.mixedCurrencies(line: "1", expected: "CNY")) {
            try purchase([line("1", 1), line("1", 1, nil, "EUR")]).total()
        }
        #expect(throws: TotalProblem.tooLarge) { try purchase([line("9999999999", .max)]).total() }
        #expect(throws: TotalProblem.incomplete(line: "0")) { try purchase([PurchaseLine(entries: [:])]).total() }
    }

    /// Capabilities 3.1, 3.2, 3.3.
    @Test("a call logged in one line makes an interaction and its task, in the customer's unit")
    func callLog() throws {
        var next: UInt64 = 10
        let customer = RecordID(high: 9, low: 9)
        let now = Instant(milliseconds: 1_795_233_600_000)
        let due = DayWords.day("下周三", today: Zone.utc.wallTime(at: now).date)
        let log = InteractionLog(
            customer: customer, subject: "询价", outcome: .interested, occurredAt: now,
            next: .init(title: "发报价", due: due, priority: .high))
        let changes = log.changes(author: nil, now: now) {
            next += 1
            return RecordID(high: 0, low: next)
        }
        #expect(changes.map(\.collection) == ["interaction", "followup"])
        for change in changes {
            #expect(Catalogue.schema.violation(in: change, strictness: .entry) == nil)
            var record = VersionedRecord(id: change.id, collection: change.collection)
            Overlay.apply(change, stamp: InputTests.stamp, to: &record)
            #expect(Catalogue.schema.unit(of: record) == customer)
        }
        #expect(changes[1].writes.contains { $0.path.text == "due" && $0.value?.text == due?.description })
    }
}
