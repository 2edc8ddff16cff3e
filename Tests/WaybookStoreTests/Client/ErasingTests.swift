import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

/// What a replica does when somebody was erased (`protocol/9-erasure.md#laptops`).
@Suite struct ErasingTests {
    private let client: Client
    private let wang = identity(1), other = identity(2)

    init() throws {
        client = try Client()
        for id in [wang, other] {
            try client.receive(
                record(id, ["name": ("Zqmarker", stamp(1)), "tags/zqmarker": ("zqmarker", stamp(1))]), sequence: 1)
        }
        try client.receive(record(wang, ["city": ("zqmarker", stamp(2))]), isWhole: false, sequence: 2)
        while try client.store.indexForSearch() {}
    }

    /// The record as the server tells it after an erasure.
    private func erased(_ id: RecordID, at milliseconds: Int64 = 50) -> VersionedRecord {
        let server = stamp(milliseconds, ReplicaID(0))
        return record(id, ["$erased": ("request", server), "name": ("erased-00000001", server)])
    }

    private func mark(_ id: RecordID) -> OutcomeLine {
        OutcomeLine(
            id: id, collection: "customer", path: .erased, outcome: .merged,
            present: Atom(value: "request", stamp: stamp(50, ReplicaID(0))), conflict: nil)
    }

    private func refusal(_ rule: RefusalRule, _ id: RecordID) -> Verdict {
        .rejected(Refusal(rule: rule, record: id, path: FieldPath("city"), present: "zqmarker"))
    }

    private func mentions() throws -> [String] {
        try client.elsewhere { db in
            var found: [String] = []
            for table in ["record", "history", "outbox", "rejected", "synclog", "leaving"] {
                for row in try Row.fetchAll(db, sql: "SELECT * FROM \(table)") {
                    let texts = row.map { column, value in
                        Data.fromDatabaseValue(value).map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
                    }
                    if texts.contains(where: { $0.lowercased().contains("zqmarker") }) { found.append(table) }
                }
            }
            return Array(Set(found)).sorted()
        }
    }

    /// The records of which the sets of the journal tell.
    private func journal() throws -> [[RecordID]] {
        try client.store.read { tables in
            try tables.journal(limit: .max).map {
                try tables.decodeSet(number: $0.number, line: $0.line, mayBeEmpty: true).changes.map(\.id)
            }
        }
    }

    @Test func theMarkTakesRowHistoryAndWordsAlong() throws {
        try client.receive(erased(other), sequence: 3)
        try client.receive(erased(wang), sequence: 3)
        #expect(try mentions() == [] && client.store.search("zqmarker").records.isEmpty)
        #expect(try client.store.history(of: wang).map(\.path) == [.erased])
        #expect(try client.shown(wang).record.isErased && client.value(wang, "name") == "erased-00000001")
        #expect(try client.store.purgeDeparted() && client.store.exchangeStart().purgedSequence == 3)
        // Told again, nothing new happens.
        let lines = try client.store.syncLog().count
        try client.receive(erased(wang), sequence: 4)
        #expect(try client.store.syncLog().count == lines && client.store.exchangeStart().purgedSequence == 4)
    }

    @Test func whatIsUnsentIsHiddenThenRefusedThenGoneAndOnlyThenToldAsPurged() throws {
        try client.write(wang, ["city": "zqmarker unsent"])
        try client.receive(erased(wang), sequence: 3)
        #expect(try client.value(wang, "city") == nil && client.store.search("zqmarker").records.map(\.id) == [other])
        #expect(try client.store.isLeavingAnything() && client.store.purgeDeparted())
        #expect(try client.store.exchangeStart().purgedSequence == 2)
        #expect(try client.write(wang, ["city": "more"]) == .erased(wang))
        try client.answer(1, refusal(.erased, wang))
        #expect(try client.store.rejected().isEmpty && !client.store.isLeavingAnything())
        #expect(try client.store.takeErasureNotice() == 1 && client.store.takeErasureNotice() == 0)
        #expect(try client.store.purgeDeparted() && client.store.exchangeStart().purgedSequence == 3)
        #expect(try client.store.syncLog().contains { $0.kind == .shredded && $0.record == nil })
    }

