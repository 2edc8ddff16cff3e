import WaybookModel

/// Who may do what, written by hand: the one table that the schema's declarations and the running server are both compared
/// with.
///
/// A letter for what is allowed: `r` read, `c` create, `e` edit, `d` delete, `a` assign (of a card: claim), `s` share, `l` set
/// the language. `-` for nothing.
public enum AccessTable {
    /// What binds somebody to a customer, or to a task of no customer.
    public enum Bond: String, Hashable, Sendable, CaseIterable {
        /// They answer for it.
        case own
        /// Somebody of a team below theirs does.
        case team
        /// Nobody does.
        case pool
        /// It is shared with them, to edit.
        case sharedEdit
        /// It is shared with them, to view.
        case sharedView
        /// Nothing.
        case other
        /// They answered for it once, and wrote to it after it had gone.
        case lost
    }

    /// What hangs on a customer, itself first; then tasks that hang on none.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case customer, contact, interaction, followup, purchase, assignment, conflict, handover, freeTask

        public var collection: CollectionName { self == .freeTask ? "followup" : CollectionName(rawValue) }
    }

    /// What belongs to no customer.
    public enum CommonKind: String, Hashable, Sendable, CaseIterable {
        case product, team, membership, assignmentRule
        /// Somebody else's entry in the directory, and one's own.
        case otherUser, ownUser
        /// The card of a customer in the pool; of one that was claimed.
        case openCard, closedCard

        public var collection: CollectionName {
            switch self {
            case .otherUser, .ownUser: "user"
            case .openCard, .closedCard: "customerCard"
            default: CollectionName(rawValue)
            }
        }
    }

    /// What may be done with a kind: the letters, or nil where there is no such case.
    public static func allowed(_ role: Role, _ bond: Bond, _ kind: Kind) -> Set<Character>? {
        guard let row = units.first(where: { $0.0 == role && $0.1.contains(bond) }) else { return nil }
        // Who collaborates on a task may edit it; nobody may only view it. No task of no customer was handed on.
        if kind == .freeTask, bond == .sharedView || bond == .lost { return nil }
        let index = Kind.allCases.firstIndex(of: kind) ?? 0
        return letters(row.2[index])
    }

    /// What may be done with what belongs to no customer.
    public static func allowed(_ role: Role, _ kind: CommonKind) -> Set<Character>? {
        guard let row = common.first(where: { $0.0 == role }) else { return nil }
        let index = CommonKind.allCases.firstIndex(of: kind) ?? 0
        return letters(row.1[index])
    }

    private static func letters(_ text: String) -> Set<Character> { Set(text).subtracting(["-"]) }

    /// `c` of a customer or a free task means: one that names whom the bond says as responsible; in the pool, nobody: then
    /// it is its maker's, but for those who look after the pool. `e` of a conflict is to resolve it, of a handover to
    /// decide on it.
    ///
    ///                         customer contact interaction followup purchase assignment conflict handover free task
    private static let units: [(Role, [Bond], [String])] = [
        (.admin, Bond.allCases, ["rcedas", "rced", "rced", "rced", "rced", "r", "re", "re", "rced"]),
        (.manager, [.own, .team, .pool], ["rcedas", "rced", "rced", "rced", "rced", "r", "re", "re", "rced"]),
        (.manager, [.sharedEdit], ["re", "rced", "rced", "rced", "rce", "r", "re", "r", "rced"]),
        (.manager, [.sharedView], ["r", "r", "r", "r", "r", "r", "r", "r", "-"]),
        (.manager, [.other], ["-", "-", "-", "-", "-", "-", "-", "-", "-"]),
        (.manager, [.lost], ["-", "-", "-", "-", "-", "-", "-", "re", "-"]),
        (.rep, [.own], ["rcedas", "rced", "rced", "rced", "rced", "r", "re", "re", "rced"]),
        (.rep, [.pool], ["c", "-", "-", "-", "-", "-", "-", "-", "c"]),
        (.rep, [.sharedEdit], ["re", "rced", "rced", "rced", "rce", "r", "re", "r", "rced"]),
        (.rep, [.sharedView], ["r", "r", "r", "r", "r", "r", "r", "r", "-"]),
        (.rep, [.team, .other], ["-", "-", "-", "-", "-", "-", "-", "-", "-"]),
        (.rep, [.lost], ["-", "-", "-", "-", "-", "-", "-", "re", "-"]),
        (.service, [.own], ["re", "rced", "rced", "rced", "rce", "r", "re", "re", "rced"]),
        (.service, [.team], ["r", "rce", "rce", "rce", "r", "r", "r", "r", "rce"]),
        (.service, [.pool], ["-", "-", "-", "-", "-", "-", "-", "-", "c"]),
        (.service, [.sharedEdit], ["re", "rced", "rced", "rced", "rce", "r", "re", "r", "rced"]),
        (.service, [.sharedView], ["r", "r", "r", "r", "r", "r", "r", "r", "-"]),
        (.service, [.other], ["-", "-", "-", "-", "-", "-", "-", "-", "-"]),
        (.service, [.lost], ["-", "-", "-", "-", "-", "-", "-", "re", "-"]),
        (.viewer, [.own, .team, .sharedEdit], ["r", "r", "r", "r", "r", "r", "r", "r", "r"]),
        (.viewer, [.sharedView], ["r", "r", "r", "r", "r", "r", "r", "r", "-"]),
        (.viewer, [.pool, .other], ["-", "-", "-", "-", "-", "-", "-", "-", "-"]),
        (.viewer, [.lost], ["-", "-", "-", "-", "-", "-", "-", "re", "-"]),
    ]

    ///           product team membership assignmentRule otherUser ownUser openCard closedCard
    private static let common: [(Role, [String])] = [
        (.admin, ["rced", "rced", "rced", "rced", "rel", "rel", "ra", "r"]),
        (.manager, ["rced", "r", "r", "rced", "r", "rl", "ra", "-"]),
        (.rep, ["r", "r", "r", "r", "r", "rl", "ra", "-"]),
        (.service, ["r", "r", "r", "r", "r", "rl", "-", "-"]),
        (.viewer, ["r", "r", "r", "r", "r", "rl", "-", "-"]),
    ]
}

