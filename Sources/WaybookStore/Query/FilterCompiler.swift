import Foundation
import GRDB
import WaybookModel

/// Turns a query into SQL over `record`, with every value bound.
struct FilterCompiler {
    let collection: CollectionSchema?
    private(set) var arguments: [DatabaseValue] = []

    init(collection: CollectionSchema?) { self.collection = collection }

    /// The condition of a query. The collection's number stands in it as a literal: partial indexes need that.
    mutating func condition(_ query: RecordQuery, number: Int64) throws -> String {
        var parts = ["record.collection = \(number)"]
        switch query.scope {
        case .visible: parts.append(SchemaObjects.visible)
        case .deleted: parts.append("record.deleted = 1 AND record.leaving IS NULL")
        }
        if let filter = query.filter { parts.append(try sql(filter)) }
        return parts.joined(separator: " AND ")
    }

    /// The ORDER BY terms of a query.
    func order(_ query: RecordQuery) throws -> String {
        let keys = try query.sort.map { key in
            let value = try value(of: key.selector)
            let isDecimal = collection?[key.selector.field]?.type == .decimal
            let expression = isDecimal ? "CAST(\(value) AS NUMERIC)" : value
            return "\(expression) COLLATE NOCASE \(key.isDescending ? "DESC" : "ASC") NULLS LAST"
        }
        return (keys + ["record.row"]).joined(separator: ", ")
    }

    private mutating func sql(_ filter: RecordFilter) throws -> String {
        switch filter {
        case .all(let filters): return try joined(filters, by: " AND ", empty: "1")
        case .any(let filters): return try joined(filters, by: " OR ", empty: "0")
        case .not(let filter): return "NOT ifnull(\(try sql(filter)), 0)"
        case .compare(let selector, let comparison, let value): return try compare(selector, comparison, value)
        case .contains(let selector, let text): return try contains(selector, text)
        case .begins(let selector, let text):
            let expression = try value(of: selector)
            return "substr(\(expression), 1, length(\(bind(text)))) = \(bind(text))"
        case .exists(let selector):
            if let range = try elements(selector) { return "EXISTS (SELECT 1 FROM \(range))" }
            return "\(try value(of: selector)) IS NOT NULL"
        case .identity(let ids):
            return "record.id IN (\(ids.map { bind($0.blob) }.joined(separator: ", ")))"
        case .unsent: return "record.server IS NOT NULL"
        case .conflicted: return ClientTables.conflicted
        }
    }

    private mutating func joined(_ filters: [RecordFilter], by word: String, empty: String) throws -> String {
        if filters.isEmpty { return empty }
        var parts: [String] = []
        for filter in filters { parts.append(try sql(filter)) }
        return "(" + parts.joined(separator: word) + ")"
    }

    private mutating func compare(
        _ selector: FieldSelector, _ comparison: RecordFilter.Comparison, _ value: Value
    ) throws -> String {
        if let range = try elements(selector) {
            let start = selector.field.text.utf8.count + 2
            let wanted = bind(value)
            let has = "EXISTS (SELECT 1 FROM \(range) AND (substr(e.key, \(start)) = \(wanted) OR e.value = \(wanted)))"
            return comparison == .notEqual ? "NOT \(has)" : has
        }
        let expression = try self.value(of: selector)
        if value == .null { return "\(expression) IS \(comparison == .notEqual ? "NOT " : "")NULL" }
        let isDecimal = collection?[selector.field]?.type == .decimal
        let (left, right) =
            isDecimal
            ? ("CAST(\(expression) AS NUMERIC)", "CAST(\(bind(value)) AS NUMERIC)") : (expression, bind(value))
        let condition = "\(left) \(Self.symbol(comparison)) \(right)"
        guard let unit = rootUnit(selector, comparison, value) else { return condition }
        return "(record.unit = \(bind(unit)) AND \(condition))"
    }

    /// A question for the field that names the root is answered by the index of units.
    private func rootUnit(_ selector: FieldSelector, _ comparison: RecordFilter.Comparison, _ value: Value) -> Data? {
        guard comparison == .equal, selector.field == collection?.rootField else { return nil }
        return value.text.flatMap { RecordID($0) }?.blob
    }

    private static func symbol(_ comparison: RecordFilter.Comparison) -> String {
        switch comparison {
        case .equal: "="
        case .notEqual: "IS NOT"
        case .less: "<"
        case .lessOrEqual: "<="
        case .greater: ">"
        case .greaterOrEqual: ">="
        }
    }

    private mutating func contains(_ selector: FieldSelector, _ text: String) throws -> String {
        let wanted = "lower(\(bind(text)))"
        if let range = try elements(selector) {
            let isFound = "instr(lower(e.key), \(wanted)) OR instr(lower(e.value), \(wanted))"
            return "EXISTS (SELECT 1 FROM \(range) AND (\(isFound)))"
        }
        return "instr(lower(\(try value(of: selector))), \(wanted)) > 0"
    }

    /// The elements of a set or map; nil for any other field.
    private func elements(_ selector: FieldSelector) throws -> String? {
        switch collection?[selector.field]?.type {
        case .set, .map:
            let name = try Self.checked(selector.field)
            return "json_each(record.fields) AS e WHERE e.key >= '\(name)/' AND e.key < '\(name)0'"
        default: return nil
        }
    }

    private func value(of selector: FieldSelector) throws -> String {
        let field = try Self.checked(selector.field)
        if field == "id", collection?[selector.field] == nil { return "(\(SchemaObjects.idText("record.id")))" }
        let part = try selector.part.map { "." + (try Self.checked($0)) } ?? ""
        return "(json_extract(record.fields, '$.\(field)\(part)'))"
    }

    /// A name that may stand in SQL: letters and digits only.
    private static func checked(_ name: FieldName) throws -> String {
        guard isWellFormedName(name.text) else { throw ClientStoreError.malformedName(name.text) }
        return name.text
    }

    private mutating func bind(_ value: Value) -> String {
        switch value {
        case .null: return "NULL"
        case .bool(let flag): return flag ? "1" : "0"
        case .int(let number): return bind(number)
        case .string(let text): return bind(text)
        case .list, .map: return bind(CanonicalJSON.text(value))
        }
    }

    /// Numbered, so that the order in which parts are composed does not matter.
    private mutating func bind(_ value: some DatabaseValueConvertible) -> String {
        arguments.append(value.databaseValue)
        return "?\(arguments.count)"
    }
}
