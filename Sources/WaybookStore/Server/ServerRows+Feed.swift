import Foundation
import GRDB
import WaybookModel

/// A row of the feed as stored: nothing is parsed until somebody asks.
public struct FeedRow: Sendable {
    public var position: Int64
    public var id: RecordID
    public var collection: String
    public var unit: RecordID
    public var fields: String
    public var stamps: String
    public var isDeleted: Bool

    /// The sequence of its last commit.
    public var sequence: Int64 { FeedPosition.sequence(position) }
}

/// Places in the feed.
public enum FeedPosition {
    /// How many records one commit sequence can touch.
    public static let recordsPerSequence: Int64 = 4_096

    /// The bytes of stored rows with which a page is full, however few they are.
    public static let pageBytes = 4 << 20

    /// The position of a record in a commit.
    public static func make(sequence: Int64, index: Int64) -> Int64 { sequence * recordsPerSequence + index }

    /// The sequence of a position.
    public static func sequence(_ position: Int64) -> Int64 { position / recordsPerSequence }
}

extension ServerRows {
    /// Reads rows of the feed after a sequence, in order, whole sequences only.
    /// - Parameters:
    ///   - sequence: rows committed later than this.
    ///   - atLeast: stop after the sequence that brings the count to this, or the bytes to ``FeedPosition/pageBytes``.
    /// - Returns: the rows, and whether the feed ended with them.
    public func feed(after sequence: Int64, atLeast: Int) throws -> (rows: [FeedRow], isLast: Bool) {
        let statement = try db.cachedStatement(
            sql: """
                SELECT position, id, collection, unit, fields, stamps, deleted FROM record
                WHERE position >= ? ORDER BY position
                """)
        let cursor = try Row.fetchCursor(
            statement, arguments: [FeedPosition.make(sequence: sequence + 1, index: 0)])
        var rows: [FeedRow] = []
        var bytes = 0
        while let row = try cursor.next() {
            let position: Int64 = row[0]
            let isFull = rows.count >= atLeast || bytes >= FeedPosition.pageBytes
            if isFull, rows.last?.sequence != FeedPosition.sequence(position) { return (rows, false) }
            let next = try feedRow(row, position: position)
            bytes += next.fields.utf8.count + next.stamps.utf8.count
            rows.append(next)
        }
        return (rows, true)
    }

    func feedRow(_ row: Row, position: Int64) throws -> FeedRow {
        guard let id = RecordID(bytes: row[1] as Data) else { throw DamagedRow() }
        var unit = id
        if let bytes = row[3] as Data? {
            guard let given = RecordID(bytes: bytes) else { throw DamagedRow(record: id) }
            unit = given
        }
        return FeedRow(
            position: position, id: id, collection: row[2], unit: unit, fields: row[4], stamps: row[5],
            isDeleted: row[6])
    }

    /// Decodes a feed row.
    public func record(_ row: FeedRow) throws -> VersionedRecord {
        try decode(row.id, CollectionName(row.collection), fields: row.fields, stamps: row.stamps)
    }

    /// The sequence of the latest commit.
    public func lastSequence() throws -> Int64 { try number("sequence") ?? 0 }

    /// How many records there are to read, deleted ones and conflicts apart: a number that ``store(_:at:)`` keeps, so
    /// that no exchange counts.
    public func readableCount() throws -> Int64 {
        try number(Self.readableKey) ?? countReadable()
    }

    /// How many of them are in units of these scopes. Cost: linear in those units.
    public func readableCount(in scopes: Set<Scope>) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                SELECT sum(ifnull(readable, 1)) FROM (SELECT DISTINCT unit FROM (\(Self.units(ofScopes: scopes.count))))
                LEFT JOIN unit_size USING (unit)
                """)
        return try Int64.fetchOne(statement, arguments: StatementArguments(scopes.map(\.text))) ?? 0
    }

    /// The same number, counted. Cost: reads every record.
    public func countReadable() throws -> Int64 {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM record WHERE deleted = 0
                AND collection NOT IN ('conflict', 'user', 'team', 'membership')
                """) ?? 0
    }

    /// The units whose number of readable records is kept wrongly. Cost: reads every record.
    public func miscountedUnits(limit: Int) throws -> [RecordID] {
        let units = try Data.fetchAll(
            db,
            sql: """
                SELECT whole FROM (
                    SELECT ifnull(unit, id) AS whole, max(unit IS NULL) AS has_root,
                        sum(deleted = 0 AND collection NOT IN ('conflict', 'user', 'team', 'membership')) AS counted
                    FROM record GROUP BY 1)
                LEFT JOIN unit_size ON unit_size.unit = whole
                WHERE ifnull(readable, has_root) <> counted LIMIT ?
                """, arguments: [limit])
        return units.compactMap { RecordID(bytes: $0) }
    }

    /// Where that number stands among what the server keeps about itself.
    public static let readableKey = "readable"

    /// Begins to keep the number of readable records in a file that has none: a fresh one, or one of an earlier version.
    public func keepReadableCount() throws {
        if try number(Self.readableKey) == nil { try set(Self.readableKey, try countReadable()) }
    }

    /// A number that the server keeps about itself.
    public func number(_ key: String) throws -> Int64? {
        let statement = try db.cachedStatement(sql: "SELECT value FROM server WHERE key = ?")
        return try Int64.fetchOne(statement, arguments: [key])
    }

    /// A text that the server keeps about itself.
    public func text(_ key: String) throws -> String? {
        let statement = try db.cachedStatement(sql: "SELECT value FROM server WHERE key = ?")
        return try String.fetchOne(statement, arguments: [key])
    }

    /// Keeps something about the server itself.
    public func set(_ key: String, _ value: some DatabaseValueConvertible) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO server (key, value) VALUES (?, ?)")
            .execute(arguments: [key, value])
    }
}
