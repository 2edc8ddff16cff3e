import WaybookModel

/// A value that Swift code handles instead of its canonical form.
public protocol FieldValue: Hashable, Sendable {
    /// Reads the canonical form; nil for anything else, as for a value that only a newer version knows.
    init?(_ value: Value)
    /// The canonical form.
    var value: Value { get }
}

/// A field of an entity, seen by the schema.
public protocol EntityField: Sendable {
    var schema: FieldSchema { get }
}

/// A field with one value. Its place in the entity's struct is its place in the schema.
public struct Field<Content: FieldValue>: EntityField {
    public let schema: FieldSchema

    public init(
        _ name: FieldName, _ type: FieldType, _ rule: MergeRule, _ en: String, _ zhHans: String, required: Bool = false,
        searched: Bool = false, access: WriteAccess = .holders, erase: ErasePolicy? = nil,
        tellsOf: CollectionName? = nil
    ) {
        schema = FieldSchema(
            name, type, rule, en, zhHans, required: required, searched: searched, access: access, erase: erase,
            tellsOf: tellsOf)
    }
}

extension Field where Content: Choice {
    /// A field of an enumeration, whose values and their labels are the choice's.
    public init(
        _ name: FieldName, _ rule: MergeRule, _ en: String, _ zhHans: String, access: WriteAccess = .holders,
        erase: ErasePolicy? = nil
    ) {
        self.init(name, Content.type, rule, en, zhHans, access: access, erase: erase)
    }
}

extension Field where Content: Structure {
    /// A field of sub-values that stand or fall together.
    public init(
        _ name: FieldName, group en: String, _ zhHans: String, rule: MergeRule = .group, searched: Bool = false
    ) {
        self.init(name, .structure(Content.parts), rule, en, zhHans, searched: searched)
    }
}

/// A field that is a set of texts, each known by its normalised key.
public struct SetField: EntityField {
    public let schema: FieldSchema

    public init(
        _ name: FieldName, key: KeyForm = .text, maximum: Int = 64, _ en: String, _ zhHans: String,
        searched: Bool = false, tellsOf: CollectionName? = nil
    ) {
        schema = FieldSchema(
            name, .set(key: key, maximum: maximum), .set, en, zhHans, searched: searched, tellsOf: tellsOf)
    }
}

/// A field that is a map of values, each known by its normalised key.
public struct MapField<Content: FieldValue>: EntityField {
    public let schema: FieldSchema

    /// - Parameter flags: booleans beside the value that merge by themselves; true wins over its concurrent opposite.
    public init(
        _ name: FieldName, key: KeyForm, value: FieldType, flags: [StructureField] = [], _ en: String,
        _ zhHans: String, isServed: Bool = false, searched: Bool = false, access: WriteAccess = .holders,
        erase: ErasePolicy? = nil
    ) {
        let preferences = flags.map { ($0.name, MergeRule.FlagRule(prefer: true)) }
        let rule = MergeRule.map(flags: Dictionary(preferences, uniquingKeysWith: { first, _ in first }))
        schema = FieldSchema(
            name, .map(key: key, value: value, flags: flags), isServed ? .servedMap : rule, en, zhHans,
            searched: searched, access: access, erase: erase)
    }
}

extension MapField where Content: Structure {
    public init(
        _ name: FieldName, key: KeyForm, flags: [StructureField] = [], _ en: String, _ zhHans: String,
        searched: Bool = false, access: WriteAccess = .holders, erase: ErasePolicy? = nil
    ) {
        self.init(
            name, key: key, value: .structure(Content.parts), flags: flags, en, zhHans, searched: searched,
            access: access, erase: erase)
    }
}

/// An enumeration of the domain. A value that only a newer version knows reads as nil and is kept where it is stored.
public protocol Choice: FieldValue, RawRepresentable, CaseIterable where RawValue == String {
    var label: Label { get }
}

extension Choice {
    public init?(_ value: Value) {
        guard let text = value.text else { return nil }
        self.init(rawValue: text)
    }

    public var value: Value { .string(rawValue) }

    /// The schema's form of the enumeration, in the order of its cases.
    public static var type: FieldType {
        .enumeration(allCases.map { EnumCase($0.rawValue, $0.label.en, $0.label.zhHans) })
    }
}

/// Sub-values that stand or fall together. What this version does not know in them is kept.
public protocol Structure: FieldValue {
    /// The sub-values that this version knows, in the order in which people see them.
    static var parts: [StructureField] { get }
    var entries: [String: Value] { get set }
    init(entries: [String: Value])
}

extension Structure {
    public init?(_ value: Value) {
        guard let entries = value.entries else { return nil }
        self.init(entries: entries)
    }

    public var value: Value { .map(entries) }

    /// Reads and writes one sub-value; nil removes it.
    subscript<Part: FieldValue>(_ name: FieldName) -> Part? {
        get { entries[name.text].flatMap { Part($0) } }
        set { entries[name.text] = newValue?.value }
    }
}
