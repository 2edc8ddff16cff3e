import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// Comparing what is held with the server, by the sums of 256 buckets of records (`protocol/4-exchange.md#comparing`).
extension ClientStore {
    /// How long after one comparison the next one is due, milliseconds by the server's clock.
    public static let comparisonMilliseconds: Int64 = 7 * 24 * 3_600 * 1_000

    /// Whether comparing says anything, and whether it is due. It says nothing while a pull is under way or something is sent again:
    /// then the sides differ by right.
    public func comparisonState() throws -> (isPossible: Bool, isDue: Bool) {
        try read { tables in
            guard try tables.mayCompare() else { return (false, false) }
            if try tables.integer(.comparisonDue) != nil { return (true, true) }
            guard let last = try tables.integer(.compared), let now = try tables.integer(.headClock) else {
                return (true, false)
            }
            return (true, now - last >= Self.comparisonMilliseconds)
        }
    }

    /// Lets the next exchange that can compare.
    public func requestComparison() throws { try write { tables in try tables.set(.comparisonDue, 1) } }

    /// The buckets in which the server's rows here differ from what the server told; a row that cannot be read differs.
    /// - Returns: nil where that would say nothing, for a pull is under way.
    /// - Cost: reads and hashes every record.
    public func differingBuckets(from sums: DigestSums) throws -> [Int]? {
        try read { tables in
            guard try tables.mayCompare() else { return nil }
            return try tables.digestSums().differing(from: sums)
        }
    }

    /// Notes that an exchange that compared did not come to its end: perhaps because it compared. It is due again in a day.
    public func postponeComparison() throws {
        try write { tables in
            try tables.run("DELETE FROM meta WHERE name = ?", [MetaKey.comparisonDue.rawValue])
            guard let now = try tables.integer(.headClock) else { return }
            try tables.set(.compared, now - Self.comparisonMilliseconds + Self.postponedMilliseconds)
        }
    }

    private static let postponedMilliseconds: Int64 = 24 * 3_600 * 1_000

    /// Notes that all was compared.
    /// - Parameter differing: how many buckets differ still.
    public func noteComparison(differing: Int) throws {
        try write { tables in
            try tables.run("DELETE FROM meta WHERE name = ?", [MetaKey.comparisonDue.rawValue])
            try tables.set(.differing, Int64(differing))
            if let now = try tables.integer(.headClock) { try tables.set(.compared, now) }
        }
    }
}

extension ClientTables {
    /// How many rows are read at once where all are.
    private static let digestRows = 500

    fileprivate func mayCompare() throws -> Bool {
        try text(.checkpoint) != nil && !isPullingAfresh() && againSets() == nil && integer(.readThrough) != nil
    }

    /// The feed has been read to its end: the first comparison is due some days from then, and one at once where more than
    /// what is new was told.
    func noteWhollyRead(afresh: Bool) throws {
        if afresh { return try set(.comparisonDue, 1) }
        guard try integer(.compared) == nil, let now = try integer(.headClock) else { return }
        try set(.compared, now)
    }

    /// What the server's rows come to. What cannot be read is left out.
    fileprivate func digestSums() throws -> DigestSums {
        var sums = DigestSums()
        var last: Int64 = 0
        while true {
            let page = try Row.fetchAll(
                db.cachedStatement(sql: "SELECT row, id FROM record WHERE row > ? ORDER BY row LIMIT ?"),
                arguments: [last, Self.digestRows])
            guard let end = page.last else { return sums }
            for row in page {
                guard let stored = try loadReadable(RecordID(blob: row[1] as Data?)), let server = stored.server,
                    isCompared(server, stored)
                else { continue }
                sums.add(server)
            }
            last = end[0]
        }
    }

    private func loadReadable(_ id: RecordID?) throws -> StoredRow? {
        do {
            return try id.flatMap { try load($0) }
        } catch is ClientStoreError {
            return nil
        }
    }

    /// Whether a server's row is part of digests: neither deleted, nor hanging on something deleted, nor about to leave.
    func isCompared(_ server: VersionedRecord, _ stored: StoredRow) -> Bool {
        guard !server.isDeleted, stored.leaving == nil else { return false }
        // A root that cannot be read is told of by itself.
        return root(of: server, stored).map { (try? load($0))?.server?.isDeleted != true } ?? true
    }

    /// The record that it hangs on; nil for one that hangs on none.
    fileprivate func root(of server: VersionedRecord, _ stored: StoredRow) -> RecordID? {
        let root = schema[stored.collection] == nil ? stored.unit : schema.unit(of: server)
        return root.flatMap { $0 == stored.id ? nil : $0 }
    }

