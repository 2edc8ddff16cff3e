import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

/// Invitations in the directory, and what becomes of them with an older file.
@Suite struct InvitationTests {
    private static let day: Int64 = 86_400_000
    private let queue: DatabaseQueue
    private let directory = Directory()
    private let (bo, mei): (UserID, UserID)
    private let schema = TestSchema.schema

    init() throws {
        queue = try DatabaseQueue()
        var random = SeededRandom(seed: 11)
        let (bo, mei) = (UserID(now: 1, random: &random), UserID(now: 1, random: &random))
        (self.bo, self.mei) = (bo, mei)
        let hash = try Self.hash("correct horse")
        try queue.write { db in
            for migration in ServerSchema.migrations { try db.execute(sql: migration.sql) }
            _ = try Directory().addUser(
                db, id: mei, email: try #require(AccountEmail("mei@example.com")), name: "Mei", passwordHash: hash,
                role: .admin, now: 1)
            _ = try Directory().addUser(
                db, id: bo, email: try #require(AccountEmail("bo@example.com")), name: "Bo", passwordHash: nil, now: 1)
        }
    }

    private static func hash(_ password: String) throws -> PasswordHash {
        try PasswordHash(
            of: Array(password.utf8), salt: Array(repeating: 7, count: 16),
            cost: PasswordCost(memoryKiB: 64, passes: 1, lanes: 1))
    }

    private func code(_ seed: UInt64) -> InvitationCode {
        var random = SeededRandom(seed: seed)
        return InvitationCode(random: &random)
    }

    private func token(_ seed: UInt64) -> DeviceToken {
        var random = SeededRandom(seed: seed)
        return DeviceToken(random: &random)
    }

    private func invite(_ seed: UInt64, _ user: UserID, at now: Int64) throws -> SecurityFact {
        let hash = code(seed).hash
        return try queue.write { try directory.invite($0, user, hash: hash, now: now).fact }
    }

    /// What accepting comes to; nil where it is refused.
    private func accept(
        _ seed: UInt64, _ user: UserID, as password: String = "chosen horse", former: DeviceToken? = nil, at now: Int64
    ) throws -> (cutOff: [ReplicaID], facts: [SecurityFact])? {
        let (code, hash) = (code(seed), try Self.hash(password))
        return try queue.write { db in
            try directory.accept(db, code, of: user, password: hash, former: former, now: now)
        }
    }

    private func password(_ user: UserID) throws -> PasswordHash? {
        try queue.read { try directory.passwordHash($0, of: user) }
    }

    @Test func aCodeIsGoodOnceForItsPersonAndForSevenDays() throws {
        #expect(try password(bo) == nil)
        _ = try invite(1, bo, at: 10)
        #expect(try accept(2, bo, at: 11) == nil, "another code")
        #expect(try accept(1, mei, at: 11) == nil, "another person")
        #expect(try accept(1, bo, at: 10 + 7 * Self.day) == nil, "seven days later")
        #expect(try password(bo) == nil)
        #expect(try accept(1, bo, at: 10 + 7 * Self.day - 1) != nil)
        #expect(try password(bo) == Self.hash("chosen horse"))
        #expect(try accept(1, bo, as: "stolen horse", at: 12) == nil, "used")
        #expect(try password(bo) == Self.hash("chosen horse"))
        // In the file there is no code, in whatever form it may be typed.
        _ = try invite(3, bo, at: 20)
        let rows = try queue.read { try Row.fetchAll($0, sql: "SELECT * FROM invitation, audit").description }
        #expect(!rows.contains(code(3).text) && !rows.contains(code(3).text.replacing("-", with: "")))
    }

    @Test func aClockThatWasSetBackDoesNotLengthenACode() throws {
        _ = try invite(1, bo, at: 10 * Self.day)
        #expect(try accept(1, bo, at: 9 * Self.day) == nil)
        #expect(try accept(1, bo, at: 10 * Self.day - 60_000) != nil, "a minute of correction is borne")
    }

    @Test func aPasswordThatIsHashedAnewEndsNoCode() throws {
        let fact = try invite(1, bo, at: 10)
        var latest = LatestFacts()
        for fact in [fact, .password(bo, hash: try Self.hash("same horse").phc), fact] { latest.take(fact, at: 11) }
        try queue.write { db in
            try directory.endInvitation(db, of: bo)
            _ = try latest.apply(db)
        }
        #expect(try accept(1, bo, at: 31) != nil)
    }

    @Test func aNewCodeTakesThePlaceOfTheOneBefore() throws {
        _ = try invite(1, bo, at: 10)
        _ = try invite(2, bo, at: 11)
        #expect(try accept(1, bo, at: 12) == nil)
        #expect(try accept(2, bo, at: 12) != nil)
    }

    @Test(arguments: ["demoted", "disabled", "revoked", "to wipe", "signed out", "nothing"])
    func aCodeIsGoodAsLongAsWhoeverAskedForItCouldAskAgain(_ happened: String) throws {
        _ = try invite(1, bo, at: 10)
        try queue.write { db in
            var random = SeededRandom(seed: 12)
            let ada = UserID(now: 1, random: &random)
            _ = try directory.addUser(
                db, id: ada, email: try #require(AccountEmail("ada@example.com")), name: "Ada", passwordHash: nil,
                role: .admin, now: 1)
            let device = try directory.addDevice(db, user: ada, name: "x", token: token(9), timeline: 0, now: 5)
            try Audit(db).note(.userInvited, by: ada.text, replica: device.replica, about: .user(bo.text), at: 10)
            switch happened {
            case "demoted": _ = try directory.setRole(db, user: ada, .rep, now: 11)
            case "disabled": _ = try directory.setDisabled(db, user: ada, true, now: 11)
            case "revoked": _ = try DeviceEnding(db).end(device.replica, .revoke, by: ada, from: nil, now: 11)
            case "to wipe": _ = try DeviceEnding(db).end(device.replica, .wipeAfterUpload, by: ada, from: nil, now: 11)
            case "signed out": try directory.revoke(db, replica: device.replica, now: 11)
            default: break
            }
        }
        #expect(try (accept(1, bo, at: 12) != nil) == ["signed out", "nothing"].contains(happened))
    }

    @Test func whoIsDisabledIsNeitherInvitedNorLetIn() throws {
        _ = try invite(1, bo, at: 10)
        _ = try queue.write { try directory.setDisabled($0, user: bo, true, now: 11) }
        #expect(try accept(1, bo, at: 12) == nil)
        #expect(throws: DirectoryError.userDisabled) { try invite(2, bo, at: 13) }
        _ = try queue.write { try directory.setDisabled($0, user: bo, false, now: 14) }
        #expect(try accept(1, bo, at: 15) == nil, "being enabled does not bring it back")
    }

    @Test func aNewPasswordEndsTheTokensThatTheOneBeforeHadBrought() throws {
        let (here, lost, wiping) = (token(1), token(2), token(3))
        let replicas = try queue.write { db in
            let replicas = try [here, lost, wiping].map { token in
                try directory.addDevice(db, user: mei, name: "laptop", token: token, timeline: 0, now: 5).replica
            }
            try directory.orderLastUpload(db, replica: replicas[2], now: 6)
            return replicas
        }
        _ = try invite(1, mei, at: 10)
        let done = try #require(try accept(1, mei, former: here, at: 11))
        #expect(done.cutOff == [replicas[1]])
        #expect(
            done.facts == [
                .password(mei, hash: try Self.hash("chosen horse").phc),
                .device(replicas[1], user: mei, issued: 5, .revoke),
            ])
        try queue.read { db in
            let found = try [here, lost, wiping].map { try directory.authenticate(db, token: $0, now: 12) }
            guard case .accepted = found[0], case .accepted(let uploader, _) = found[2] else {
                Issue.record("\(found)")
                return
            }
            #expect(found[1] == .revoked && uploader.isToWipe, "its last upload, and the wipe after it, go on")
            let told = try Audit(db).entries().map(\.what)
            #expect(told.prefix(2) == ["device-revoke", "invitation-accept"])
        }
    }

