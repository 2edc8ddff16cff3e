import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookTerminal

/// One import of cards: makes a change set of each and stores them in batches. Memory: a batch, ``CardBook``, and the identities
/// that were met.
struct CardRun {
    private let book: RecordBook
    private let isDryRun: Bool
    private var cards: CardBook
    private var batch: [Item] = []
    private var met: [RecordID: (line: Int, hash: Int, uid: String?)] = [:]
    private(set) var report = ImportReport()
    /// Customers that were made of organisations, and properties that were not taken.
    private(set) var tally = CardTally()
    /// Takes each faulty card as it is met, for `--errors`.
    var faulty: ((ImportReport.Fault, [UInt8]) throws -> Void)?
    /// Takes what becomes of each card, for `--dry-run`.
    var told: ((LocalizedText) -> Void)?
    /// Whether every fault is kept for the report.
    var keepsFaults = false

    /// What a card asks for.
    private struct Item {
        var line: Int
        var source: [UInt8]
        var changes: [Change]
        var isNew: Bool
        /// The customer that the card's organisation becomes.
        var organization: (id: RecordID, name: String)?
    }

    /// A card that is not taken.
    private struct Refusal: Error {
        var reason: LocalizedText
    }

    init(_ book: RecordBook, isDryRun: Bool) throws {
        self.book = book
        self.isDryRun = isDryRun
        cards = try CardBook(book)
    }

    /// How many cards were looked at.
    var count: Int { report.taken + report.refused + batch.count }

    /// Takes one card of the file.
    mutating func take(_ entry: VCardEntry) throws {
        do {
            try accept(try entry.card.get(), entry)
        } catch let problem as VCardProblem {
            try refuse(problem.line, problem.text, entry.source)
        } catch let refusal as Refusal {
            try refuse(entry.line, refusal.reason, entry.source)
        } catch let problem as InputProblem {
            try refuse(entry.line, FailureWording.input(problem, nil).text, entry.source)
        }
        if batch.count >= ImportRun.batchRows { try flush() }
    }

    private mutating func accept(_ card: VCard, _ entry: VCardEntry) throws {
        var present = try cards.record(of: card)
        if present?.isDeleted == true { throw Refusal(reason: Texts.Import.deletedHere) }
        guard let subject = CardSubject(card, as: present) else { throw Refusal(reason: Texts.Cards.isGroup) }
        if present == nil, subject == .organization { present = try organization(named: card.formattedName) }
        let collection = subject.isContact ? Contact.shape.name : Customer.shape.name
        let id = present?.id ?? book.workspace.importedID(collection, key: card.key)
        var plain = card
        plain.revision = nil
        if let other = met[id] {
            guard other.hash == plain.hashValue else {
                let isSameUID = card.uid != nil && card.uid == other.uid
                throw Refusal(
                    reason: isSameUID
                        ? Texts.Cards.sameCard(line: other.line)
                        : Texts.Cards.sameOrganisation(line: other.line, name: card.formattedName))
            }
            return report.unchanged += 1
        }
        var item = Item(line: entry.line, source: entry.source, changes: [], isNew: present == nil)
        var writes = CardWrites(
            onto: present, identify: { [book] in book.workspace.importedID(collection, key: "\(id)\n\($0)") })
        writes.put(uid: card.recordID == id ? nil : card.uid)
        switch subject {
        case .organization: writes.put(customer: card, kind: .organization)
        case .person: writes.put(customer: card, kind: .person)
        case .contact(let name):
            let customer = try present?.reference("customer") ?? self.customer(name, card, &item)
            writes.put(contact: card, at: customer)
        }
        try add(id, collection, writes, &item)
        met[id] = (entry.line, plain.hashValue, card.uid)
        tell(card, subject)
        tally.add(entry.keptOut, card.unplaced(as: subject))
        if item.isNew, !subject.isContact { cards.note(id, named: card.formattedName) }
        try settle(item, present)
    }

    /// The customer of that name, whom contacts' cards or another file brought; nil for none.
    private mutating func organization(named name: String) throws -> VersionedRecord? {
        switch cards.customer(named: name) {
        case .none: return nil
        case .several: throw Refusal(reason: Texts.Cards.severalCustomers(name: name))
        case .one(let id):
            // It may be among what waits.
            if !isDryRun { try flush() }
            return try book.workspace.store.record(id)?.record
        }
    }

