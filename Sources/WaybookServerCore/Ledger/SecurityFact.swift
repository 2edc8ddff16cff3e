import WaybookModel
import WaybookProtocol
import WaybookStore

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
    /// - Parameter successor: who takes the book over; nil for the pool.
    case disabled(UserID, successor: UserID? = nil)
    case enabled(UserID)
    /// The new hash of a user's password, in the PHC string format.
    case password(UserID, hash: String)
    /// The hash of the code by which a person may choose another password, when it was made and when it ends. It ends before with a line of
    /// the person's password or standing.
    case invited(UserID, hash: [UInt8], created: Int64, expires: Int64)
    /// A person, or what tells of one, was erased for good.
    case erased(ErasureRequest, unit: RecordID, collection: CollectionName, stamp: Stamp)
    /// What an erasure took, or a part of that.
    case erasureExtent(ErasureExtent)
    case token(TokenFact)
    /// Somebody was added, or is called otherwise.
    case person(PersonFact)
    /// A device has a number.
    case deviceAdded(DeviceFact)
    /// Who may see and do what.
    case access(AccessFact)
    /// Another timeline began, in the workspace of this epoch.
    case timeline(Timeline, epoch: String)
    /// The entries with these numbers did not happen: what they belong to failed after they were written.
    case void(first: Int64, last: Int64)
    /// The first line of a compacted ledger: so many lines behind it stand for the ledger that ended with this checksum.
    case compacted(mark: String, lines: Int64)
    /// A fact of a kind that this program does not know, of a newer one. Kept, and applied by whoever knows it.
    case other(kind: String, [String: Value])
}

extension SecurityFact {
    /// The members of the entry's `fact`.
    package var value: Value {
        switch self {
        case .device(let replica, let user, let issued, let order):
            [
                "issued": .int(issued), "kind": "device", "order": .string(order.rawValue),
                "replica": .int(Int64(replica.number)), "user": .string(user.text),
            ]
        case .disabled(let user, let successor):
            .map(
                ["kind": "disabled", "user": .string(user.text)].merging(
                    successor.map { ["successor": .string($0.text)] } ?? [:]
                ) { $1 })
        case .token(let fact): .map(fact.entries)
        case .person(let fact): .map(fact.entries)
        case .deviceAdded(let fact): .map(fact.entries)
        case .access(let fact): .map(fact.entries)
        case .timeline(let timeline, let epoch): .map(timeline.entries(epoch: epoch))
        case .enabled(let user): ["kind": "enabled", "user": .string(user.text)]
        case .password(let user, let hash):
            ["hash": .string(hash), "kind": "password", "user": .string(user.text)]
        case .invited(let user, let hash, let created, let expires):
            [
                "created": .int(created), "expires": .int(expires), "hash": .string(Base64.encode(hash)),
                "kind": "invitation",
                "user": .string(user.text),
            ]
        case .erased(let request, let unit, let collection, let stamp):
            Self.value(of: request, unit, collection, stamp)
        case .erasureExtent(let extent): .map(extent.entries)
        case .void(let first, let last): ["first": .int(first), "kind": "void", "last": .int(last)]
        case .compacted(let mark, let lines):
            ["kind": "compacted", "lines": .int(lines), "mark": .string(mark)]
        case .other(let kind, let entries): .map(entries.merging(["kind": .string(kind)]) { $1 })
        }
    }

