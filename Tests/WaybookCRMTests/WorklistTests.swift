import Testing
import WaybookModel

@testable import WaybookCRM

/// What a person has to do on a day, and its order.
@Suite struct WorklistTests {
    private let day = CivilDate(daysSince1970: 20_788)
    private let zone = Zone.utc
    private var noon: Instant { zone.instant(WallTime(date: day, secondOfDay: 43_200)) }

    private func id(_ number: UInt64) -> RecordID { RecordID(high: 1, low: number) }

    private func record(_ change: Change) -> VersionedRecord {
        var record = VersionedRecord(id: change.id, collection: change.collection)
        let stamp = Stamp(milliseconds: 1, counter: 0, replica: ReplicaID(1))
        for write in change.writes { record.atoms[write.path] = Atom(value: write.value, stamp: stamp) }
        return record
    }

    private func task(
        _ number: UInt64, _ priority: Priority? = nil, days: Int? = 0, at secondOfDay: Int? = nil,
        status: FollowUpStatus? = .notStarted, start: Int? = nil
    ) -> View<FollowUp> {
        var draft = Draft<FollowUp>()
        draft.title = "Task \(number)"
        draft.priority = priority
        draft.status = status
        if let days, secondOfDay == nil { draft.due = day.adding(days: days) }
        if let days, let secondOfDay {
            draft.dueAt = zone.instant(WallTime(date: day.adding(days: days), secondOfDay: secondOfDay))
        }
        if let start { draft.start = day.adding(days: start) }
        return View(record(draft.creation(id(number))))
    }

    private func customer(_ number: UInt64, tier: CustomerTier? = nil, importance: Int64? = nil) -> View<Customer> {
        var draft = Draft<Customer>()
        draft.name = "Customer \(number)"
        draft.tier = tier
        draft.importance = importance
        return View(record(draft.creation(id(number))))
    }

    private func list(_ tasks: [(View<FollowUp>, View<Customer>?)]) -> Worklist {
        var list = Worklist(for: day, now: noon, zone: zone)
        for (task, customer) in tasks { list.take(task, of: customer) }
        list.sort()
        return list
    }

    /// Capability 4.6.
    @Test func whatPressesComesFirstWhateverTheOrderInWhichItCame() {
        let tasks = [
            task(1, .low), task(2, .low, days: -9), task(3, .medium), task(4, nil, days: -1), task(5, .high),
            task(6, .high, days: -2),
        ]
        var lists = [list(tasks.map { ($0, nil) }), list(tasks.reversed().map { ($0, nil) })]
        #expect(lists[0] == lists[1])
        let birthday = PartialDate("1986-12-01")
        lists[0].take(
            birthday: birthday, of: id(7), in: Contact.shape.name, name: "Wang", customer: customer(8, tier: .vip))
        lists[0].sort()
        #expect(day.description == "2026-12-01")
        #expect(lists[0].lines.map(\.record) == [6, 5, 7, 4, 3, 2, 1].map { id($0) })
        #expect(
            lists[0].lines.map(\.reason) == [
                .late(days: 2), .due, .birthday(age: 40), .late(days: 1), .due, .late(days: 9), .due,
            ])
    }

    @Test func alikeByImportanceThenByWhenItWasDueThenByIdentity() {
        let vip = customer(20, tier: .vip)
        let said = customer(21, tier: .vip, importance: 1)
        let found = list([
            (task(1, days: -3), nil), (task(2, days: -3), said), (task(3, days: -1), vip), (task(4, days: -4), vip),
            (task(6, at: 68_000), vip), (task(7), vip), (task(5, at: 61_200), vip), (task(8), vip),
        ])
        #expect(found.lines.map(\.record) == [4, 3, 2, 1, 5, 6, 7, 8].map { id($0) })
    }

    @Test func whatIsEndedOrNotYetDueIsNotListed() {
        let found = list([
            (task(1, status: .completed), nil), (task(2, status: .canceled), nil), (task(3, days: 1), nil),
            (task(4, days: nil), nil), (task(5, start: 1), nil), (task(6, days: 1, at: 60), nil),
            (task(7, status: .waiting), nil), (task(8, status: nil), nil),
        ])
        #expect(found.lines.map(\.record) == [id(7), id(8)])
    }

    @Test func aTaskOfACertainTimeIsLateFromThenOn() {
        let found = list([(task(1, at: 43_199), nil), (task(2, at: 43_200), nil)])
        #expect(found.lines.map(\.reason) == [.late(days: 0), .due])
        var other = Worklist(for: day.adding(days: 1), now: noon, zone: zone)
        other.take(task(3, days: 1, at: 60), of: nil)
        #expect(other.lines.map(\.reason) == [.due], "of another day nothing is late by its hour")
    }
}