    @Test func aVerdictThatComesBeforeTheMarkTakesItsPartAndTheRestWaitsForThePerson() throws {
        client.pass(milliseconds: 1)
        let changes = [change(wang, ["city": "zqmarker new"]), change(other, ["city": "Lyon"])]
        _ = try client.store.edit(UserAction(changes, note: "zqmarker"), at: client.now)
        try client.answer(1, refusal(.erased, wang))
        let entry = try #require(try client.store.rejected().first)
        #expect(entry.set.changes.map(\.id) == [other] && entry.set.note == nil)
        #expect(entry.refusal == Refusal(rule: .erased, record: wang, path: nil))
        #expect(try client.store.retryRejected(row: entry.row, at: client.now)?.count == 1)
        #expect(try client.sets().map { $0.changes.map(\.id) } == [[other]])
        #expect(try client.store.history(of: wang).allSatisfy { $0.kind != .refused && $0.kind != .made })
    }

    @Test func aSetThatWasAcceptedBeforeBringsTheMarkWithItsAnswer() throws {
        try client.write(wang, ["city": "zqmarker sent"])
        try client.answer(1, .accepted(stamp: nil, outcomes: [mark(wang)]))
        #expect(try client.shown(wang).record.sortedPaths == [.erased])
        #expect(try client.store.history(of: wang).map(\.kind) == [.settled, .received])
        try client.receive(erased(wang), sequence: 3)
        #expect(try client.value(wang, "name") == "erased-00000001")
    }

    @Test func whatWasRefusedBeforeKeepsOnlyWhatIsAboutOthers() throws {
        client.pass(milliseconds: 1)
        let changes = [change(wang, ["city": "zqmarker new"]), change(other, ["rank": 7])]
        _ = try client.store.edit(UserAction(changes), at: client.now)
        try client.write(wang, ["city": "zqmarker alone"])
        try client.answer(1, refusal(.limit, wang))
        try client.answer(2, refusal(.limit, wang))
        try client.receive(erased(other), sequence: 3)
        #expect(try client.store.rejected().map { $0.set.changes.map(\.id) } == [[wang], [wang]])
        try client.receive(erased(wang), sequence: 4)
        #expect(try client.store.rejected().isEmpty && mentions() == [])
    }

    @Test func whatWasMadeUnderAnErasedRootIsHiddenAndItsLaterEditsGoToo() throws {
        let contact = try client.add(["name": "zqmarker", "customer": .string(wang.description)], to: "contact")
        client.pass(milliseconds: 1)
        _ = try client.store.edit(
            UserAction([change(contact, ["name": "zqmarker two"], in: "contact")]), at: client.now)
        try client.receive(erased(wang), sequence: 3)
        #expect(try client.store.record(contact) == nil)
        try client.answer(1, refusal(.erased, wang))
        try client.answer(2, refusal(.depends, contact))
        #expect(try client.store.rejected().isEmpty && client.store.record(contact) == nil)
        #expect(try client.store.takeErasureNotice() == 2)
        try client.receive(erased(other), sequence: 4)
        #expect(try client.store.purgeDeparted() && mentions() == [])
    }

