import Foundation
import GRDB
import WaybookModel

/// People and devices: functions over one database connection, without a clock or a source of chance of their own.
public struct Directory: Sendable {
    /// The most devices in good standing that one user may have.
    public static let maximumDevicesPerUser = 50
    /// The most characters of a name.
    public static let maximumNameCharacters = 200

    /// Makes the directory; it holds no state.
    public init() {}

    // MARK: Users

    /// Adds a user.
    ///
    /// - Parameters:
    ///   - passwordHash: made off the event loop, with `PasswordHash`.
    ///   - now: milliseconds since 1970.
    /// - Throws: `DirectoryError`, and GRDB's errors.
    public func addUser(
        _ db: Database, id: UserID, email: AccountEmail, name: String, language: String = "en",
        passwordHash: PasswordHash, role: Role = .rep, now: Int64
    ) throws {
        let name = try checkedName(name)
        guard try user(db, email: email) == nil else { throw DirectoryError.emailTaken }
        typealias Field = DirectoryRecord.Field
        try db.execute(
            sql: """
                INSERT INTO user (id, email, name, language, password, isAdmin, created) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [id.text, email.text, name, language, passwordHash.phc, role == .admin, now])
        try DirectoryWriter(db, now: now).write(
            [
                Field.name: .string(name), Field.email: .string(email.text), Field.role: .string(role.rawValue),
                Field.status: .string(DirectoryRecord.active), Field.language: .string(language),
            ], of: id.record, in: DirectoryRecord.user)
    }

    /// Returns the user with an e-mail address.
    public func user(_ db: Database, email: AccountEmail) throws -> DirectoryUser? {
        try Row.fetchOne(db, sql: "SELECT * FROM user WHERE email = ?", arguments: [email.text]).map(Self.user)
    }

    /// Returns the user with an id.
    public func user(_ db: Database, id: UserID) throws -> DirectoryUser? {
        try Row.fetchOne(db, sql: "SELECT * FROM user WHERE id = ?", arguments: [id.text]).map(Self.user)
    }

    /// Returns all users by e-mail address.
    public func users(_ db: Database) throws -> [DirectoryUser] {
        try Row.fetchAll(db, sql: "SELECT * FROM user ORDER BY email").map(Self.user)
    }

    /// Returns the stored hash of a user's password.
    public func passwordHash(_ db: Database, of user: UserID) throws -> PasswordHash {
        let phc = try String.fetchOne(db, sql: "SELECT password FROM user WHERE id = ?", arguments: [user.text])
        guard let phc else { throw DirectoryError.unknownUser }
        do { return try PasswordHash(phc: phc) } catch { throw DirectoryError.damaged }
    }

    /// Replaces the hash of a user's password. The devices stay signed in.
    public func setPassword(_ db: Database, of user: UserID, to hash: PasswordHash) throws {
        try db.execute(sql: "UPDATE user SET password = ? WHERE id = ?", arguments: [hash.phc, user.text])
        guard db.changesCount == 1 else { throw DirectoryError.unknownUser }
    }

    /// Says what a user is in the organisation.
    public func setRole(_ db: Database, user: UserID, _ role: Role, now: Int64) throws {
        guard try self.user(db, id: user) != nil else { throw DirectoryError.unknownUser }
        try DirectoryWriter(db, now: now).write(
            [DirectoryRecord.Field.role: .string(role.rawValue)], of: user.record, in: DirectoryRecord.user)
    }

    /// Disables or enables a user.
    ///
    /// - Parameter successor: who takes the book over; nil for the pool.
    /// - Returns: the replica numbers whose open connections must be closed when disabled.
    public func setDisabled(
        _ db: Database, user: UserID, _ isDisabled: Bool, successor: UserID? = nil, now: Int64
    ) throws -> [ReplicaID] {
        guard try self.user(db, id: user) != nil else { throw DirectoryError.unknownUser }
        let status = isDisabled ? DirectoryRecord.disabled : DirectoryRecord.active
        var fields: [FieldName: Value] = [DirectoryRecord.Field.status: .string(status)]
        if isDisabled {
            fields[DirectoryRecord.Field.successor] = successor.map { .string($0.record.description) } ?? .null
        }
        try DirectoryWriter(db, now: now).write(fields, of: user.record, in: DirectoryRecord.user)
        return isDisabled ? try devices(db, of: user).map(\.replica) : []
    }

    private func checkedName(_ name: String) throws -> String {
        let name = name.trimmingCharacters(in: .whitespacesAndNewlines).precomposedStringWithCanonicalMapping
        guard (1...Self.maximumNameCharacters).contains(name.count), name.utf8.count <= 4 * Self.maximumNameCharacters,
            name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw DirectoryError.invalidName }
        return name
    }

    private static func user(_ row: Row) throws -> DirectoryUser {
        guard let id = UserID(row["id"]) else { throw DirectoryError.damaged }
        return DirectoryUser(
            id: id, email: row["email"], name: row["name"], language: row["language"], isAdmin: row["isAdmin"],
            disabled: row["disabled"], created: row["created"])
    }

    // MARK: Devices

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
        try checkRoom(db, user)
        let replica = try nextReplica(db, timeline: timeline)
        try db.execute(
            sql: "INSERT INTO device (replica, user, name, token, created, lastSeen) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [replica.number, user.text, name, Data(token.hash), now, now])
        return DirectoryDevice(replica: replica, user: user, name: name, created: now, lastSeen: now)
    }

    /// Gives a store that found another one under its number (`fork`) a device entry of its own: a new number and token
    /// under the same user and name. The old number and its token stay as they are, for the other store.
    ///
    /// - Throws: `DirectoryError`, and GRDB's errors.
    public func addFork(
        _ db: Database, of replica: ReplicaID, token: DeviceToken, timeline: UInt8, now: Int64
    ) throws -> DirectoryDevice {
        let row = try Row.fetchOne(
            db, sql: "SELECT user, name FROM device WHERE replica = ? AND token IS NOT NULL",
            arguments: [replica.number])
        guard let row else { throw DirectoryError.unknownDevice }
        guard let user = UserID(row["user"]) else { throw DirectoryError.damaged }
        return try addDevice(db, user: user, name: row["name"], token: token, timeline: timeline, now: now)
    }

    /// Gives a device that signs in again a new token under the number that it has: what it had sent without hearing of the
    /// answer is then known again by number and hash.
    ///
    /// - Parameter former: the token that it had last, in force or revoked.
    /// - Returns: nil where that is no token of this user's, or its device was told to delete its copy: it takes a new
    ///   number.
    /// - Throws: `DirectoryError`, and GRDB's errors.
    public func readmitDevice(
        _ db: Database, former: DeviceToken, user: UserID, name: String, token: DeviceToken, now: Int64
    ) throws -> DirectoryDevice? {
        let name = try checkedName(name)
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT * FROM device WHERE (token = ?1 OR formerToken = ?1) AND user = ?2 AND wipeOrdered IS NULL
                """, arguments: [Data(former.hash), user.text])
        guard let row else { return nil }
        let device = try Self.device(row)
        if device.revoked != nil { try checkRoom(db, user) }
        try db.execute(
            sql: """
                UPDATE device SET name = ?1, token = ?2, formerToken = ?3, revoked = NULL, lastSeen = max(lastSeen, ?4)
                WHERE replica = ?5
                """,
            arguments: [name, Data(token.hash), Data(former.hash), now, device.replica.number])
        return device
    }

