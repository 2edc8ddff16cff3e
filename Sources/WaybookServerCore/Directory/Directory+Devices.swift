import Foundation
import GRDB
import WaybookModel

/// Devices: their numbers, tokens, and how they end.
extension Directory {
    private static let dayMilliseconds: Int64 = 86_400_000
    /// A token that was not used for so long is no longer one (90 days; ADR-0006).
    public static let unusedMilliseconds: Int64 = 90 * dayMilliseconds
    /// A token is good for so long at most, however often it is used (365 days).
    public static let lifetimeMilliseconds: Int64 = 365 * dayMilliseconds
    /// For so long after a user was disabled their devices may send what is unsent (30 days).
    public static let graceMilliseconds: Int64 = 30 * dayMilliseconds
    /// A device that did not exchange for so long is listed as stale (180 days).
    public static let staleMilliseconds: Int64 = 180 * dayMilliseconds

    /// Adds a device under a replica number that was never given before.
    ///
    /// - Parameters:
    ///   - timeline: the server's timeline.
    ///   - now: milliseconds since 1970.
    /// - Throws: `DirectoryError`, and GRDB's errors.
    public func addDevice(
        _ db: Database, user: UserID, name: String, token: DeviceToken, timeline: UInt8, now: Int64
    ) throws -> DirectoryDevice {
        let name = try checkedName(name)
        try checkRoom(db, user, now: now)
        let replica = try nextReplica(db, timeline: timeline)
        try db.execute(
            sql: """
                INSERT INTO device (replica, user, name, token, created, issued, lastSeen) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5)
                """,
            arguments: [replica.number, user.text, name, Data(token.hash), now])
        return DirectoryDevice(replica: replica, user: user, name: name, created: now, issued: now, lastSeen: now)
    }

    /// Gives a store that found another one under its number (`fork`) a device entry of its own: a new number and token
    /// under the same user and name. The old number and its token stay as they are, for the other store. The new token
    /// ends when the old one would have, and an order to delete the copy holds for it too.
    ///
    /// - Returns: the device, and what the security ledger must say before anybody is answered.
    /// - Throws: `DirectoryError`, and GRDB's errors.
    public func addFork(
        _ db: Database, of replica: ReplicaID, token: DeviceToken, timeline: UInt8, now: Int64
    ) throws -> (device: DirectoryDevice, facts: [SecurityFact]) {
        let row = try Row.fetchOne(
            db, sql: "SELECT * FROM device WHERE replica = ? AND token IS NOT NULL", arguments: [replica.number])
        guard let old = try row.map(Self.device) else { throw DirectoryError.unknownDevice }
        var device = try addDevice(db, user: old.user, name: old.name, token: token, timeline: timeline, now: now)
        (device.issued, device.wipeAfterUpload) = (old.issued, old.wipeAfterUpload)
        try db.execute(
            sql: "UPDATE device SET issued = ?, wipeAfterUpload = ? WHERE replica = ?",
            arguments: [device.issued, device.wipeAfterUpload, device.replica.number])
        var facts: [SecurityFact] = [.deviceAdded(DeviceFact(device: device, token: token, forkOf: replica))]
        if device.wipeAfterUpload != nil {
            facts.append(.device(device.replica, user: device.user, issued: device.issued, .wipeAfterUpload))
        }
        return (device, facts)
    }

