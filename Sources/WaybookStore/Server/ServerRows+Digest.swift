import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

extension ServerRows {
    /// Goes through the records that digests are made over: neither deleted nor hanging on a deleted root.
    /// - Parameters:
    ///   - scopes: only those in units of these; nil for all.
    ///   - bucket: only those of this bucket; nil for all.
    /// - Cost: reads every record of the scopes.
    public func forEachCompared(
        in scopes: Set<Scope>?, bucket: Int? = nil, _ body: (FeedRow) throws -> Void
    ) throws {
        guard let scopes else { return try forEachCompared(where: "1", [], bucket, body) }
        let units = Self.units(ofScopes: scopes.count)
        let texts = StatementArguments(scopes.map(\.text))
        try forEachCompared(where: "record.id IN (\(units))", texts, bucket, body)
        try forEachCompared(where: "record.unit IN (\(units))", texts, bucket, body)
    }

    private func forEachCompared(
        where condition: String, _ arguments: StatementArguments, _ bucket: Int?, _ body: (FeedRow) throws -> Void
    ) throws {
        let last = bucket.map { Data([UInt8(truncatingIfNeeded: $0)]) }
        let cursor = try Row.fetchCursor(
            db,
            sql: """
                SELECT position, id, collection, unit, fields, stamps, deleted FROM record
                WHERE \(condition) AND deleted = 0 \(last == nil ? "" : "AND substr(id, 16) = ?")
                    AND NOT EXISTS (SELECT 1 FROM record AS root WHERE root.id = record.unit AND root.deleted = 1)
                """, arguments: arguments + StatementArguments(last.map { [$0] } ?? []))
        while let row = try cursor.next() { try body(try feedRow(row, position: row[0])) }
    }

    /// What the records of these scopes come to; nil for all scopes. Cost: reads and hashes every one of them.
    public func digest(in scopes: Set<Scope>?) throws -> DigestSums {
        var sums = DigestSums()
        try forEachCompared(in: scopes) { row in sums.add(try record(row)) }
        return sums
    }
}
