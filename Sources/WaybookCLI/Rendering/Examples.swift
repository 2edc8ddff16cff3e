import WaybookCRM
import WaybookModel

/// The examples in the help of records' commands: made from the schema, so that a new kind of record has its own.
enum Examples {
    static func add(_ kind: CollectionSchema) -> [String] {
        ["waybook \(kind.name.text) add \(title(kind))" + assignment(kind).map { " --set \($0)" }.joined()]
    }

    static func edit(_ kind: CollectionSchema) -> [String] {
        let fields = kind.fields.contains { $0.name == "tags" } ? ["tags=vip,-old"] : []
        return (assignment(kind, limit: 1) + fields).map {
            "waybook \(kind.name.text) edit \(title(kind)) --set \($0)"
        } + ["waybook \(kind.name.text) edit 0198c2f0 --set \(kind.titleField.text)=\(title(kind))"]
    }

    static func list(_ kind: CollectionSchema) -> [String] {
        let simple = assignment(kind, limit: 3).first { !$0.contains("'") }
        let condition = simple ?? "\(kind.titleField.text)=\(title(kind))"
        return [
            "waybook \(kind.name.text) list --where '\(condition)' --sort \(kind.titleField.text)",
            "waybook \(kind.name.text) list --sort -\(kind.titleField.text) --limit 10 --json",
        ]
    }

    static func show(_ kind: CollectionSchema) -> [String] { named("show", kind) }
    static func delete(_ kind: CollectionSchema) -> [String] { named("delete", kind) }
    static func restore(_ kind: CollectionSchema) -> [String] { named("restore", kind) }
    static func history(_ kind: CollectionSchema) -> [String] { named("history", kind) }

    static func importFile(_ kind: CollectionSchema) -> [String] {
        [
            "waybook \(kind.name.text) import file.csv --dry-run",
            "waybook \(kind.name.text) import file.csv --map Label=\(kind.titleField.text) --errors faulty.csv",
        ] + (kind.name == Customer.shape.name ? ["waybook customer import cards.vcf --dry-run"] : [])
    }

    private static func named(_ verb: String, _ kind: CollectionSchema) -> [String] {
        ["waybook \(kind.name.text) \(verb) \(title(kind))", "waybook \(kind.name.text) \(verb) 0198c2f0"]
    }

    private static func title(_ kind: CollectionSchema) -> String { kind.rootField == nil ? "蓝港贸易" : "王伟" }

    /// Assignments for the first fields of simple types, the root's first.
    private static func assignment(_ kind: CollectionSchema, limit: Int = 2) -> [String] {
        let root = kind.rootField.map { ["\($0.text)=蓝港贸易"] } ?? []
        let fields = kind.fields.compactMap { field -> String? in
            guard field.access != .server, field.name != kind.titleField else { return nil }
            switch field.type {
            case .enumeration(let cases): return cases.first.map { "\(field.name.text)=\($0.name)" }
            case .date: return "\(field.name.text)=2026-12-01"
            case .money: return "\(field.name.text)='12.50 CNY'"
            default: return field.name == "city" ? "city=上海" : nil
            }
        }
        return Array((root + fields).prefix(limit))
    }
}
