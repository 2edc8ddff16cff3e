import Synchronization
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookTerminal

// Once the lease has ended nothing that is here is shown, and what a person enters is taken all the same
// (`docs/decisions/0021-lock-for-reading.md`).
extension RecordBook {
    /// Whether nothing that is here may be shown.
    var isLocked: Bool { workspace.isLocked }

    /// Finds what a reference means without reading what is here: a whole identity, or who is signed in.
    ///
    /// - Throws: ``WorkspaceError`` `leaseEnded` for everything that would have to be looked up.
    func findLocked(_ text: String, in collection: CollectionName) throws -> Finding {
        if let id = RecordID(text) { return try exists(id, in: collection) ? .found(id) : .none }
        if collection == DirectoryRecord.user, isOwnAccount(text) { return .found(workspace.session.user) }
        lookups.withLock { $0 += 1 }
        throw try workspace.lock()
    }

    /// The lock's sentence where something was to be looked up by name since; nil otherwise. Whoever reads values says only
    /// that a text is none.
    func refusedLookup() throws -> WorkspaceError? {
        guard isLocked, lookups.withLock({ $0 > 0 }) else { return nil }
        return try workspace.lock()
    }

    /// Runs what holds something typed against what is here. Once the lease has ended its sentences, which may name what is
    /// here, are left out; that it does not fit is told.
    func sealed(_ check: () throws -> Void) throws {
        guard isLocked else { return try check() }
        do {
            try check()
        } catch let failure as CommandFailure {
            throw CommandFailure(
                "does-not-fit", Texts.Lease.doesNotFit, hint: Texts.Lease.doesNotFitHint, status: failure.status)
        }
    }

    /// Tells what became of what was entered: as it is here now, or once the lease has ended its identity alone, whether it
    /// changed anything or not.
    ///
    /// - Parameter isList: whether programs read a list also of one.
    func tell(
        _ entered: [(kind: CollectionSchema, id: RecordID)], isList: Bool = false, _ reporter: Reporter,
        _ shown: () throws -> Void
    ) throws {
        guard isLocked else { return try shown() }
        let told = entered.map { entry in
            JSONOutput.object([
                "id": .string(entry.id.description), "kind": .string(entry.kind.name.text), "locked": .bool(true),
            ])
        }
        try reporter.json(isList || told.count != 1 ? .list(told) : told[0])
        for entry in entered {
            try reporter.say(Texts.Lease.entered(kind: entry.kind.label.within, id: entry.id.description))
        }
    }

    private func exists(_ id: RecordID, in collection: CollectionName) throws -> Bool {
        try workspace.store.record(id)?.record.collection == collection
    }
}