    private func checkRoom(_ db: Database, _ user: UserID) throws {
        let count = try Int.fetchOne(
            db, sql: "SELECT count(*) FROM device WHERE user = ? AND revoked IS NULL", arguments: [user.text])
        guard (count ?? 0) < Self.maximumDevicesPerUser else { throw DirectoryError.tooManyDevices }
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
        try db.execute(
            sql: """
                UPDATE device SET revoked = coalesce(revoked, ?1), wipeOrdered = iif(?2, ?1, wipeOrdered),
                    formerToken = coalesce(token, formerToken), token = NULL WHERE replica = ?3
                """,
            arguments: [now, orderingWipe, replica.number])
        guard db.changesCount == 1 else { throw DirectoryError.unknownDevice }
    }

    /// Notes that a device was heard of. Callers keep this to once a minute a device.
    public func touch(_ db: Database, replica: ReplicaID, now: Int64) throws {
        try db.execute(
            sql: "UPDATE device SET lastSeen = max(lastSeen, ?) WHERE replica = ?", arguments: [now, replica.number])
    }

    /// Finds out whose a token is; one indexed read. The comparison of the hashes is constant-time.
    public func authenticate(_ db: Database, token: DeviceToken) throws -> Authentication {
        let hash = token.hash
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT device.replica, device.user, device.token, device.lastSeen, user.isAdmin, user.disabled
                FROM device JOIN user ON user.id = device.user WHERE device.token = ?
                """, arguments: [Data(hash)])
        guard let row else { return try formerly(db, hash: hash) }
        let stored: Data = row["token"]
        guard constantTimeEqual(Array(stored), hash) else { return .unknown }
        guard row["disabled"] as Int64? == nil else { return .revoked }
        guard let user = UserID(row["user"]) else { throw DirectoryError.damaged }
        let principal = Principal(
            user: user, replica: ReplicaID(row["replica"]), isAdmin: row["isAdmin"])
        return .accepted(principal, lastSeen: row["lastSeen"])
    }

    private func formerly(_ db: Database, hash: [UInt8]) throws -> Authentication {
        let row = try Row.fetchOne(
            db, sql: "SELECT wipeOrdered FROM device WHERE formerToken = ?", arguments: [Data(hash)])
        guard let row else { return .unknown }
        return row["wipeOrdered"] as Int64? == nil ? .revoked : .wipe
    }

    private func nextReplica(_ db: Database, timeline: UInt8) throws -> ReplicaID {
        let next = try Int64.fetchOne(
            db, sql: "UPDATE directoryState SET nextNumber = nextNumber + 1 WHERE id = 1 RETURNING nextNumber - 1")
        guard let next else { throw DirectoryError.damaged }
        guard let serial = Int(exactly: next), let replica = ReplicaID(timeline: Int(timeline), serial: serial)
        else { throw DirectoryError.numbersExhausted }
        return replica
    }

    private static func device(_ row: Row) throws -> DirectoryDevice {
        guard let user = UserID(row["user"]) else { throw DirectoryError.damaged }
        return DirectoryDevice(
            replica: ReplicaID(row["replica"]), user: user, name: row["name"], created: row["created"],
            lastSeen: row["lastSeen"], revoked: row["revoked"], wipeOrdered: row["wipeOrdered"])
    }
}
