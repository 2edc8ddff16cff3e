import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookTerminal

/// People and teams, as this laptop's directory knows them.
extension RecordBook {
    /// Who is who.
    func organisation() throws -> Organisation {
        var records: [VersionedRecord] = []
        for collection in DirectoryRecord.collections.sorted(by: { $0.text < $1.text }) {
            try workspace.store.each(RecordQuery(collection)) { records.append($0.record) }
        }
        return Organisation(records)
    }

    /// The person with that e-mail address; `me` is whoever is signed in.
    func person(byAccount text: String) throws -> RecordID? {
        if isOwnAccount(text) { return workspace.session.user }
        guard let email = ElementKey.make(text, form: .email), email.contains("@") else { return nil }
        let field = FieldSelector(DirectoryRecord.Field.email)
        let query = RecordQuery(DirectoryRecord.user, filter: .compare(field, .equal, .string(email)), limit: 1)
        return try workspace.store.list(query).first?.id
    }

    /// Whether that is the e-mail address of whoever is signed in, or `me`.
    func isOwnAccount(_ text: String) -> Bool {
        guard let email = ElementKey.make(text, form: .email) else { return false }
        return ElementKey.fold(text) == "me" || email == ElementKey.make(workspace.session.email, form: .email)
    }

    /// Whether that is the name of whoever is signed in.
    func isOwnName(_ text: String) -> Bool { ElementKey.fold(text) == ElementKey.fold(workspace.session.name) }

    /// The person whom a text means; throws a sentence when it means none or several.
    func person(_ text: String) throws -> RecordID {
        if let id = inputContext().resolve(DirectoryRecord.user, text) { return id }
        return try record(text, in: User.collection).record.id
    }

    /// The words for a person who may be none: whoever is responsible, or the pool.
    func holder(_ id: RecordID?) -> String { id.map { name(DirectoryRecord.user, $0) } ?? Texts.Owners.pool.spoken }
}

extension VersionedRecord {
    /// The record that a field refers to.
    func reference(_ field: FieldName) -> RecordID? { self[field]?.text.flatMap { RecordID($0) } }
}
