import Foundation
import GRDB
import WaybookModel
import WaybookStore

/// A fact of the security ledger: a device signed in for the first time, or goes on under a number of its own (`fork`). With
/// it a laptop of after the backup is known by its number and its token, and brings back what it has.
public struct DeviceFact: Sendable, Hashable {
    public var replica: ReplicaID
    public var user: UserID
    public var name: String
    /// When its token was given: number, user and time mean one device, as in its other facts.
    public var issued: Int64
    /// SHA-256 of the token.
    public var hash: [UInt8]
    /// The number under which its store was known before.
    public var forkOf: ReplicaID?

    init(device: DirectoryDevice, token: DeviceToken, forkOf: ReplicaID? = nil) {
        (replica, user, name, issued) = (device.replica, device.user, device.name, device.issued)
        (hash, self.forkOf) = (token.hash, forkOf)
    }
}

extension DeviceFact {
    static let kind = "device-added"

    var entries: [String: Value] {
        var entries: [String: Value] = [
            "hash": .string(Base64.encode(hash)), "issued": .int(issued), "kind": .string(Self.kind),
            "name": .string(name), "replica": .int(Int64(replica.number)), "user": .string(user.text),
        ]
        if let forkOf { entries["fork-of"] = .int(Int64(forkOf.number)) }
        return entries
    }

    init?(_ entries: [String: Value]) {
        func replica(_ name: String) -> ReplicaID? {
            entries[name]?.integer.flatMap { UInt32(exactly: $0) }.map { ReplicaID($0) }
        }
        guard let number = replica("replica"), let user = entries["user"]?.text.flatMap({ UserID($0) }),
            let name = entries["name"]?.text, let issued = entries["issued"]?.integer,
            let hash = entries["hash"]?.text.flatMap({ Base64.decode($0) }), hash.count == 32
        else { return nil }
        (self.replica, self.user, self.name, self.issued, self.hash) = (number, user, name, issued, hash)
        forkOf = replica("fork-of")
        guard forkOf != nil || entries["fork-of"] == nil else { return nil }
    }

    /// Adds the device, unless its number is given or its person is not known.
    ///
    /// - Parameter at: when it was added, milliseconds since 1970.
    /// - Returns: whether it was news to the file.
    func apply(_ db: Database, at: Int64) throws -> Bool {
        let directory = Directory()
        guard try directory.device(db, replica: replica) == nil, try directory.user(db, id: user) != nil else {
            return false
        }
        // Seen since: it may have read anything, which those ask who count what an erased person's copies are.
        let lastSeen = at + 1
        try db.execute(
            sql: """
                INSERT INTO device (replica, user, name, token, created, issued, lastSeen) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [replica.number, user.text, name, Data(hash), at, issued, lastSeen])
        if let forkOf { try ReplicaFork.note(db, of: forkOf, as: replica) }
        // Where the line was written and its commit failed, the number was not used up: it must not be given again.
        if UInt32(try TimelineTable(db).present() ?? Timeline.first) == UInt32(replica.timeline) {
            try db.execute(
                sql: "UPDATE directoryState SET nextNumber = max(nextNumber, ?)",
                arguments: [Int64(replica.number & 0xFF_FFFF) + 1])
        }
        return true
    }
}
