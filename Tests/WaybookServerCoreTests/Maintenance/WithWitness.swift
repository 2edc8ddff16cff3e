import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// A suite about what laptops tell of others' lost writes, and what an administrator makes of it.
protocol WithWitness: WithRestoredStaff {}

extension WithWitness {
    func stamp(_ serial: UInt16 = 1, by name: String = "Ann") throws -> Stamp {
        let last = try #require(server.workspace.service.present?.restored)
        return Stamp(milliseconds: UInt64(last) - 1_000, counter: serial, replica: try laptop(name).state.replica)
    }

    func atoms(
        _ id: RecordID, _ fields: [String: Value], in collection: CollectionName = "customer", unit: RecordID? = nil,
        stamp: Stamp? = nil
    ) throws -> WitnessLine.Content {
        var record = VersionedRecord(id: id, collection: collection)
        for (path, value) in fields {
            let path = try #require(FieldPath(parsing: path))
            record.atoms[path] = Atom(value: value, stamp: try stamp ?? self.stamp(), commit: 900)
        }
        return .atoms(FeedRecord(record: record, unit: unit ?? id, isWhole: false))
    }

    @discardableResult
    func tell(_ name: String, _ contents: WitnessLine.Content...) throws -> [Witnessed] { try tell(name, contents) }

    /// Tells lines from the first on, as a laptop does whose answer was lost.
    @discardableResult
    func tell(_ name: String, _ contents: [WitnessLine.Content]) throws -> [Witnessed] {
        let replica = try laptop(name).state.replica
        var batch = PushBatch(
            principal: ExchangePrincipal(replica: replica, user: try person(name).description), offsetMilliseconds: 0,
            answered: 0, sets: [])
        batch.witness = contents.enumerated().map { WitnessLine(number: Int64($0 + 1), content: $1) }
        let result = try server.workspace.service.commit([batch])[0]
        #expect(result.witnessed == Int64(contents.count) && result.problem == nil && !result.hasChanges)
        return try open()
    }

    func open() throws -> [Witnessed] { try server.workspace.service.file.read { try WitnessTable($0).open() } }

    func accept(_ chosen: [Witnessed]? = nil) throws -> WitnessWriter.Accepted {
        let now = Int64(clamping: server.workspace.clock.now)
        let values = try chosen ?? open()
        return try server.workspace.service.file.writeSecurity(server.ledger, now: now) { db in
            try WitnessWriter(db, schema: Catalogue.schema, now: now).accept(values)
        }
    }

    func told(_ name: String) throws -> WitnessTold {
        let (service, replica) = (server.workspace.service, try laptop(name).state.replica)
        return try service.file.read { try WitnessTable($0).told(by: replica, on: service.timeline) }
    }

    func drop(_ chosen: [Witnessed]) throws {
        let now = Int64(clamping: server.workspace.clock.now)
        try server.workspace.service.file.write { db in
            try WitnessWriter(db, schema: Catalogue.schema, now: now).drop(chosen)
        }
    }

    @discardableResult
    func erase(_ id: RecordID) throws -> [SecurityFact] {
        let now = Int64(clamping: server.workspace.clock.now)
        return try server.workspace.service.file.writeSecurity(server.ledger, now: now) { db in
            let facts = try ErasureWriter(db, schema: Catalogue.schema, now: now).erase(
                ErasureRequest(record: id, reason: .request))
            return (facts, facts)
        }
    }

    func document(_ id: RecordID) throws -> [String: Value]? {
        try server.workspace.service.file.read {
            try PersonFinder($0, schema: Catalogue.schema).document(about: id, at: 7)?.value.entries
        }
    }
}
