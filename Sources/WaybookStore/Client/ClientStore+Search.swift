import GRDB
import WaybookModel

/// What a search found, and how much of the store it looked at.
public struct SearchAnswer: Hashable, Sendable {
    public var records: [ListedRecord]
    /// How many records the index has not taken in yet: they were not looked at.
    public var unindexedCount: Int

    /// Whether every record was looked at.
    public var isComplete: Bool { unindexedCount == 0 }
}

extension ClientStore {
    /// Finds visible records by words, Chinese characters or digits of numbers; all must be there, in any order. Newest
    /// to this replica first.
    public func search(_ words: String, in collection: CollectionName? = nil, limit: Int = 50) throws -> SearchAnswer {
        try read { tables in
            let waiting = try tables.unindexedCount(upTo: .max)
            guard let expression = SearchTerms.matchExpression(for: words) else {
                return SearchAnswer(records: [], unindexedCount: waiting)
            }
            let number = try collection.map { try tables.knownNumber(of: $0) ?? 0 }
            let rows = try Int64.fetchCursor(
                tables.db,
                sql: """
                    SELECT search.rowid FROM search JOIN record ON record.row = search.rowid
                    WHERE search MATCH ?1 AND (?2 IS NULL OR record.collection = ?2) AND \(SchemaObjects.visible)
                    ORDER BY search.rowid DESC LIMIT ?3
                    """, arguments: [expression, number, limit])
            var records: [ListedRecord] = []
            while let row = try rows.next() {
                if let record = try tables.listed(row: row) { records.append(record) }
            }
            return SearchAnswer(records: records, unindexedCount: waiting)
        }
    }

    /// Takes the next records into the search index; for the background, after pages. One transaction.
    /// - Returns: whether more wait.
    public func indexForSearch(atMost limit: Int = 5_000) throws -> Bool {
        guard try read({ tables in try tables.unindexedCount(upTo: 1) }) > 0 else { return false }
        return try write { tables in try tables.indexRows(atMost: limit) == limit }
    }
}
