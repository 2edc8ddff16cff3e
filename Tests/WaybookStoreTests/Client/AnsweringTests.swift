import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

@Suite struct AnsweringTests {
    @Test func anAcceptedSetBecomesTheServersRow() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme"])
        try client.accept(through: 1)
        let shown = try client.shown(id)
        #expect(shown.unsentPaths.isEmpty && !shown.isUnknownToServer)
        #expect(shown.record.atoms[FieldPath("name")]?.stamp.replica == laptop)
        #expect(try client.row(id)?["server"] == nil)
        #expect(try client.store.exchangeStart().answered == 1)
        #expect(try client.store.exchangeStart().outbox.sets == 0)
    }

    @Test func aFieldEditedWhileItsSetIsInFlightStaysUnsent() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme"])
        try client.write(id, ["name": "Acme SA"])
        try client.accept(through: 1)
        #expect(try client.value(id, "name") == "Acme SA")
        #expect(try client.shown(id).unsentPaths.map(\.text) == ["name"])
        try client.accept(through: 2)
        #expect(try client.shown(id).unsentPaths.isEmpty)
        #expect(try client.value(id, "name") == "Acme SA")
    }

    @Test func aRefusedEditFallsBackAndLaterOnesStay() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme", "city": "Lyon"])
        try client.write(id, ["city": "Paris"])
        try client.write(id, ["name": "Acme SA"])
        try client.accept(through: 1)
        try client.answer(2, .rejected(Refusal(rule: .served, record: id, path: FieldPath("city"), present: "Lyon")))
        #expect(try client.value(id, "city") == "Lyon")
        #expect(try client.value(id, "name") == "Acme SA")
        let rejected = try #require(try client.store.rejected().first)
        #expect(rejected.refusal?.rule == .served && rejected.set.number == 2)
        #expect(try client.sets().map(\.number) == [3])
    }

    @Test func aRefusedCreationLeavesNoRow() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme"])
        try client.answer(1, .rejected(Refusal(rule: .limit, record: id, path: nil)))
        #expect(try client.store.record(id) == nil)
        #expect(try client.store.search("Acme").records.isEmpty)
        let next = try client.add(["name": "Bolt"])
        #expect(try client.store.search("Bolt").records.map(\.id) == [next])
    }

    @Test func outcomesAreTheStatesTold() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme", "city": "Lyon"])
        try client.accept(through: 1)
        try client.write(id, ["name": "Acme SA", "city": "Paris"])
        let present = Atom(value: "Nice", stamp: stamp(90), origin: stamp(80))
        try client.answer(
            2,
            .accepted(
                stamp: nil,
                outcomes: [
                    OutcomeLine(
                        id: id, collection: "customer", path: FieldPath("city"), outcome: .conflict, present: present,
                        conflict: client.newID())
                ]))
        #expect(try client.value(id, "city") == "Nice")
        #expect(try client.value(id, "name") == "Acme SA")
        #expect(try client.shown(id).record.atoms[FieldPath("city")]?.origin == stamp(80))
        #expect(try client.store.history(of: id).first?.kind == .settled)
    }

    @Test func aVerdictTwiceChangesNothingAndOneOutOfOrderIsRefused() throws {
        let client = try Client()
        try client.add(["name": "Acme"])
        try client.accept(through: 1)
        try client.answer(1, .accepted(stamp: nil, outcomes: []))
        #expect(throws: ClientStoreError.unexpectedVerdict(3)) {
            try client.answer(3, .accepted(stamp: nil, outcomes: []))
        }
        #expect(try client.store.exchangeStart().answered == 1)
    }

    @Test func aRestampedSetLowersTheClockAndIsToldOnce() throws {
        let client = try Client()
        let year: Int64 = 365 * 86_400_000
        client.pass(milliseconds: year)
        let id = try client.add(["name": "Acme"])
        let raw = try client.sets()[0].stamp
        client.now.wallMilliseconds -= year
        let given = Stamp(milliseconds: UInt64(noon), counter: Stamp.serverBit | 1, replica: laptop)
        try client.answer(1, .accepted(stamp: given, outcomes: []))
        #expect(try client.shown(id).record.atoms[FieldPath("name")]?.stamp == given)
        try client.write(id, ["city": "Lyon"])
        let next = try client.sets()[0]
        #expect(next.stamp > given && next.stamp < raw && !next.stamp.isServerGiven)
        #expect(try client.store.takeClockNotice() == 1)
        #expect(try client.store.takeClockNotice() == 0)
    }

    @Test func aStampMadeBeforeTheClockWasLoweredIsNeverMadeAgain() throws {
        let client = try Client()
        client.now.wallMilliseconds = noon + 10_000_000
        let id = try client.add(["name": "Acme"])
        let raw = try client.sets()[0].stamp
        let given = Stamp(milliseconds: UInt64(noon), counter: Stamp.serverBit, replica: laptop)
        try client.answer(1, .accepted(stamp: given, outcomes: []))
        let outcome = try client.store.edit(UserAction([change(id, ["city": "Lyon"])]), at: client.now)
        #expect(outcome == .saved(set: 2))
        #expect(try client.sets()[0].stamp != raw)
    }

    @Test func timeGoesOnByTheBootClockSoMendingTheWallClockCountsOnce() throws {
        let measured = ClientTime(wallMilliseconds: noon + 5_000, bootMilliseconds: 100, bootID: "a")
        let anchor = ClockAnchor(offsetMilliseconds: -5_000, measuredAt: measured)
        let mended = ClientTime(wallMilliseconds: noon + 1_000, bootMilliseconds: 1_100, bootID: "a")
        #expect(anchor.correctedMilliseconds(at: mended) == UInt64(noon + 1_000))
        let restarted = ClientTime(wallMilliseconds: noon + 9_000, bootMilliseconds: 50, bootID: "b")
        #expect(anchor.correctedMilliseconds(at: restarted) == UInt64(noon + 4_000))
    }

    @Test func aRefusedSetIsRetriedWithWhatBuildsOnItOrDiscarded() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme", "city": "Lyon"])
        try client.write(id, ["city": "Paris"])
        try client.answer(1, .rejected(Refusal(rule: .limit, record: id, path: FieldPath("name"))))
        try client.answer(2, .rejected(Refusal(rule: .depends, record: id, path: nil)))
        let waiting = try client.store.rejected()
        #expect(waiting.count == 2)
        let mended = change(id, ["name": "Acme SA", "city": "Lyon"], isCreating: true)
        let outcomes = try client.store.retryRejected(row: waiting[0].row, mended: [mended], at: client.now)
        #expect(outcomes == [.saved(set: 3), .saved(set: 4)])
        #expect(try client.value(id, "name") == "Acme SA")
        #expect(try client.value(id, "city") == "Paris")
        #expect(try client.store.rejected().isEmpty)
        #expect(try client.store.retryRejected(row: 99, at: client.now) == nil)
    }

    @Test func aQuarantinedSetIsListedAndCanBeDiscarded() throws {
        let client = try Client()
        try client.add(["name": "Acme"])
        try client.answer(1, .quarantined)
        let waiting = try #require(try client.store.rejected().first)
        #expect(waiting.refusal == nil)
        #expect(String(decoding: waiting.exportLine, as: UTF8.self).contains("\"quarantined\":true"))
        #expect(try client.store.discardRejected(row: waiting.row))
        #expect(try !client.store.discardRejected(row: waiting.row))
        #expect(try client.store.status().rejectedSets == 0)
    }

    @Test func aForkRenumbersTheOutboxWithItsStampsAndBases() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme"])
        try client.write(id, ["city": "Lyon"])
        try client.accept(through: 1)
        try client.write(id, ["city": "Paris", "name": "Acme SA"])
        let before = try client.sets()
        let answered = try client.shown(id).record
        try client.store.renumber(to: ReplicaID(99), at: client.now)
        let after = try client.sets()
        #expect(after.map(\.number) == [1, 2])
        #expect(after.allSatisfy { $0.stamp.replica == ReplicaID(99) })
        #expect(zip(before, after).allSatisfy { $0.stamp.time == $1.stamp.time })
        // city was last written by an unanswered set, name by an answered one.
        let bases = Dictionary(uniqueKeysWithValues: after[1].changes[0].writes.map { ($0.path.text, $0.base) })
        #expect(bases["city"] == after[0].stamp)
        #expect(bases["name"]??.replica == laptop)
        #expect(try client.shown(id).record.atoms.mapValues(\.value) == answered.atoms.mapValues(\.value))
        try client.write(id, ["rank": 3])
        #expect(try client.sets().last?.number == 3)
        #expect(try client.store.exchangeStart().answered == 0)
    }
}
