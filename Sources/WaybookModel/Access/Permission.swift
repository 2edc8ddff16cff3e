/// Who may do something: for each role, what must bind the person to the unit. What is not listed is not allowed.
public struct Allowance: Hashable, Sendable {
    public var standings: [Role: Set<Standing>]

    public init(_ standings: [Role: Set<Standing>]) { self.standings = standings }

    /// Whether a person of that role, so bound, is among them.
    public func covers(_ role: Role, _ standing: Standing) -> Bool {
        standings[role]?.contains(standing) ?? false
    }

    /// Nobody; the server alone.
    public static let nobody = Allowance([:])
    public static let admins = Allowance([.admin: [.administrator]])
    /// Managers and administrators, whatever they see.
    public static let leaders = Allowance([
        .admin: [.administrator], .manager: [.owner, .superior, .editor, .audience],
    ])
    /// Who answers for the unit: its owner, the managers above, administrators.
    public static let responsible = Allowance([
        .admin: [.administrator], .manager: [.owner, .superior], .rep: [.owner],
    ])
    /// Who sells: those who answer for the unit, and those with whom it is shared to edit.
    public static let sellers = Allowance([
        .admin: [.administrator], .manager: [.owner, .superior, .editor], .rep: [.owner, .editor],
        .service: [.owner, .editor],
    ])
    /// Who deals with customers: those who sell, and service for its teams.
    public static let servers = Allowance([
        .admin: [.administrator], .manager: [.owner, .superior, .editor], .rep: [.owner, .editor],
        .service: [.owner, .superior, .editor],
    ])
    /// Who may take a customer out of the pool.
    public static let claimants = Allowance([
        .admin: [.administrator], .manager: [.superior, .audience], .rep: [.audience],
    ])
    /// The person in question, and administrators.
    public static let selfAndAdmins = Allowance([
        .admin: [.administrator], .manager: [.subject], .rep: [.subject], .service: [.subject], .viewer: [.subject],
    ])
}

/// How the units of a collection's roots come into scopes.
public enum Audience: Hashable, Sendable {
    /// Everybody sees them.
    case workspace
    /// They are in the book of the person whom `owner` names, in the pool without one, and shared with the people who
    /// are keys of `members` (value `edit`, or anything else to view; the elements of a set may edit).
    case book(owner: FieldName, members: FieldName?)
    /// Everybody who may claim sees them while `open` is true.
    case cards(open: FieldName)
    /// The person whom `person` names sees them, and whoever sees the unit that `about` names.
    case follows(about: FieldName, person: FieldName)
}

/// Who may do what with the records of a collection; what they may see follows from the unit alone.
public struct CollectionAccess: Hashable, Sendable {
    /// Counts for roots only.
    public var audience: Audience
    public var create: Allowance
    public var edit: Allowance
    /// To delete, and to restore.
    public var delete: Allowance

    public init(_ audience: Audience, create: Allowance, edit: Allowance, delete: Allowance) {
        self.audience = audience
        self.create = create
        self.edit = edit
        self.delete = delete
    }

    /// Everybody reads, administrators write.
    public static let directory = CollectionAccess(.workspace, create: .admins, edit: .admins, delete: .admins)
    /// Of a child, whose audience is its root's: written by the server alone.
    public static let serverWritten = CollectionAccess(
        .workspace, create: .nobody, edit: .nobody, delete: .nobody)
    /// Everybody reads, leaders write: products, templates.
    public static let reference = CollectionAccess(.workspace, create: .leaders, edit: .leaders, delete: .leaders)
}

/// What somebody wants to do with a record.
public enum AccessAction: Hashable, Sendable {
    case create
    case edit(FieldName)
    /// Delete or restore.
    case delete
    /// Erase a person for good.
    case erase
}

extension Schema {
    /// Whether a person of that role, so bound to the unit, may do it: the one decision, used where a person enters
    /// something and again at the server. In a collection that this version does not know, whoever may edit a
    /// customer may write.
    public func permits(
        _ action: AccessAction, in collection: CollectionName, role: Role, standing: Standing
    ) -> Bool {
        if action == .erase { return Allowance.admins.covers(role, standing) }
        guard let schema = self[collection] else { return Allowance.sellers.covers(role, standing) }
        switch action {
        case .create: return schema.access.create.covers(role, standing)
        case .delete: return schema.access.delete.covers(role, standing)
        case .erase: return false
        case .edit(let field):
            switch schema[field]?.access ?? .holders {
            case .holders, .author: return schema.access.edit.covers(role, standing)
            case .only(let allowance): return allowance.covers(role, standing)
            case .server: return false
            }
        }
    }
}