    /// The customer at whom a contact is, made where there is none of that name.
    private mutating func customer(_ name: String, _ card: VCard, _ item: inout Item) throws -> RecordID {
        switch cards.customer(named: name) {
        case .one(let id): return id
        case .several: throw Refusal(reason: Texts.Cards.severalCustomers(name: name))
        case .none: break
        }
        let id = cards.identity(ofCustomer: name)
        if let present = try book.workspace.store.record(id)?.record {
            guard !present.isDeleted else { throw Refusal(reason: Texts.Import.deletedHere) }
            return id
        }
        var writes = CardWrites(
            onto: nil,
            identify: { [book] in
                book.workspace.importedID(Customer.shape.name, key: "\(id)\n\($0)")
            })
        writes.put(organization: name, of: card)
        item.organization = (id, name)
        try add(id, Customer.shape.name, writes, &item, isCreating: true)
        return id
    }

    private func add(
        _ id: RecordID, _ collection: CollectionName, _ writes: CardWrites, _ item: inout Item, isCreating: Bool? = nil
    ) throws {
        guard let kind = Catalogue.schema[collection] else { return }
        let change = Change(
            id: id, collection: collection, isCreating: isCreating ?? item.isNew, writes: try writes.writes(kind))
        if let violation = Catalogue.schema.violation(in: change, strictness: .entry) {
            throw Refusal(reason: EditReport.sentence(violation, kind))
        }
        if change.isCreating || !change.writes.isEmpty { item.changes.append(change) }
    }

    /// Keeps what a card asks for until the batch is full, or only counts it.
    private mutating func settle(_ item: Item, _ present: VersionedRecord?) throws {
        if item.changes.isEmpty { return report.unchanged += 1 }
        guard isDryRun else {
            batch.append(item)
            // The next card may be of somebody there: only what was stored is a customer.
            return item.organization == nil ? () : try flush()
        }
        if let organization = item.organization {
            cards.note(organization.id, named: organization.name)
            tally.customers += 1
        }
        if item.isNew { report.created += 1 } else { report.updated += 1 }
    }

    private func tell(_ card: VCard, _ subject: CardSubject) {
        guard let told else { return }
        switch subject {
        case .organization:
            told(Texts.Cards.taken(name: card.formattedName, kind: CustomerKind.organization.label.spoken))
        case .person: told(Texts.Cards.taken(name: card.formattedName, kind: CustomerKind.person.label.spoken))
        case .contact(let name):
            told(Texts.Cards.takenAt(name: card.formattedName, kind: Contact.shape.label.spoken, customer: name))
        }
    }

    /// Stores what waits.
    mutating func flush() throws {
        guard !batch.isEmpty else { return }
        let items = batch
        batch = []
        let outcomes = try book.workspace.perform(all: items.map { UserAction($0.changes) })
        for (item, outcome) in zip(items, outcomes) {
            switch outcome {
            case .saved:
                if item.isNew { report.created += 1 } else { report.updated += 1 }
                if let organization = item.organization {
                    cards.note(organization.id, named: organization.name)
                    tally.customers += 1
                }
            case .unchanged: report.unchanged += 1
            case .deleted: try refuse(item.line, Texts.Import.deletedHere, item.source)
            case .denied(let denial): try refuse(item.line, EditReport.sentence(denial), item.source)
            case .leaving: try refuse(item.line, Texts.Access.leaving, item.source)
            case .erased: try refuse(item.line, Texts.Privacy.isErased, item.source)
            case .refused(let violation, let id):
                let collection = item.changes.first { $0.id == id }?.collection ?? Customer.shape.name
                guard let kind = Catalogue.schema[collection] else { continue }
                try refuse(item.line, EditReport.sentence(violation, kind), item.source)
            }
        }
    }

    private mutating func refuse(_ line: Int, _ reason: LocalizedText, _ source: [UInt8]) throws {
        let fault = ImportReport.Fault(line: line, reason: reason, cells: [])
        report.add(fault, keepsAll: keepsFaults)
        try faulty?(fault, source)
    }
}
