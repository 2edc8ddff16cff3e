import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// Comparing what is held with the server, by the sums of 256 buckets of records (`protocol/4-exchange.md#comparing`).
extension ClientStore {
    /// How long after one comparison the next one is due, milliseconds by the server's clock.
    public static let comparisonMilliseconds: Int64 = 7 * 24 * 3_600 * 1_000

    /// Whether to compare with the next exchange. Never while a pull is under way or something is sent again: then the sides
    /// differ by right.
    public func isComparisonDue() throws -> Bool {
        try read { tables in
            guard try tables.mayCompare() else { return false }
            if try tables.integer(.comparisonDue) != nil { return true }
            guard let last = try tables.integer(.compared), let now = try tables.integer(.headClock) else {
                return false
            }
            return now - last >= Self.comparisonMilliseconds
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
        let root = schema[stored.collection] == nil ? stored.unit : schema.unit(of: server)
        guard let root, root != stored.id else { return true }
        // One that cannot be read is told of by itself.
        return (try? load(root))?.server?.isDeleted != true
    }
}

/// Takes whole buckets of records from the server in the place of what is here, inside one transaction. What is unsent stays
/// over them.
struct Mending {
    private let tables: ClientTables
    private var bucket: Int?
    private var told: Set<RecordID> = []
    /// Records that were other than the server's.
    private(set) var mended = 0
    private var hasDamaged = false

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
        guard let unsent = try? tables.unsent(of: incoming.id) else { return }
        do {
            if let stored = try tables.load(incoming.id) {
                guard stored.leaving == nil, try !isEqual(stored, incoming) else { return }
            }
        } catch is ClientStoreError {
            try discard(incoming.id)
        }
        mended += 1
        let isNew = try !tables.exists(incoming.id)
        try receiving.take(incoming, isReplacing: true)
        guard isNew, !unsent.isEmpty, var stored = try tables.load(incoming.id) else { return }
        stored.unsent = unsent
        try tables.save(stored)
    }

    private func isEqual(_ stored: StoredRow, _ incoming: IncomingRecord) throws -> Bool {
        guard let server = stored.server else { return false }
        return try RecordDigest.hash(server) == RecordDigest.hash(incoming.record())
    }

    /// Takes out a row that cannot be read, whatever the search index has of it.
    private mutating func discard(_ id: RecordID) throws {
        try tables.run("DELETE FROM record WHERE id = ?", [id.blob])
        hasDamaged = true
    }

    /// Takes out what the server does not have.
    private mutating func end() throws {
        guard let bucket else { return }
        let ids = try Data.fetchAll(
            tables.db, sql: "SELECT id FROM record WHERE substr(id, 16) = ?",
            arguments: [Data([UInt8(truncatingIfNeeded: bucket)])])
        for id in ids.compactMap({ RecordID(blob: $0) }) where !told.contains(id) {
            // What is unsent of it cannot be read: see above.
            guard (try? tables.unsent(of: id)) != nil else { continue }
            do {
                guard var stored = try tables.load(id), let server = stored.server, tables.isCompared(server, stored)
                else { continue }
                stored.server = nil
                stored.unsent = try tables.unsent(of: id)
                try tables.save(stored)
            } catch is ClientStoreError {
                guard try tables.unsent(of: id).isEmpty else { continue }
                try discard(id)
            }
            mended += 1
        }
        self.bucket = nil
    }

    mutating func finish(at now: ClientTime) throws {
        try end()
        if hasDamaged { try StoreRepair(tables: tables).emptyIndex() }
        if mended > 0 { try tables.log(.mended, at: now.wallMilliseconds, count: mended) }
    }
}