/// Somebody who looks at units: all that ``Schema/standing(of:about:for:)`` needs to know of them.
public struct Viewer: Hashable, Sendable {
    public var user: RecordID
    public var role: Role
    /// The scopes that they hold.
    public var scopes: Set<Scope>

    public init(user: RecordID, role: Role, scopes: Set<Scope>) {
        self.user = user
        self.role = role
        self.scopes = scopes
    }

    /// Somebody of an organisation, on a day `YYYY-MM-DD`; nil for a person who is unknown or disabled.
    public init?(_ user: RecordID, in organisation: Organisation, on day: String) {
        guard let person = organisation.people[user], person.isActive else { return nil }
        self.init(user: user, role: person.role, scopes: organisation.scopes(of: user, on: day))
    }

    /// Whether they see every unit.
    public var seesEverything: Bool { scopes.contains(.everything) }
}

extension Schema {
    /// The scopes that a unit is a member of, by its root; whether a scope's holders may edit counts for `shared` only.
    /// Pure: what is stored of it is an index.
    /// - Parameters:
    ///   - author: who made a root of a collection that this version does not know: it is in that person's book.
    ///   - about: the root of the unit that `root` follows, where it does.
    public func scopes(
        of root: VersionedRecord, author: RecordID? = nil, about: VersionedRecord? = nil
    ) -> [Scope: ShareGrade] {
        guard let schema = self[root.collection] else { return author.map { [.book($0): .edit] } ?? [:] }
        switch schema.access.audience {
        case .workspace: return [.workspace: .view]
        case .book(let owner, let members):
            var scopes: [Scope: ShareGrade] = [:]
            if let members {
                for (key, value) in root.elements(of: members) {
                    guard let member = RecordID(key) else { continue }
                    let mayEdit = value.text == ShareGrade.edit.rawValue || value.text == key
                    scopes[.shared(member)] = mayEdit ? .edit : .view
                }
            }
            let owner = root[owner]?.text.flatMap { RecordID($0) }
            scopes[owner.map { .book($0) } ?? .pool] = .edit
            return scopes
        case .cards(let open): return root[open]?.boolean == true && !root.isDeleted ? [.cards: .view] : [:]
        case .follows(_, let person):
            var scopes = about.map { self.scopes(of: $0) } ?? [:]
            if let person = root[person]?.text.flatMap({ RecordID($0) }) { scopes[.box(person)] = .view }
            return scopes
        }
    }

    /// The fields of a root that decide who sees its unit, and the one by which a card is claimed.
    public func audienceFields(of collection: CollectionName) -> Set<FieldName> {
        if collection == CardRecord.collection { return [CardRecord.Field.claimedBy] }
        guard case .book(let owner, let members)? = self[collection]?.access.audience else { return [] }
        return Set([owner, members].compactMap { $0 })
    }

    /// What binds somebody to a unit, by its root: the strongest bond; nil where they do not see it.
    public func standing(
        of root: VersionedRecord, author: RecordID? = nil, about: VersionedRecord? = nil, for viewer: Viewer
    ) -> Standing? {
        viewer.standing(in: scopes(of: root, author: author, about: about), root: root.id)
    }
}

extension Viewer {
    /// What binds them to a unit that is in these scopes.
    public func standing(in unitScopes: [Scope: ShareGrade], root: RecordID) -> Standing? {
        if seesEverything { return .administrator }
        let held = unitScopes.filter { scopes.contains($0.key) }
        if held[.book(user)] != nil { return .owner }
        if held.keys.contains(where: \.isLookedAfter) { return .superior }
        if let grade = held[.shared(user)] { return grade == .edit ? .editor : .reader }
        if held[.box(user)] != nil || (root == user && held[.workspace] != nil) { return .subject }
        return held.isEmpty ? nil : .audience
    }
}

/// What the people with whom a unit is shared may do with it.
public enum ShareGrade: String, Hashable, Sendable {
    case view, edit
}

extension Scope {
    /// Another's book, or the pool: seen by virtue of a role.
    fileprivate var isLookedAfter: Bool {
        switch self {
        case .book, .pool: true
        default: false
        }
    }
}
