import Foundation
import GRDB
import WaybookModel
import WaybookStore

/// The tables from the side of what is to be removed. Decides nothing of when.
struct RemovalTable {
    private let db: Database
    private let rows: ServerRows

    init(_ db: Database) {
        self.db = db
        rows = ServerRows(db)
    }

    // MARK: Remembering

    /// Whether nothing is left of a record but that it was there.
    func isRemoved(_ id: RecordID) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM removed WHERE id = ?"), arguments: [Data(id.bytes)]) ?? false
    }

    /// Whether anything was ever removed.
    func hasRemoved() throws -> Bool { try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM removed)") ?? false }

    /// It is there again.
    func forget(_ id: RecordID) throws {
        try db.cachedStatement(sql: "DELETE FROM removed WHERE id = ?").execute(arguments: [Data(id.bytes)])
    }

    // MARK: Finding

    private static let due = "FROM record INDEXED BY record_deleted WHERE deleted = 1 AND position > ? AND position < ?"

    private static func end(below floor: Int64) -> Int64 { FeedPosition.make(sequence: floor + 1, index: 0) }

    /// Deleted records whose last commit is at most the floor, in order.
    func deleted(
        after position: Int64, below floor: Int64, limit: Int
    ) throws -> [(id: RecordID, unit: RecordID, position: Int64)] {
        let found = try Row.fetchAll(
            db, sql: "SELECT id, unit, position \(Self.due) ORDER BY position LIMIT ?",
            arguments: [position, Self.end(below: floor), limit])
        return try found.map { row in
            guard let id = RecordID(bytes: row[0] as Data) else { throw DamagedRow() }
            let unit = try (row[1] as Data?).map { bytes in
                guard let unit = RecordID(bytes: bytes) else { throw DamagedRow(record: id) }
                return unit
            }
            return (id, unit ?? id, row[2])
        }
    }

    /// Deleted roots of that age on which something hangs that is not deleted.
    func rootsWithLivingRecords(
        after position: Int64, below floor: Int64, limit: Int
    ) throws -> [(id: RecordID, position: Int64)] {
        let found = try Row.fetchAll(
            db,
            sql: """
                SELECT id, position \(Self.due) AND unit IS NULL AND EXISTS (
                    SELECT 1 FROM record AS hanging WHERE hanging.unit = record.id AND hanging.deleted = 0)
                ORDER BY position LIMIT ?
                """, arguments: [position, Self.end(below: floor), limit])
        return try found.map { row in
            guard let id = RecordID(bytes: row[0] as Data) else { throw DamagedRow() }
            return (id, row[1])
        }
    }

    /// What hangs on a root and is not deleted.
    func livingRecords(of root: RecordID, limit: Int) throws -> [RecordID] {
        let sql = "SELECT id FROM record WHERE unit = ? AND deleted = 0 ORDER BY id LIMIT ?"
        let found = try Data.fetchAll(db.cachedStatement(sql: sql), arguments: [Data(root.bytes), limit])
        return try found.map { bytes in
            guard let id = RecordID(bytes: bytes) else { throw DamagedRow() }
            return id
        }
    }

    /// The conflicts about a record that are not deleted.
    func livingConflicts(about id: RecordID, in unit: RecordID) throws -> [RecordID] {
        try rows.conflicts(about: [id], inUnit: unit).filter(isAlive)
    }

    // MARK: Asking

    /// Whether nobody has yet to decide anything about a record, or about what hangs on it, and nothing of it was erased: of
    /// that the mark is the receipt.
    func isFree(_ id: RecordID) throws -> Bool {
        guard let collection = try collection(of: id), !DirectoryRecord.collections.contains(collection) else {
            return false
        }
        let sql = """
            SELECT EXISTS (SELECT 1 FROM open_conflict WHERE record = ?1)
                OR EXISTS (SELECT 1 FROM record JOIN open_conflict ON open_conflict.record = record.id WHERE unit = ?1)
                OR EXISTS (SELECT 1 FROM erasure WHERE record = ?1 OR unit = ?1)
                OR EXISTS (SELECT 1 FROM erased_unit WHERE unit = ?1)
                OR EXISTS (SELECT 1 FROM record WHERE id = ?1 AND instr(fields, '"$erased"') > 0)
                OR EXISTS (SELECT 1 FROM record WHERE unit = ?1 AND instr(fields, '"$erased"') > 0)
            """
        let isTaken =
            try Bool.fetchOne(db.cachedStatement(sql: sql), arguments: [Data(id.bytes)]) ?? false
        guard !isTaken else { return false }
        let linked = """
            SELECT DISTINCT item FROM handover_item WHERE unit = ?1 OR unit IN (SELECT id FROM record WHERE unit = ?1)
            """
        let items = try Data.fetchAll(db.cachedStatement(sql: linked), arguments: [Data(id.bytes)])
        return try items.compactMap { RecordID(bytes: $0) }.allSatisfy { item in
            guard let record = try rows.row(item)?.record else { return true }
            return record.isDeleted || record[HandoverRecord.Field.status]?.text != "open"
        }
    }

    private func collection(of id: RecordID) throws -> CollectionName? {
        let statement = try db.cachedStatement(sql: "SELECT collection FROM record WHERE id = ?")
        return try String.fetchOne(statement, arguments: [Data(id.bytes)]).map { CollectionName($0) }
    }

    /// Whether a record is there and not deleted.
    func isAlive(_ id: RecordID) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT deleted = 0 FROM record WHERE id = ?")
        return try Bool.fetchOne(statement, arguments: [Data(id.bytes)]) ?? false
    }

    /// Whether a unit is nothing but deleted records whose last commits are at most the floor.
    func isAllDeleted(_ unit: RecordID, below floor: Int64) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT NOT EXISTS (SELECT 1 FROM record WHERE unit = ? AND (deleted = 0 OR position >= ?))")
        return try Bool.fetchOne(statement, arguments: [Data(unit.bytes), Self.end(below: floor)]) ?? false
    }

    // MARK: Removing

    /// Takes a deleted record away, and what is kept beside it.
    func remove(record id: RecordID) throws {
        try rows.removeTraces(of: id) { _ in false }
        let bytes = Data(id.bytes)
        for sql in [
            "DELETE FROM record WHERE id = ? AND deleted = 1", "DELETE FROM bin WHERE id = ?",
            "DELETE FROM refused_creation WHERE record = ?", "DELETE FROM handed_creation WHERE record = ?",
            "DELETE FROM moved WHERE record = ?", "INSERT OR IGNORE INTO removed (id) VALUES (?)",
        ] {
            try db.cachedStatement(sql: sql).execute(arguments: [bytes])
        }
    }

    /// Takes a unit away of which all is deleted, with who saw it. What was handed over about it goes on naming it.
    /// - Returns: how many records went.
    func remove(unit: RecordID) throws -> Int {
        let records = try rows.ids(inUnit: unit)
        for id in records { try remove(record: id) }
        for table in ["member", "departure", "moved", "held", "unit_size"] {
            try db.cachedStatement(sql: "DELETE FROM \(table) WHERE unit = ?").execute(arguments: [Data(unit.bytes)])
        }
        return records.count
    }
}
