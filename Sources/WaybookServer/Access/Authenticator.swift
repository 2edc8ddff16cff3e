import HTTPTypes
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// Turns the `Authorization` field into a principal, on every request, from the database.
struct Authenticator: Sendable {
    /// Milliseconds between two notes that a device was heard of.
    static let touchMilliseconds: Int64 = 60_000

    let database: any DirectoryDatabase
    let tokens: TokenService
    let notes: RefusalNotes
    let now: @Sendable () -> Int64
    private let directory = Directory()

    init(
        database: any DirectoryDatabase, tokens: TokenService, notes: RefusalNotes, now: @escaping @Sendable () -> Int64
    ) {
        self.database = database
        self.tokens = tokens
        self.notes = notes
        self.now = now
    }

    /// Returns who sends the request. The device of a disabled user is refused: it may exchange, and nothing else.
    ///
    /// - Throws: `Problem`: `sign-in`, `revoked`, `wipe`.
    func principal(of fields: HTTPFields) async throws -> Principal {
        let principal = try await exchanger(of: fields)
        guard !principal.isDisabled else { throw Problem(.revoked) }
        return principal
    }

    /// Returns who sends an exchange; the principal says whether it may only upload.
    ///
    /// - Throws: `Problem`: `sign-in`, `revoked`, `wipe`.
    func exchanger(of fields: HTTPFields) async throws -> Principal {
        guard let field = fields[.authorization], let token = Self.token(field) else { throw Problem(.signIn) }
        let now = now()
        switch try await database.read({ [directory] in try directory.authenticate($0, token: token, now: now) }) {
        case .unknown: throw Problem(.signIn)
        case .revoked:
            notes.noteEnded(token)
            throw Problem(.revoked)
        case .wipe:
            notes.noteEnded(token)
            throw Problem(.wipe)
        case .replaced(let replica, let user, let byRenewal):
            notes.noteReuse(replica, user)
            throw Problem(byRenewal ? .signIn : .revoked)
        case .successor(let principal, let lastSeen):
            await tokens.takeUp(token, of: principal)
            touch(principal.replica, lastSeen: lastSeen)
            return principal
        case .accepted(let principal, let lastSeen):
            touch(principal.replica, lastSeen: lastSeen)
            return principal
        }
    }

    private func touch(_ replica: ReplicaID, lastSeen: Int64) {
        let now = now()
        guard now - lastSeen >= Self.touchMilliseconds else { return }
        // The note is a courtesy to administrators: a full disk or a busy writer must not keep anyone from reading.
        database.writeLater { [directory] in try directory.touch($0, replica: replica, now: now) }
    }

    private static func token(_ field: String) -> DeviceToken? {
        let scheme = "bearer "
        guard field.utf8.count <= scheme.count + DeviceToken.length,
            field.prefix(scheme.count).lowercased() == scheme
        else { return nil }
        return DeviceToken(String(field.dropFirst(scheme.count)))
    }
}
