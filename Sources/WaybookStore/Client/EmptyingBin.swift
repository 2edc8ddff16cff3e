import GRDB
import WaybookModel

/// Takes the contents of what was deleted long ago: a replica keeps them so that it shows what a delete hides, and that a record
/// which is restored need not come again (`docs/decisions/0024-floors.md`).
///
/// What is left is what a first pull tells of a deleted record, its life alone. Whoever restores it is told it whole by the server, for as
/// long as that has it. By then the server may know no more than the identity, and nobody could be told any more that its person
/// was erased, or that it left.
extension ClientStore {
    /// How long a deleted record keeps its contents, by its stamp and the server's clock: no longer than on the server.
    static let binMilliseconds: Int64 = 35 * Instant.dayMilliseconds
    /// How many rows one transaction looks at.
    static let binBatch = 500

    /// Empties what is due, once a day by the server's clock; the first time of all at once. Cost: reads all deleted records that have contents.
    /// - Returns: how many records were emptied.
    @discardableResult
    func emptyBin() throws -> Int {
        let due = try read { tables -> Int64? in
            guard let clock = try tables.integer(.headClock) else { return nil }
            // A clock that was ahead for a moment must not hold it up.
            return try tables.integer(.binEmptied).map { abs(clock - $0) >= Instant.dayMilliseconds } ?? true
                ? clock : nil
        }
        guard let clock = due else { return 0 }
        var emptied = 0
        var last: Int64 = 0
        while let batch = try write({ tables in
            try tables.emptyBin(after: last, before: clock - Self.binMilliseconds, atMost: Self.binBatch)
        }) {
            emptied += batch.emptied
            last = batch.last
        }
        try write { tables in try tables.set(.binEmptied, clock) }
        return emptied
    }
}

extension ClientTables {
    /// Empties the next deleted records. What unsent writes lie over, what is about to leave and what somebody has yet to decide about stay.
    /// - Parameter milliseconds: what was deleted before that is due.
    fileprivate func emptyBin(
        after row: Int64, before milliseconds: Int64, atMost limit: Int
    ) throws -> (last: Int64, emptied: Int)? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT row, id FROM record
                WHERE row > ? AND deleted = 1 AND server IS NULL AND leaving IS NULL AND fields <> '{"$life":"deleted"}'
                    AND NOT EXISTS (SELECT 1 FROM dispute WHERE about = record.id)
                ORDER BY row LIMIT ?
                """)
        var (last, emptied): (Int64?, Int) = (nil, 0)
        for found in try Row.fetchAll(statement, arguments: [row, limit]) {
            last = found[0]
            guard let id = RecordID(blob: found[1]), var stored = try? load(id), var server = stored.server,
                let life = server.atoms[.life], Int64(clamping: life.stamp.milliseconds) < milliseconds
            else { continue }
            guard server.tombstone.count < server.atoms.count else { continue }
            server.atoms = server.tombstone
            stored.server = server
            try save(stored)
            try run("DELETE FROM history WHERE id = ?", [id.blob])
            emptied += 1
        }
        if emptied > 0 { try notePurge() }
        return last.map { ($0, emptied) }
    }
}
