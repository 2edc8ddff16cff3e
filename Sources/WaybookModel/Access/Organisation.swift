/// The directory's collections and their fields, as the engine needs to know them.
public enum DirectoryRecord {
    public static let user: CollectionName = "user"
    public static let team: CollectionName = "team"
    public static let membership: CollectionName = "membership"
    public static let collections: Set<CollectionName> = [user, team, membership]

    /// The collections that do not count among the records that a person has: the directory, and conflicts.
    public static let uncounted: [CollectionName] = [ConflictRecord.collection, user, team, membership]

    /// The names of the fields.
    public enum Field {
        public static let name: FieldName = "name"
        public static let email: FieldName = "email"
        public static let language: FieldName = "language"
        public static let zone: FieldName = "zone"
        public static let role: FieldName = "role"
        /// `active` or `disabled`.
        public static let status: FieldName = "status"
        /// Who takes the book over when the person is disabled; without one it goes to the pool.
        public static let successor: FieldName = "successor"
        /// Of a team: the team above.
        public static let parent: FieldName = "parent"
        /// Of a membership.
        public static let user: FieldName = "user"
        public static let team: FieldName = "team"
        public static let from: FieldName = "from"
        public static let until: FieldName = "until"
    }

    public static let active = "active"
    public static let disabled = "disabled"
}

/// Who is who: people, teams in a tree, and who was in which team when; read from the directory's records.
public struct Organisation: Hashable, Sendable {
    public struct Person: Hashable, Sendable {
        public var id: RecordID
        public var name: String
        public var role: Role
        public var isActive: Bool
        /// Who takes their book over once they no longer work here.
        public var successor: RecordID?

        public init(id: RecordID, name: String, role: Role, isActive: Bool = true, successor: RecordID? = nil) {
            self.id = id
            self.name = name
            self.role = role
            self.isActive = isActive
            self.successor = successor
        }
    }

    /// A person's time in a team; both days belong to it, `YYYY-MM-DD`, nil for no bound.
    public struct Membership: Hashable, Sendable {
        public var user: RecordID
        public var team: RecordID
        public var from: String?
        public var until: String?

        public init(user: RecordID, team: RecordID, from: String? = nil, until: String? = nil) {
            self.user = user
            self.team = team
            self.from = from
            self.until = until
        }

        /// Days of this form compare as texts.
        public func covers(_ day: String) -> Bool { (from ?? day) <= day && day <= (until ?? day) }
    }

    public private(set) var people: [RecordID: Person] = [:]
    /// Each team with the one above it.
    public private(set) var teams: [RecordID: RecordID?] = [:]
    public private(set) var memberships: [Membership] = []

