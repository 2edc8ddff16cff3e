import GRDB
import WaybookModel

/// Compares the search index with the records that it has taken in.
struct IndexCheck {
    let tables: ClientTables

    /// Whether the index is sound, and holds each term of each record that it has taken in, and no other.
    func isRight() throws -> Bool {
        do {
            try tables.db.execute(sql: "INSERT INTO search (search) VALUES ('integrity-check')")
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            return false
        }
        return try expected() == found()
    }

    private func expected() throws -> UInt64? {
        var searched = SearchedText(tables.schema)
        var names: [Int64: CollectionName] = [:]
        for row in try Row.fetchAll(tables.db, sql: "SELECT number, name FROM collection") {
            names[row[0]] = CollectionName(row[1])
        }
        var sum: UInt64 = 0
        let rows = try HotStatement(tables.db, "SELECT row, collection, fields FROM record WHERE row <= ?")
        try rows.forEachRow(.integer(try tables.indexedThrough())) { row in
            // What does not read back is told of as a record.
            guard let terms = try? searched.terms(of: row.bytes(2), in: names[row.integer(1)] ?? "") else {
                return true
            }
            for term in Set(terms.split(separator: 0x20)) { sum &+= Self.hash(term, row.integer(0)) }
            return true
        }
        return sum
    }

    private func found() throws -> UInt64? {
        try tables.db.execute(
            sql: "CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab('main', 'search', 'instance')")
        defer { try? tables.db.execute(sql: "DROP TABLE IF EXISTS temp.terms") }
        var sum: UInt64 = 0
        let rows = try HotStatement(tables.db, "SELECT doc, term FROM temp.terms")
        try rows.forEachRow { row in
            sum &+= Self.hash(row.bytes(1), row.integer(0))
            return true
        }
        return sum
    }

    /// FNV-1a, 64 bits, over the term and the row's number.
    private static func hash(_ term: some Sequence<UInt8>, _ row: Int64) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in term { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        for shift in stride(from: 0, to: 64, by: 8) {
            hash = (hash ^ UInt64(truncatingIfNeeded: row >> Int64(shift)) & 0xFF) &* 0x0000_0100_0000_01b3
        }
        return hash
    }
}
