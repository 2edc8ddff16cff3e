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
            case "about": record.reference(field.name).map { book.name(Customer.shape.name, $0) } ?? ""
            default: book.display.text(field, in: record)
            }
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
        }
        return Item(try book.record(reference, in: Handover.collection).record)
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

    /// Makes the item's changes anew on what is shown now, and notes that, in one set.
    func take(_ item: Item) throws {
        guard let changes = item.changes, !changes.isEmpty else {
            throw CommandFailure("handover-unreadable", Texts.Handovers.unreadable(id: RecordBook.short(item.id)))
        }
        let isMade = changes.contains { $0.isCreating && $0.id == item.about }
        if let about = item.about, !isMade, try book.workspace.store.record(about) == nil {
            throw CommandFailure(
                "unit-not-here", Texts.Handovers.notHere(id: RecordBook.short(item.id)),
                hint: Texts.Handovers.notHereHint)
        }
        try decide(item, .taken, changes: changes)
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
