import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// The server's rows that one change set is about, for observers.
public struct ServerView: Sendable {
    public var rows: [RecordID: VersionedRecord] = [:]

    init(of set: ChangeSet, _ db: Database) throws {
        for change in set.changes { rows[change.id] = try ServerRows(db).row(change.id)?.record }
    }

    static func lastSet(of replica: ReplicaID, _ db: Database) throws -> Int64 {
        try ServerRows(db).replica(replica)?.last ?? 0
    }

    /// What became of a set whose commit nobody confirmed; nil where it is not there.
    static func found(_ set: ChangeSet, _ db: Database) throws -> (verdict: Verdict, after: ServerView)? {
        let replica = set.stamp.replica
        guard try lastSet(of: replica, db) >= set.number else { return nil }
        let stored = try ServerRows(db).judgedSet(replica, set.number)?.verdict
        return (stored.flatMap { Verdict($0) } ?? .accepted(stamp: nil, outcomes: []), try ServerView(of: set, db))
    }

    /// The texts at one place of a record, wherever the server has them: present, in conflicts open and closed, in history.
    static func traces(of record: RecordID, at path: FieldPath, _ db: Database) throws -> Set<String> {
        let rows = ServerRows(db)
        var found = Set([try rows.row(record)?.record.atoms[path]?.value?.text].compactMap(\.self))
        for (past, atom) in try rows.history(of: record) where past == path {
            if let text = atom.value?.text { found.insert(text) }
        }
        // Those that were closed before the record went over into another unit stay in the former one.
        let conflicts = try Data.fetchAll(
            db.cachedStatement(
                sql: "SELECT id FROM record WHERE collection = '\(ConflictRecord.collection)' AND instr(fields, ?) > 0"),
            arguments: [record.description])
        for id in conflicts.compactMap({ RecordID(bytes: $0) }) {
            guard let conflict = try rows.row(id).flatMap({ ConflictRecord($0.record) }), conflict.about == record,
                conflict.loser.path == path, let text = conflict.loser.value?.text
            else { continue }
            found.insert(text)
        }
        return found
    }
}

extension ServerView {
    /// The changes that the items of the handover box tell of, one text each.
    /// - Parameter status: of those alone that have it.
    static func items(_ db: Database, status: String? = nil) throws -> [String] {
        let sql = """
            SELECT ifnull(fields ->> '$.changes', '') FROM record
            WHERE collection = ?1 AND (?2 IS NULL OR fields ->> '$.status' = ?2)
            """
        return try String.fetchAll(db, sql: sql, arguments: [HandoverRecord.collection.text, status])
    }
}

extension StoreFile {
    /// Asks SQLite whether the file is whole.
    func requireWhole(_ name: String) throws {
        let lines = try read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        guard lines == ["ok"] else {
            throw SimulationFailure(law: "integrity", detail: "\(name): \(lines.prefix(3))")
        }
    }
}

extension ClientStore {
    /// It has no verdict, and has read nothing, that the server does not have.
    func requireKnown(to service: ExchangeService, _ name: String) throws {
        let look = try LaptopLook(at: self, withRows: false)
        let (judged, last) = try service.file.read {
            (try ServerView.lastSet(of: look.replica, $0), try ServerRows($0).lastSequence())
        }
        try look.requireKnown(answeredBy: judged, at: last, name)
    }
}
