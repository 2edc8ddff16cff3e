import GRDB
import WaybookModel

/// The words by which a record is found: those of the fields that the schema marks as searched.
enum SearchedText {
    /// The terms of a record as shown; empty for a deleted one. Pure: the index needs equal terms to forget a record.
    static func terms(of record: VersionedRecord, schema: Schema) -> String {
        guard !record.isDeleted, let collection = schema[record.collection] else { return "" }
        let searched = collection.searchedFields
        guard !searched.isEmpty else { return "" }
        var texts: [String] = []
        for path in record.atoms.keys.filter({ searched.contains($0.field) }).sorted() {
            guard let value = record.atoms[path]?.value, path.flag == nil else { continue }
            if let key = path.key, value.text != key { texts.append(key) }
            append(value, to: &texts)
        }
        return SearchTerms.terms(of: texts)
    }

    private static func append(_ value: Value, to texts: inout [String]) {
        switch value {
        case .string(let text): texts.append(text)
        case .int(let number): texts.append(String(number))
        case .list(let elements): for element in elements { append(element, to: &texts) }
        case .map(let entries):
            for key in CanonicalJSON.sortedKeys(entries.keys) { append(entries[key] ?? .null, to: &texts) }
        case .null, .bool: break
        }
    }
}

extension ClientTables {
    /// The last row that the index has taken in; later ones wait for ``indexRows(atMost:)``.
    func indexedThrough() throws -> Int64 { try integer(.indexedThrough) ?? 0 }

    /// Keeps the index true to a row that it has taken in already.
    func reindex(row: Int64, before: VersionedRecord?, after: VersionedRecord?) throws {
        guard try row <= indexedThrough() else { return }
        let old = before.map { SearchedText.terms(of: $0, schema: schema) } ?? ""
        let new = after.map { SearchedText.terms(of: $0, schema: schema) } ?? ""
        guard old != new else { return }
        if !old.isEmpty { try forget(row: row, terms: old) }
        if !new.isEmpty { try run("INSERT INTO search (rowid, terms) VALUES (?, ?)", [row, new]) }
    }

    private func forget(row: Int64, terms: String) throws {
        try run("INSERT INTO search (search, rowid, terms) VALUES ('delete', ?, ?)", [row, terms])
    }

    /// After a row was removed: SQLite gives the number of the last row out again.
    func noteRemovedRow() throws {
        let last = try Int64.fetchOne(db, sql: "SELECT ifnull(max(row), 0) FROM record") ?? 0
        if try last < indexedThrough() { try set(.indexedThrough, last) }
    }

    /// Takes the next rows into the index, in the order of their rows.
    /// - Returns: how many were taken in; fewer than `limit` when the index has caught up.
    func indexRows(atMost limit: Int) throws -> Int {
        let statement = try db.cachedStatement(
            sql: """
                SELECT record.row, record.id, collection.name, record.fields FROM record
                JOIN collection ON collection.number = record.collection
                WHERE record.row > ? ORDER BY record.row LIMIT ?
                """)
        var through = try indexedThrough()
        var count = 0
        let rows = try Row.fetchCursor(statement, arguments: [through, limit])
        while let row = try rows.next() {
            let record = try ListedRecord(row: row).record
            let terms = SearchedText.terms(of: record, schema: schema)
            through = row[0]
            count += 1
            if !terms.isEmpty { try run("INSERT INTO search (rowid, terms) VALUES (?, ?)", [through, terms]) }
        }
        if count > 0 { try set(.indexedThrough, through) }
        return count
    }

    /// How many rows wait, counted up to `limit`.
    func unindexedCount(upTo limit: Int) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM (SELECT 1 FROM record WHERE row > ? LIMIT ?)",
            arguments: [indexedThrough(), limit]) ?? 0
    }
}