    // MARK: An older file

    /// The file as a backup has it, brought to what the ledger says.
    private func restored(_ ledger: SecurityLedger, now: Int64, _ body: () throws -> Void) throws -> Int {
        let backup = try DatabaseQueue()
        try queue.backup(to: backup)
        try body()
        try backup.backup(to: queue)
        return try queue.write { try ledger.apply($0, schema: schema, now: now) }
    }

    @Test func aCodeThatWasUsedOrReplacedStaysSoWithAnOlderFile() throws {
        let folder = try LedgerFolder()
        let ledger = try SecurityLedger(path: folder.path)
        try ledger.append([try invite(1, bo, at: 10)], at: 10)
        let afterUse = try restored(ledger, now: 20) {
            let done = try #require(try accept(1, bo, at: 12))
            try ledger.append(done.facts, at: 12)
        }
        #expect(afterUse == 2, "the password, and the end of the code")
        #expect(try accept(1, bo, as: "stolen horse", at: 21) == nil)
        #expect(try password(bo) == Self.hash("chosen horse"))

        try ledger.append([try invite(2, bo, at: 30)], at: 30)
        _ = try restored(ledger, now: 40) { try ledger.append([try invite(3, bo, at: 31)], at: 31) }
        #expect(try accept(2, bo, at: 41) == nil)
        #expect(try accept(3, bo, at: 41) != nil, "the later one came back with the ledger")
        #expect(try queue.write { try ledger.apply($0, schema: schema, now: 50) } == 0)
    }

    @Test func aCodeThatEndedWithItsPersonsPlaceHereDoesNotComeBack() throws {
        let folder = try LedgerFolder()
        let ledger = try SecurityLedger(path: folder.path)
        let facts = [try invite(1, bo, at: 10)]
        try ledger.append(facts, at: 10)
        _ = try restored(ledger, now: 20) {
            try ledger.append([.disabled(bo)], at: 11)
            try ledger.append([.enabled(bo)], at: 12)
        }
        #expect(try accept(1, bo, at: 21) == nil)
        // Of a compacted ledger only the last word on their standing is left.
        let lines = zip(1..., facts + [.disabled(bo), .enabled(bo)] + Array(repeating: .enabled(mei), count: 9))
            .map { LedgerLine(number: $0, at: $0, fact: $1) }
        let compacted = try #require(LedgerCompaction.compacted(lines, mark: "m"))
        #expect(!compacted.contains { $0.fact == .disabled(bo) } && compacted.contains { $0.fact == facts[0] })
        var latest = LatestFacts()
        for line in compacted { latest.take(line.fact, at: line.at) }
        try queue.write { db in
            try directory.endInvitation(db, of: bo)
            _ = try latest.apply(db)
            #expect(try directory.invitation(db, of: bo) == nil)
        }
    }

    @Test func theLineOfTheLedgerReadsBack() throws {
        let fact = try invite(1, bo, at: 10)
        #expect(SecurityFact(fact.value) == fact)
        #expect(SecurityFact(["kind": "invitation", "user": .string(bo.text), "hash": "AA", "expires": 1]) == nil)
        #expect(!CanonicalJSON.text(fact.value).contains(code(1).text.replacing("-", with: "")))
    }
}
