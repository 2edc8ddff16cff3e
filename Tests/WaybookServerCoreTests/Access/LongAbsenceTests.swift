import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// Who comes back after what they wrote to was deleted for good (`protocol/4-exchange.md#floor`).
@Suite struct LongAbsenceTests: AmongSales {
    let sales: SalesTeam
    private let acme: RecordID
    private let zoe: RecordID

    init() throws {
        sales = try SalesTeam()
        acme = sales.ann.create(["name": "Acme", "city": "Lyon"], in: "customer", id: sales.firm.id())
        zoe = sales.ann.create(
            ["customer": .string(acme.description), "name": "Zoe"], in: "contact", id: sales.firm.id())
        for laptop in [sales.ann, sales.bob, sales.mia] { try sales.firm.settle(laptop) }
    }

    /// Somebody deletes a record, and all but the other read it until nothing of it is left.
    private func removeForGood(_ id: RecordID) throws {
        mia.delete(id)
        let removal = TombstoneRemoval(firm.workspace.service)
        for _ in 0..<2 {
            try firm.settle(mia)
            for _ in 0..<Floor.leastDays + 2 {
                firm.workspace.clock.advance(UInt64(Instant.dayMilliseconds))
                var place = try removal.begin()
                while !place.isDone { place = try removal.step(place) }
            }
        }
        try firm.settle(mia)
        try #require(try firm.workspace.row(id) == nil)
    }

    private func item(_ laptop: Laptop, _ number: Int64) throws -> (id: RecordID, record: VersionedRecord) {
        guard case .handover(let id)? = laptop.state.verdicts[number] else {
            Issue.record("\(String(describing: laptop.state.verdicts[number]))")
            return (RecordID(high: 0, low: 0), VersionedRecord(id: RecordID(high: 0, low: 0), collection: "handover"))
        }
        return (id, try #require(try firm.workspace.row(id)?.record))
    }

    @Test func anEditAfterDeleteWaitsForItsAuthor() throws {
        let edit = ann.edit(acme, ["city": "Oslo"])
        try removeForGood(acme)
        try firm.settle(ann)
        let (id, record) = try item(ann, edit.number)
        #expect(record["why"] == "afterDelete" && record["status"] == "open")
        #expect(record["about"] == .string(acme.description) && record["author"] == firm.user(ann))
        #expect(record["changes"]?.text?.contains("Oslo") == true)
        #expect(ann.state.rows[acme] == nil && ann.state.rows[zoe] == nil && ann.state.outbox.isEmpty)
        #expect(ann.value(id, "why") == "afterDelete", "its author sees it")
        #expect(try firm.workspace.row(acme) == nil, "nothing comes back by itself")
        // Mia's laptop still has the tombstones.
        for laptop in [ann, bob] {
            try firm.settle(laptop)
            let difference = try firm.difference(laptop)
            #expect(difference == nil, "\(difference ?? "")")
        }
    }

    @Test func whatWasAddedToWhatIsGoneWaitsToo() throws {
        let new = firm.id()
        ann.create(["customer": .string(acme.description), "name": "Yan"], in: "contact", id: new)
        let creation = try #require(ann.state.outbox.last)
        let after = ann.edit(new, ["name": "Yan Li"])
        try removeForGood(acme)
        try firm.settle(ann)
        let (first, second) = try (item(ann, creation.number), item(ann, after.number))
        #expect(first.record["why"] == "afterDelete" && second.record["why"] == "afterDelete")
        #expect(first.record["about"] == second.record["about"], "both are about the customer")
        #expect(try firm.workspace.row(new) == nil && ann.state.outbox.isEmpty)
    }

    @Test func aVerdictThatIsGivenAgainTellsWhoSeesAPartThatItIsDeleted() throws {
        ann.edit(zoe, ["name": "Zoé"])
        try ann.sync(losesAnswer: true)
        try firm.settle(mia)
        try removeForGood(zoe)
        ann.startAfresh()
        // In an exchange that does not read, as that of an older copy: no `gone` follows.
        try ann.sync(pulls: false)
        #expect(ann.state.outbox.isEmpty && ann.state.rows[zoe]?.isDeleted == true)
    }

    @Test func whoHasReadOfItIsToldThatItIsUnknown() throws {
        try removeForGood(acme)
        for laptop in [ann, mia] { try firm.settle(laptop) }
        let edit = mia.edit(acme, ["city": "Oslo"])
        try firm.settle(mia)
        #expect(
            mia.state.verdicts[edit.number] == .rejected(Refusal(rule: .unknown, record: acme, path: nil)))
    }

    @Test func itTellsNothingOfWhatExists() throws {
        try removeForGood(zoe)
        let stranger = try firm.person("Cy", .rep)
        // On a laptop that has read nothing: of Ann's customer, and of one that never was.
        let (there, nowhere) = (acme, firm.id())
        let edits = [stranger.edit(there, ["city": "Rome"]), stranger.edit(nowhere, ["city": "Rome"])]
        try firm.settle(stranger)
        let told = try edits.map { try item(stranger, $0.number).record }
        for (record, id) in zip(told, [there, nowhere]) {
            #expect(record["why"] == "afterDelete" && record["about"] == .string(id.description))
        }
        #expect(told[0].atoms.count == told[1].atoms.count)
        #expect(try firm.workspace.value(acme, "city") == "Lyon")
    }

    @Test func whatWasDecidedAboutWhatIsGoneIsSeenByWhoeverAnswersForItsAuthor() throws {
        let members = "members/\(firm.person(of: bob))"
        ann.edit(acme, [members: "edit"])
        for laptop in [ann, bob] { try firm.settle(laptop) }
        let edit = bob.edit(acme, ["city": "Oslo"])
        ann.edit(acme, [members: nil])
        for laptop in [ann, bob, ann, mia] { try firm.settle(laptop) }
        let (id, record) = try item(bob, edit.number)
        try #require(record["status"] == "open" && ann.state.rows[id] != nil)
        ann.edit(id, ["status": "dropped"])
        for laptop in [ann, mia] { try firm.settle(laptop) }
        try removeForGood(acme)
        for laptop in [ann, bob, mia] { try firm.settle(laptop) }
        #expect(ann.state.rows[id] == nil && bob.state.rows[id] != nil && mia.state.rows[id] != nil)
        // Whoever sees what is made under the identity sees the item too.
        ann.create(["name": "Acme"], id: acme)
        for laptop in [ann, bob, mia] { try firm.settle(laptop) }
        #expect(ann.state.rows[id] != nil)
        // Mia's laptop still has what stood in the former one.
        for laptop in [ann, bob] {
            let difference = try firm.difference(laptop)
            #expect(difference == nil, "\(difference ?? "")")
        }
    }

    @Test func beforeAnythingWasRemovedItIsUnknown() throws {
        let stranger = try firm.person("Cy", .rep)
        let edit = stranger.edit(firm.id(), ["city": "Rome"])
        try firm.settle(stranger)
        guard case .rejected(let refusal)? = stranger.state.verdicts[edit.number] else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.rule == .unknown)
    }
}
