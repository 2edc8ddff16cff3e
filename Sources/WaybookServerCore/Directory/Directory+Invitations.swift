import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// What stands of the one invitation that a person may have.
public struct Invitation: Sendable, Hashable {
    /// SHA-256 of the code.
    public var hash: [UInt8]
    /// When it was made, milliseconds since 1970.
    public var created: Int64
    /// When it ends.
    public var expires: Int64

    /// How far a clock may stand before the moment in which the code was made, in milliseconds: one that was set back does not
    /// lengthen it.
    private static let clockMilliseconds: Int64 = 120_000

    /// Whether a code is this one's and still good. The comparison is constant-time.
    public func admits(_ code: InvitationCode, now: Int64) -> Bool {
        constantTimeEqual(hash, code.hash) && now >= created - Self.clockMilliseconds && now < expires
    }
}

/// Invitations: by whom one who has no password, or not any more, comes in (`docs/decisions/0020-invitations.md`).
extension Directory {
    /// Gives a person an invitation, in the place of the one before.
    ///
    /// - Parameters:
    ///   - hash: SHA-256 of the code.
    ///   - now: milliseconds since 1970.
    /// - Returns: the invitation, and what the security ledger must say before anybody is answered.
    /// - Throws: `DirectoryError.unknownUser`, `userDisabled`.
    public func invite(
        _ db: Database, _ user: UserID, hash: [UInt8], now: Int64
    ) throws -> (invitation: Invitation, fact: SecurityFact) {
        guard let known = try self.user(db, id: user) else { throw DirectoryError.unknownUser }
        guard known.disabled == nil else { throw DirectoryError.userDisabled }
        let invitation = Invitation(hash: hash, created: now, expires: now + InvitationCode.lifetimeMilliseconds)
        try set(db, invitation, of: user)
        return (invitation, .invited(user, hash: hash, created: now, expires: invitation.expires))
    }

    /// The person's invitation, good or over.
    public func invitation(_ db: Database, of user: UserID) throws -> Invitation? {
        try Row.fetchOne(db, sql: "SELECT * FROM invitation WHERE user = ?", arguments: [user.text]).map { row in
            let hash: Data = row["hash"]
            return Invitation(hash: Array(hash), created: row["created"], expires: row["expires"])
        }
    }

    /// Ends the person's invitation, where there is one.
    public func endInvitation(_ db: Database, of user: UserID) throws {
        try db.execute(sql: "DELETE FROM invitation WHERE user = ?", arguments: [user.text])
    }

    /// Uses a person's invitation: another password, and none of the tokens that the one before had brought. A device that is
    /// to delete its copy after a last upload keeps its token, which is good for nothing else.
    ///
    /// - Parameters:
    ///   - former: a token of the device that comes in; it is not ended here, for its successor ends it.
    ///   - now: milliseconds since 1970.
    /// - Returns: the devices that were cut off, and what the security ledger must say before anybody is answered; nil where
    ///   the code is none that is good for this person now.
    public func accept(
        _ db: Database, _ code: InvitationCode, of user: UserID, password: PasswordHash, former: DeviceToken?,
        now: Int64
    ) throws -> (cutOff: [ReplicaID], facts: [SecurityFact])? {
        guard let known = try self.user(db, id: user), known.disabled == nil,
            let invitation = try invitation(db, of: user), invitation.admits(code, now: now),
            try isVouchedFor(db, invitation, of: user)
        else { return nil }
        try endInvitation(db, of: user)
        try setPassword(db, of: user, to: password)
        try Audit(db).note(.invitationAccepted, by: user.text, about: .user(user.text), at: now)
        var facts: [SecurityFact] = [.password(user, hash: password.phc)]
        let here = try former.flatMap { try device(db, former: $0)?.replica }
        let others = try devices(db, of: user).filter {
            $0.revoked == nil && $0.wipeAfterUpload == nil && $0.replica != here
        }
        for device in others {
            facts += try DeviceEnding(db).end(device.replica, .revoke, by: user, from: nil, now: now).facts
        }
        return (others.map(\.replica), facts)
    }

    /// Whether the administrator who asked for an invitation still is one, and the laptop that it was asked from was not cut
    /// off or reported lost since: the audit, which is kept for longer than a code is good, tells who and from where. Where it
    /// tells of nobody, it was asked for at the server's machine, or a backup was put back that does not have the entry.
    private func isVouchedFor(_ db: Database, _ invitation: Invitation, of user: UserID) throws -> Bool {
        let asked = try Row.fetchOne(
            db,
            sql: "SELECT who, replica FROM audit WHERE what = ? AND about = ? AND at = ? ORDER BY number DESC LIMIT 1",
            arguments: [AuditKind.userInvited.rawValue, user.text, invitation.created])
        guard let asked, let who = (asked["who"] as String?).flatMap({ UserID($0) }) else { return true }
        guard let administrator = try self.user(db, id: who), administrator.isAdmin, administrator.disabled == nil
        else {
            return false
        }
        guard let number: UInt32 = asked["replica"] else { return true }
        // A sign-out is no sign that somebody else has the laptop.
        return try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM audit WHERE what IN (?1, ?2) AND subject = 'device' AND about = ?3 AND at >= ?4)
                    OR EXISTS (SELECT 1 FROM device WHERE replica = ?5
                        AND (wipeOrdered IS NOT NULL OR wipeAfterUpload IS NOT NULL))
                """,
            arguments: [
                AuditKind.deviceRevoked.rawValue, AuditKind.wipeOrdered.rawValue, String(number), invitation.created,
                number,
            ]) != true
    }

    fileprivate func set(_ db: Database, _ invitation: Invitation, of user: UserID) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO invitation (user, hash, created, expires) VALUES (?, ?, ?, ?)",
            arguments: [user.text, Data(invitation.hash), invitation.created, invitation.expires])
    }
}

/// What the security ledger tells of the one invitation of a person, the last line on it.
enum InvitationFact {
    case open(Invitation)
    /// It was used, or took an end with the person's password or place here.
    case ended

    /// Brings the file to it. The order of the ledger's lines counts, not their times.
    ///
    /// - Returns: whether it was news to the file.
    func apply(_ db: Database, to user: UserID) throws -> Bool {
        let directory = Directory()
        guard let known = try directory.user(db, id: user) else { return false }
        let present = try directory.invitation(db, of: user)
        switch self {
        case .open(let invitation):
            guard known.disabled == nil, present != invitation else { return false }
            try directory.set(db, invitation, of: user)
        case .ended:
            guard present != nil else { return false }
            try directory.endInvitation(db, of: user)
        }
        return true
    }
}
