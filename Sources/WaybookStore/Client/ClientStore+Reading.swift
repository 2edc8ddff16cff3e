import Foundation
import GRDB
import WaybookModel

extension ClientStore {
    /// A record as shown, deleted ones too; nil when this replica has none of it, or its unit leaves.
    public func record(_ id: RecordID) throws -> ShownRecord? {
        try read { tables in
            guard let stored = try tables.load(id), stored.leaving == nil else { return nil }
            let shown = stored.shown
            let unit = schema.unit(of: shown) ?? id
            let paths = Set(stored.unsent.flatMap { $0.change.writes.map(\.path) }).sorted()
            let isRootDeleted = try unit != id && tables.isDeleted(unit)
            return ShownRecord(
                record: shown, unit: unit, isVisible: !shown.isDeleted && !isRootDeleted,
                isUnknownToServer: stored.server == nil, unsentPaths: paths,
                pending: stored.server == nil ? [] : paths.filter { isRequest($0, in: stored.collection) },
                conflicts: try tables.openConflicts(about: id, limit: 1_000))
        }
    }

    private func isRequest(_ path: FieldPath, in collection: CollectionName) -> Bool {
        schema.rule(for: path, in: collection) == .served
    }

    /// The records of a query. Cost: an index scan of the collection, and a sort where one is asked for.
    public func list(_ query: RecordQuery) throws -> [ListedRecord] {
        var records: [ListedRecord] = []
        try each(query) { records.append($0) }
        return records
    }

    /// Hands over the records of a query one by one, from one state of the store, in constant memory.
    public func each(_ query: RecordQuery, _ body: (ListedRecord) throws -> Void) throws {
        try read { tables in
            guard let number = try tables.knownNumber(of: query.collection) else { return }
            var compiler = tables.compiler(query.collection)
            let condition = try compiler.condition(query, number: number)
            let limit = query.limit.map { " LIMIT \(max(0, $0))" } ?? ""
            let rows = try Int64.fetchCursor(
                tables.db,
                sql: "SELECT record.row FROM record WHERE \(condition) ORDER BY \(try compiler.order(query))\(limit)",
                arguments: StatementArguments(compiler.arguments))
            while let row = try rows.next() {
                if let record = try tables.listed(row: row) { try body(record) }
            }
        }
    }

    /// How many records a query means; its sort and limit do not count.
    public func count(_ query: RecordQuery) throws -> Int {
        try read { tables in
            guard let number = try tables.knownNumber(of: query.collection) else { return 0 }
            var compiler = tables.compiler(query.collection)
            let condition = try compiler.condition(query, number: number)
            return try Int.fetchOne(
                tables.db, sql: "SELECT count(*) FROM record WHERE \(condition)",
                arguments: StatementArguments(compiler.arguments)) ?? 0
        }
    }

    /// What happened to a record as this replica saw it, newest first.
    public func history(of id: RecordID, limit: Int = 1_000) throws -> [HistoryEntry] {
        try read { tables in try tables.history(of: id, limit: limit) }
    }

    /// The open conflicts that no unsent set resolves, about one record or all, oldest first.
    public func conflicts(about id: RecordID? = nil, limit: Int = 10_000) throws -> [ListedRecord] {
        try read { tables in
            try tables.openConflicts(about: id, limit: limit).compactMap { conflict in
                let row = try Int64.fetchOne(
                    tables.db, sql: "SELECT row FROM record WHERE id = ?", arguments: [conflict.blob])
                return try row.flatMap { try tables.listed(row: $0) }
            }
        }
    }
}

extension ClientTables {
    func knownNumber(of collection: CollectionName) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT number FROM collection WHERE name = ?"), arguments: [collection.text])
    }

    func compiler(_ collection: CollectionName) -> FilterCompiler {
        FilterCompiler(collection: schema[collection])
    }

    func listed(row: Int64) throws -> ListedRecord? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT record.row, record.id, collection.name, record.fields, record.server IS NOT NULL,
                    \(Self.conflicted)
                FROM record JOIN collection ON collection.number = record.collection WHERE record.row = ?
                """)
        return try Row.fetchOne(statement, arguments: [row]).map { try ListedRecord(row: $0) }
    }

    func isDeleted(_ id: RecordID) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM record WHERE id = ? AND deleted = 1)")
        return try Bool.fetchOne(statement, arguments: [id.blob]) ?? false
    }
}
