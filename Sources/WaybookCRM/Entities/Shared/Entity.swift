import WaybookModel

/// A kind of record. The stored properties of the struct *are* its fields: the schema is made from them, in their
/// order, so a field is one line and nothing can be in one and not in the other.
public protocol Entity: Sendable {
    init()
    static var shape: CollectionShape { get }
}

/// What a collection's schema says beside its fields.
public struct CollectionShape: Sendable {
    public let name: CollectionName
    public let label: Label
    public let root: FieldName?
    public let title: FieldName
    public let list: [FieldName]
    public let isAppendOnly: Bool
    public let isErasable: Bool
    public let access: CollectionAccess

    public init(
        _ name: CollectionName, _ en: String, _ zhHans: String, root: FieldName? = nil, title: FieldName,
        list: [FieldName], appendOnly: Bool = false, erasable: Bool = false, access: CollectionAccess
    ) {
        self.name = name
        label = Label(en, zhHans)
        self.root = root
        self.title = title
        self.list = list
        isAppendOnly = appendOnly
        isErasable = erasable
        self.access = access
    }
}

extension Entity {
    /// The schema of the collection. Cost: reflects over the struct; made once, in ``Catalogue``.
    public static func makeSchema() -> CollectionSchema {
        let fields = Mirror(reflecting: Self()).children.compactMap { ($0.value as? any EntityField)?.schema }
        return CollectionSchema(
            shape.name, shape.label.en, shape.label.zhHans, root: shape.root, title: shape.title, list: shape.list,
            appendOnly: shape.isAppendOnly, erasable: shape.isErasable, access: shape.access, fields: fields)
    }
}

/// A record seen as its entity: `customer.city` reads the field `city`, typed.
@dynamicMemberLookup
public struct View<Kind: Entity>: Sendable {
    public let record: VersionedRecord
    private let fields = Kind()

    public init(_ record: VersionedRecord) { self.record = record }

    public var id: RecordID { record.id }

    /// The value of a field; nil where it has none, or one that only a newer version knows.
    public subscript<Content>(dynamicMember field: KeyPath<Kind, Field<Content>>) -> Content? {
        record[fields[keyPath: field].schema.name].flatMap { Content($0) }
    }

    /// The texts of a set, in the order of their keys.
    public subscript(dynamicMember field: KeyPath<Kind, SetField>) -> [String] {
        let elements = record.elements(of: fields[keyPath: field].schema.name)
        return CanonicalJSON.sortedKeys(elements.keys).map { elements[$0]?.text ?? $0 }
    }

    /// The values of a map by their keys, without those that only a newer version knows.
    public subscript<Content>(dynamicMember field: KeyPath<Kind, MapField<Content>>) -> [String: Content] {
        record.elements(of: fields[keyPath: field].schema.name).compactMapValues { Content($0) }
    }

    /// Whether a flag of a map's element is set.
    public func isFlagged<Content>(
        _ field: KeyPath<Kind, MapField<Content>>, key: String, flag: FieldName
    ) -> Bool {
        let path = FieldPath(fields[keyPath: field].schema.name, key: key, flag: flag)
        return record.atoms[path]?.value?.boolean ?? false
    }
}

/// Writes to a record, collected typed: `draft.city = "上海"`.
@dynamicMemberLookup
public struct Draft<Kind: Entity>: Sendable {
    private var values: [FieldPath: Value?] = [:]
    private let fields = Kind()

    public init() {}

    /// The drafted value of a field; setting nil clears the field.
    public subscript<Content>(dynamicMember field: KeyPath<Kind, Field<Content>>) -> Content? {
        get { values[path(of: field)].flatMap { $0 }.flatMap { Content($0) } }
        set { values[path(of: field)] = .some(newValue?.value ?? .null) }
    }

    private func path<Content>(of field: KeyPath<Kind, Field<Content>>) -> FieldPath {
        FieldPath(fields[keyPath: field].schema.name)
    }

    /// Puts an element into a set; an element without a key (nothing but white space) is left out.
    public mutating func put(_ field: KeyPath<Kind, SetField>, _ text: String) {
        let schema = fields[keyPath: field].schema
        guard case .set(let form, _) = schema.type, let key = ElementKey.make(text, form: form) else { return }
        values[FieldPath(schema.name, key: key)] = .some(.string(TypedText.line(text)))
    }

    /// Puts a value into a map under a key that is normalised already.
    public mutating func put<Content>(
        _ field: KeyPath<Kind, MapField<Content>>, key: String, _ content: Content
    ) {
        values[FieldPath(fields[keyPath: field].schema.name, key: key)] = .some(content.value)
    }

    /// Sets a flag of a map's element.
    public mutating func flag<Content>(
        _ field: KeyPath<Kind, MapField<Content>>, key: String, flag: FieldName, _ isSet: Bool
    ) {
        values[FieldPath(fields[keyPath: field].schema.name, key: key, flag: flag)] = .some(.bool(isSet))
    }

    /// Removes an element of a set or a map.
    public mutating func remove(_ name: FieldName, key: String) {
        values.updateValue(nil, forKey: FieldPath(name, key: key))
    }

    /// The change that creates a record with the drafted values.
    public func creation(_ id: RecordID) -> Change {
        let given = values.compactMap { path, value in
            value.flatMap { $0 == .null ? nil : Write(path: path, value: $0) }
        }
        return Change(id: id, collection: Kind.shape.name, isCreating: true, writes: given)
    }

    /// The change that brings a record to the drafted values: only what differs, each write with the origin of the state that
    /// it was made on. Nil when nothing differs.
    public func change(of record: VersionedRecord) -> Change? {
        let writes = values.compactMap { path, value -> Write? in
            let present = record.atoms[path]
            guard (present?.value ?? .null) != (value ?? .null) else { return nil }
            return Write(path: path, value: value, base: present?.origin)
        }
        return writes.isEmpty ? nil : Change(id: record.id, collection: record.collection, writes: writes)
    }
}
