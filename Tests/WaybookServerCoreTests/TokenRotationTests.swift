import GRDB
import Testing
import WaybookModel
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

/// How one token takes the place of another, by the histories that could break it.
@Suite struct TokenRotationTests {
    private let queue: DatabaseQueue
    private let directory = Directory()
    private let mei: UserID
    private let device: DirectoryDevice
    private static let minute = Directory.renewalPauseMilliseconds

    init() throws {
        queue = try DatabaseQueue()
        var random = SeededRandom(seed: 1)
        let mei = UserID(now: 0, random: &random)
        self.mei = mei
        device = try queue.write { db in
            for migration in ServerSchema.migrations { try db.execute(sql: migration.sql) }
            let hash = try PasswordHash(
                of: Array("x".utf8), salt: Array("somesalt".utf8),
                cost: PasswordCost(memoryKiB: 64, passes: 1, lanes: 1))
            let email = try #require(AccountEmail("mei@example.com"))
            _ = try Directory().addUser(db, id: mei, email: email, name: "Mei", passwordHash: hash, now: 1)
            return try Directory().addDevice(
                db, user: mei, name: "laptop", token: Self.token(1), timeline: 0, now: 5)
        }
    }

    private static func token(_ seed: UInt64) -> DeviceToken {
        var random = SeededRandom(seed: seed)
        return DeviceToken(random: &random)
    }

    private enum Found: Equatable { case good, successor, reused, unknown, revoked, wipe }

    /// What a token is, without using it.
    private func found(_ seed: UInt64, now: Int64 = 100) throws -> Found {
        try queue.read { db in
            switch try directory.authenticate(db, token: Self.token(seed), now: now) {
            case .accepted: .good
            case .successor: .successor
            case .replaced(let replica, let user, let byRenewal):
                replica == device.replica && user == mei && byRenewal ? .reused : .revoked
            case .unknown: .unknown
            case .revoked: .revoked
            case .wipe: .wipe
            }
        }
    }

    private func offer(_ seed: UInt64, at now: Int64) throws {
        try queue.write { try directory.offerToken($0, to: device.replica, Self.token(seed), now: now) }
    }

    @discardableResult
    private func use(_ seed: UInt64, at now: Int64 = 200) throws -> SecurityFact? {
        try queue.write { try directory.takeUp($0, successor: Self.token(seed), now: now) }
    }

    private func signIn(_ former: UInt64, _ new: UInt64, at now: Int64) throws -> ReplicaID? {
        try queue.write { db in
            try directory.readmitDevice(
                db, former: Self.token(former), user: mei, name: "laptop", token: Self.token(new), now: now)?
                .device.replica
        }
    }

    @Test func bothAreGoodUntilTheSuccessorIsUsedAndThenTheOldOneIsDead() throws {
        try offer(2, at: 10)
        #expect(try [found(1), found(2)] == [.good, .successor], "a lost answer costs nothing")
        #expect(try use(2) != nil)
        #expect(try [found(1), found(2)] == [.reused, .good])
        #expect(try use(2) == nil, "two requests at once take it up once")
        let told = try queue.read { try Audit($0).entries().map(\.what) }
        #expect(told == ["token-renew"])
    }

    @Test func askingAgainReplacesWhatIsPendingNotMoreThanOnceAMinute() throws {
        try offer(2, at: 10)
        #expect(throws: DirectoryError.tooSoon(milliseconds: Self.minute - 20)) { try offer(3, at: 30) }
        try offer(3, at: 10 + Self.minute)
        #expect(try [found(1), found(2), found(3)] == [.good, .reused, .successor])
        #expect(try use(3) != nil && found(1) == .reused)
    }

    @Test func aThiefWhoRenewsFirstIsSignedOutByTheOwnersSignIn() throws {
        try offer(2, at: 10)
        try use(2)
        #expect(try found(1) == .reused, "the owner is told to sign in again")
        #expect(try signIn(1, 3, at: 300) == device.replica, "and keeps the number, and with it what is unsent")
        #expect(try found(3) == .good && found(2) == .revoked)
        #expect(try signIn(2, 4, at: 400) == device.replica, "only who has the password gets in with what was stolen")
    }

