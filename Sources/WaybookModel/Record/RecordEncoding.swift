/// The canonical encoding of a record: the same bytes on every replica that saw the same changes, as stored and as sent.
///
/// *Fields*: one map, path → value, of the atoms that have a value. *Stamps*: a list of groups
/// `[stamp, commit, [path…], origin]`; the first group may leave out its paths and then covers every atom that no other
/// group names. `origin` stands only where it differs from the stamp. Source: `protocol/1-model.md#records`.
public enum RecordEncoding {
    private struct GroupKey: Hashable, Comparable {
        var stamp: Stamp
        var origin: Stamp
        var commit: Int64

        static func < (left: GroupKey, right: GroupKey) -> Bool {
            (left.stamp, left.origin, left.commit) < (right.stamp, right.origin, right.commit)
        }
    }

    /// Returns the fields of a record as a map, path → value.
    public static func fields(_ record: VersionedRecord) -> Value {
        var fields: [String: Value] = [:]
        for (path, atom) in record.atoms {
            if let value = atom.value { fields[path.text] = value }
        }
        return .map(fields)
    }

    /// Returns the stamp groups of a record.
    /// - Parameters:
    ///   - commit: an atom is told only if its commit is later; -1 tells all.
    ///   - withCommits: false for the form that digests are over, where every commit counts as 0.
    ///   - omitting: an atom whose stamp is this replica's own is left out (no echo).
    public static func stamps(
        _ record: VersionedRecord, after commit: Int64 = -1, withCommits: Bool = true, omitting own: ReplicaID? = nil
    ) -> Value {
        var groups: [GroupKey: [FieldPath]] = [:]
        for (path, atom) in record.atoms where atom.commit > commit && (own == nil || atom.stamp.replica != own) {
            let key = GroupKey(stamp: atom.stamp, origin: atom.origin, commit: withCommits ? atom.commit : 0)
            groups[key, default: []].append(path)
        }
        let isWhole = commit < 0 && own == nil
        let standing = isWhole ? defaultGroup(groups, in: record) : nil
        var list: [Value] = []
        if let standing { list.append(encode(standing, paths: nil)) }
        for key in groups.keys.sorted() where key != standing {
            list.append(encode(key, paths: groups[key]?.sorted()))
        }
        return .list(list)
    }

    /// The stamp groups of a record all of whose atoms have a value and one stamp, and no commit that a replica was told.
    public static func stamps(under stamp: Stamp) -> [UInt8] {
        CanonicalJSON.bytes(.list([encode(GroupKey(stamp: stamp, origin: stamp, commit: 0), paths: nil)]))
    }

    /// The group with most atoms (the earliest of equals), if it has no removed element: those must be named.
    private static func defaultGroup(_ groups: [GroupKey: [FieldPath]], in record: VersionedRecord) -> GroupKey? {
        let candidates = groups.filter { $0.value.allSatisfy { record.atoms[$0]?.value != nil } }
        return candidates.max { left, right in
            (left.value.count, right.key) < (right.value.count, left.key)
        }?.key
    }

    private static func encode(_ key: GroupKey, paths: [FieldPath]?) -> Value {
        var parts: [Value] = [.string(key.stamp.description), .int(key.commit)]
        if paths != nil || key.origin != key.stamp {
            parts.append(paths.map { .list($0.map { .string($0.text) }) } ?? .null)
        }
        if key.origin != key.stamp { parts.append(.string(key.origin.description)) }
        return .list(parts)
    }

    /// Reads fields and stamp groups back. Nil where they do not fit each other: a field that no group covers, a path
    /// named twice, a malformed stamp. Never trusts what comes from disk or network.
    public static func decode(
        id: RecordID, collection: CollectionName, fields: Value, stamps: Value
    ) -> VersionedRecord? {
        guard let fields = fields.entries, let groups = stamps.elements else { return nil }
        var record = VersionedRecord(id: id, collection: collection)
        var standing: GroupKey?
        for group in groups {
            guard let parts = group.elements, let (key, paths) = decode(group: parts) else { return nil }
            guard let paths else {
                guard standing == nil else { return nil }
                standing = key
                continue
            }
            for text in paths {
                guard let text = text.text, let path = FieldPath(parsing: text) else { return nil }
                let atom = Atom(value: fields[text], stamp: key.stamp, origin: key.origin, commit: key.commit)
                guard record.atoms.updateValue(atom, forKey: path) == nil else { return nil }
            }
        }
        for (text, value) in fields {
            guard let path = FieldPath(parsing: text) else { return nil }
            guard record.atoms[path] == nil else { continue }
            guard let standing else { return nil }
            record.atoms[path] = Atom(
                value: value, stamp: standing.stamp, origin: standing.origin, commit: standing.commit)
        }
        record.dropBelowErasure()
        return record
    }

    private static func decode(group parts: [Value]) -> (GroupKey, [Value]?)? {
        guard (2...4).contains(parts.count), let stamp = parts[0].text.flatMap({ Stamp($0) }),
            let commit = parts[1].integer, commit >= 0
        else { return nil }
        var origin = stamp
        if parts.count == 4 {
            guard let text = parts[3].text, let given = Stamp(text) else { return nil }
            origin = given
        }
        let key = GroupKey(stamp: stamp, origin: origin, commit: commit)
        guard parts.count > 2, parts[2] != .null else { return (key, nil) }
        guard let paths = parts[2].elements else { return nil }
        return (key, paths)
    }

    /// The bytes that digests and comparisons are over: identity, collection, fields and stamps, commits apart.
    public static func canonicalBytes(_ record: VersionedRecord) -> [UInt8] {
        var told = record
        if record.isDeleted { told.atoms = record.tombstone }
        return CanonicalJSON.bytes([
            "fields": fields(told), "id": .string(record.id.description), "in": .string(record.collection.text),
            "stamps": stamps(told, withCommits: false),
        ])
    }
}
