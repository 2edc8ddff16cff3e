import WaybookModel

/// A device as its owner and administrators see it (`GET /v1/devices`, `protocol/6-http.md`). Times are milliseconds since
/// 1970 by the server's clock; nil where the device never told.
public struct DeviceSummary: Sendable, Hashable {
    /// Whether the device may exchange.
    public enum Standing: String, Sendable, CaseIterable {
        case active
        /// Its token ended by its age: it signs in again.
        case expired
        case revoked
        /// It was told to delete its copy, or is when it next connects.
        case toldToWipe = "wipe"
        /// It sends what is unsent, then is told to delete its copy.
        case wipesAfterUpload = "wipe-after-upload"
    }

    public var replica: ReplicaID
    public var name: String
    public var createdMilliseconds: Int64
    public var lastSeenMilliseconds: Int64
    public var lastSyncMilliseconds: Int64?
    public var unsentSets: Int64?
    public var oldestUnsentMilliseconds: Int64?
    public var conflicts: Int64?
    public var client: String?
    /// The server's clock less the device's.
    public var offsetMilliseconds: Int64?
    public var revokedMilliseconds: Int64?
    public var standing: Standing
    /// Whether it did not exchange for 180 days.
    public var isStale: Bool

    public init(
        replica: ReplicaID, name: String, createdMilliseconds: Int64, lastSeenMilliseconds: Int64,
        lastSyncMilliseconds: Int64?, unsentSets: Int64?, oldestUnsentMilliseconds: Int64?, conflicts: Int64?,
        client: String?, offsetMilliseconds: Int64?, revokedMilliseconds: Int64?, standing: Standing, isStale: Bool
    ) {
        self.replica = replica
        self.name = name
        self.createdMilliseconds = createdMilliseconds
        self.lastSeenMilliseconds = lastSeenMilliseconds
        self.lastSyncMilliseconds = lastSyncMilliseconds
        self.unsentSets = unsentSets
        self.oldestUnsentMilliseconds = oldestUnsentMilliseconds
        self.conflicts = conflicts
        self.client = client
        self.offsetMilliseconds = offsetMilliseconds
        self.revokedMilliseconds = revokedMilliseconds
        self.standing = standing
        self.isStale = isStale
    }

    /// The members of the JSON object.
    public var entries: [String: Value] {
        func number(_ number: Int64?) -> Value { number.map { .int($0) } ?? .null }
        return [
            "client": client.map { .string($0) } ?? .null, "conflicts": number(conflicts),
            "created": .int(createdMilliseconds), "lastSeen": .int(lastSeenMilliseconds),
            "lastSync": number(lastSyncMilliseconds), "name": .string(name), "offset": number(offsetMilliseconds),
            "oldestUnsent": number(oldestUnsentMilliseconds), "replica": .int(Int64(replica.number)),
            "revoked": number(revokedMilliseconds), "stale": .bool(isStale), "state": .string(standing.rawValue),
            "unsent": number(unsentSets),
        ]
    }

    /// Reads an object; nil where it is malformed. A standing of a newer server counts as revoked.
    public init?(_ value: Value) {
        guard let entries = value.entries, let replica = entries.natural("replica", maximum: Int64(UInt32.max)),
            let name = entries["name"]?.text, let created = entries["created"]?.integer,
            let seen = entries["lastSeen"]?.integer, let standing = entries["state"]?.text,
            let isStale = entries["stale"]?.boolean
        else { return nil }
        self.init(
            replica: ReplicaID(UInt32(replica)), name: name, createdMilliseconds: created, lastSeenMilliseconds: seen,
            lastSyncMilliseconds: entries["lastSync"]?.integer, unsentSets: entries["unsent"]?.integer,
            oldestUnsentMilliseconds: entries["oldestUnsent"]?.integer, conflicts: entries["conflicts"]?.integer,
            client: entries["client"]?.text, offsetMilliseconds: entries["offset"]?.integer,
            revokedMilliseconds: entries["revoked"]?.integer, standing: Standing(rawValue: standing) ?? .revoked,
            isStale: isStale)
    }
}

/// The body of `POST /v1/devices/{replica}/wipe`.
public struct WipeRequest: Sendable, Hashable {
    /// The most bytes of a body.
    public static let maximumBytes = 1_024

    /// When a device deletes its copy.
    public enum Moment: String, Sendable, CaseIterable {
        /// When it next connects, what is unsent included.
        case atOnce = "at-once"
        /// Once it has sent what is unsent.
        case afterUpload = "after-upload"
    }

    public var moment: Moment

    public init(_ moment: Moment) { self.moment = moment }

    /// The body.
    public var json: [UInt8] { CanonicalJSON.bytes(["when": .string(moment.rawValue)]) }

    /// Reads a body; nil where it is malformed.
    public init?(json: [UInt8]) {
        guard let when = (try? JSONParser.parse(json))?.entries?["when"]?.text, let moment = Moment(rawValue: when)
        else { return nil }
        self.moment = moment
    }
}
