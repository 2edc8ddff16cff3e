import WaybookModel

/// Who answers for a unit, and with whom it is shared: what the security ledger keeps of it.
public struct UnitAccess: Hashable, Sendable {
    /// Nil for the pool.
    public var owner: RecordID?
    public var shares: [RecordID: ShareGrade]

    public init(owner: RecordID?, shares: [RecordID: ShareGrade] = [:]) {
        self.owner = owner
        self.shares = shares
    }

    /// Reads the scopes of a unit; nil for one that nobody can answer for.
    init?(_ scopes: [Scope: ShareGrade]) {
        var access: UnitAccess?
        for scope in scopes.keys {
            switch scope {
            case .book(let owner): access = UnitAccess(owner: owner)
            case .pool: access = UnitAccess(owner: nil)
            default: break
            }
        }
        guard var access else { return nil }
        for case (.shared(let person), let grade) in scopes { access.shares[person] = grade }
        self = access
    }
}

/// A fact of the security ledger about who may see and do what.
public enum AccessFact: Sendable, Hashable {
    case role(UserID, String)
    /// All of these units are so from then on.
    case assigned([RecordID], UnitAccess)
    /// What a team or a membership says since then.
    case directory(RecordID, in: CollectionName, [FieldName: Value], isDeleted: Bool)

    /// The most units of one line: some 8 KB.
    static let unitsInLine = 200

    /// The facts of a commit, a line for all units that came to the same: so a book of 10,000 is 50 lines.
    static func facts(of access: [RecordID: UnitAccess]) -> [SecurityFact] {
        let groups = Dictionary(grouping: access.keys.sorted()) { access[$0] ?? UnitAccess(owner: nil) }
        let sorted = groups.sorted { ($0.value.first ?? $0.value[0]) < ($1.value.first ?? $1.value[0]) }
        return sorted.flatMap { access, units in
            stride(from: 0, to: units.count, by: unitsInLine).map { start in
                .access(.assigned(Array(units[start..<min(start + unitsInLine, units.count)]), access))
            }
        }
    }
}

extension AccessFact {
    /// The members of the entry's `fact`.
    var entries: [String: Value] {
        switch self {
        case .role(let user, let role): ["kind": "role", "role": .string(role), "user": .string(user.text)]
        case .assigned(let units, let access):
            [
                "kind": "assigned", "owner": access.owner.map { .string($0.description) } ?? .null,
                "shares": .map(
                    Dictionary(
                        uniqueKeysWithValues: access.shares.map { ($0.key.description, .string($0.value.rawValue)) })),
                "units": .list(units.map { .string($0.description) }),
            ]
        case .directory(let id, let collection, let fields, let isDeleted):
            [
                "collection": .string(collection.text), "deleted": .bool(isDeleted),
                "fields": .map(Dictionary(uniqueKeysWithValues: fields.map { ($0.key.text, $0.value) })),
                "kind": "directory", "record": .string(id.description),
            ]
        }
    }

    /// The kinds that are read here.
    static let kinds: Set<String> = ["role", "assigned", "directory"]

    /// Reads the members; nil where something is missing or malformed.
    init?(_ entries: [String: Value]) {
        switch entries["kind"]?.text {
        case "role":
            guard let user = entries["user"]?.text.flatMap({ UserID($0) }), let role = entries["role"]?.text else {
                return nil
            }
            self = .role(user, role)
        case "assigned":
            guard let owner = entries["owner"], let units = entries["units"]?.elements else { return nil }
            var access = UnitAccess(owner: owner.text.flatMap { RecordID($0) })
            guard owner == .null || access.owner != nil else { return nil }
            for (person, grade) in entries["shares"]?.entries ?? [:] {
                guard let person = RecordID(person), let grade = grade.text.flatMap({ ShareGrade(rawValue: $0) })
                else { return nil }
                access.shares[person] = grade
            }
            let read = units.compactMap { $0.text.flatMap { RecordID($0) } }
            guard read.count == units.count else { return nil }
            self = .assigned(read, access)
        case "directory":
            guard let id = entries["record"]?.text.flatMap({ RecordID($0) }),
                let collection = entries["collection"]?.text, let isDeleted = entries["deleted"]?.boolean,
                let fields = entries["fields"]?.entries
            else { return nil }
            self = .directory(
                id, in: CollectionName(collection),
                Dictionary(uniqueKeysWithValues: fields.map { (FieldName($0.key), $0.value) }), isDeleted: isDeleted)
        default: return nil
        }
    }
}
