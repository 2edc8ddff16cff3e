import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTerminal

/// What was handed over, as this laptop has it.
struct HandoverShelf {
    /// One item.
    struct Item {
        let record: VersionedRecord
        private let view: View<Handover>

        init(_ record: VersionedRecord) {
            self.record = record
            view = View(record)
        }

        var id: RecordID { record.id }
        var status: HandoverStatus? { view.status }
        var about: RecordID? { view.about }
        var author: RecordID? { view.author }
        /// Whether it edits what was deleted for good while its author was away.
        var isAfterDelete: Bool { view.why == .afterDelete }

        /// What was written; nil where it cannot be read.
        var changes: [Change]? {
            guard let text = view.changes else { return [] }
            guard let value = try? JSONParser.parse(text) else { return nil }
            return ChangeSetLine.changes(value)
        }

        /// A field in words; identities of people and customers by their names.
        func cell(_ field: FieldSchema, _ book: RecordBook) -> String {
            switch field.name {
            case "author": record.reference(field.name).map { book.name(DirectoryRecord.user, $0) } ?? ""
            case "about": record.reference(field.name).map { name(of: $0, book) } ?? ""
            default: book.display.text(field, in: record)
            }
        }

        /// The name of what it is about; of one that it creates, or that is gone, as it tells it itself.
        private func name(of id: RecordID, _ book: RecordBook) -> String {
            let telling = changes?.first { $0.id == id && ($0.isCreating || isAfterDelete) }
            return telling.map { book.name(of: $0) } ?? book.name(Customer.shape.name, id)
        }

        var json: JSONOutput {
            .object([
                "fields": .canonical(CanonicalJSON.text(RecordEncoding.fields(record))),
                "id": .string(id.description), "kind": .string(record.collection.text),
            ])
        }
    }

    private let book: RecordBook

    init(_ book: RecordBook) { self.book = book }

    /// All of them, oldest first.
    func items() throws -> [Item] {
        let query = RecordQuery(Handover.shape.name, sort: [.init(FieldSelector("madeAt"))])
        return try book.workspace.store.list(query).map { Item($0.record) }
    }

    /// By its identity, or by the customer whom it alone is about among those that wait.
    func item(_ reference: String) throws -> Item {
        if case .found(let customer) = try book.find(reference, in: Customer.shape.name) {
            let waiting = try items().filter { $0.status == .open && $0.about == customer }
            if waiting.count == 1 { return waiting[0] }
            if waiting.count > 1 { throw several(waiting, about: customer) }
        }
        return Item(try book.record(reference, in: Handover.collection).record)
    }

    private func several(_ items: [Item], about customer: RecordID) -> CommandFailure {
        let made = Handover.collection["madeAt"]
        let lines = items.map { item in "\n  \(item.id)  " + (made.map { item.cell($0, book) } ?? "") }
        return CommandFailure(
            "handover-several",
            Texts.Handovers.several(
                customer: book.name(Customer.shape.name, customer), count: items.count, items: lines))
    }

    /// What the person may do with an item that waits: nothing, drop it, or take it over as well.
    func choices(_ item: Item) throws -> (mayDrop: Bool, mayTake: Bool) {
        guard item.status == .open else { return (false, false) }
        let write = Write(path: FieldPath(HandoverRecord.Field.status), value: .string(HandoverStatus.taken.rawValue))
        let change = Change(id: item.id, collection: Handover.shape.name, writes: [write])
        guard try book.workspace.denial(of: change) == nil else { return (false, false) }
        return (true, try isHere(item))
    }

    /// Whether what the item is about is here, or comes with it.
    private func isHere(_ item: Item) throws -> Bool {
        guard let about = item.about, !item.isAfterDelete else { return true }
        let isMade = item.changes?.contains { $0.isCreating && $0.id == about } ?? false
        return try isMade || book.workspace.store.record(about) != nil
    }

