import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

/// People and devices of after a backup, which its file has never heard of.
@Suite struct LedgerPeopleTests {
    private let present: DatabaseQueue
    private let backup: DatabaseQueue
    private let folder: LedgerFolder
    private let ledger: SecurityLedger
    private let directory = Directory()
    private let ada: UserID
    private let li: UserID
    private let day: Int64 = 86_400_000

    /// Ada and Li with a laptop, and a backup of that.
    init() throws {
        folder = try LedgerFolder()
        ledger = try SecurityLedger(path: folder.path)
        (present, backup) = (try DatabaseQueue(), try DatabaseQueue())
        let (ada, li) = (Self.user(1), Self.user(2))
        (self.ada, self.li) = (ada, li)
        try present.write { db in
            for migration in ServerSchema.migrations { try db.execute(sql: migration.sql) }
            try ServerRows(db).set("timeline", 0)
            _ = try Self.add(db, ada, "ada@example.com", role: .admin, now: 1)
            _ = try Self.add(db, li, "li@example.com", now: 1)
            _ = try Directory().addDevice(db, user: li, name: "old", token: Self.token(1), timeline: 0, now: 2)
        }
        try present.backup(to: backup)
    }

    private static func user(_ seed: UInt64) -> UserID {
        var random = SeededRandom(seed: seed)
        return UserID(now: 0, random: &random)
    }

    private static func token(_ seed: UInt64) -> DeviceToken {
        var random = SeededRandom(seed: seed)
        return DeviceToken(random: &random)
    }

    private static func hash(_ password: String) throws -> PasswordHash {
        try PasswordHash(
            of: Array(password.utf8), salt: Array("somesalt".utf8),
            cost: PasswordCost(memoryKiB: 64, passes: 1, lanes: 1))
    }

    private static func add(
        _ db: Database, _ user: UserID, _ email: String, role: Role = .rep, now: Int64
    ) throws -> [SecurityFact] {
        try Directory().addUser(
            db, id: user, email: try #require(AccountEmail(email)), name: email, language: "zh-Hans",
            passwordHash: hash(email), role: role, now: now)
    }

    /// Does something on the server that is lost; its facts stay.
    private func lose(at now: Int64, _ body: (Database) throws -> [SecurityFact]) throws {
        try ledger.append(try present.write(body), at: now)
    }

    /// Signs somebody in on the server that is lost.
    private func signIn(_ user: UserID, _ seed: UInt64, former: UInt64? = nil, at now: Int64) throws -> ReplicaID {
        var replica = ReplicaID(0)
        try lose(at: now) { db in
            let admitted = try directory.admitDevice(
                db, former: former.map { Self.token($0) }, user: user, name: "laptop \(seed)",
                token: Self.token(seed), timeline: 0, now: now)
            replica = admitted.device.replica
            return [admitted.fact]
        }
        return replica
    }

    private func restore(now: Int64 = 1_000) throws -> Int {
        try backup.write { try ledger.apply($0, schema: Catalogue.schema, now: now) }
    }

    private func found(_ seed: UInt64, now: Int64 = 1_000) throws -> Authentication {
        try backup.read { try directory.authenticate($0, token: Self.token(seed), now: now) }
    }

