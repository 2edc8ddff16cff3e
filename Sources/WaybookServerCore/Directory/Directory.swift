import Foundation
import GRDB
import WaybookModel
import WaybookStore

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
    ///   - passwordHash: made off the event loop, with `PasswordHash`; nil for whoever is invited to choose a password.
    ///   - by: the person who adds them; nil for whoever runs the machine.
    ///   - now: milliseconds since 1970.
    /// - Returns: what the security ledger must say before anybody is answered.
    /// - Throws: `DirectoryError`, and GRDB's errors.
    public func addUser(
        _ db: Database, id: UserID, email: AccountEmail, name: String, language: String = "en", zone: String? = nil,
        passwordHash: PasswordHash?, role: Role = .rep, by: RecordID? = nil, now: Int64
    ) throws -> [SecurityFact] {
        let person = PersonFact(
            user: id, email: email.text, name: try checkedName(name), role: role.rawValue, language: language,
            zone: zone)
        return try add(person, passwordHash, with: DirectoryWriter(db, now: now, by: by), db, now: now)
    }

    /// Adds a person as a fact tells of them, of a role that this program need not know.
    ///
    /// - Parameter now: when they were added.
    func add(
        _ person: PersonFact, _ passwordHash: PasswordHash?, with writer: DirectoryWriter, _ db: Database, now: Int64
    ) throws -> [SecurityFact] {
        guard let email = AccountEmail(person.email) else { throw DirectoryError.invalidEmail }
        guard try user(db, email: email) == nil else { throw DirectoryError.emailTaken }
        typealias Field = DirectoryRecord.Field
        try db.execute(
            sql: """
                INSERT INTO user (id, email, name, language, password, isAdmin, created) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                person.user.text, email.text, person.name, person.language, passwordHash?.phc ?? "",
                person.role == Role.admin.rawValue, now,
            ])
        var fields = person.fields
        fields[Field.status] = .string(DirectoryRecord.active)
        let facts = try writer.write(fields, of: person.user.record, in: DirectoryRecord.user)
        return facts + (passwordHash.map { [.password(person.user, hash: $0.phc)] } ?? [])
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

    /// Returns the stored hash of a user's password; nil for who has none yet.
    public func passwordHash(_ db: Database, of user: UserID) throws -> PasswordHash? {
        let phc = try String.fetchOne(db, sql: "SELECT password FROM user WHERE id = ?", arguments: [user.text])
        guard let phc else { throw DirectoryError.unknownUser }
        guard !phc.isEmpty else { return nil }
        do { return try PasswordHash(phc: phc) } catch { throw DirectoryError.damaged }
    }

    /// Replaces the hash of a user's password. The devices stay signed in.
    public func setPassword(_ db: Database, of user: UserID, to hash: PasswordHash) throws {
        try db.execute(sql: "UPDATE user SET password = ? WHERE id = ?", arguments: [hash.phc, user.text])
        guard db.changesCount == 1 else { throw DirectoryError.unknownUser }
    }

    /// What a user is in the organisation; a word that this program need not know.
    public func role(_ db: Database, of user: UserID) throws -> String {
        let record = try ServerRows(db).directory().first { $0.id == user.record }
        return record?[DirectoryRecord.Field.role]?.text ?? Role.rep.rawValue
    }

    /// Says what a user is in the organisation.
    /// - Returns: what the security ledger must say before anybody is answered.
    public func setRole(_ db: Database, user: UserID, _ role: Role, now: Int64) throws -> [SecurityFact] {
        guard try self.user(db, id: user) != nil else { throw DirectoryError.unknownUser }
        return try DirectoryWriter(db, now: now).write(
            [DirectoryRecord.Field.role: .string(role.rawValue)], of: user.record, in: DirectoryRecord.user)
    }

    /// Disables or enables a user.
    ///
    /// - Parameter successor: who takes the book over; nil for the pool.
    /// - Returns: the replica numbers whose open connections must be closed when disabled, and what the security ledger
    ///   must say before anybody is answered.
    public func setDisabled(
        _ db: Database, user: UserID, _ isDisabled: Bool, successor: UserID? = nil, now: Int64, isNoted: Bool = true
    ) throws -> (replicas: [ReplicaID], facts: [SecurityFact]) {
        guard try self.user(db, id: user) != nil else { throw DirectoryError.unknownUser }
        let status = isDisabled ? DirectoryRecord.disabled : DirectoryRecord.active
        var fields: [FieldName: Value] = [DirectoryRecord.Field.status: .string(status)]
        if isDisabled {
            fields[DirectoryRecord.Field.successor] = successor.map { .string($0.record.description) } ?? .null
        }
        let facts = try DirectoryWriter(db, now: now, isNoted: isNoted).write(
            fields, of: user.record, in: DirectoryRecord.user)
        return (isDisabled ? try devices(db, of: user).map(\.replica) : [], facts)
    }

    /// Gives a user another address to sign in with. Devices that are signed in stay so.
    public func setEmail(_ db: Database, of user: UserID, to email: AccountEmail) throws -> AccountEmail {
        if let other = try self.user(db, email: email), other.id != user { throw DirectoryError.emailTaken }
        try db.execute(sql: "UPDATE user SET email = ? WHERE id = ?", arguments: [email.text, user.text])
        guard db.changesCount == 1 else { throw DirectoryError.unknownUser }
        return email
    }

    /// - Throws: `DirectoryError.invalidName`.
    public func checkedName(_ name: String) throws -> String {
        let name = name.trimmingCharacters(in: .whitespacesAndNewlines).precomposedStringWithCanonicalMapping
        guard (1...Self.maximumNameCharacters).contains(name.count), name.utf8.count <= 4 * Self.maximumNameCharacters,
            name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw DirectoryError.invalidName }
        return name
    }

    private static func user(_ row: Row) throws -> DirectoryUser {
        guard let id = UserID(row["id"]) else { throw DirectoryError.damaged }
        let password: String = row["password"]
        return DirectoryUser(
            id: id, email: row["email"], name: row["name"], language: row["language"], isAdmin: row["isAdmin"],
            hasPassword: !password.isEmpty, disabled: row["disabled"], created: row["created"])
    }
}
