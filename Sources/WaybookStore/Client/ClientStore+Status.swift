import GRDB
import WaybookModel
import WaybookProtocol

/// How a replica stands.
public struct ClientStatus: Hashable, Sendable {
    public var replica: ReplicaID?
    public var unsentSets: Int
    /// How many of them were handed to a transport without a verdict: the server may know them.
    public var inFlightSets: Int
    public var rejectedSets: Int
    public var openConflicts: Int
    /// The device's wall clock at the end of the last complete exchange, milliseconds since 1970.
    public var lastSyncMilliseconds: Int64?
    /// The server's clock less the device's, milliseconds, as last measured.
    public var clockOffsetMilliseconds: Int64?
    /// All records of this replica, deleted ones and conflicts apart.
    public var recordCount: Int
    /// Those of them that the server is known to hold.
    public var heldCount: Int
    /// How many the server holds for this replica, as it last said; never less than ``heldCount``. Nil before it said so.
    public var readableCount: Int?
    /// The sequence that everything is stored up to, and the server's at the last exchange.
    public var storedSequence: Int64
    public var headSequence: Int64?
    /// Whether the last announced head was wholly read.
    public var isComplete: Bool
    /// Whether the server is telling everything once more, for it did not know how far this replica had read.
    public var isPullingAfresh: Bool
    /// How far a first or a fresh pull has come; nil when none is under way.
    public var pullPercent: Int?
    /// How many records search does not look at yet.
    public var unindexedCount: Int
    /// Sets that the server took under its own stamps since ``ClientStore/takeClockNotice()``, for this device's clock
    /// ran ahead.
    public var restampedSets: Int
}

extension ClientStore {
    /// How the replica stands. Cost: counts over indexes.
    public func status() throws -> ClientStatus {
        try read { tables in
            let uncounted = try DirectoryRecord.uncounted.compactMap { try tables.knownNumber(of: $0) }
                .map(String.init).joined(separator: ", ")
            let head = try tables.integer(.headSequence)
            let isPullingAfresh = try tables.isPullingAfresh()
            let readThrough = try tables.integer(.readThrough)
            let stored = try tables.integer(.checkpointSequence) ?? 0
            let records = try tables.count(
                """
                SELECT count(*) FROM record
                WHERE deleted = 0 AND leaving IS NULL AND collection NOT IN (\(uncounted))
                """)
            let held = records + (try tables.hiddenDifference(uncounted))
            return ClientStatus(
                replica: try tables.integer(.replica).flatMap { UInt32(exactly: $0) }.map { ReplicaID($0) },
                unsentSets: try tables.count("SELECT count(*) FROM outbox"),
                inFlightSets: try tables.count(
                    "SELECT count(*) FROM outbox WHERE number <= ?", [tables.integer(.sentThrough) ?? 0]),
                rejectedSets: try tables.count("SELECT count(*) FROM rejected"),
                openConflicts: try tables.openConflictCount(),
                lastSyncMilliseconds: try tables.integer(.lastSync),
                clockOffsetMilliseconds: try tables.integer(.offset),
                recordCount: records, heldCount: held,
                readableCount: try tables.integer(.readable).map { max(Int(clamping: $0), held) },
                storedSequence: stored, headSequence: head,
                isComplete: !isPullingAfresh && head.map { readThrough ?? -1 >= $0 } ?? false,
                isPullingAfresh: isPullingAfresh,
                pullPercent: isPullingAfresh || readThrough == nil
                    ? head.map { $0 > 0 ? Int(min(99, stored * 100 / $0)) : 0 } : nil,
                unindexedCount: try tables.unindexedCount(upTo: .max),
                restampedSets: Int(try tables.integer(.restampedUntold) ?? 0))
        }
    }

    /// Tells once that the device's clock ran ahead: the number of sets that were re-stamped since it was last told.
    public func takeClockNotice() throws -> Int {
        try write { tables in
            let count = Int(try tables.integer(.restampedUntold) ?? 0)
            if count > 0 { try tables.set(.restampedUntold, 0) }
            return count
        }
    }

    /// What came, what went, and why, newest first.
    public func syncLog(before row: Int64 = .max, limit: Int = 100) throws -> [SyncLogEntry] {
        try read { tables in try tables.logEntries(before: row, limit: limit) }
    }
}

extension ClientTables {
    /// The open conflicts that no unsent set resolves.
    func openConflictCount() throws -> Int {
        try count(
            """
            SELECT count(*) FROM dispute
            WHERE NOT EXISTS (SELECT 1 FROM touched WHERE touched.id = dispute.id)
            AND NOT EXISTS (SELECT 1 FROM record WHERE record.id = dispute.id AND leaving IS NOT NULL)
            """)
    }

    func count(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: sql), arguments: arguments) ?? 0
    }

    /// What unsent sets hide or add: live server rows under the overlay, less the live rows that are shown of them.
    /// Cost: reads the rows with unsent writes.
    fileprivate func hiddenDifference(_ uncounted: String) throws -> Int {
        try count(
            """
            SELECT ifnull(sum(
                CASE WHEN server = '' THEN 0 ELSE json_extract(server, '$."$life"') IS NOT 'deleted' END
                - (deleted = 0)), 0)
            FROM record WHERE server IS NOT NULL AND leaving IS NULL AND collection NOT IN (\(uncounted))
            """)
    }
}

/// An unsent set, and what in it the server may settle otherwise.
public struct PreviewedSet: Hashable, Sendable {
    public var set: ChangeSet
    /// The writes whose field has meanwhile another value at the server, as far as this replica was told.
    public var clashes: [Clash]

    public struct Clash: Hashable, Sendable {
        public var id: RecordID
        public var path: FieldPath
        public var unsent: Value?
        public var server: Value?
    }
}

extension ClientStore {
    /// The unsent sets in order, with what might clash.
    public func preview(after number: Int64 = 0, limit: Int = 100) throws -> [PreviewedSet] {
        try read { tables in
            let lines = try tables.outboxLines(from: number + 1, through: .max, limit: limit, maximumBytes: .max)
            return try lines.map { line in
                guard let line = try? JSONDocument(line.bytes), let set = ChangeSetLine.decode(line, mayBeEmpty: true)
                else {
                    throw ClientStoreError.damagedSet(line.number)
                }
                return PreviewedSet(set: set, clashes: try set.changes.flatMap { try tables.clashes(of: $0, in: set) })
            }
        }
    }
}

extension ClientTables {
    /// The writes of a change that stand against another replica's write. Only the first unsent write to a path counts:
    /// the later ones build on it.
    func clashes(of change: Change, in set: ChangeSet) throws -> [PreviewedSet.Clash] {
        guard let stored = try load(change.id), let server = stored.server else { return [] }
        return change.writes.compactMap { write in
            let first = stored.unsent.first { $0.change.writes.contains { $0.path == write.path } }
            guard first?.stamp == set.stamp, let present = server.atoms[write.path], present.value != write.value,
                !(write.base.map(present.isNamed) ?? false), present.stamp.replica != set.stamp.replica
            else { return nil }
            return PreviewedSet.Clash(id: change.id, path: write.path, unsent: write.value, server: present.value)
        }
    }
}
