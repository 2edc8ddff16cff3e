import GRDB
import WaybookModel

/// One thing that happened to a record, as this replica saw it.
public struct HistoryEntry: Hashable, Sendable {
    public enum Kind: String, Sendable {
        /// Written here.
        case made
        /// Created here.
        case created
        /// Came from another replica.
        case received
        /// The server's outcome differs from what was written here.
        case settled
        /// A write of this replica was refused.
        case refused
    }

    public var kind: Kind
    /// The device's wall clock when it happened here, milliseconds since 1970.
    public var atMilliseconds: Int64
    /// The stamp of the write; its replica tells from where.
    public var stamp: Stamp
    public var path: FieldPath
    /// The value then; nil for a removal.
    public var value: Value?
}

extension ClientTables {
    /// The most entries that are kept, of all records together.
    static let mostHistoryEntries: Int64 = 500_000

    func note(
        _ kind: HistoryEntry.Kind, _ id: RecordID, path: FieldPath, value: Value?, stamp: Stamp, at milliseconds: Int64
    ) throws {
        try run(
            "INSERT INTO history (id, at, kind, stamp, path, value) VALUES (?, ?, ?, ?, ?, ?)",
            [
                id.blob, milliseconds, kind.rawValue, stamp.description, path.text,
                value.map { CanonicalJSON.text($0) },
            ])
    }

    /// Notes an own change; a creation is one entry, for its values are the record.
    func noteOwn(_ change: Change, stamp: Stamp, at now: ClientTime) throws {
        if change.isCreating {
            return try note(
                .created, change.id, path: .life, value: VersionedRecord.alive, stamp: stamp,
                at: now.wallMilliseconds)
        }
        for write in change.writes {
            try note(
                .made, change.id, path: write.path, value: write.value, stamp: stamp, at: now.wallMilliseconds)
        }
    }

    /// Drops the oldest entries beyond the limit. Cost: linear in what is dropped.
    func trimHistory() throws {
        try run(
            "DELETE FROM history WHERE row <= (SELECT max(row) FROM history) - ?", [Self.mostHistoryEntries])
    }

    func history(of id: RecordID, limit: Int) throws -> [HistoryEntry] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT kind, at, stamp, path, value FROM history WHERE id = ? ORDER BY row DESC LIMIT ?",
            arguments: [id.blob, limit])
        return rows.compactMap { row in
            guard let kind = HistoryEntry.Kind(rawValue: row[0]), let stamp = Stamp(row[2] as String),
                let path = FieldPath(parsing: row[3])
            else { return nil }
            let value: String? = row[4]
            return HistoryEntry(
                kind: kind, atMilliseconds: row[1], stamp: stamp, path: path,
                value: value.flatMap { try? JSONParser.parse($0) })
        }
    }
}
