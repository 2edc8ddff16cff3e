/// An audience: units are members of scopes, people hold scopes, and whoever holds a scope sees its units
/// (`protocol/8-access.md#scopes`).
public enum Scope: Hashable, Sendable {
    /// Everybody.
    case workspace
    /// The units that one person is responsible for.
    case book(RecordID)
    /// What was shared with one person.
    case shared(RecordID)
    /// What concerns one person alone.
    case box(RecordID)
    /// The units that nobody is responsible for.
    case pool
    /// The cards of those.
    case cards
    /// Every unit there is; held by administrators, and no unit is ever a member of it.
    case everything

    /// The scope as it is stored.
    public var text: String {
        switch self {
        case .workspace: "workspace"
        case .book(let user): "book:\(user)"
        case .shared(let user): "shared:\(user)"
        case .box(let user): "box:\(user)"
        case .pool: "pool"
        case .cards: "cards"
        case .everything: "*"
        }
    }

    /// Reads a stored scope; nil for anything else.
    public init?(_ text: String) {
        switch text {
        case "workspace": self = .workspace
        case "pool": self = .pool
        case "cards": self = .cards
        case "*": self = .everything
        default:
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let user = RecordID(canonical: String(parts[1])) else { return nil }
            switch parts[0] {
            case "book": self = .book(user)
            case "shared": self = .shared(user)
            case "box": self = .box(user)
            default: return nil
            }
        }
    }
}

extension Scope: Comparable {
    public static func < (left: Scope, right: Scope) -> Bool { left.text < right.text }
}
