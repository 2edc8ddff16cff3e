import Foundation
import GRDB
import WaybookModel

/// Takes the contents of what was deleted long ago: a replica keeps them so that it shows what a delete hides, and that a record
/// which is restored need not come again (`docs/decisions/0024-floors.md`).
///
/// What is left is what a first pull tells of a deleted record, its life, and the identities that say whose it is, by which a restore is
/// judged. Whoever restores it is told it whole by the server, for as long as that has it. By then the server may know no more than the
/// identity, and nobody could be told any more that its person was erased, or that it left.
extension ClientStore {
    /// How long a deleted record keeps its contents, by its stamp and the server's clock: no longer than on the server.
    static let binMilliseconds: Int64 = 35 * Instant.dayMilliseconds
    /// How many deleted records are looked at together.
    static let binBatch = 500

    /// Empties what is due, once a day by the server's clock; the first time of all at once. Cost: reads all deleted records; nobody waits
    /// for that unless one is due.
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
        let horizon = clock - Self.binMilliseconds
        var emptied = 0
        var last = RecordID(high: 0, low: 0)
        while let batch = try read({ tables in try tables.bin(after: last, before: horizon, atMost: Self.binBatch) }) {
            if !batch.due.isEmpty {
                emptied += try write { tables in try tables.emptyBin(batch.due, before: horizon) }
            }
            last = batch.last
        }
        try write { tables in try tables.set(.binEmptied, clock) }
        return emptied
    }
}

extension ClientTables {
    /// The next deleted records, and which of them are due.
    fileprivate func bin(
        after id: RecordID, before horizon: Int64, atMost limit: Int
    ) throws -> (last: RecordID, due: [RecordID])? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id FROM record INDEXED BY record_deleted WHERE deleted = 1 AND id > ? ORDER BY id LIMIT ?
                """)
        let found = try Data.fetchAll(statement, arguments: [id.blob, limit]).compactMap { RecordID(blob: $0) }
        guard let last = found.last else { return nil }
        return (last, try found.filter { try emptied($0, before: horizon) != nil })
    }

    /// A deleted record as it is to be without its contents; nil where it keeps them. What unsent writes lie over, what is about to leave and what
    /// somebody has yet to decide about keep theirs.
    private func emptied(_ id: RecordID, before horizon: Int64) throws -> StoredRow? {
        guard var stored = try? load(id), stored.unsent.isEmpty, stored.leaving == nil, var server = stored.server,
            server.isDeleted, let life = server.atoms[.life], Int64(clamping: life.stamp.milliseconds) < horizon
        else { return nil }
        let isDisputed = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM dispute WHERE about = ?)")
        guard try Bool.fetchOne(isDisputed, arguments: [id.blob]) != true else { return nil }
        var fields = schema.audienceFields(of: server.collection)
        if let root = schema[server.collection]?.rootField { fields.insert(root) }
        let kept = server.atoms.filter { path, _ in path == .life || path == .erased || fields.contains(path.field) }
        guard kept.count < server.atoms.count else { return nil }
        server.atoms = kept
        stored.server = server
        return stored
    }

    /// Empties those of the records that are due still.
    fileprivate func emptyBin(_ ids: [RecordID], before horizon: Int64) throws -> Int {
        var count = 0
        for id in ids {
            guard let stored = try emptied(id, before: horizon) else { continue }
            try save(stored)
            try run("DELETE FROM history WHERE id = ?", [id.blob])
            count += 1
        }
        if count > 0 { try notePurge() }
        return count
    }
}
