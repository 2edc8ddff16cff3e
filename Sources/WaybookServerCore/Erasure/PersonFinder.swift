import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// Gathers everything that the server holds about one person: what an erasure would reach, and who holds it.
public struct PersonFinder {
    private let db: Database
    private let rows: ServerRows
    private let schema: Schema

    /// Makes the finder of the file, seen inside a transaction.
    public init(_ db: Database, schema: Schema) {
        self.db = db
        rows = ServerRows(db)
        self.schema = schema
    }

    /// The document; nil where nothing is known of that identity. Cost: as of an erasure.
    /// - Parameter now: milliseconds since 1970.
    public func document(about id: RecordID, at now: Int64) throws -> PersonDocument? {
        guard let target = try rows.row(id) ?? WitnessTable(db).absent(id) else { return nil }
        let reach = try ErasureReach(of: target, schema: schema, rows: rows)
        var document = PersonDocument(about: id, collection: target.record.collection, at: now)
        let parts: [(Set<RecordID>, PersonDocument.Heading)] = [
            (reach.records, .records), (reach.conflicts, .conflicts), (reach.items, .handovers),
        ]
        for (ids, heading) in parts {
            for id in ids.sorted() {
                guard let record = try rows.row(id)?.record else { continue }
                let isConflict = record.collection == ConflictRecord.collection
                document.add(record, to: isConflict ? .conflicts : heading)
                for past in try rows.history(of: id) {
                    document.addHistory(of: id, path: past.path, value: past.atom.value, stamp: past.atom.origin)
                }
            }
        }
        try addTraces(of: reach, to: &document)
        try addHolders(of: target.unit, to: &document)
        return document
    }

    /// What an erasure takes beside the records.
    private func addTraces(of reach: ErasureReach, to document: inout PersonDocument) throws {
        for witnessed in try WitnessTable(db).reached(by: reach.records.union(reach.conflicts).union(reach.items)) {
            var value = witnessed.value.entries ?? [:]
            if witnessed.state != .open { value["state"] = .string(witnessed.state.rawValue) }
            document.append(.map(value), to: "witnessed")
        }
        for waiting in try WaitingTable(db).all() {
            let about = try waiting.set.changes.filter { change in
                try schema.named(by: [change]).union([rows.unit(of: change.id) ?? change.id])
                    .contains(where: reach.records.contains)
            }
            if !about.isEmpty { document.append(ChangeSetLine.value(of: about), to: "waiting") }
        }
        for value in try rows.told(about: reach.records.union(reach.conflicts).union(reach.items)) {
            document.append(value, to: "verdicts")
        }
        for id in reach.records.sorted() {
            for note in try rows.notes(about: id) { document.append(.string(note), to: "notes") }
        }
    }

    /// Who may see the unit and since when, and which devices were told of it.
    private func addHolders(of unit: RecordID, to document: inout PersonDocument) throws {
        let people = Dictionary(
            try rows.directory().map { ($0.id, $0[DirectoryRecord.Field.name] ?? .null) },
            uniquingKeysWith: { first, _ in first })
        for (scope, member) in try rows.members(of: unit).sorted(by: { $0.key < $1.key }) {
            document.append(
                [
                    "audience": .string(scope.text), "grade": .string(member.grade.rawValue),
                    "name": scope.person.flatMap { people[$0] } ?? .null, "since": .int(member.since),
                ], to: "seenBy")
        }
        guard try db.tableExists("device_state") else { return }
        let devices = try Directory().devices(db)
        for replica in try ErasureLog(db).holders(ofUnits: [unit], root: unit).sorted(by: { $0.number < $1.number }) {
            let device = devices.first { $0.replica == replica }
            let owner = device.flatMap { RecordID($0.user.text) }.flatMap { people[$0] }
            document.append(
                [
                    "device": device.map { .string($0.name) } ?? .null, "name": owner ?? .null,
                    "replica": .int(Int64(replica.number)),
                ], to: "heldBy")
        }
    }
}

extension Scope {
    /// The person whose scope it is.
    fileprivate var person: RecordID? {
        switch self {
        case .book(let user), .shared(let user), .box(let user): user
        case .workspace, .pool, .cards, .everything: nil
        }
    }
}
