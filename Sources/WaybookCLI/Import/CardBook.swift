import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore

/// The records that cards may mean, looked through once: by the UID of a card that they came from, and customers by name.
///
/// Memory: some 100 bytes a customer.
struct CardBook {
    /// What an organisation's name means.
    enum Named {
        case none
        case one(RecordID)
        case several
    }

    private let workspace: Workspace
    private var byUID: [String: RecordID] = [:]
    private var byName: [String: [RecordID]] = [:]

    init(_ book: RecordBook) throws {
        workspace = book.workspace
        for kind in [Customer.shape.name, Contact.shape.name] {
            let isCustomer = kind == Customer.shape.name
            let uid = FieldPath("externalIds", key: VCard.externalSystem).text
            try workspace.store.each(RecordQuery(kind)) { record in
                if let text = record.fields[uid]?.text { byUID[text] = record.id }
                guard isCustomer, let name = record.fields["name"]?.text else { return }
                byName[ElementKey.fold(name), default: []].append(record.id)
            }
        }
    }

    /// The record that a card means: the one that it came from or was written of, else the one that it was imported as; nil for
    /// a card that is new.
    func record(of card: VCard) throws -> VersionedRecord? {
        var candidates: [RecordID] = []
        if let uid = card.uid, let id = byUID[uid] { candidates.append(id) }
        if let id = card.recordID { candidates.append(id) }
        let kinds = [Contact.shape.name, Customer.shape.name]
        candidates += kinds.map { workspace.importedID($0, key: card.key) }
        for id in candidates {
            if let record = try workspace.store.record(id)?.record, kinds.contains(record.collection) { return record }
        }
        return nil
    }

    /// The customer of a name.
    func customer(named name: String) -> Named {
        switch byName[ElementKey.fold(name)]?.count ?? 0 {
        case 0: .none
        case 1: byName[ElementKey.fold(name)].map { .one($0[0]) } ?? .none
        default: .several
        }
    }

    /// Notes a customer that is made.
    mutating func note(_ id: RecordID, named name: String) {
        if case .none = customer(named: name) { byName[ElementKey.fold(name)] = [id] }
    }

    /// The identity of a customer that a card's organisation becomes: the one that a CSV file of customers gives it.
    func identity(ofCustomer name: String) -> RecordID {
        workspace.importedID(Customer.shape.name, key: "name=" + ElementKey.fold(name))
    }
}