    /// A server that was put back does the erasure again, and has a contact there yet who had gone over to another by then.
    @Test func whoHangsOnAnErasedRootAndWasNotErasedIsWrittenToAsEver() throws {
        let contact = identity(5)
        func told(_ customer: RecordID, _ at: Int64) -> VersionedRecord {
            record(
                contact, in: "contact",
                ["name": ("Mei", stamp(1)), "customer": (.string(customer.description), stamp(at))])
        }
        try client.receive(told(wang, 1), unit: wang, sequence: 3)
        try client.receive(erased(wang), sequence: 4)
        client.pass(milliseconds: 1)
        let renamed = UserAction([change(contact, ["name": "Mei Li"], in: "contact")])
        let moved = UserAction([change(contact, ["customer": .string(other.description)], in: "contact")])
        for action in [renamed, moved] {
            guard case .saved = try client.store.edit(action, at: client.now) else {
                Issue.record("not saved")
                return
            }
        }
        // Nobody else is put there.
        let more = try client.store.edit(
            UserAction([
                change(
                    identity(6), ["name": "Jo", "customer": .string(wang.description)], in: "contact", isCreating: true)
            ]), at: client.now)
        #expect(more == .erased(wang))
        #expect(try client.value(contact, "name") == "Mei Li" && !client.store.isLeavingAnything())
        for number in [1, 2] as [Int64] { try client.answer(number, .accepted(stamp: nil, outcomes: [])) }
        try client.receive(told(other, 9), unit: other, sequence: 5)
        #expect(try client.store.purgeDeparted())
        #expect(try journal().map(\.count) == [1, 1], "another restore may need them")
    }

    /// Where somebody was once their journal may say: they stand elsewhere.
    @Test func theCreationOfWhoWentOnBeforeTheErasureStaysInTheJournal() throws {
        let contact = try client.add(["name": "Mei", "customer": .string(wang.description)], to: "contact")
        let gone = try client.add(["name": "zqmarker", "customer": .string(wang.description)], to: "contact")
        client.pass(milliseconds: 1)
        _ = try client.store.edit(
            UserAction([change(contact, ["customer": .string(other.description)], in: "contact")]), at: client.now)
        for number in [1, 2, 3] as [Int64] { try client.answer(number, .accepted(stamp: nil, outcomes: [])) }
        try client.receive(erased(wang), sequence: 3)
        let server = stamp(50, ReplicaID(0))
        try client.receive(
            record(
                gone, in: "contact",
                ["$erased": ("request", server), "customer": (.string(wang.description), server)]),
            unit: wang, sequence: 4)
        #expect(try client.store.purgeDeparted())
        #expect(try journal() == [[contact], [], [contact]])
    }

    @Test func theLogOfAUnitThatLeftForgetsItsNote() throws {
        let departure = Departure(
            unit: wang, cause: DepartureCause(.assigned, by: other, atMilliseconds: noon, note: "zqmarker goes to Bob"))
        try client.take([.departed(departure)], sequence: 3)
        try client.receive(erased(other), sequence: 4)
        #expect(try mentions() == ["synclog"])
        try client.take([.erased(wang)], sequence: 5)
        let line = try #require(try client.store.syncLog().first { $0.kind == .departed }?.cause)
        #expect(line.note == nil && line.by == other && line.reason == .assigned)
        #expect(try mentions() == [] && client.store.purgeDeparted())
        #expect(try client.store.exchangeStart().purgedSequence == 5)
    }

    @Test func anErasureThatIsAskedForIsShownAsARequestAndHidesNothingYet() throws {
        client.pass(milliseconds: 1)
        let schema = Schema(
            version: 1,
            collections: clientSchema.collections.map { collection in
                CollectionSchema(
                    collection.name, "", "", root: collection.rootField, title: collection.titleField,
                    list: collection.listFields, erasable: true, access: collection.access, fields: collection.fields)
            })
        try client.store.close()
        let store = try ClientStore(path: client.folder.store, schema: schema)
        guard case .saved = try store.edit(.erase(wang, in: "customer", reason: .consent), at: client.now) else {
            Issue.record("not saved")
            return
        }
        let shown = try #require(try store.record(wang))
        #expect(shown.pending == [.erased] && shown.record["city"] == "zqmarker")
        try store.take([(1, .accepted(stamp: nil, outcomes: [mark(wang)]))], at: client.now)
        #expect(try store.record(wang)?.record.sortedPaths == [.erased] && store.record(wang)?.pending == [])
        try store.close()
    }
}
