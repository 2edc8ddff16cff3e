import WaybookModel

/// What an entry of the audit tells: the closed list. Programs read the names; none is ever given another meaning.
public enum AuditKind: String, Sendable, CaseIterable {
    case signedIn = "sign-in"
    case signInFailed = "sign-in-failed"
    case signedOut = "sign-out"
    /// A device's token was replaced by its successor.
    case tokenRenewed = "token-renew"
    /// A token was used whose successor is in use: two stores have been given one, or somebody has copied it.
    case tokenReused = "token-reuse"
    case userAdded = "user-add"
    /// Another address to sign in with.
    case userChanged = "user-change"
    case userDisabled = "user-disable"
    case userEnabled = "user-enable"
    case passwordChanged = "password-change"
    /// A person was given a code by which to choose a password.
    case userInvited = "user-invite"
    /// A person chose a password by such a code; their other devices were cut off.
    case invitationAccepted = "invitation-accept"
    case roleChanged = "role-change"
    /// A team is there, is elsewhere in the tree, or is gone.
    case teamChanged = "team-change"
    /// A device was refused what it may not do: a set, a token that has ended, another's number.
    case refused = "access-refused"
    /// Somebody may see more than before: a team, a shared customer.
    case granted = "grant"
    /// Somebody may see less than before.
    case revoked = "revoke"
    /// A customer has another owner, or none.
    case assigned = "assignment"
    case conflictResolved = "conflict-resolve"
    case deviceForked = "device-fork"
    case deviceRevoked = "device-revoke"
    /// A device is to delete its copy.
    case wipeOrdered = "wipe-order"
    /// A device was told to delete its copy, after its last upload.
    case wipeTold = "wipe"
    /// Records leave the product in a file.
    case exported = "export"
    /// A person was erased; who asked, why, how many records.
    case erasureRequested = "erasure-request"
    /// No byte of them is left on the server, nor on any laptop that held them.
    case erasureDone = "erasure-done"
    case backedUp = "backup"
    /// The security ledger was applied to a file that did not have all of it: a backup was put back.
    case restored = "restore"
    /// An administrator had values applied that only other laptops held, or let go of them.
    case witnessAccepted = "witness-accept"
    case witnessDropped = "witness-drop"
    /// The healing of a server that was put back was ended.
    case healingClosed = "healing-close"
    case settingChanged = "setting"
    /// Entries beyond the time that they are kept were removed.
    case retained = "retention"
}

/// What the detail of an entry may hold: the closed list of keys. Values are numbers, ids and words of closed lists,
/// never a name, an address or a value of a field.
public enum AuditKey: String, Sendable, CaseIterable {
    /// Why, as a word of a closed list.
    case reason
    /// In which of several ways, as a word of a closed list.
    case mode
    case from, to
    case count
    case days
    case bytes
    case name
    case unit
    case scope
    case set
    /// How many entries of the same kind were left out before this one.
    case omitted
}

/// What an entry is about: an identity.
public enum AuditSubject: Sendable, Hashable {
    case user(String)
    case device(ReplicaID)
    case record(RecordID)

    /// The word of the kind, and the identity.
    public var texts: (kind: String, id: String) {
        switch self {
        case .user(let id): ("user", id)
        case .device(let replica): ("device", String(replica.number))
        case .record(let id): ("record", id.description)
        }
    }

    init?(kind: String, id: String) {
        switch kind {
        case "user": self = .user(id)
        case "device":
            guard let number = UInt32(id) else { return nil }
            self = .device(ReplicaID(number))
        case "record":
            guard let record = RecordID(id) else { return nil }
            self = .record(record)
        default: return nil
        }
    }
}

/// One line of the audit.
public struct AuditEntry: Sendable, Hashable {
    /// Rises with every entry; never given twice.
    public var number: Int64
    /// Milliseconds since 1970, by the server's clock.
    public var at: Int64
    /// The user's id; nil for whoever works on the server's machine, and where nobody is known.
    public var who: String?
    /// The device that it came from.
    public var replica: ReplicaID?
    /// The name of an ``AuditKind``; perhaps one of a newer program.
    public var what: String
    public var about: AuditSubject?
    public var detail: [String: Value]
}