    /// Takes out a row that cannot be read, with all that may have been made of it.
    func discardUnreadable(_ id: RecordID) throws {
        try run("DELETE FROM record WHERE id = ?", [id.blob])
        try run("DELETE FROM history WHERE id = ?", [id.blob])
        try run("DELETE FROM dispute WHERE id = ?", [id.blob])
        // What the index has of it nobody knows.
        try StoreRepair(tables: self).emptyIndex()
        try notePurge()
    }

    /// What cannot be joined is compared at once, and then told whole.
    func noteUnreadable() throws { try set(.comparisonDue, 1) }
}

/// Takes whole buckets of records from the server in the place of what is here, inside one transaction. What is unsent stays
/// over them.
struct Mending {
    /// Rows that the server did not tell go by themselves only where they are this few, or one in a hundred: what somebody took
    /// away by mistake, at the server, is not to vanish here unasked.
    private static let mostRemoved = 2
    private static let removedShare = 100

    private let tables: ClientTables
    private var bucket: Int?
    private var told: Set<RecordID> = []
    /// What is here and was not told.
    private var untold: [RecordID] = []
    /// Records that were other than the server's, and those that it does not have.
    private(set) var mended = 0
    private(set) var removed = 0

    init(_ tables: ClientTables) { self.tables = tables }

    /// Whether records that come are those of a bucket.
    var isUnderWay: Bool { bucket != nil }

    mutating func begin(_ next: Int) throws {
        try end()
        (bucket, told) = (next, [])
    }

    /// Takes a record of the bucket.
    mutating func take(_ incoming: IncomingRecord, _ receiving: inout Receiving) throws {
        guard RecordDigest.bucket(of: incoming.id) == bucket else { return }
        told.insert(incoming.id)
        // What is unsent of it cannot be read: what is shown is all that is left of that.
        guard (try? tables.unsent(of: incoming.id)) != nil else { return }
        if let stored = try? tables.load(incoming.id) {
            guard stored.leaving == nil, try !isEqual(stored, incoming) else { return }
        }
        mended += 1
        try receiving.take(incoming, isReplacing: true)
    }

    private func isEqual(_ stored: StoredRow, _ incoming: IncomingRecord) throws -> Bool {
        guard let server = stored.server else { return false }
        return try RecordDigest.hash(server) == RecordDigest.hash(incoming.record())
    }

    /// Looks for what the server did not tell.
    private mutating func end() throws {
        guard let bucket else { return }
        let ids = try Data.fetchAll(
            tables.db, sql: "SELECT id FROM record WHERE substr(id, 16) = ? AND deleted = 0",
            arguments: [Data([UInt8(truncatingIfNeeded: bucket)])])
        for id in ids.compactMap({ RecordID(blob: $0) }) where try !told.contains(id) && isSurplus(id) {
            untold.append(id)
        }
        self.bucket = nil
    }

    /// Whether a row is one that the server would have told.
    private func isSurplus(_ id: RecordID) throws -> Bool {
        // What is unsent of it cannot be read: see above.
        guard let unsent = try? tables.unsent(of: id) else { return false }
        guard let stored = try? tables.load(id) else { return unsent.isEmpty }
        guard let server = stored.server, tables.isCompared(server, stored) else { return false }
        // Whether a root that is missing, or cannot be read, is deleted nobody knows.
        return tables.root(of: server, stored).map { (try? tables.load($0))?.server != nil } ?? true
    }

    mutating func finish(at now: ClientTime) throws {
        try end()
        if try mayRemoveUntold() {
            for id in untold { try remove(id) }
            removed = untold.count
        }
        if removed > 0 { try tables.notePurge() }
        if mended > 0 { try tables.log(.mended, at: now.wallMilliseconds, count: mended) }
        if removed > 0 { try tables.log(.gone, at: now.wallMilliseconds, count: removed) }
    }

    /// Counts what is held only where it is asked for: every page of a feed ends here.
    private func mayRemoveUntold() throws -> Bool {
        if untold.count <= Self.mostRemoved { return true }
        return untold.count <= (try tables.count("SELECT count(*) FROM record")) / Self.removedShare
    }

    private func remove(_ id: RecordID) throws {
        do {
            guard var stored = try tables.load(id) else { return }
            stored.server = nil
            stored.unsent = try tables.unsent(of: id)
            try tables.save(stored)
        } catch is ClientStoreError {
            try tables.discardUnreadable(id)
        }
    }
}
