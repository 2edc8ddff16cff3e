/// A record with the stamps of its atoms: what replicas store, send, join and compare.
public struct VersionedRecord: Hashable, Sendable {
    public let id: RecordID
    public let collection: CollectionName
    /// Every atom that was ever written, removed elements included.
    public var atoms: [FieldPath: Atom]

    public init(id: RecordID, collection: CollectionName, atoms: [FieldPath: Atom] = [:]) {
        self.id = id
        self.collection = collection
        self.atoms = atoms
    }

    /// The values of `$life`.
    public static let alive = Value.string("alive")
    public static let deleted = Value.string("deleted")

    /// The latest stamp that it bears; nil of an empty record.
    public var highestStamp: Stamp? { atoms.values.lazy.map(\.stamp).max() }

    /// Whether the record was deleted (its root's life is another matter).
    public var isDeleted: Bool { atoms[.life]?.value == Self.deleted }

    /// What is told of a deleted record: its life, and that it was erased if it was.
    public var tombstone: [FieldPath: Atom] { atoms.filter { $0.key == .life || $0.key == .erased } }

    /// The value of a whole field.
    public subscript(_ field: FieldName) -> Value? {
        atoms[FieldPath(field)]?.value
    }

    /// The present elements of a set or map, by unescaped key. Cost: linear in the atoms of the record.
    public func elements(of field: FieldName) -> [String: Value] {
        var elements: [String: Value] = [:]
        for (path, atom) in atoms where path.isElement && path.field == field && path.flag == nil {
            if let key = path.key, let value = atom.value { elements[key] = value }
        }
        return elements
    }

    /// The atoms in canonical order.
    public var sortedPaths: [FieldPath] { atoms.keys.sorted() }
}
