import Foundation
import GRDB
import WaybookModel

/// Tokens: whose they are, and how one takes the place of another (`docs/decisions/0018-token-rotation.md`).
extension Directory {
    /// How long after a successor was given the next one is.
    public static let renewalPauseMilliseconds: Int64 = 60_000
    /// The most tokens of a device that are remembered once they are none any more; the oldest go.
    public static let maximumFormerTokens = 20

    // MARK: Who is there

    /// Finds out whose a token is; one indexed read. The comparison of the hashes is constant-time.
    ///
    /// - Parameter now: milliseconds since 1970.
    public func authenticate(_ db: Database, token: DeviceToken, now: Int64) throws -> Authentication {
        let hash = token.hash
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT device.replica, device.user, device.token, device.nextToken, device.lastSeen,
                    coalesce(device.issued, device.created) AS issued, device.wipeAfterUpload, user.isAdmin, user.disabled
                FROM device JOIN user ON user.id = device.user WHERE device.token = ?1 OR device.nextToken = ?1
                """, arguments: [Data(hash)])
        guard let row else { return try formerly(db, hash: hash) }
        let (present, next): (Data?, Data?) = (row["token"], row["nextToken"])
        let isPresent = present.map { constantTimeEqual(Array($0), hash) } ?? false
        let isNext = next.map { constantTimeEqual(Array($0), hash) } ?? false
        guard isPresent || isNext else { return .unknown }
        let (lastSeen, issued): (Int64, Int64) = (row["lastSeen"], row["issued"])
        guard now - lastSeen < Self.unusedMilliseconds, now - issued < Self.lifetimeMilliseconds else {
            return .unknown
        }
        let disabled: Int64? = row["disabled"]
        if let disabled, now - disabled >= Self.graceMilliseconds { return .revoked }
        guard let user = UserID(row["user"]) else { throw DirectoryError.damaged }
        let principal = Principal(
            user: user, replica: ReplicaID(row["replica"]), isAdmin: row["isAdmin"], isDisabled: disabled != nil,
            isToWipe: row["wipeAfterUpload"] as Int64? != nil)
        return isNext ? .successor(principal, lastSeen: lastSeen) : .accepted(principal, lastSeen: lastSeen)
    }

    private func formerly(_ db: Database, hash: [UInt8]) throws -> Authentication {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT device.replica, device.user, device.revoked, device.wipeOrdered, former_token.renewed
                FROM former_token JOIN device ON device.replica = former_token.replica WHERE hash = ?
                """, arguments: [Data(hash)])
        guard let row else { return .unknown }
        if row["wipeOrdered"] as Int64? != nil { return .wipe }
        if row["revoked"] as Int64? != nil { return .revoked }
        guard let user = UserID(row["user"]) else { throw DirectoryError.damaged }
        return .replaced(ReplicaID(row["replica"]), user, byRenewal: row["renewed"])
    }

    /// The device whose token it was, or is.
    public func device(_ db: Database, former token: DeviceToken) throws -> DirectoryDevice? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT * FROM device WHERE token = ?1 OR nextToken = ?1
                    OR replica = (SELECT replica FROM former_token WHERE hash = ?1)
                """, arguments: [Data(token.hash)]
        ).map(Self.device)
    }

    // MARK: One in the place of another

    /// Gives a device a successor of its token. Both are good until the successor is used; asking again replaces it.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Throws: `DirectoryError.unknownDevice` for one that was cut off, `tooSoon` where the last one was given just now.
    public func offerToken(_ db: Database, to replica: ReplicaID, _ token: DeviceToken, now: Int64) throws {
        let row = try Row.fetchOne(
            db, sql: "SELECT nextToken, nextAsked FROM device WHERE replica = ? AND token IS NOT NULL",
            arguments: [replica.number])
        guard let row else { throw DirectoryError.unknownDevice }
        if let asked: Int64 = row["nextAsked"], (0..<Self.renewalPauseMilliseconds).contains(now - asked) {
            throw DirectoryError.tooSoon(milliseconds: Self.renewalPauseMilliseconds - (now - asked))
        }
        // Somebody may have it all the same: should it be used, it is known whose it was.
        try retire(db, row["nextToken"], of: replica, byRenewal: true, now: now)
        try db.execute(
            sql: "UPDATE device SET nextToken = ?, nextAsked = ? WHERE replica = ?",
            arguments: [Data(token.hash), now, replica.number])
    }

    /// Makes the successor that was used for the first time the device's token; the one before it is none from then on.
    ///
    /// - Returns: what the security ledger must say before anybody is answered; nil where it is the token already.
    public func takeUp(_ db: Database, successor token: DeviceToken, now: Int64) throws -> SecurityFact? {
        let hash = Data(token.hash)
        let row = try Row.fetchOne(db, sql: "SELECT * FROM device WHERE nextToken = ?", arguments: [hash])
        guard let row else { return nil }
        let device = try Self.device(row)
        try replaceToken(db, of: device, with: token.hash, issued: device.issued, byRenewal: true, now: now)
        try Audit(db).note(
            .tokenRenewed, by: device.user.text, replica: device.replica, about: .device(device.replica), at: now)
        return .token(TokenFact(device: device, issued: device.issued, hash: token.hash))
    }

    /// Puts another token in the place of a device's, and of its successor.
    func replaceToken(
        _ db: Database, of device: DirectoryDevice, with hash: [UInt8], issued: Int64, byRenewal: Bool, now: Int64
    ) throws {
        try retireAll(db, of: device.replica, byRenewal: byRenewal, but: hash, now: now)
        try db.execute(sql: "DELETE FROM former_token WHERE hash = ?", arguments: [Data(hash)])
        try db.execute(
            sql: """
                UPDATE device SET token = ?1, nextToken = NULL, nextAsked = NULL, revoked = NULL, issued = ?2
                WHERE replica = ?3
                """, arguments: [Data(hash), issued, device.replica.number])
    }

    /// Whether a device's token is the one with this hash.
    func hasToken(_ db: Database, _ replica: ReplicaID, hash: [UInt8]) throws -> Bool {
        try Data.fetchOne(db, sql: "SELECT token FROM device WHERE replica = ?", arguments: [replica.number])
            == Data(hash)
    }

    /// Remembers the tokens of a device that are about to be none any more.
    func retireAll(
        _ db: Database, of replica: ReplicaID, byRenewal: Bool, but hash: [UInt8]? = nil, now: Int64
    ) throws {
        let row = try Row.fetchOne(
            db, sql: "SELECT token, nextToken FROM device WHERE replica = ?", arguments: [replica.number])
        for token: Data? in [row?["token"], row?["nextToken"]] where token != hash.map({ Data($0) }) {
            try retire(db, token, of: replica, byRenewal: byRenewal, now: now)
        }
    }

    private func retire(_ db: Database, _ token: Data?, of replica: ReplicaID, byRenewal: Bool, now: Int64) throws {
        guard let token else { return }
        try db.execute(
            sql: "INSERT OR REPLACE INTO former_token (hash, replica, ended, renewed) VALUES (?, ?, ?, ?)",
            arguments: [token, replica.number, now, byRenewal])
        try db.execute(
            sql: """
                DELETE FROM former_token WHERE replica = ?1 AND hash NOT IN
                    (SELECT hash FROM former_token WHERE replica = ?1 ORDER BY ended DESC, hash LIMIT ?2)
                """, arguments: [replica.number, Self.maximumFormerTokens])
    }
}

/// A fact of the security ledger: a device has another token. An older backup would know one that was stolen, and not the
/// one that its owner has.
public struct TokenFact: Sendable, Hashable {
    public var replica: ReplicaID
    public var user: UserID
    /// When the token before was given: number, user and time mean one device, as in its other facts.
    public var former: Int64
    /// When this one was; the same for a token that was renewed.
    public var issued: Int64
    /// SHA-256 of the token.
    public var hash: [UInt8]

    init(device: DirectoryDevice, issued: Int64, hash: [UInt8]) {
        (replica, user, former, self.issued, self.hash) = (device.replica, device.user, device.issued, issued, hash)
    }

    var entries: [String: Value] {
        [
            "former": .int(former), "hash": .string(Base64.encode(hash)), "issued": .int(issued), "kind": "token",
            "replica": .int(Int64(replica.number)), "user": .string(user.text),
        ]
    }

    init?(_ entries: [String: Value]) {
        guard let number = entries["replica"]?.integer.flatMap({ UInt32(exactly: $0) }),
            let user = entries["user"]?.text.flatMap({ UserID($0) }), let former = entries["former"]?.integer,
            let issued = entries["issued"]?.integer, let hash = entries["hash"]?.text.flatMap({ Base64.decode($0) }),
            hash.count == 32
        else { return nil }
        (replica, self.user, self.former, self.issued, self.hash) = (ReplicaID(number), user, former, issued, hash)
    }

    /// - Returns: whether it was news to the file.
    func apply(_ db: Database, now: Int64) throws -> Bool {
        let directory = Directory()
        guard let device = try directory.device(db, replica: replica), device.user == user, device.issued == former,
            device.wipeOrdered == nil, try !directory.hasToken(db, replica, hash: hash)
        else { return false }
        try directory.replaceToken(
            db, of: device, with: hash, issued: issued, byRenewal: former == issued, now: now)
        return true
    }
}
