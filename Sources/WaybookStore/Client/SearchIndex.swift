import GRDB
import WaybookModel

/// The words by which records are found: those of the fields that the schema marks as searched, straight from the stored
/// texts.
struct SearchedText {
    private let schema: Schema
    /// The names of the searched fields, by collection.
    private var searched: [CollectionName: [[UInt8]]] = [:]
    private var document = JSONDocument()
    private var terms = IndexTerms()

    init(_ schema: Schema) { self.schema = schema }

    /// The terms of a record as shown; empty for a deleted one. Equal texts give equal terms: the index needs them to
    /// forget a record.
    /// - Parameter fields: the canonical fields.
    mutating func terms(of fields: some Collection<UInt8>, in collection: CollectionName) throws(JSONError) -> [UInt8] {
        terms.removeAll()
        let names = names(in: collection)
        guard !names.isEmpty else { return [] }
        try document.read(fields)
        var isDeleted = false
        document.forEachEntry(of: document.root) { path, value in
            if document.isText(path, "$life") { isDeleted = document.isText(value, "deleted") }
            Self.append(path, value, of: document, names, to: &terms)
            return !isDeleted
        }
        return isDeleted ? [] : terms.bytes
    }

    private mutating func names(in collection: CollectionName) -> [[UInt8]] {
        if let known = searched[collection] { return known }
        let names = (schema[collection]?.searchedFields ?? []).map { Array($0.text.utf8) }
        searched[collection] = names
        return names
    }

    private static func append(
        _ path: JSONDocument.Part, _ value: JSONDocument.Part, of document: JSONDocument, _ names: [[UInt8]],
        to terms: inout IndexTerms
    ) {
        let bytes = document.plainBytes(path) ?? Array((document.text(path) ?? "").utf8)[...]
        let field = bytes.prefix { $0 != UInt8(ascii: "/") }
        guard names.contains(where: { $0.elementsEqual(field) }) else { return }
        if field.count < bytes.count {
            guard let path = FieldPath(parsing: String(decoding: bytes, as: UTF8.self)), path.flag == nil else {
                return
            }
            if let key = path.key, document.text(value) != key { terms.append(key) }
        }
        append(value, of: document, to: &terms)
    }

    private static func append(
        _ value: JSONDocument.Part, of document: JSONDocument, to terms: inout IndexTerms
    ) {
        if let plain = document.plainBytes(value) {
            terms.append(utf8: plain)
        } else if let text = document.text(value) {
            terms.append(text)
        } else if let number = document.integer(value) {
            terms.append(String(number))
        }
        for element in document.elements(value) { append(element, of: document, to: &terms) }
        document.forEachEntry(of: value) { _, entry in
            append(entry, of: document, to: &terms)
            return true
        }
    }
}

extension ClientTables {
    /// The last row that the index has taken in; later ones wait for ``indexRows(atMost:)``.
    func indexedThrough() throws -> Int64 { try integer(.indexedThrough) ?? 0 }

    /// Keeps the index true to a row that it has taken in already.
    /// - Parameters:
    ///   - before: its fields as shown before; nil where it was not there.
    ///   - after: as shown from now on; nil where it goes.
    func reindex(row: Int64, of id: RecordID, in collection: CollectionName, before: String?, after: String?) throws {
        guard try row <= indexedThrough() else { return }
        var searched = SearchedText(schema)
        do {
            // What does not read back was taken in with no terms.
            let old = before.flatMap { try? searched.terms(of: $0.utf8, in: collection) } ?? []
            let new = try after.map { try searched.terms(of: $0.utf8, in: collection) } ?? []
            guard old != new else { return }
            if !old.isEmpty { try HotStatement(db, Self.forgetting).run(.integer(row), .text(old[...])) }
            if !new.isEmpty { try HotStatement(db, Self.indexing).run(.integer(row), .text(new[...])) }
        } catch is JSONError {
            throw ClientStoreError.damagedRow(id)
        }
    }

    private static let indexing = "INSERT INTO search (rowid, terms) VALUES (?, ?)"
    private static let forgetting = "INSERT INTO search (search, rowid, terms) VALUES ('delete', ?, ?)"

    /// After a row was removed: SQLite gives the number of the last row out again.
    func noteRemovedRow() throws {
        let last = try Int64.fetchOne(db.cachedStatement(sql: "SELECT ifnull(max(row), 0) FROM record")) ?? 0
        if try last < indexedThrough() { try set(.indexedThrough, last) }
    }

    /// Takes the next rows into the index, in the order of their rows.
    /// - Returns: how many were taken in; fewer than `limit` when the index has caught up.
    func indexRows(atMost limit: Int) throws -> Int {
        let names = try collectionNames()
        let indexing = try HotStatement(db, Self.indexing)
        let rows = try HotStatement(
            db, "SELECT row, collection, fields FROM record WHERE row > ? ORDER BY row LIMIT ?")
        var searched = SearchedText(schema)
        var through = try indexedThrough()
        var count = 0
        try rows.forEachRow(.integer(through), .integer(Int64(limit))) { row in
            through = row.integer(0)
            count += 1
            // What does not read back is told of by whoever reads it, and must not keep the rows behind it from being found.
            let terms = (try? searched.terms(of: row.bytes(2), in: names[row.integer(1)] ?? "")) ?? []
            if !terms.isEmpty { try indexing.run(.integer(through), .text(terms[...])) }
            return true
        }
        if count > 0 { try set(.indexedThrough, through) }
        return count
    }

    private func collectionNames() throws -> [Int64: CollectionName] {
        let rows = try Row.fetchAll(db.cachedStatement(sql: "SELECT number, name FROM collection"))
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as Int64, CollectionName($0[1])) })
    }

    /// How many rows wait, counted up to `limit`.
    func unindexedCount(upTo limit: Int) throws -> Int {
        try count("SELECT count(*) FROM (SELECT 1 FROM record WHERE row > ? LIMIT ?)", [indexedThrough(), limit])
    }
}
