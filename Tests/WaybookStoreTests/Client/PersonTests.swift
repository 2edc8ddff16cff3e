import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

/// Everything that a laptop hands out about a person: no less than an erasure would take.
@Suite struct PersonTests {
    private let client: Client
    private let acme = identity(1)
    private let jo = identity(2)

    init() throws {
        client = try Client()
        try client.receive(record(acme, ["name": ("Acme", stamp(1))]), sequence: 1)
    }

    private func document(_ id: RecordID) throws -> [String: Value]? {
        try client.store.person(id, at: client.now)?.value.entries
    }

    private func witness(_ record: VersionedRecord, unit: RecordID) throws {
        let feed = FeedRecord(record: record, unit: unit, isWhole: false)
        try client.store.write { tables in
            try tables.run(
                "INSERT INTO witness (id, unit, line) VALUES (?, ?, ?)",
                [record.id.blob, unit.blob, Data(WitnessLine.bytes(of: .atoms(feed)))])
        }
    }

    @Test func aRefusedRecordOfTheUnitIsHandedOut() throws {
        _ = try client.store.edit(
            UserAction([
                change(jo, ["name": "Jo", "customer": .string(acme.description)], in: "contact", isCreating: true)
            ]), at: client.now)
        try client.answer(1, .rejected(Refusal(rule: .limit, record: jo, path: nil)))
        #expect(try client.store.record(jo) == nil)
        #expect(try document(acme)?["refused"]?.elements?.count == 1)
        #expect(try document(identity(9)) == nil)
    }

    @Test func whatIsWitnessedOfTheUnitIsHandedOut() throws {
        try witness(record(jo, in: "contact", ["name": ("Jo", stamp(5))]), unit: acme)
        try witness(record(identity(3), ["name": ("Other", stamp(6))]), unit: identity(3))
        #expect(try document(acme)?["witnessed"]?.elements?.count == 1)
        // And somebody of whom nothing else is here.
        let told = try document(jo)
        #expect(told?["about"]?.entries?["in"] == "contact" && told?["witnessed"]?.elements?.count == 1)
    }

    @Test func notesOfMovesAreHandedOut() throws {
        var cause = DepartureCause(.assigned, by: nil, atMilliseconds: 7)
        cause.note = "to the north"
        try client.store.take(
            [.departed(Departure(unit: acme, cause: cause))], checkpoint: "t", sequence: 2, at: client.now)
        try client.receive(record(acme, ["name": ("Acme", stamp(1))]), sequence: 3)
        #expect(try document(acme)?["notes"] == ["to the north"])
    }
}
