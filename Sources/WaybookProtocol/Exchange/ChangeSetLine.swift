import WaybookModel

/// A change set as a line of the request, and as stored in the client's outbox: the same bytes
/// (`protocol/4-exchange.md#change-sets`).
public enum ChangeSetLine {
    /// Returns the line's value.
    public static func value(_ set: ChangeSet) -> Value {
        var entries: [String: Value] = [
            "changes": .list(set.changes.map(value)), "on": .int(set.readThrough), "set": .int(set.number),
            "stamp": .string(set.stamp.description), "wall": .int(set.wallMilliseconds),
        ]
        if !set.resolves.isEmpty {
            entries["resolves"] = .list(set.resolves.map { .string($0.description) })
        }
        if let note = set.note { entries["note"] = .string(note) }
        return .map(entries)
    }

    /// Returns the canonical bytes of the line, without its line feed.
    public static func bytes(_ set: ChangeSet) -> [UInt8] { CanonicalJSON.bytes(value(set)) }

    private static func value(_ change: Change) -> Value {
        var entries: [String: Value] = [
            "id": .string(change.id.description), "in": .string(change.collection.text),
        ]
        if change.isCreating { entries["new"] = true }
        var put: [String: Value] = [:]
        var removed: [Value] = []
        for write in change.writes {
            if let value = write.value {
                put[write.path.text] = value
            } else {
                removed.append(.string(write.path.text))
            }
        }
        if !put.isEmpty { entries["put"] = .map(put) }
        if !removed.isEmpty { entries["remove"] = .list(removed) }
        if let base = bases(of: change) { entries["base"] = base }
        return .map(entries)
    }

    /// One stamp where all writes have the same base, else a map, path → stamp, of the writes that have one.
    private static func bases(of change: Change) -> Value? {
        let based = change.writes.filter { $0.base != nil }
        guard let first = based.first?.base else { return nil }
        if based.count == change.writes.count, based.allSatisfy({ $0.base == first }) {
            return .string(first.description)
        }
        let pairs = based.compactMap { write in write.base.map { (write.path.text, Value.string($0.description)) } }
        return .map(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    }

    /// Reads a set back. Nil where the line is not a well-formed set: an unknown shape, a path twice, a record twice,
    /// more than ``ChangeSet/maximumWrites``, nothing in it.
    public static func decode(_ value: Value) -> ChangeSet? {
        guard let entries = value.entries, let number = entries["set"]?.integer, number > 0,
            let stamp = entries["stamp"]?.text.flatMap({ Stamp($0) }), let on = entries.natural("on"),
            let wall = entries["wall"]?.integer, let changes = entries["changes"].flatMap(changes)
        else { return nil }
        var resolves: [RecordID] = []
        guard let resolved = entries["resolves"].map(\.elements) ?? [] else { return nil }
        for element in resolved {
            guard let id = element.text.flatMap({ RecordID(canonical: $0) }) else { return nil }
            resolves.append(id)
        }
        let note = entries["note"].map(\.text)
        if let note {
            guard let note, note.count <= ChangeSet.maximumNoteCharacters, ValueForm.isOneLine(note) else { return nil }
        }
        let set = ChangeSet(
            number: number, stamp: stamp, readThrough: on, wallMilliseconds: wall, changes: changes,
            resolves: resolves, note: note ?? nil)
        let isEmpty = changes.isEmpty && resolves.isEmpty
        return isEmpty || set.writeCount + resolves.count > ChangeSet.maximumWrites ? nil : set
    }

    /// Reads the changes of a set, which also stand for themselves in what was handed over; nil for anything else.
    public static func changes(_ value: Value) -> [Change]? {
        guard let list = value.elements else { return nil }
        var changes: [Change] = []
        var seen: Set<RecordID> = []
        for element in list {
            guard let change = change(element), seen.insert(change.id).inserted else { return nil }
            changes.append(change)
        }
        return changes
    }

    private static func change(_ value: Value) -> Change? {
        guard let entries = value.entries, let id = entries["id"]?.text.flatMap({ RecordID(canonical: $0) }),
            let collection = entries["in"]?.text, isWellFormedName(collection),
            let put = entries["put"].map(\.entries) ?? [:], let removed = entries["remove"].map(\.elements) ?? []
        else { return nil }
        guard let base = bases(entries["base"]), let isCreating = entries["new"].map(\.boolean) ?? false else {
            return nil
        }
        var writes: [Write] = []
        var seen: Set<FieldPath> = []
        for (text, value) in put {
            guard let path = FieldPath(parsing: text), seen.insert(path).inserted else { return nil }
            writes.append(Write(path: path, value: value, base: base(path)))
        }
        for element in removed {
            guard let path = element.text.flatMap({ FieldPath(parsing: $0) }), seen.insert(path).inserted
            else { return nil }
            writes.append(Write(path: path, value: nil, base: base(path)))
        }
        guard !writes.isEmpty else { return nil }
        return Change(
            id: id, collection: CollectionName(collection), isCreating: isCreating, writes: writes
        )
    }

    /// The base of each path; nil where the field is malformed.
    private static func bases(_ value: Value?) -> ((FieldPath) -> Stamp?)? {
        switch value {
        case nil: return { _ in nil }
        case .string(let text):
            guard let stamp = Stamp(text) else { return nil }
            return { _ in stamp }
        case .map(let entries):
            var stamps: [String: Stamp] = [:]
            for (path, text) in entries {
                guard let stamp = text.text.flatMap({ Stamp($0) }) else { return nil }
                stamps[path] = stamp
            }
            return { [stamps] path in stamps[path.text] }
        default: return nil
        }
    }
}
