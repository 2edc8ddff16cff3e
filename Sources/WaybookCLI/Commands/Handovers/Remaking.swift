import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// Takes over an edit of what was deleted for good while its author was away: the record is made anew, with what the edit
/// says of it and what the person adds. Under its former identity it would come back wherever the delete is still known.
struct Remaking {
    private let book: RecordBook
    private let item: HandoverShelf.Item
    /// Whether what is not here is made anew; otherwise everything stays as it was written.
    private var isOfGone: Bool { item.isAfterDelete }

    init(_ book: RecordBook, of item: HandoverShelf.Item) {
        self.book = book
        self.item = item
    }

    /// The changes, with those of records that are gone as creations of others.
    /// - Parameter assignments: what is added to the first record that is made.
    /// - Throws: a sentence that names what is required and missing.
    func changes(_ written: [Change], setting assignments: AssignmentOptions) throws -> [Change] {
        var changes = written
        var anew: [RecordID: RecordID] = [:]
        for change in written where isOfGone && !change.isCreating {
            if try !isHere(change.id) { anew[change.id] = book.workspace.identityAnew(of: change.id) }
        }
        changes = try changes.map { try renamed($0, anew) }.filter { !$0.writes.isEmpty }
        guard isOfGone, let first = changes.firstIndex(where: { $0.isCreating || anew.values.contains($0.id) }) else {
            guard assignments.assignments.isEmpty else {
                throw CommandFailure("nothing-made-anew", Texts.Handovers.nothingMadeAnew, status: .usage)
            }
            return changes
        }
        try set(assignments, in: &changes[first])
        for change in changes where change.isCreating { try checkComplete(change, among: changes) }
        return changes
    }

    /// Whether a record is here and shown: of what is gone for good a laptop may still have the delete.
    private func isHere(_ id: RecordID) throws -> Bool { try book.workspace.store.record(id)?.isVisible ?? false }

    /// - Returns: the change of the record that was made anew; its creation where that is not here yet.
    private func renamed(_ change: Change, _ anew: [RecordID: RecordID]) throws -> Change {
        guard !anew.isEmpty else { return change }
        var renamed = change
        renamed.writes = change.writes.map { write in
            guard let named = write.value?.text.flatMap({ RecordID($0) }), let id = anew[named] else { return write }
            return Write(path: write.path, value: .string(id.description), base: write.base)
        }
        guard let id = anew[change.id] else { return renamed }
        let isBeginning = try book.workspace.store.record(id) == nil
        // Of a record that begins there is nothing to clear, and it lives by being made.
        let writes = renamed.writes.filter { write in
            write.path != .life && (!isBeginning || write.value != nil && write.value != .null)
        }
        return Change(
            id: id, collection: change.collection, isCreating: isBeginning,
            writes: writes.map { Write(path: $0.path, value: $0.value, base: nil) })
    }

    private func set(_ assignments: AssignmentOptions, in change: inout Change) throws {
        guard let kind = Catalogue.schema[change.collection] else { return }
        let added = try assignments.writes(kind, in: book)
        try RecordChecks.check(nil, kind, added, book)
        change.writes.removeAll { write in added.contains { $0.path == write.path } }
        change.writes = (change.writes + added).sorted { $0.path < $1.path }
    }

    /// Whether a record has what it must have, its root among it: that may be gone as well.
    private func checkComplete(_ change: Change, among changes: [Change]) throws {
        guard let kind = Catalogue.schema[change.collection] else { return }
        let missing = try kind.fields.filter { field in
            guard field.isRequired || field.name == kind.rootField else { return false }
            guard let value = change.writes.first(where: { $0.path == FieldPath(field.name) })?.value else {
                return true
            }
            guard field.name == kind.rootField, let root = value.text.flatMap({ RecordID($0) }) else { return false }
            return try !changes.contains { $0.id == root } && !isHere(root)
        }
        guard !missing.isEmpty else { return }
        let command = missing.map { "--set \($0.name.text)=…" }.joined(separator: " ")
        throw CommandFailure(
            "handover-incomplete", Texts.Handovers.incomplete(fields: missing.map(\.label.spoken)),
            hint: Texts.Handovers.incompleteHint(
                command: "waybook handover take \(RecordBook.short(item.id)) " + command), status: .usage)
    }
}
