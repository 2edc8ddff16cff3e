import Foundation
import GRDB
import WaybookModel
import WaybookStore

/// Who answers for what the file does not know yet, frozen: a later change is another migration. `access` holds owner and
/// shares as the ledger writes them, `at` the time of its line.
let foretoldAccessMigrationSQL = """
    CREATE TABLE foretold_access (
        unit BLOB PRIMARY KEY NOT NULL CHECK (length(unit) = 16),
        access TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

/// What the ledger said of units that an older backup does not know: they come back with the laptop that made them, and then
/// go to whom they were given since.
struct ForetoldAccess {
    private let db: Database

    /// - Parameter db: inside a transaction.
    init(_ db: Database) { self.db = db }

    /// Keeps it, unless the unit is there, or is of somebody who was erased: that one never comes back.
    func note(_ unit: RecordID, _ access: UnitAccess, at: Int64) throws {
        let rows = ServerRows(db)
        guard try rows.unit(of: unit) == nil, try rows.erasure(of: unit) == nil else { return }
        try db.execute(
            sql: "INSERT OR REPLACE INTO foretold_access (unit, access, at) VALUES (?, ?, ?)",
            arguments: [Data(unit.bytes), CanonicalJSON.text(.map(access.entries)), at])
    }

    /// Whether there is any.
    func isEmpty() throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT NOT EXISTS (SELECT 1 FROM foretold_access)") ?? true
    }

    /// What was said of a unit that comes back; it is said no longer.
    func take(_ unit: RecordID) throws -> (access: UnitAccess, at: Int64)? {
        let sql = "DELETE FROM foretold_access WHERE unit = ? RETURNING access, at"
        guard let row = try Row.fetchOne(db, sql: sql, arguments: [Data(unit.bytes)]) else { return nil }
        let entries = (try? JSONParser.parse(Array((row[0] as String).utf8)))?.entries
        guard let access = entries.flatMap({ UnitAccess($0) }) else { throw DamagedRow(record: unit) }
        return (access, row[1])
    }
}
