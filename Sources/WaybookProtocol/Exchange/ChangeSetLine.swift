import WaybookModel

/// A change set as a line of the request, and as stored in the client's outbox: the same bytes
/// (`protocol/4-exchange.md#change-sets`).
public enum ChangeSetLine {
    /// Returns the line's value.
    public static func value(_ set: ChangeSet) -> Value {
        var entries: [String: Value] = [
            "changes": value(of: set.changes), "on": .int(set.readThrough), "set": .int(set.number),
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

    /// Returns the value of changes by themselves, as they stand in what was handed over.
    public static func value(of changes: [Change]) -> Value { .list(changes.map(value)) }

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
}