    /// Throws the name of the item that creates what the changes write to, where that waits too.
    private func checkOrder(_ changes: [Change]) throws {
        let created = Set(changes.filter(\.isCreating).map(\.id))
        let missing = try changes.map(\.id).filter { id in
            try !created.contains(id) && book.workspace.store.record(id) == nil
        }
        guard !missing.isEmpty else { return }
        let first = try items().first { item in
            item.status == .open && (item.changes ?? []).contains { $0.isCreating && missing.contains($0.id) }
        }
        guard let first else { return }
        throw CommandFailure(
            "handover-order", Texts.Handovers.takeFirst,
            hint: Texts.Handovers.takeFirstHint(command: "waybook handover take \(first.id)"))
    }

    /// One that waits for a decision; throws a sentence for others.
    func open(_ reference: String) throws -> Item {
        let item = try item(reference)
        guard item.status == .open else {
            let state = Handover.collection["status"].map { item.cell($0, book) } ?? ""
            throw CommandFailure(
                "handover-decided", Texts.Handovers.decided(id: RecordBook.short(item.id), state: state))
        }
        return item
    }

    /// Makes the item's changes anew on what is shown now, and notes that, in one set; but for who sees what is here.
    /// - Parameter assignments: what is to be added where a record that is gone is made anew.
    /// - Returns: in words, what was left out.
    func take(_ item: Item, setting assignments: AssignmentOptions) throws -> [String] {
        guard let written = item.changes, !written.isEmpty else {
            throw CommandFailure("handover-unreadable", Texts.Handovers.unreadable(id: RecordBook.short(item.id)))
        }
        try checkOrder(written)
        let remade = try Remaking(book, of: item).changes(written, setting: assignments)
        let (changes, leftOut) = try withoutAudience(remade)
        guard !changes.isEmpty else {
            let id = RecordBook.short(item.id)
            throw CommandFailure(
                "handover-empty", Texts.Handovers.onlyAudience(id: id, fields: leftOut),
                hint: Texts.Handovers.onlyAudienceHint(id: id))
        }
        guard try isHere(item) else {
            throw CommandFailure(
                "unit-not-here", Texts.Handovers.notHere(id: RecordBook.short(item.id)),
                hint: Texts.Handovers.notHereHint)
        }
        try decide(item, .taken, changes: changes)
        return leftOut
    }

    /// The changes without the writes that would change who sees a unit that is here: whoever takes an edit over does not
    /// give the customer back with it. What a creation says of its own record stays.
    private func withoutAudience(_ changes: [Change]) throws -> (kept: [Change], leftOut: [String]) {
        var (kept, leftOut): ([Change], [String]) = ([], [])
        for change in changes {
            guard let present = try book.workspace.store.record(change.id) else {
                kept.append(change)
                continue
            }
            let fields = present.unit == change.id ? Catalogue.schema.audienceFields(of: change.collection) : []
            let removed = change.writes.filter { fields.contains($0.path.field) }
            leftOut += removed.map { FieldWording.change($0.path, $0.value, in: change.collection, book.display) }
            var rest = change
            rest.writes.removeAll { fields.contains($0.path.field) }
            if !rest.writes.isEmpty { kept.append(rest) }
        }
        return (kept, leftOut)
    }

    /// Writes the decision, with the changes that go with it.
    func decide(_ item: Item, _ status: HandoverStatus, changes: [Change]) throws {
        let workspace = book.workspace
        var draft = Draft<Handover>()
        draft.status = status
        draft.decidedBy = workspace.session.user
        draft.decidedAt = workspace.now
        let decision = draft.change(of: item.record).map { [$0] } ?? []
        let outcome = try workspace.perform(UserAction(changes + decision))
        try EditReport.check(
            outcome, of: changes.first.flatMap { Catalogue.schema[$0.collection] } ?? Handover.collection, book)
    }

    func tell(_ item: Item, _ reporter: Reporter, _ sentence: LocalizedText) throws {
        if let after = try book.workspace.store.record(item.id) { try reporter.json(RecordJSON.object(after)) }
        try reporter.say(sentence)
    }
}
