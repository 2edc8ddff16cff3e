import Foundation
import GRDB
import WaybookModel

/// A fresh pull: the server no longer knows how far this replica had read, so everything is told once more
/// (`protocol/4-exchange.md#pulling-afresh`).
///
/// Outbox, rejected sets, history and records stay as they are meanwhile. What has been told is remembered on the disk;
/// when the feed has come to its end, what was not told leaves the server rows, batch by batch. A cut or a crash anywhere
/// leaves a replica that is told to be incomplete and goes on from its last checkpoint.
extension ClientStore {
    /// How many rows one transaction looks at when those that were not told go.
    static let untoldBatch = 500

    /// Gives the checkpoint up: the next exchange begins a fresh pull.
    /// - Parameter isReplacing: whether what is told takes the place of what is here, instead of being joined with it.
    public func beginFreshPull(isReplacing: Bool = false, at now: ClientTime) throws {
        try write { tables in
            try tables.giveUpCheckpoint(isReplacing ? .replacing : .joining)
            try tables.log(.begunAfresh, at: now.wallMilliseconds)
        }
    }

    /// Takes what the fresh pull has not told out of the server rows; nothing where none is under way.
    /// - Returns: how many records went.
    func removeUntold() throws -> Int {
        guard try read({ tables in try tables.isPullingAfresh() }) else { return 0 }
        var removed = 0
        var last: Int64 = 0
        while true {
            let batch = try write { tables in try tables.removeUntold(after: last, atMost: Self.untoldBatch) }
            removed += batch.removed
            guard let through = batch.last else { return removed }
            last = through
        }
    }
}

/// How a fresh pull treats what it tells.
enum FreshPull: Int64 {
    /// It is joined with what is here.
    case joining = 1
    /// It takes the place of what is here, for the server was put back: what was read before may be lost, and later by its
    /// stamps than what there is now.
    case replacing = 2
}

extension ClientTables {
    /// The fresh pull that is under way; nil for none.
    func pull() throws -> FreshPull? { try integer(.freshPull).flatMap { FreshPull(rawValue: $0) } }

    func isPullingAfresh() throws -> Bool { try pull() != nil }

    /// The next exchange is told everything. One that replaces goes on replacing.
    func giveUpCheckpoint(_ pull: FreshPull) throws {
        try run("DELETE FROM told")
        try run("DELETE FROM meta WHERE name = ?", [MetaKey.checkpoint.rawValue])
        try set(.checkpointSequence, 0)
        try set(.freshPull, max(pull.rawValue, try self.pull()?.rawValue ?? 0))
    }

    /// Notes that the server has a record: the feed told it, or a verdict accepted a write to it.
    func noteTold(_ id: RecordID) throws { try run("INSERT OR IGNORE INTO told (id) VALUES (?)", [id.blob]) }

    /// Whether the fresh pull has told a record.
    func isTold(_ id: RecordID) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM told WHERE id = ?)")
        return try Bool.fetchOne(statement, arguments: [id.blob]) ?? false
    }

    /// Looks at the next rows that the fresh pull has not told, tombstones and what they hide among them. An unsent write
    /// stays over nothing, for the server to judge.
    fileprivate func removeUntold(after row: Int64, atMost limit: Int) throws -> (last: Int64?, removed: Int) {
        let statement = try db.cachedStatement(
            sql: """
                SELECT row, id FROM record
                WHERE row > ? AND server IS NOT '' AND NOT EXISTS (SELECT 1 FROM told WHERE told.id = record.id)
                ORDER BY row LIMIT ?
                """)
        var last: Int64?
        var removed = 0
        for found in try Row.fetchAll(statement, arguments: [row, limit]) {
            last = found[0]
            guard let id = RecordID(blob: found[1]) else { continue }
            guard var stored = try? load(id) else {
                // What is unsent of it cannot be read either: what is shown is all that is left of that.
                if (try? unsent(of: id))?.isEmpty == true { try discardUnreadable(id) }
                continue
            }
            guard stored.server != nil else { continue }
            stored.server = nil
            try save(stored)
            if stored.collection != ConflictRecord.collection { removed += 1 }
        }
        if removed > 0 { try notePurge() }
        return (last, removed)
    }

    /// The fresh pull is whole.
    func endFreshPull(removed: Int, at now: ClientTime) throws {
        guard let pull = try pull() else { return }
        // What is made from now on is made over what the server has.
        if pull == .replacing, let again = try againSets() { try set(.againThrough, again.through) }
        try run("DELETE FROM told")
        try run("DELETE FROM meta WHERE name = ?", [MetaKey.freshPull.rawValue])
        if removed > 0 { try log(.gone, at: now.wallMilliseconds, count: removed) }
    }
}
