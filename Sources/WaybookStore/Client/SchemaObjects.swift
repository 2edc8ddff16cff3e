import GRDB
import WaybookModel

/// What a store holds because of the schema: a view per collection and the search index. Made
/// anew when the schema asks for other ones; records are never touched.
///
/// The views are for other tools: SQLite 3.40 wrongly takes JSON functions in a schema for unsafe, so the store's own
/// connections, which trust no schema, neither read views nor could use an index over JSON.
struct SchemaObjects {
    let tables: ClientTables

    /// Names that views may not take.
    static let ownTables: Set<String> = [
        "meta", "collection", "record", "outbox", "touched", "issued", "rejected", "history", "synclog", "search",
        "dispute", "told", "leaving", "erased", "journal",
    ]

    /// Whether the objects are those that the schema asks for.
    func isCurrent() throws -> Bool { try tables.text(.schemaObjects) == fingerprint }

    /// Makes the objects anew.
    func prepare() throws {
        // Another process may have done it between the look and the lock.
        guard try !isCurrent() else { return }
        for collection in tables.schema.collections { _ = try tables.number(of: collection.name) }
        let statements = try statements()
        let old = try String.fetchAll(
            tables.db, sql: "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")
        for name in old { try tables.db.execute(sql: "DROP VIEW \(Self.quoted(name))") }
        try tables.db.execute(sql: "DROP TABLE IF EXISTS search")
        for statement in statements { try tables.db.execute(sql: statement) }
        try tables.set(.indexedThrough, 0)
        try tables.set(.schemaObjects, fingerprint)
    }

    private func statements() throws -> [String] {
        var statements = [SearchTerms.tableSQL(named: "search")]
        for collection in tables.schema.collections {
            statements.append(Self.viewSQL(collection, number: try tables.number(of: collection.name)))
        }
        return statements
    }

    /// One column a field; sets and maps as JSON text; only what is visible.
    static func viewSQL(_ collection: CollectionSchema, number: Int64) -> String {
        let columns =
            ["\(idText("record.id")) AS id"] + collection.fields.map { "\(column($0)) AS \(quoted($0.name.text))" }
        let name = ownTables.contains(collection.name.text) ? collection.name.text + "_" : collection.name.text
        return """
            CREATE VIEW \(quoted(name)) AS SELECT \(columns.joined(separator: ", ")) \
            FROM record WHERE collection = \(number) AND \(visible)
            """
    }

    /// The condition that a record and its root are alive, and that its unit does not leave.
    static let visible = """
        record.deleted = 0 AND record.leaving IS NULL AND (record.unit IS NULL OR NOT EXISTS \
        (SELECT 1 FROM record AS root WHERE root.id = record.unit AND root.deleted = 1))
        """

    /// The text form of a stored identity.
    static func idText(_ blob: String) -> String {
        let hex = "lower(hex(\(blob)))"
        let parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)]
        return parts.map { start, length in "substr(\(hex), \(start), \(length))" }.joined(separator: " || '-' || ")
    }

    private static func column(_ field: FieldSchema) -> String {
        let (first, past) = (field.name.text + "/", field.name.text + "0")
        let start = first.utf8.count + 1
        switch field.type {
        case .set:
            return """
                (SELECT json_group_array(value) FROM (SELECT value FROM json_each(record.fields) \
                WHERE key >= '\(first)' AND key < '\(past)' ORDER BY key))
                """
        case .map:
            return """
                (SELECT json_group_object(key, CASE WHEN type IN ('object', 'array') THEN json(value) ELSE value END) \
                FROM (SELECT substr(key, \(start)) AS key, value, type FROM json_each(record.fields) \
                WHERE key >= '\(first)' AND key < '\(past)' ORDER BY key))
                """
        default: return "json_extract(record.fields, '$.\(field.name.text)')"
        }
    }

    /// Tells one shape of the objects from another; the numbers of collections in a file never change.
    private var fingerprint: String {
        var lines = [SearchTerms.tableSQL(named: "search")]
        for collection in tables.schema.collections {
            lines.append(Self.viewSQL(collection, number: 0))
            lines += collection.fields.filter(\.isSearched).map(\.name.text)
        }
        return Self.hash(lines)
    }

    static func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    /// FNV-1a, 64 bits.
    private static func hash(_ statements: [String]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in statements.joined(separator: "\n").utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return String(hash, radix: 16)
    }
}
