import WaybookModel

/// A fact of the security ledger: somebody was added, or is called otherwise. A backup of before knows nothing of them, and
/// neither of their devices nor of what they answer for. What they sign in with is a fact of its own.
public struct PersonFact: Sendable, Hashable {
    public var user: UserID
    /// The normalised address.
    public var email: String
    public var name: String
    public var role: String
    public var language: String
    /// The time zone that their days go by.
    public var zone: String?

    public init(user: UserID, email: String, name: String, role: String, language: String, zone: String? = nil) {
        (self.user, self.email, self.name, self.role) = (user, email, name, role)
        (self.language, self.zone) = (language, zone)
    }

    /// What a record of the directory says; nil where nobody can sign in by it.
    init?(_ record: VersionedRecord) {
        typealias Field = DirectoryRecord.Field
        guard let user = UserID(record.id.description), let email = record[Field.email]?.text,
            let name = record[Field.name]?.text, let role = record[Field.role]?.text
        else { return nil }
        self.init(
            user: user, email: email, name: name, role: role, language: record[Field.language]?.text ?? "en",
            zone: record[Field.zone]?.text)
    }

    /// The fields of the person's record that follow.
    var fields: [FieldName: Value] {
        typealias Field = DirectoryRecord.Field
        return [
            Field.email: .string(email), Field.language: .string(language), Field.name: .string(name),
            Field.role: .string(role), Field.zone: zone.map { .string($0) } ?? .null,
        ]
    }
}

extension PersonFact {
    static let kind = "user"

    var entries: [String: Value] {
        var entries: [String: Value] = [
            "email": .string(email), "kind": .string(Self.kind), "language": .string(language), "name": .string(name),
            "role": .string(role), "user": .string(user.text),
        ]
        entries["zone"] = zone.map { .string($0) }
        return entries
    }

    init?(_ entries: [String: Value]) {
        guard let user = entries["user"]?.text.flatMap({ UserID($0) }), let email = entries["email"]?.text,
            let name = entries["name"]?.text, let role = entries["role"]?.text, let language = entries["language"]?.text
        else { return nil }
        self.init(
            user: user, email: email, name: name, role: role, language: language, zone: entries["zone"]?.text)
    }
}