    /// Gives a device that signs in again a new token under the number that it has: what it had sent without hearing of the
    /// answer is then known again by number and hash. An order to delete its copy after a last upload goes on to hold.
    ///
    /// - Parameter former: the token that it had last, in force, ended by its age, or revoked.
    /// - Returns: the device, and what the security ledger must say before anybody is answered; nil where that is no token
    ///   of this user's, or its device was told to delete its copy: it takes a new number.
    /// - Throws: `DirectoryError`, and GRDB's errors.
    public func readmitDevice(
        _ db: Database, former: DeviceToken, user: UserID, name: String, token: DeviceToken, now: Int64
    ) throws -> (device: DirectoryDevice, fact: SecurityFact)? {
        let name = try checkedName(name)
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT * FROM device WHERE user = ?2 AND wipeOrdered IS NULL AND (token = ?1 OR nextToken = ?1
                    OR replica = (SELECT replica FROM former_token WHERE hash = ?1))
                """, arguments: [Data(former.hash), user.text])
        guard let row else { return nil }
        let device = try Self.device(row)
        if device.revoked != nil { try checkRoom(db, user, now: now) }
        try replaceToken(db, of: device, with: token.hash, issued: now, byRenewal: false, now: now)
        try db.execute(
            sql: "UPDATE device SET name = ?, lastSeen = max(lastSeen, ?) WHERE replica = ?",
            arguments: [name, now, device.replica.number])
        return (device, .token(TokenFact(device: device, issued: now, hash: token.hash)))
    }

    /// Lets a device in that signs in: under the number that it has, else under a new one.
    ///
    /// - Returns: the device, and what the security ledger must say before anybody is answered.
    /// - Throws: `DirectoryError`, and GRDB's errors.
    public func admitDevice(
        _ db: Database, former: DeviceToken?, user: UserID, name: String, token: DeviceToken, timeline: UInt8,
        now: Int64
    ) throws -> (device: DirectoryDevice, fact: SecurityFact) {
        if let former,
            let known = try readmitDevice(db, former: former, user: user, name: name, token: token, now: now)
        {
            return known
        }
        let device = try addDevice(db, user: user, name: name, token: token, timeline: timeline, now: now)
        return (device, .deviceAdded(DeviceFact(device: device, token: token)))
    }

    /// Devices whose token ended by its age take no room.
    private func checkRoom(_ db: Database, _ user: UserID, now: Int64) throws {
        let count = try Int.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM device
                WHERE user = ? AND revoked IS NULL AND lastSeen > ? AND coalesce(issued, created) > ?
                """,
            arguments: [user.text, now - Self.unusedMilliseconds, now - Self.lifetimeMilliseconds])
        guard (count ?? 0) < Self.maximumDevicesPerUser else { throw DirectoryError.tooManyDevices }
    }

    /// Returns the device with a replica number.
    public func device(_ db: Database, replica: ReplicaID) throws -> DirectoryDevice? {
        try Row.fetchOne(db, sql: "SELECT * FROM device WHERE replica = ?", arguments: [replica.number])
            .map(Self.device)
    }

    /// Returns the devices of a user, or all, by replica number.
    public func devices(_ db: Database, of user: UserID? = nil) throws -> [DirectoryDevice] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM device WHERE ?1 IS NULL OR user = ?1 ORDER BY replica", arguments: [user?.text]
        ).map(Self.device)
    }

    /// Ends a device's token for good; its number comes back only to the store that had the token, by its owner's password.
    ///
    /// - Parameter orderingWipe: whether the device is told to delete its copy when it comes back.
    public func revoke(_ db: Database, replica: ReplicaID, orderingWipe: Bool = false, now: Int64) throws {
        try retireAll(db, of: replica, byRenewal: false, now: now)
        try db.execute(
            sql: """
                UPDATE device SET revoked = coalesce(revoked, ?1), wipeOrdered = iif(?2, ?1, wipeOrdered),
                    token = NULL, nextToken = NULL, nextAsked = NULL WHERE replica = ?3
                """,
            arguments: [now, orderingWipe, replica.number])
        guard db.changesCount == 1 else { throw DirectoryError.unknownDevice }
    }

    /// Notes that a device was heard of. Callers keep this to once a minute a device.
    public func touch(_ db: Database, replica: ReplicaID, now: Int64) throws {
        try db.execute(
            sql: "UPDATE device SET lastSeen = max(lastSeen, ?) WHERE replica = ?", arguments: [now, replica.number])
    }

    /// Orders a device to delete its copy once it has sent what is unsent on it.
    public func orderLastUpload(_ db: Database, replica: ReplicaID, now: Int64) throws {
        try db.execute(
            sql:
                "UPDATE device SET wipeAfterUpload = coalesce(wipeAfterUpload, ?) WHERE replica = ? AND revoked IS NULL",
            arguments: [now, replica.number])
        guard db.changesCount == 1 else { throw DirectoryError.unknownDevice }
    }

    private func nextReplica(_ db: Database, timeline: UInt8) throws -> ReplicaID {
        let next = try Int64.fetchOne(
            db, sql: "UPDATE directoryState SET nextNumber = nextNumber + 1 WHERE id = 1 RETURNING nextNumber - 1")
        guard let next else { throw DirectoryError.damaged }
        guard let serial = Int(exactly: next), let replica = ReplicaID(timeline: Int(timeline), serial: serial)
        else { throw DirectoryError.numbersExhausted }
        return replica
    }

    static func device(_ row: Row) throws -> DirectoryDevice {
        guard let user = UserID(row["user"]) else { throw DirectoryError.damaged }
        let created: Int64 = row["created"]
        return DirectoryDevice(
            replica: ReplicaID(row["replica"]), user: user, name: row["name"], created: created,
            issued: row["issued"] ?? created,
            lastSeen: row["lastSeen"], revoked: row["revoked"], wipeOrdered: row["wipeOrdered"],
            wipeAfterUpload: row["wipeAfterUpload"])
    }
}
