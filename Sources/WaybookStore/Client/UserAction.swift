import WaybookModel

/// What a person does in one step: becomes one change set, accepted whole or not at all.
public struct UserAction: Hashable, Sendable {
    /// The changes; bases are filled in by the store, whatever they say. Writes that change nothing fall away.
    public var changes: [Change]
    /// The conflicts that it resolves.
    public var resolves: [RecordID]
    /// Why, in the person's words; at most ``ChangeSet/maximumNoteCharacters`` on one line.
    public var note: String?

    public init(_ changes: [Change], resolves: [RecordID] = [], note: String? = nil) {
        self.changes = changes
        self.resolves = resolves
        self.note = note
    }

    /// Deletes a record; with a root its unit goes out of sight.
    public static func delete(_ id: RecordID, in collection: CollectionName) -> UserAction {
        UserAction([
            Change(id: id, collection: collection, writes: [Write(path: .life, value: VersionedRecord.deleted)])
        ])
    }

    /// Asks the server to erase a person, or what tells of one, for good.
    public static func erase(_ id: RecordID, in collection: CollectionName, reason: ErasureReason) -> UserAction {
        UserAction([Change(id: id, collection: collection, writes: [Write(path: .erased, value: reason.value)])])
    }

    /// Brings a deleted record back.
    public static func restore(_ id: RecordID, in collection: CollectionName) -> UserAction {
        UserAction([Change(id: id, collection: collection, writes: [Write(path: .life, value: VersionedRecord.alive)])])
    }
}

/// What became of a user action at this replica.
public enum EditOutcome: Hashable, Sendable {
    /// It is in the outbox, under this number, and shown.
    case saved(set: Int64)
    /// Everything is already as it asks.
    case unchanged
    /// It does not fit the schema.
    case refused(Violation, record: RecordID)
    /// It writes to a record that is deleted, or whose root is: restore that first.
    case deleted(RecordID)
    /// The person may not do it.
    case denied(Denial)
    /// It writes to a record of a unit that leaves this replica.
    case leaving(RecordID)
    /// It is about somebody who was erased.
    case erased(RecordID)
}
