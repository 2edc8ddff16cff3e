import WaybookModel

/// What a device is to do with its copy.
public enum DeviceOrder: String, Sendable, CaseIterable {
    /// It is cut off; its copy stays.
    case revoke
    /// It is cut off, and told to delete its copy.
    case wipe
    /// It may send what is unsent, then is cut off and told to delete its copy.
    case wipeAfterUpload = "wipe-after-upload"
}

/// One fact of the security ledger: what must still hold when an older backup is put back.
public enum SecurityFact: Sendable, Hashable {
    /// - Parameters:
    ///   - user: whose device it is.
    ///   - issued: when its token was given, milliseconds since 1970. A server that was put back gives numbers a second
    ///     time, and who signs in again is let in again; number, user and time together mean one token.
    case device(ReplicaID, user: UserID, issued: Int64, DeviceOrder)
    case disabled(UserID)
    case enabled(UserID)
    /// The new hash of a user's password, in the PHC string format.
    case password(UserID, hash: String)
    /// The entries with these numbers did not happen: what they belong to failed after they were written.
    case void(first: Int64, last: Int64)
    /// A fact of another kind: an assignment, an erasure, or one of a newer program. Kept, and applied by whoever knows it.
    case other(kind: String, [String: Value])
}

extension SecurityFact {
    /// The members of the entry's `fact`.
    var value: Value {
        switch self {
        case .device(let replica, let user, let issued, let order):
            [
                "issued": .int(issued), "kind": "device", "order": .string(order.rawValue),
                "replica": .int(Int64(replica.number)), "user": .string(user.text),
            ]
        case .disabled(let user): ["kind": "disabled", "user": .string(user.text)]
        case .enabled(let user): ["kind": "enabled", "user": .string(user.text)]
        case .password(let user, let hash):
            ["hash": .string(hash), "kind": "password", "user": .string(user.text)]
        case .void(let first, let last): ["first": .int(first), "kind": "void", "last": .int(last)]
        case .other(let kind, let entries): .map(entries.merging(["kind": .string(kind)]) { $1 })
        }
    }

    /// Reads the members; nil where there is no kind, or a known one lacks what it needs.
    init?(_ value: Value) {
        guard let entries = value.entries, let kind = entries["kind"]?.text else { return nil }
        let user = entries["user"]?.text.flatMap { UserID($0) }
        switch kind {
        case "device":
            guard let number = entries["replica"]?.integer.flatMap({ UInt32(exactly: $0) }), let user,
                let issued = entries["issued"]?.integer,
                let order = entries["order"]?.text.flatMap({ DeviceOrder(rawValue: $0) })
            else { return nil }
            self = .device(ReplicaID(number), user: user, issued: issued, order)
        case "disabled":
            guard let user else { return nil }
            self = .disabled(user)
        case "enabled":
            guard let user else { return nil }
            self = .enabled(user)
        case "password":
            guard let user, let hash = entries["hash"]?.text else { return nil }
            self = .password(user, hash: hash)
        case "void":
            guard let first = entries["first"]?.integer, let last = entries["last"]?.integer else { return nil }
            self = .void(first: first, last: last)
        default:
            self = .other(kind: kind, entries.filter { $0.key != "kind" })
        }
    }
}
