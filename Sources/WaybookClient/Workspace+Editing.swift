import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

/// What became of an addition.
public struct Addition: Hashable, Sendable {
    public var id: RecordID
    public var outcome: EditOutcome
}

// The verbs of a person at work: each is one change set, durable when it returns, without a network.
extension Workspace {
    /// Adds a record under a new identity.
    public func add(_ writes: [Write], to collection: CollectionName) throws -> Addition {
        let id = device.makeID()
        let change = Change(id: id, collection: collection, isCreating: true, writes: Self.given(writes))
        return Addition(id: id, outcome: try perform(UserAction([change])))
    }

    /// Changes fields of a record. Values that it has already are left out.
    public func edit(_ id: RecordID, in collection: CollectionName, _ writes: [Write]) throws -> EditOutcome {
        try perform(UserAction([Change(id: id, collection: collection, writes: writes)]))
    }

    /// Deletes a record; with a root, what belongs to it goes out of sight.
    public func delete(_ id: RecordID, in collection: CollectionName) throws -> EditOutcome {
        try perform(.delete(id, in: collection))
    }

    /// Brings a deleted record back.
    public func restore(_ id: RecordID, in collection: CollectionName) throws -> EditOutcome {
        try perform(.restore(id, in: collection))
    }

    /// Writes a call or a visit down, and what is to be done next, in one set.
    public func log(_ entry: InteractionLog) throws -> (changes: [Change], outcome: EditOutcome) {
        let changes = entry.changes(author: session.user, now: now, makeID: device.makeID)
        return (changes, try perform(UserAction(changes)))
    }

    /// Stores one action.
    public func perform(_ action: UserAction) throws -> EditOutcome {
        try store.edit(action, at: device.now(), by: session.user)
    }

    /// What stands in the way of a change to a record that is here; nil where nothing does. Nothing is stored.
    public func denial(of change: Change) throws -> Denial? {
        try store.denial(of: change, at: device.now(), by: session.user)
    }

    /// Stores many actions, a set each, in one transaction.
    public func perform(all actions: [UserAction]) throws -> [EditOutcome] {
        try store.edit(all: actions, at: device.now(), by: session.user)
    }

    /// Makes a refused set anew, as ``ClientStore/retryRejected(row:mended:at:by:)`` does.
    public func retryRejected(row: Int64) throws -> [EditOutcome]? {
        try store.retryRejected(row: row, at: device.now(), by: session.user)
    }

    /// The identity of an imported row: the same for the same user and key, so that a file taken twice makes no duplicates
    /// (RFC 9562 §5.5).
    public func importedID(_ collection: CollectionName, key: String) -> RecordID {
        DeterministicID.make(namespace: session.user, name: "import\n\(collection.text)\n\(key)")
    }

    /// The identity under which a record that is gone for good is made anew: the same for everybody, so that two edits of it, or
    /// two people who take them over, make one record.
    public func identityAnew(of gone: RecordID) -> RecordID { DeterministicID.make(namespace: gone, name: "anew") }

    /// A creation says only what is there.
    static func given(_ writes: [Write]) -> [Write] { writes.filter { $0.value != nil && $0.value != .null } }
}
