/// Who may write a field.
public enum WriteAccess: Hashable, Sendable {
    /// Whoever may edit records of the collection.
    case holders
    /// These alone, and only as far as they see the record.
    case only(Allowance)
    /// Whoever may edit records of the collection, naming themselves; administrators may name others, as in an import.
    case author
    /// Only the server, as a consequence of something else.
    case server
}

/// One field of a collection: everything the engine and the fronts need to know of it.
public struct FieldSchema: Hashable, Sendable {
    public let name: FieldName
    public let type: FieldType
    public let rule: MergeRule
    public let label: Label
    /// Whether a creating change must give it a value.
    public let isRequired: Bool
    /// Whether its words can be searched for.
    public let isSearched: Bool
    public let access: WriteAccess
    /// What becomes of its values when the person whom the record tells of is erased.
    public let erase: ErasePolicy
    /// The collection of those whom the field names as whom the record tells of: when they are erased, so is what it says.
    public let tellsOf: CollectionName?

    /// - Parameter erase: nil for the type's ``FieldType/standardErasePolicy``.
    public init(
        _ name: FieldName, _ type: FieldType, _ rule: MergeRule, _ en: String, _ zhHans: String, required: Bool = false,
        searched: Bool = false, access: WriteAccess = .holders, erase: ErasePolicy? = nil,
        tellsOf: CollectionName? = nil
    ) {
        self.name = name
        self.type = type
        self.rule = rule
        label = Label(en, zhHans)
        isRequired = required
        isSearched = searched
        self.access = access
        self.erase = erase ?? type.standardErasePolicy
        self.tellsOf = tellsOf
    }
}

/// One collection of records.
public struct CollectionSchema: Hashable, Sendable {
    public let name: CollectionName
    public let label: Label
    /// In the order in which people see them.
    public let fields: [FieldSchema]
    /// The field that refers to the record in whose unit this one is; nil where each record is the root of its own.
    public let rootField: FieldName?
    /// The field whose value names a record to people.
    public let titleField: FieldName
    /// The fields that a list shows by default.
    public let listFields: [FieldName]
    /// Whether records are only ever created, by the server alone where the fields say so.
    public let isAppendOnly: Bool
    /// Who sees its roots, and who may write.
    public let access: CollectionAccess
    /// Whether an administrator may erase a record of it: a person, or what tells of one.
    public let isErasable: Bool

    /// The fields whose words can be searched for.
    public let searchedFields: Set<FieldName>

    private let byName: [FieldName: FieldSchema]

    public init(
        _ name: CollectionName, _ en: String, _ zhHans: String, root: FieldName? = nil, title: FieldName,
        list: [FieldName], appendOnly: Bool = false, erasable: Bool = false, access: CollectionAccess,
        fields: [FieldSchema]
    ) {
        self.name = name
        label = Label(en, zhHans)
        self.fields = fields
        rootField = root
        titleField = title
        listFields = list
        isAppendOnly = appendOnly
        isErasable = erasable
        self.access = access
        searchedFields = Set(fields.filter(\.isSearched).map(\.name))
        byName = Dictionary(fields.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The field of that name, or nil.
    public subscript(_ field: FieldName) -> FieldSchema? { byName[field] }

    /// The unit of a record of this collection: its root's identity, or its own where it need not have a root. Nil while
    /// a root that it must have is not named.
    public func unit(of record: VersionedRecord) -> RecordID? {
        guard let rootField else { return record.id }
        if let text = record[rootField]?.text { return RecordID(text) }
        return self[rootField]?.isRequired == true ? nil : record.id
    }

    /// The rule by which one path settles; ``AtomRule/unknown`` for a field that this version does not know, nil for a
    /// path that has no place in a known field.
    public func rule(for path: FieldPath) -> AtomRule? {
        if path == .erased { return .served }
        guard let field = self[path.field] else { return .unknown }
        return field.rule.rule(for: path)
    }
}

/// The collections of a workspace.
public struct Schema: Sendable {
    /// Rises with every released change of the schema.
    public let version: Int
    /// In the order in which people see them.
    public let collections: [CollectionSchema]

    private let byName: [CollectionName: CollectionSchema]

    public init(version: Int, collections: [CollectionSchema]) {
        self.version = version
        self.collections = collections
        byName = Dictionary(collections.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The collection of that name, or nil.
    public subscript(_ collection: CollectionName) -> CollectionSchema? { byName[collection] }

    /// The rule for an atom; ``AtomRule/unknown`` in a collection that this version does not know.
    public func rule(for path: FieldPath, in collection: CollectionName) -> AtomRule? {
        guard let schema = self[collection] else { return .unknown }
        return schema.rule(for: path)
    }

    /// The unit of a record; its own identity in a collection that this version does not know.
    public func unit(of record: VersionedRecord) -> RecordID? {
        guard let schema = self[record.collection] else { return record.id }
        return schema.unit(of: record)
    }
}