extension AccessTable {
    /// The people between whom a bond is made.
    public struct People: Hashable, Sendable {
        public var actor: RecordID
        /// In a team below the actor's.
        public var mate: RecordID
        /// In no team.
        public var outsider: RecordID

        public init(actor: RecordID, mate: RecordID, outsider: RecordID) {
            self.actor = actor
            self.mate = mate
            self.outsider = outsider
        }
    }

    /// The fields of a customer, or of a task of no customer, that make a bond.
    public static func fields(of bond: Bond, _ kind: Kind, among people: People) -> [FieldPath: Value] {
        let isTask = kind == .freeTask
        let responsible: RecordID? =
            switch bond {
            case .own: people.actor
            case .team: people.mate
            case .pool: nil
            case .sharedEdit, .sharedView, .other, .lost: people.outsider
            }
        let name = isTask ? "assignee" : "owner"
        var fields: [FieldPath: Value] = [:]
        fields[FieldPath(FieldName(name))] = responsible.map { .string($0.description) } ?? .null
        let actor = people.actor.description
        if bond == .sharedEdit || bond == .sharedView {
            let grade: Value = isTask ? .string(actor) : bond == .sharedEdit ? "edit" : "view"
            fields[FieldPath(isTask ? "collaborators" : "members", key: actor)] = grade
        }
        return fields
    }
}

extension AccessTable {
    /// The field that an edit of such a record writes.
    public static func editedField(of kind: Kind) -> FieldName {
        switch kind {
        case .customer, .contact: "name"
        case .interaction: "subject"
        case .followup, .freeTask: "title"
        case .purchase: "notes"
        case .assignment: "reason"
        case .handover: "status"
        case .conflict: "status"
        }
    }

    /// The field that an edit of such a record writes.
    public static func editedField(of kind: CommonKind) -> FieldName {
        switch kind {
        case .product, .team, .assignmentRule, .otherUser, .ownUser: "name"
        case .membership: "until"
        case .openCard, .closedCard: "city"
        }
    }
}