    public init(people: [Person] = [], teams: [RecordID: RecordID?] = [:], memberships: [Membership] = []) {
        self.people = Dictionary(people.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.teams = teams
        self.memberships = memberships
    }

    /// Reads the directory's records; others, deleted ones, and what names nobody are passed over. A role that this
    /// version does not know may do least: it is read as a viewer in no team.
    public init(_ records: some Sequence<VersionedRecord>) {
        for record in records where !record.isDeleted { take(record) }
    }

    private mutating func take(_ record: VersionedRecord) {
        typealias Field = DirectoryRecord.Field
        func reference(_ field: FieldName) -> RecordID? { record[field]?.text.flatMap { RecordID($0) } }
        switch record.collection {
        case DirectoryRecord.user:
            let role = record[Field.role]?.text.flatMap { Role(rawValue: $0) }
            people[record.id] = Person(
                id: record.id, name: record[Field.name]?.text ?? "", role: role ?? .viewer,
                isActive: role != nil && record[Field.status]?.text != DirectoryRecord.disabled,
                successor: reference(Field.successor))
        case DirectoryRecord.team: teams[record.id] = .some(reference(Field.parent))
        case DirectoryRecord.membership:
            guard let user = reference(Field.user), let team = reference(Field.team) else { return }
            memberships.append(
                Membership(user: user, team: team, from: record[Field.from]?.text, until: record[Field.until]?.text))
        default: break
        }
    }

    /// Who answers for the book of a person: themselves, or the first who works here in the chain of successors; nil where
    /// nobody does, and the book belongs to the pool. A circle of successors ends where it closes.
    public func holder(of user: RecordID) -> RecordID? {
        var next: RecordID? = user
        var seen: Set<RecordID> = []
        while let person = next, seen.insert(person).inserted {
            if people[person]?.isActive == true { return person }
            next = people[person]?.successor
        }
        return nil
    }

    /// The people who administer the workspace today.
    public var administrators: Set<RecordID> {
        Set(people.values.lazy.filter { $0.isActive && $0.role == .admin }.map(\.id))
    }

    /// Whether somebody is left to administer the workspace once records of the directory read so: the one rule, for
    /// laptops, the server and its commands. A workspace that has nobody loses nobody.
    public func keepsAdministrator(after changes: [VersionedRecord]) -> Bool {
        let present = administrators
        var after = self
        for record in changes where record.collection == DirectoryRecord.user {
            after.people[record.id] = nil
            if !record.isDeleted { after.take(record) }
        }
        return present.isEmpty || !after.administrators.isEmpty
    }

    /// Whether a team would stand below itself under another one: the one rule, for laptops, the server and its commands.
    public func closesCircle(_ team: RecordID, under parent: RecordID) -> Bool {
        var after = self
        after.teams[team] = parent
        return after.isInCircle(team)
    }

    /// The first team that comes to stand below itself once records of the directory read so; nil where none does. A circle
    /// that was there before keeps nobody from renaming its teams, or from taking it apart.
    public func circle(after changes: [VersionedRecord]) -> RecordID? {
        var after = self
        for record in changes where record.collection == DirectoryRecord.team {
            after.teams[record.id] = nil
            if !record.isDeleted { after.take(record) }
        }
        return changes.first { teams[$0.id] != after.teams[$0.id] && after.isInCircle($0.id) }?.id
    }

    private func isInCircle(_ team: RecordID) -> Bool {
        var seen: Set<RecordID> = []
        var next = teams[team].flatMap { $0 }
        while let above = next, seen.insert(above).inserted {
            if above == team { return true }
            next = teams[above].flatMap { $0 }
        }
        return false
    }

    /// A team and all below it; a circle in the tree, which older files can hold, ends where it closes.
    public func teams(below team: RecordID) -> Set<RecordID> {
        guard teams[team] != nil else { return [] }
        var found: Set<RecordID> = [team]
        var children: [RecordID: [RecordID]] = [:]
        for (child, parent) in teams { if let parent = parent { children[parent, default: []].append(child) } }
        var waiting = [team]
        while let next = waiting.popLast() {
            for child in children[next] ?? [] where found.insert(child).inserted { waiting.append(child) }
        }
        return found
    }

    /// The people whose books a person sees by role on a day, without their own.
    public func reach(of user: RecordID, on day: String) -> Set<RecordID> {
        guard let person = people[user], person.isActive, person.role.seesTeams else { return [] }
        var seen: Set<RecordID> = []
        for membership in memberships where membership.user == user && membership.covers(day) {
            seen.formUnion(teams(below: membership.team))
        }
        let reached = memberships.filter { seen.contains($0.team) && $0.covers(day) }.map(\.user)
        return Set(reached).subtracting([user])
    }

    /// The scopes that people lose, once everything reads as in `after`; those who are disabled are told nothing.
    public func losses(to after: Organisation, on day: String) -> [RecordID: Set<Scope>] {
        after.people.values.filter(\.isActive).reduce(into: [:]) { losses, person in
            let lost = scopes(of: person.id, on: day).subtracting(after.scopes(of: person.id, on: day))
            if !lost.isEmpty { losses[person.id] = lost }
        }
    }

    /// The scopes that a person holds on a day; none for somebody unknown or disabled.
    public func scopes(of user: RecordID, on day: String) -> Set<Scope> {
        guard let person = people[user], person.isActive else { return [] }
        if person.role == .admin { return [.everything] }
        var scopes: Set<Scope> = [.workspace, .book(user), .shared(user), .box(user)]
        if person.role.seesCards { scopes.insert(.cards) }
        if person.role.seesPool { scopes.insert(.pool) }
        return scopes.union(reach(of: user, on: day).map { .book($0) })
    }
}
