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

extension UnitAccess {
    /// Its members as they are written.
    var entries: [String: Value] {
        [
            "owner": owner.map { .string($0.description) } ?? .null,
            "shares": .map(
                Dictionary(uniqueKeysWithValues: shares.map { ($0.key.description, .string($0.value.rawValue)) })),
        ]
    }

    /// Reads the members; nil where something is missing or malformed.
    init?(_ entries: [String: Value]) {
        guard let owner = entries["owner"] else { return nil }
        self.init(owner: owner.text.flatMap { RecordID($0) })
        guard owner == .null || self.owner != nil else { return nil }
        for (person, grade) in entries["shares"]?.entries ?? [:] {
            guard let person = RecordID(person), let grade = grade.text.flatMap({ ShareGrade(rawValue: $0) })
            else { return nil }
            shares[person] = grade
        }
    }

    /// The scopes that a unit is in by it.
    var scopes: Set<Scope> {
        Set([owner.map { .book($0) } ?? .pool] + shares.keys.map { .shared($0) })
    }

    /// With the people alone whom a file knows; who answers for a unit and is not known leaves it to the pool.
    func among(_ isKnown: (RecordID) -> Bool) -> UnitAccess {
        UnitAccess(owner: owner.flatMap { isKnown($0) ? $0 : nil }, shares: shares.filter { isKnown($0.key) })
    }
}

/// A fact of the security ledger about who may see and do what.
public enum AccessFact: Sendable, Hashable {
    case role(UserID, String)
    /// All of these units are so from then on.
    case assigned([RecordID], UnitAccess)
    /// These units were in these scopes for a while: what a compacted ledger keeps of assignments that later ones took the
    /// place of.
    case formerly([RecordID], Set<Scope>)
    /// What a team or a membership says since then.
    case directory(RecordID, in: CollectionName, [FieldName: Value], isDeleted: Bool)

    /// The most units of one line: some 8 KB.
    static let unitsInLine = 200

    /// The facts of a commit, a line for all units that came to the same: so a book of 10,000 is 50 lines.
    static func facts(of access: [RecordID: UnitAccess]) -> [SecurityFact] {
        lines(of: access).map { .access(.assigned($1, $0)) }
    }

    /// What units share, with those units, no more at a time than a line has; in the order of the units.
    static func lines<Shared: Hashable>(of shared: [RecordID: Shared]) -> [(Shared, [RecordID])] {
        let pairs = shared.sorted { $0.key < $1.key }
        let groups = Dictionary(grouping: pairs, by: \.value).values.sorted { $0[0].key < $1[0].key }
        return groups.flatMap { group in
            stride(from: 0, to: group.count, by: unitsInLine).map { start in
                (group[start].value, group[start..<min(start + unitsInLine, group.count)].map(\.key))
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
            access.entries.merging(
                ["kind": "assigned", "units": .list(units.map { .string($0.description) })]
            ) { $1 }
        case .formerly(let units, let scopes):
            [
                "kind": "formerly", "scopes": .list(scopes.sorted().map { .string($0.text) }),
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

    private static func identities(_ list: [Value]) -> [RecordID]? {
        let read = list.compactMap { $0.text.flatMap { RecordID($0) } }
        return read.count == list.count ? read : nil
    }

    /// The kinds that are read here.
    static let kinds: Set<String> = ["role", "assigned", "formerly", "directory"]

    /// Reads the members; nil where something is missing or malformed.
    init?(_ entries: [String: Value]) {
        switch entries["kind"]?.text {
        case "role":
            guard let user = entries["user"]?.text.flatMap({ UserID($0) }), let role = entries["role"]?.text else {
                return nil
            }
            self = .role(user, role)
        case "assigned":
            guard let access = UnitAccess(entries), let units = entries["units"]?.elements else { return nil }
            guard let read = Self.identities(units) else { return nil }
            self = .assigned(read, access)
        case "formerly":
            guard let units = entries["units"]?.elements.flatMap({ Self.identities($0) }),
                let texts = entries["scopes"]?.elements
            else { return nil }
            let scopes = texts.compactMap { $0.text.flatMap { Scope($0) } }
            guard scopes.count == texts.count else { return nil }
            self = .formerly(units, Set(scopes))
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