    @Test func peopleAndDevicesComeBackUnderTheirIdentityNumberAndToken() throws {
        let mei = Self.user(3)
        try lose(at: 10) { try Self.add($0, mei, "mei@example.com", role: .manager, now: 10) }
        let first = try signIn(mei, 30, at: 11)
        let second = try signIn(li, 31, at: 12)
        #expect([first, second] == [ReplicaID(2), ReplicaID(3)])
        // The first is found to be a copy; the second has a successor of its token, and signs in anew.
        var copy = ReplicaID(0)
        try lose(at: 13) { db in
            let (device, facts) = try directory.addFork(db, of: first, token: Self.token(32), timeline: 0, now: 13)
            try ReplicaFork.note(db, of: first, as: device.replica)
            copy = device.replica
            return facts
        }
        try lose(at: 14) { db in
            try directory.offerToken(db, to: second, Self.token(33), now: 14)
            return try directory.takeUp(db, successor: Self.token(33), now: 14).map { [$0] } ?? []
        }
        #expect(try signIn(li, 34, former: 33, at: 15) == second)

        #expect(try restore() == 6)
        let user = try #require(try backup.read { try directory.user($0, id: mei) })
        #expect(
            user.email == "mei@example.com" && user.name == "mei@example.com" && user.language == "zh-Hans"
                && user.created == 10 && user.disabled == nil)
        let record = try #require(try backup.read { try ServerRows($0).row(mei.record)?.record })
        #expect(record["role"] == "manager" && record["email"] == "mei@example.com" && record["status"] == "active")
        let password = try backup.read { try directory.passwordHash($0, of: mei) }
        #expect(password == (try Self.hash("mei@example.com")), "the old password is good")
        for (seed, user, replica) in [(30, mei, first), (32, mei, copy), (34, li, second), (1, li, ReplicaID(1))] {
            guard case .accepted(let principal, _) = try found(UInt64(seed)) else {
                Issue.record("\(seed) is \(try found(UInt64(seed)))")
                continue
            }
            #expect(principal == Principal(user: user, replica: replica, isAdmin: false))
        }
        for seed: UInt64 in [31, 33] {
            guard case .replaced(second, li, _) = try found(seed) else {
                Issue.record("\(seed) is \(try found(seed))")
                continue
            }
        }
        #expect(try backup.read { try ServerRows($0).replica(copy)?.forkOf } == first)
        #expect(try restore() == 0)
        try backup.write { try ServerRows($0).set(SecurityLedger.markKey, "of another ledger") }
        #expect(try restore() == 0, "applied once more it changes nothing")
    }

    @Test func whoWasAddedAndDisabledSinceMayDeliverForThirtyDaysFromThen() throws {
        let mei = Self.user(3)
        try lose(at: 10) { try Self.add($0, mei, "mei@example.com", now: 10) }
        _ = try signIn(mei, 30, at: 11)
        try lose(at: 12) { try directory.setDisabled($0, user: mei, true, now: 12).facts }
        _ = try restore(now: 20 * day)
        guard case .accepted(let principal, _) = try found(30, now: 20 * day) else {
            Issue.record("\(try found(30, now: 20 * day))")
            return
        }
        #expect(principal.isDisabled && principal.onlyUploads)
        #expect(try found(30, now: 12 + 30 * day) == .revoked, "thirty days from then, not from the restore")
    }

    @Test func aDeviceThatCameAndWasCutOffSinceStaysSo() throws {
        let (lost, stolen) = (try signIn(li, 30, at: 10), try signIn(li, 31, at: 11))
        for (replica, order) in [(lost, DeviceOrder.revoke), (stolen, .wipe)] {
            try lose(at: 12) { try DeviceEnding($0).end(replica, order, by: nil, from: nil, now: 12).facts }
        }
        _ = try restore()
        #expect(try found(30) == .revoked && found(31) == .wipe)
    }

    @Test func twoWhoExchangedTheirAddressesHaveThem() throws {
        try lose(at: 10) { db in
            for (user, email) in [(ada, "x@example.com"), (li, "ada@example.com"), (ada, "li@example.com")] {
                _ = try directory.setEmail(db, of: user, to: try #require(AccountEmail(email)))
                let facts = try DirectoryWriter(db, now: 10).write(
                    ["email": .string(email), "name": "N"], of: user.record, in: DirectoryRecord.user)
                try ledger.append(facts, at: 10)
            }
            return []
        }
        #expect(try restore() == 2)
        let people = try backup.read { try directory.users($0) }
        #expect(people.map(\.email) == ["ada@example.com", "li@example.com"] && people.map(\.id) == [li, ada])
        #expect(people.map(\.name) == ["N", "N"])
        #expect(try backup.read { try ServerRows($0).row(li.record)?.record["email"] } == "ada@example.com")
    }

    @Test func whoCannotBeGivenTheirAddressKeepsTheOneTheyHad() throws {
        let fact = PersonFact(user: li, email: "ada@example.com", name: "Li", role: "rep", language: "en")
        try ledger.append([.person(fact)], at: 10)
        #expect(try restore() == 1)
        let people = try backup.read { try directory.users($0) }
        #expect(people.map(\.email) == ["ada@example.com", "li@example.com"] && people.map(\.name).contains("Li"))
    }

    @Test func whoHasNoPasswordInTheLedgerIsThereAndNobodySignsInAsThem() throws {
        let mei = Self.user(3)
        let fact = PersonFact(user: mei, email: "mei@example.com", name: "Mei", role: "rep", language: "en")
        try ledger.append([.person(fact)], at: 10)
        #expect(try restore() == 1)
        #expect(try backup.read { try directory.passwordHash($0, of: mei) } == nil, "until they are invited")
        // An address that somebody else has by then, of whom no line tells: nobody is thrown out for it.
        let other = PersonFact(user: Self.user(4), email: "ada@example.com", name: "A", role: "rep", language: "en")
        try ledger.append([.person(other)], at: 11)
        #expect(try restore() == 0)
        #expect(try backup.read { try directory.users($0).map(\.id) } == [ada, li, mei])
    }

    @Test func aNumberWhoseCommitFailedIsNotGivenAgain() throws {
        // The line is on the disk, and the machine dies before the commit: the file that opens is the one of before.
        #expect(try signIn(li, 30, at: 10) == ReplicaID(2))
        #expect(try restore() == 1)
        let next = try backup.write { db in
            try directory.addDevice(db, user: li, name: "next", token: Self.token(40), timeline: 0, now: 20)
        }
        #expect(next.replica == ReplicaID(3))
    }

    @Test func aNewTimelineGivesNumbersOfItsOwnBesideThose() throws {
        #expect(try signIn(li, 30, at: 10) == ReplicaID(2))
        try backup.write { try ServerRows($0).set("timeline", 1) }
        #expect(try restore() == 1)
        let next = try backup.write { db in
            try directory.addDevice(db, user: li, name: "next", token: Self.token(40), timeline: 1, now: 20)
        }
        #expect(next.replica == ReplicaID(1 << 24 | 2))
        guard case .accepted(let principal, _) = try found(30) else {
            Issue.record("\(try found(30))")
            return
        }
        #expect(principal.replica == ReplicaID(2))
    }

    @Test func aCompactedLedgerBringsThemBackTheSame() throws {
        let mei = Self.user(3)
        try lose(at: 10) { try Self.add($0, mei, "mei@example.com", now: 10) }
        let replica = try signIn(mei, 30, at: 11)
        for round: Int64 in 0..<10 {
            try lose(at: 20 + round) { db in
                try DirectoryWriter(db, now: 20 + round).write(
                    ["name": .string("Mei \(round)")], of: mei.record, in: DirectoryRecord.user)
            }
        }
        try lose(at: 40) { try directory.setRole($0, user: mei, .manager, now: 40) }
        let small = try SecurityLedger(path: folder.path, compactionBytes: 1)
        #expect(try small.facts.count == 4, "person, password, device, role")
        _ = try backup.write { try small.apply($0, schema: Catalogue.schema, now: 50) }
        let record = try backup.read { try ServerRows($0).row(mei.record)?.record }
        #expect(record?["name"] == "Mei 9" && record?["role"] == "manager")
        guard case .accepted(let principal, _) = try found(30) else {
            Issue.record("\(try found(30))")
            return
        }
        #expect(principal.replica == replica)
    }
}