    /// Reads the members; nil where there is no kind, or a known one lacks what it needs.
    package init?(_ value: Value) {
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
            self = .disabled(user, successor: entries["successor"]?.text.flatMap { UserID($0) })
        case "enabled":
            guard let user else { return nil }
            self = .enabled(user)
        case "password":
            guard let user, let hash = entries["hash"]?.text else { return nil }
            self = .password(user, hash: hash)
        case "invitation":
            guard let user, let hash = entries["hash"]?.text.flatMap({ Base64.decode($0) }), hash.count == 32,
                let expires = entries["expires"]?.integer
            else { return nil }
            // The first lines of the kind told the end only.
            let created = entries["created"]?.integer ?? expires - InvitationCode.lifetimeMilliseconds
            self = .invited(user, hash: hash, created: created, expires: expires)
        case "erasure":
            guard let erased = Self.erased(entries) else { return nil }
            self = erased
        case ErasureExtent.kind:
            guard let extent = ErasureExtent(entries) else { return nil }
            self = .erasureExtent(extent)
        case "void":
            guard let first = entries["first"]?.integer, let last = entries["last"]?.integer else { return nil }
            self = .void(first: first, last: last)
        case "token":
            guard let fact = TokenFact(entries) else { return nil }
            self = .token(fact)
        case PersonFact.kind:
            guard let fact = PersonFact(entries) else { return nil }
            self = .person(fact)
        case DeviceFact.kind:
            guard let fact = DeviceFact(entries) else { return nil }
            self = .deviceAdded(fact)
        case "timeline":
            guard let timeline = Timeline(entries), let epoch = entries["epoch"]?.text else { return nil }
            self = .timeline(timeline, epoch: epoch)
        case "compacted":
            guard let mark = entries["mark"]?.text, let lines = entries["lines"]?.integer else { return nil }
            self = .compacted(mark: mark, lines: lines)
        case let kind where AccessFact.kinds.contains(kind):
            guard let fact = AccessFact(entries) else { return nil }
            self = .access(fact)
        default:
            self = .other(kind: kind, entries.filter { $0.key != "kind" })
        }
    }
}

extension SecurityFact {
    /// The fact of an erasure that was carried out.
    init(_ entry: ErasureEntry) {
        let request = ErasureRequest(
            record: entry.record, reason: entry.reason, by: entry.by, replica: entry.replica)
        self = .erased(request, unit: entry.unit, collection: entry.collection, stamp: entry.stamp)
    }

    fileprivate static func value(
        of request: ErasureRequest, _ unit: RecordID, _ collection: CollectionName, _ stamp: Stamp
    ) -> Value {
        var entries: [String: Value] = [
            "in": .string(collection.text), "kind": "erasure", "reason": request.reason.value,
            "record": .string(request.record.description), "stamp": .string(stamp.description),
            "unit": .string(unit.description),
        ]
        if let by = request.by { entries["by"] = .string(by.description) }
        if let replica = request.replica { entries["replica"] = .int(Int64(replica.number)) }
        return .map(entries)
    }

    fileprivate static func erased(_ entries: [String: Value]) -> SecurityFact? {
        guard let record = entries["record"]?.text.flatMap({ RecordID($0) }),
            let unit = entries["unit"]?.text.flatMap({ RecordID($0) }), let collection = entries["in"]?.text,
            let stamp = entries["stamp"]?.text.flatMap({ Stamp($0) })
        else { return nil }
        let request = ErasureRequest(
            record: record, reason: ErasureReason(entries["reason"]) ?? .other,
            by: entries["by"]?.text.flatMap { RecordID($0) },
            replica: entries["replica"]?.integer.flatMap { UInt32(exactly: $0) }.map { ReplicaID($0) })
        return .erased(request, unit: unit, collection: CollectionName(collection), stamp: stamp)
    }
}

extension Timeline {
    /// The members of the entry's `fact`.
    fileprivate func entries(epoch: String) -> [String: Value] {
        [
            "cause": .string(cause.rawValue), "epoch": .string(epoch), "fork": .int(fork), "kind": "timeline",
            "number": .int(Int64(number)), "parent": .int(Int64(parent)), "reached": reached.map { .int($0) } ?? .null,
            "restored": .int(restored), "start": .int(start),
        ]
    }

    fileprivate init?(_ entries: [String: Value]) {
        guard let number = entries["number"]?.integer.flatMap({ UInt8(exactly: $0) }), number > Timeline.first,
            let parent = entries["parent"]?.integer.flatMap({ UInt8(exactly: $0) }),
            let fork = entries["fork"]?.integer, let restored = entries["restored"]?.integer,
            let cause = entries["cause"]?.text
        else { return nil }
        self.init(
            number: number, parent: parent, fork: fork, restored: restored, reached: entries["reached"]?.integer,
            cause: Cause(rawValue: cause) ?? .command)
    }
}