    @Test func aStoreRestoredFromAnOlderCopyKeepsItsNumberBySigningInWithAnyOfItsLastTokens() throws {
        var now: Int64 = 10
        for seed in UInt64(2)...8 {
            try offer(seed, at: now)
            try use(seed, at: now + 1)
            now += Self.minute
        }
        for seed in UInt64(1)...7 { #expect(try found(seed) == .reused) }
        #expect(try signIn(2, 20, at: now) == device.replica && found(8) == .revoked && found(20) == .good)
    }

    @Test func whatWasGivenAndKeptButNeverUsedIsKnownAtTheNextSignIn() throws {
        try offer(2, at: 10)
        #expect(try signIn(2, 3, at: 20) == device.replica)
        #expect(try [found(1), found(2), found(3)] == [.revoked, .revoked, .good])
    }

    @Test func aRevocationEndsBothAndWipesBoth() throws {
        try offer(2, at: 10)
        try queue.write { try directory.revoke($0, replica: device.replica, now: 20) }
        #expect(try [found(1), found(2)] == [.revoked, .revoked])
        #expect(try use(2) == nil && found(2) == .revoked)
        #expect(throws: DirectoryError.unknownDevice) { try offer(3, at: 10 + 2 * Self.minute) }
        try queue.write { try directory.revoke($0, replica: device.replica, orderingWipe: true, now: 30) }
        #expect(try [found(1), found(2)] == [.wipe, .wipe])
    }

    @Test func renewingLengthensNothing() throws {
        let late = 5 + Directory.lifetimeMilliseconds - 10
        try queue.write { try directory.touch($0, replica: device.replica, now: late) }
        try offer(2, at: late)
        try use(2, at: late + 1)
        #expect(try found(2, now: late + 9) == .good && found(2, now: late + 10) == .unknown)
    }

    @Test func theLastTokensAreRememberedNotAll() throws {
        var now: Int64 = 10
        let most = UInt64(Directory.maximumFormerTokens)
        for seed in 2...(most + 4) {
            try offer(seed, at: now)
            try use(seed, at: now + 1)
            now += Self.minute
        }
        #expect(try found(1) == .unknown && found(most + 3) == .reused)
        let kept = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM former_token") }
        #expect(kept == Int(most))
    }

    @Test func noTokenStandsInTheFile() throws {
        try offer(2, at: 10)
        try use(2)
        try offer(3, at: 10 + Self.minute)
        let rows = try queue.read { try Row.fetchAll($0, sql: "SELECT * FROM device, former_token").description }
        #expect((1...3).allSatisfy { !rows.contains(Self.token($0).text) } && !rows.contains("wb1_"))
    }

    @Test func anOlderBackupKnowsTheTokenThatTheLaptopHasAndNotTheOneBefore() throws {
        let folder = try LedgerFolder()
        let ledger = try SecurityLedger(path: folder.path)
        try offer(2, at: 10)
        try ledger.append([#require(try use(2, at: 11))], at: 11)
        try offer(3, at: 10 + Self.minute)
        let last = try #require(try use(3, at: 20 + Self.minute))
        try ledger.append([last], at: 20 + Self.minute)
        let reread = try SecurityLedger(path: folder.path)
        #expect(try reread.facts.last?.fact == last)
        // The file as it was before both.
        let old = try DatabaseQueue()
        try old.write { db in
            for migration in ServerSchema.migrations { try db.execute(sql: migration.sql) }
            let hash = try PasswordHash(
                of: Array("x".utf8), salt: Array("somesalt".utf8),
                cost: PasswordCost(memoryKiB: 64, passes: 1, lanes: 1))
            let email = try #require(AccountEmail("mei@example.com"))
            _ = try directory.addUser(db, id: mei, email: email, name: "Mei", passwordHash: hash, now: 1)
            _ = try directory.addDevice(db, user: mei, name: "laptop", token: Self.token(1), timeline: 0, now: 5)
            let changed = try reread.apply(db, schema: TestSchema.schema, now: 50)
            #expect(changed == 2)
            let now: Int64 = 100
            let (first, third) = (
                try directory.authenticate(db, token: Self.token(1), now: now),
                try directory.authenticate(db, token: Self.token(3), now: now)
            )
            #expect(first == .replaced(device.replica, mei, byRenewal: true))
            guard case .accepted = third else {
                Issue.record("\(third)")
                return
            }
        }
    }
}
