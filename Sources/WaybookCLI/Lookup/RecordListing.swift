import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// The records that a person asks for, in the order that they ask for.
struct RecordListing {
    /// How many are shown where nothing is said.
    static let shownByDefault = 50

    private let kind: CollectionSchema
    private let book: RecordBook
    private let filter: Filter
    private let conversion: StoreFilter
    private let scope: RecordQuery.Scope
    private let order: [RecordQuery.SortKey]
    var limit: Int?

    init(
        _ kind: CollectionSchema, _ book: RecordBook, conditions: String?, sort: String? = nil, deleted: Bool = false
    ) throws {
        self.kind = kind
        self.book = book
        filter =
            try conditions.map { text in
                try RecordListing.parse(text, kind, book)
            } ?? .all
        conversion = StoreFilter(filter)
        scope = deleted ? .deleted : .visible
        order = try sort.map { [try RecordListing.key($0, kind)] } ?? []
    }

    static func parse(_ text: String, _ kind: CollectionSchema, _ book: RecordBook) throws -> Filter {
        do {
            return try FilterParser(schema: kind, context: book.inputContext()).parse(text)
        } catch {
            throw FailureWording.filter(error, text: text, kind)
        }
    }

    private static func key(_ text: String, _ kind: CollectionSchema) throws -> RecordQuery.SortKey {
        let isDescending = text.hasPrefix("-")
        let name = isDescending ? String(text.dropFirst()) : text
        let field = try FieldReader.field(named: name, in: kind)
        return RecordQuery.SortKey(FieldSelector(field.name), descending: isDescending)
    }

    /// The records, all in memory.
    func records() throws -> [ListedRecord] {
        var records: [ListedRecord] = []
        try each { records.append($0) }
        return records
    }

    /// Hands over the records one by one, in constant memory; `body` must not ask the store for anything.
    func each(_ body: (ListedRecord) throws -> Void) throws {
        var given = 0
        let exactLimit = conversion.isExact ? limit : nil
        let query = RecordQuery(kind.name, filter: conversion.filter, sort: order, limit: exactLimit, scope: scope)
        do {
            try book.workspace.store.each(query) { record in
                guard conversion.isExact || filter.matches(record.record) else { return }
                if let limit, given == limit { throw Enough() }
                given += 1
                try body(record)
            }
        } catch is Enough {}
    }

    private struct Enough: Error {}

    /// How many there are, whatever the limit.
    func total() throws -> Int {
        if conversion.isExact {
            return try book.workspace.store.count(RecordQuery(kind.name, filter: conversion.filter, scope: scope))
        }
        var count = 0
        var all = self
        all.limit = nil
        try all.each { _ in count += 1 }
        return count
    }

    /// The fields to show: those that are named, else the schema's.
    func columns(_ names: String?) throws -> [FieldSchema] {
        guard let names else { return kind.listFields.compactMap { kind[$0] } }
        return try names.split(separator: ",").map { try FieldReader.field(named: String($0), in: kind) }
    }

    static func headings(_ columns: [FieldSchema]) -> [TextTable.Heading] {
        [TextTable.Heading(Texts.Words.id.spoken)]
            + columns.map { field in
                switch field.type {
                case .integer, .decimal, .money: TextTable.Heading(field.label.spoken, isNumeric: true)
                default: TextTable.Heading(field.label.spoken)
                }
            } + [TextTable.Heading("")]
    }

    /// One row: identity, fields, and a mark for what is unsent (`*`) or in conflict (`!`).
    static func cells(_ record: ListedRecord, _ columns: [FieldSchema], _ display: FieldDisplay) -> [String] {
        let shown = record.record
        let marks = (record.isUnsent ? "*" : "") + (record.isConflicted ? "!" : "")
        return [RecordBook.short(record.id)] + columns.map { display.text($0, in: shown) } + [marks]
    }
}
