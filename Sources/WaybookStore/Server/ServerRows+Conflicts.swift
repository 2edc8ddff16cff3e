import Foundation
import GRDB
import WaybookModel

/// Conflicts, history and resolutions: what arbitration asks beside the present state.
extension ServerRows {
    /// The open conflicts of one record, or of one of its paths.
    public func openConflicts(of record: RecordID, at path: FieldPath? = nil) throws -> [ConflictRecord] {
        let statement = try db.cachedStatement(
            sql: "SELECT conflict FROM open_conflict WHERE record = ?" + (path == nil ? "" : " AND path = ?"))
        let arguments: StatementArguments = [Data(record.bytes)]
        let ids = try Data.fetchAll(statement, arguments: path.map { arguments + [$0.text] } ?? arguments)
        return try ids.map { bytes in
            guard let id = RecordID(bytes: bytes), let row = try row(id), let conflict = ConflictRecord(row.record)
            else { throw DamagedRow(record: record) }
            return conflict
        }
    }

    /// Lists a conflict as open, or takes it off the list.
    public func setOpen(_ isOpen: Bool, conflict: RecordID, record: RecordID, path: FieldPath) throws {
        let sql =
            isOpen
            ? "INSERT OR IGNORE INTO open_conflict (record, path, conflict) VALUES (?, ?, ?)"
            : "DELETE FROM open_conflict WHERE record = ? AND path = ? AND conflict = ?"
        try db.cachedStatement(sql: sql).execute(arguments: [
            Data(record.bytes), path.text, Data(conflict.bytes),
        ])
    }

    /// Keeps a state that is no longer present.
    public func retire(_ atom: Atom, record: RecordID, path: FieldPath, sequence: Int64) throws {
        let insert = try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO history (record, path, origin, stamp, value, retired) VALUES (?, ?, ?, ?, ?, ?)
                """)
        try insert.execute(arguments: [
            Data(record.bytes), path.text, atom.origin.description, atom.stamp.description,
            atom.value.map(CanonicalJSON.text), sequence,
        ])
    }

    /// The value that once stood under a stamp, as stamp or as origin; nil if history does not know it.
    public func retiredValue(record: RecordID, path: FieldPath, stamp: Stamp) throws -> Value? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT value FROM history WHERE record = ?1 AND path = ?2 AND (origin = ?3 OR stamp = ?3)
                AND value IS NOT NULL LIMIT 1
                """)
        let text = try String.fetchOne(
            statement, arguments: [Data(record.bytes), path.text, stamp.description])
        return text.flatMap { try? JSONParser.parse($0) }
    }

    /// Whether history knows a state of a path under any of these stamps.
    public func hasRetired(_ record: RecordID, _ path: FieldPath, _ stamps: Set<Stamp>) throws -> Bool {
        let sql = """
            SELECT EXISTS (SELECT 1 FROM history WHERE record = ?1 AND path = ?2 AND (origin = ?3 OR stamp = ?3))
            """
        return try stamps.contains { stamp in
            try Bool.fetchOne(
                db.cachedStatement(sql: sql), arguments: [Data(record.bytes), path.text, stamp.description]) ?? false
        }
    }

    /// The value that stood last at a path before the present state; nil if history does not know one. Cost: reads what history
    /// holds of the path.
    public func lastRetiredValue(record: RecordID, path: FieldPath) throws -> Value? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT value FROM history WHERE record = ? AND path = ? AND value IS NOT NULL
                ORDER BY retired DESC, stamp DESC LIMIT 1
                """)
        let text = try String.fetchOne(statement, arguments: [Data(record.bytes), path.text])
        return text.flatMap { try? JSONParser.parse($0) }
    }

    /// Remembers that a write was a resolution.
    public func note(_ resolution: Resolution, record: RecordID, path: FieldPath, origin: Stamp) throws {
        let ids = resolution.conflicts.sorted().map(\.description).joined(separator: " ")
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO resolution (record, path, origin, base, conflicts) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [
            Data(record.bytes), path.text, origin.description, resolution.base?.description, ids,
        ])
    }

    /// The resolution that the write with this origin was, if it was one.
    public func resolution(record: RecordID, path: FieldPath, origin: Stamp) throws -> Resolution? {
        let statement = try db.cachedStatement(
            sql: "SELECT base, conflicts FROM resolution WHERE record = ? AND path = ? AND origin = ?")
        let row = try Row.fetchOne(
            statement, arguments: [Data(record.bytes), path.text, origin.description])
        guard let row else { return nil }
        let base: String? = row[0]
        let ids: String = row[1]
        return Resolution(
            conflicts: Set(ids.split(separator: " ").compactMap { RecordID(String($0)) }),
            base: base.flatMap { Stamp($0) })
    }
}
