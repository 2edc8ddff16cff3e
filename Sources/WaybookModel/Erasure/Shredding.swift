/// Shreds records by what the schema says of each field. Pure: no value, nor anything computed from one, is in what it
/// returns (`protocol/9-erasure.md#what-is-shredded`).
public struct Shredding: Sendable {
    public var schema: Schema
    /// The erasure's stamp: above every atom that it meets.
    public var stamp: Stamp
    /// The sequence of its commit.
    public var commit: Int64

    public init(schema: Schema, stamp: Stamp, commit: Int64) {
        self.schema = schema
        self.stamp = stamp
        self.commit = commit
    }

    /// What remains of a record: the mark, and what is kept or stands in for what went, all under the erasure's stamp.
    public func shredded(_ record: VersionedRecord, mark: Value) -> VersionedRecord {
        var rest = VersionedRecord(id: record.id, collection: record.collection)
        for (path, atom) in record.atoms where path != .erased {
            switch schema.erasePolicy(of: path, in: record.collection) {
            case .shred: continue
            case .keep:
                rest.atoms[path] = Atom(value: atom.value, stamp: stamp, origin: atom.origin, commit: commit)
            case .pseudonymise:
                rest.atoms[path] = Atom(value: .string(Self.pseudonym(of: record.id)), stamp: stamp, commit: commit)
            }
        }
        rest.atoms[.erased] = Atom(value: mark, stamp: stamp, commit: commit)
        return rest
    }

    /// The text that stands in for a name: the last eight digits of the identity, which are chance.
    public static func pseudonym(of id: RecordID) -> String { "erased-" + id.description.suffix(8) }
}

extension Schema {
    /// What becomes of an atom in an erasure: what this version does not know goes.
    public func erasePolicy(of path: FieldPath, in collection: CollectionName) -> ErasePolicy {
        if path == .life { return .keep }
        return self[collection]?[path.field]?.erase ?? .shred
    }

    /// Whether a record of that collection can be erased: as the root of its unit with all that hangs on it, else alone
    /// with what tells of it.
    public func isErasable(_ collection: CollectionName) -> Bool { self[collection]?.isErasable ?? false }

    /// The identities that a write names as whom its record tells of.
    public func subject(of write: Write, in collection: CollectionName) -> RecordID? {
        guard let field = self[collection]?[write.path.field], field.tellsOf != nil, let value = write.value else {
            return nil
        }
        return RecordID(canonical: write.path.key ?? value.text ?? "")
    }

    /// The fields that name of whom a record tells, by collection.
    public var subjectFields: [CollectionName: [FieldSchema]] {
        let named = collections.map { ($0.name, $0.fields.filter { $0.tellsOf != nil }) }.filter { !$0.1.isEmpty }
        return Dictionary(named, uniquingKeysWith: { first, _ in first })
    }
}

extension VersionedRecord {
    /// Whether the record says that it tells of one of these.
    public func tells(ofAny subjects: Set<RecordID>, by schema: Schema) -> Bool {
        atoms.contains { path, atom in
            let write = Write(path: path, value: atom.value)
            return schema.subject(of: write, in: collection).map(subjects.contains) ?? false
        }
    }
}

extension Change {
    /// Whether it asks the server to erase somebody.
    public var isErasure: Bool { writes.contains { $0.path == .erased } }
}
