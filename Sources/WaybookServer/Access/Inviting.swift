import GRDB
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// What is said of a person who is to be added, found to be right.
struct NewPerson: Sendable {
    var email: AccountEmail
    var name: String
    var role: Role
    var language: Language
    /// Nil where it is not told.
    var zone: String?

    /// Reads what was said, whoever said it.
    ///
    /// - Throws: ``InvitationRule``: what of it is wrong.
    init(
        email: String, name: String, role: String?, language: String?, zone: String?
    ) throws(InvitationRule) {
        self.email = try Self.email(email)
        self.name = try Self.name(name)
        guard let role = Role(rawValue: role ?? Role.rep.rawValue) else { throw .role }
        self.role = role
        self.language = try language.map(Self.language) ?? .english
        self.zone = try zone.map(Self.zone)
    }

    static func email(_ typed: String) throws(InvitationRule) -> AccountEmail {
        guard let email = AccountEmail(typed) else { throw .email }
        return email
    }

    static func name(_ typed: String) throws(InvitationRule) -> String {
        do { return try Directory().checkedName(typed) } catch { throw .name }
    }

    static func language(_ tag: String) throws(InvitationRule) -> Language {
        guard let known = Language(rawValue: tag) else { throw .language }
        return known
    }

    static func zone(_ identifier: String) throws(InvitationRule) -> String {
        guard Zone(identifier) != nil else { throw .zone }
        return identifier
    }
}

/// Adds and invites people, in a transaction of whoever is asked: by a command on the server's machine, or by an
/// administrator's laptop.
struct Inviting {
    let db: Database
    /// The administrator's device; nil for whoever runs the machine.
    let by: Principal?
    /// Milliseconds since 1970.
    let now: Int64
    private let directory = Directory()

    init(_ db: Database, by: Principal? = nil, now: Int64) {
        self.db = db
        self.by = by
        self.now = now
    }

    /// Whom an invitation is for, and until when.
    struct Invited: Sendable {
        var user: DirectoryUser
        var role: String
        var isAdded: Bool
        var expires: Int64
    }

    /// Adds a person with a password.
    ///
    /// - Returns: what the security ledger must say before anybody is answered.
    /// - Throws: `DirectoryError`.
    func add(_ person: NewPerson, password: PasswordHash?, id: UserID) throws -> [SecurityFact] {
        let facts = try directory.addUser(
            db, id: id, email: person.email, name: person.name, language: person.language.rawValue, zone: person.zone,
            passwordHash: password, role: person.role, by: by?.user.record, now: now)
        try note(.userAdded, id)
        return facts
    }

    /// Adds a person who is to choose a password, and invites them. Who was added and never came in is invited again: the
    /// answer before may have been lost, or somebody else was a moment earlier.
    ///
    /// - Parameters:
    ///   - hash: SHA-256 of the code.
    ///   - id: of the person, where there is none with that address.
    /// - Returns: what came of it, and what the security ledger must say before anybody is answered.
    /// - Throws: `DirectoryError`: `emailTaken` where the person has a password, `userDisabled`.
    func add(_ person: NewPerson, inviting hash: [UInt8], id: UserID) throws -> (Invited, [SecurityFact]) {
        guard let known = try directory.user(db, email: person.email) else {
            let added = try add(person, password: nil, id: id)
            let (invited, facts) = try invite(id, hash, isAdded: true)
            return (invited, added + facts)
        }
        guard !known.hasPassword else { throw DirectoryError.emailTaken }
        return try invite(known.id, hash, isAdded: false)
    }

    /// Invites a person who is there to choose a password, in the place of the present one if they have one.
    ///
    /// - Throws: `DirectoryError`: `unknownUser`, `userDisabled`.
    func invite(_ email: AccountEmail, hash: [UInt8]) throws -> (Invited, [SecurityFact]) {
        guard let known = try directory.user(db, email: email) else { throw DirectoryError.unknownUser }
        return try invite(known.id, hash, isAdded: false)
    }

    private func invite(_ user: UserID, _ hash: [UInt8], isAdded: Bool) throws -> (Invited, [SecurityFact]) {
        let (invitation, fact) = try directory.invite(db, user, hash: hash, now: now)
        try note(.userInvited, user)
        guard let known = try directory.user(db, id: user) else { throw DirectoryError.unknownUser }
        let role = try directory.role(db, of: user)
        return (Invited(user: known, role: role, isAdded: isAdded, expires: invitation.expires), [fact])
    }

    private func note(_ what: AuditKind, _ user: UserID) throws {
        try Audit(db).note(what, by: by?.user.text, replica: by?.replica, about: .user(user.text), at: now)
    }
}
