import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore

@testable import WaybookServer

/// What happens between the moment in which a secret is looked at and the one in which the device is let in.
@Suite(.timeLimit(.minutes(2))) struct SignInRaceTests {
    /// A file in which something happens just before each write.
    private struct Interrupted: DirectoryDatabase {
        let queue: DatabaseQueue
        let before: @Sendable (Database) throws -> Void

        func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
            try await queue.read(body)
        }

        func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
            try await queue.write(before)
            return try await queue.write(body)
        }

        func writeLater(_ body: @escaping @Sendable (Database) throws -> Void) {}
    }

    private static func hash(_ password: String) throws -> PasswordHash {
        var random = SystemRandomNumberGenerator()
        return try PasswordHash(of: Array(password.utf8), salt: randomBytes(16, &random))
    }

    /// Tries to come in while something happens; returns how many devices there are afterwards.
    private func devices(
        _ before: @escaping @Sendable (Database, UserID) throws -> Void,
        _ attempt: (SignInService, InvitationCode) async throws -> Void
    ) async throws -> Int {
        let queue = try DatabaseQueue()
        var random = SystemRandomNumberGenerator()
        let (mei, other, code) = (
            UserID(now: 1, random: &random), UserID(now: 1, random: &random), InvitationCode(random: &random)
        )
        let hash = try Self.hash("correct horse")
        try await queue.write { db in
            for migration in ServerSchema.migrations { try db.execute(sql: migration.sql) }
            for (user, email) in [(mei, "mei@example.com"), (other, "ada@example.com")] {
                _ = try Directory().addUser(
                    db, id: user, email: try #require(AccountEmail(email)), name: "x", passwordHash: hash,
                    role: .admin, now: 1)
            }
            _ = try Directory().invite(db, mei, hash: code.hash, now: 1_000)
        }
        let workers = PasswordWorkers(maximumWaiting: 4)
        let database = Interrupted(queue: queue) { try before($0, mei) }
        let service = try SignInService(database: database, workers: workers, now: { 1_000 }, timeline: { 1 })
        await #expect(throws: Problem(.signIn)) { try await attempt(service, code) }
        try await workers.stop()
        return try await queue.read { try Directory().devices($0).count }
    }

    private static let request = SignInRequest(email: "mei@example.com", password: "correct horse", device: "laptop")

    private func signIn(_ before: @escaping @Sendable (Database, UserID) throws -> Void) async throws -> Int {
        try await devices(before) { service, _ in _ = try await service.signIn(Self.request, address: "a") }
    }

    private func accept(_ before: @escaping @Sendable (Database, UserID) throws -> Void) async throws -> Int {
        try await devices(before) { service, code in
            let message = InvitationAcceptance(code: code.text, signIn: Self.request)
            _ = try await service.accept(message, address: "a")
        }
    }

    @Test func anOldPasswordThatIsReplacedInTheMeantimeBringsNoToken() async throws {
        let hash = try Self.hash("chosen horse")
        #expect(try await signIn { try Directory().setPassword($0, of: $1, to: hash) } == 0)
    }

    @Test func whoIsDisabledInTheMeantimeIsNotLetIn() async throws {
        let disable: @Sendable (Database, UserID) throws -> Void = { db, user in
            _ = try Directory().setDisabled(db, user: user, true, now: 1_000)
        }
        #expect(try await signIn(disable) == 0)
        #expect(try await accept(disable) == 0)
    }

    /// Asks for a code by an administrator's device, to which something happens in the meantime.
    private func invite(
        _ before: @escaping @Sendable (Database, ReplicaID) throws -> Void, refused: Problem
    ) async throws {
        let queue = try DatabaseQueue()
        var random = SystemRandomNumberGenerator()
        let (ada, mei) = (UserID(now: 1, random: &random), UserID(now: 1, random: &random))
        let token = DeviceToken(random: &random)
        let device = try await queue.write { db in
            for migration in ServerSchema.migrations { try db.execute(sql: migration.sql) }
            for (user, email) in [(ada, "ada@example.com"), (mei, "mei@example.com")] {
                _ = try Directory().addUser(
                    db, id: user, email: try #require(AccountEmail(email)), name: "x", passwordHash: nil, role: .admin,
                    now: 1)
            }
            return try Directory().addDevice(db, user: ada, name: "laptop", token: token, timeline: 1, now: 1_000)
        }
        let database = Interrupted(queue: queue) { try before($0, device.replica) }
        let service = InvitationService(
            database: database, ledger: nil, notes: RefusalNotes(database, now: { 1_000 }), now: { 1_000 }, changed: {})
        let principal = Principal(user: ada, replica: device.replica, isAdmin: true)
        await #expect(throws: refused) {
            try await service.invite(InvitationRequest(email: "mei@example.com"), by: principal)
        }
        let codes = try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM invitation") }
        #expect(codes == 0)
    }

    @Test func anAdministratorsDeviceThatIsCutOffInTheMeantimeInvitesNobody() async throws {
        try await invite({ try Directory().revoke($0, replica: $1, now: 1_000) }, refused: Problem(.revoked))
        try await invite({ try Directory().orderLastUpload($0, replica: $1, now: 1_000) }, refused: Problem(.revoked))
        let demote: @Sendable (Database, ReplicaID) throws -> Void = { db, replica in
            guard let device = try Directory().device(db, replica: replica) else { return }
            _ = try Directory().setRole(db, user: device.user, .rep, now: 1_000)
        }
        try await invite(demote, refused: Problem(.forbidden))
    }

    @Test func aCodeThatIsReplacedInTheMeantimeIsNone() async throws {
        var random = SystemRandomNumberGenerator()
        let hash = InvitationCode(random: &random).hash
        #expect(try await accept { _ = try Directory().invite($0, $1, hash: hash, now: 1_000) } == 0)
    }
}
