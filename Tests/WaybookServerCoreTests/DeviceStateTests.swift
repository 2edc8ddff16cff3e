import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

@Suite struct DeviceStateTests {
    private static let day: Int64 = 86_400_000
    private let directory = Directory()
    private let queue: DatabaseQueue
    private let mei: UserID

    init() throws {
        queue = try DatabaseQueue()
        var random = SeededRandom(seed: 1)
        mei = UserID(now: 0, random: &random)
        let (directory, mei) = (directory, mei)
        let hash = try PasswordHash(
            of: Array("password".utf8), salt: Array("somesalt".utf8),
            cost: PasswordCost(memoryKiB: 64, passes: 1, lanes: 1))
        try queue.write { db in
            for migration in ServerSchema.migrations { try db.execute(sql: migration.sql) }
            let email = try #require(AccountEmail("mei@example.com"))
            _ = try directory.addUser(db, id: mei, email: email, name: "Mei", passwordHash: hash, now: 0)
        }
    }

    private func token(_ seed: UInt64) -> DeviceToken {
        var random = SeededRandom(seed: seed)
        return DeviceToken(random: &random)
    }

    private func hello(_ replica: ReplicaID, last: Int64, told: Told?) -> Hello {
        Hello(
            schemaVersion: 1, replica: replica, wallMilliseconds: 0, checkpoint: nil, lastSet: last, answered: 0,
            pulls: true, told: told)
    }

    @Test func aTokenEndsNinetyDaysAfterItsLastUseAndAYearAfterItWasGiven() throws {
        try queue.write { db in
            let device = try directory.addDevice(db, user: mei, name: "a", token: token(1), timeline: 0, now: 0)
            func isAccepted(_ seed: UInt64, at day: Int64, less: Int64 = 0) throws -> Bool {
                let found = try directory.authenticate(db, token: token(seed), now: day * Self.day - less)
                guard case .accepted = found else {
                    #expect(found == .unknown)
                    return false
                }
                return true
            }
            let (inTime, late) = (try isAccepted(1, at: 90, less: 1), try isAccepted(1, at: 90))
            #expect(inTime && !late)
            for day: Int64 in [80, 160, 240, 320, 364] {
                try directory.touch(db, replica: device.replica, now: day * Self.day)
            }
            let (used, old) = (try isAccepted(1, at: 365, less: 1), try isAccepted(1, at: 365))
            #expect(used && !old)
            // A fork lengthens nothing; signing in again does.
            _ = try directory.addFork(db, of: device.replica, token: token(2), timeline: 0, now: 364 * Self.day)
            let (fork, forkLater) = (try isAccepted(2, at: 365, less: 1), try isAccepted(2, at: 365))
            #expect(fork && !forkLater)
            let again = try directory.readmitDevice(
                db, former: token(1), user: mei, name: "a", token: token(3), now: 365 * Self.day)
            let renewed = try isAccepted(3, at: 400)
            #expect(again?.device.replica == device.replica && renewed)
        }
    }

    @Test func devicesWhoseTokenEndedTakeNoRoom() throws {
        try queue.write { db in
            for number in 0..<Directory.maximumDevicesPerUser {
                let token = token(UInt64(100 + number))
                _ = try directory.addDevice(db, user: mei, name: "old", token: token, timeline: 0, now: 0)
            }
            #expect(throws: DirectoryError.tooManyDevices) {
                try directory.addDevice(db, user: mei, name: "new", token: token(1), timeline: 0, now: 89 * Self.day)
            }
            _ = try directory.addDevice(db, user: mei, name: "new", token: token(1), timeline: 0, now: 90 * Self.day)
        }
    }

    @Test func aForkOfADeviceThatIsToWipeIsToWipeToo() throws {
        try queue.write { db in
            let old = try directory.addDevice(db, user: mei, name: "a", token: token(1), timeline: 0, now: 0)
            try directory.orderLastUpload(db, replica: old.replica, now: 1)
            _ = try directory.addFork(db, of: old.replica, token: token(2), timeline: 0, now: 2)
            let again = try directory.readmitDevice(db, former: token(1), user: mei, name: "a", token: token(3), now: 3)
            #expect(again?.device.replica == old.replica)
            for seed: UInt64 in [2, 3] {
                guard case .accepted(let principal, _) = try directory.authenticate(db, token: token(seed), now: 4)
                else {
                    Issue.record("token \(seed) is not accepted")
                    continue
                }
                #expect(principal.isToWipe && principal.onlyUploads)
            }
        }
    }

    @Test func whatADeviceToldStandsInTheListLessWhatWasJudgedSince() throws {
        try queue.write { db in
            let device = try directory.addDevice(db, user: mei, name: "a", token: token(1), timeline: 0, now: 0)
            let told = Told(unsentSets: 5, oldestMilliseconds: 400, conflicts: 2, client: "0.2.0")
            try ServerRows(db).store(ReplicaState(replica: device.replica, last: 7))
            try directory.note(
                db, hello(device.replica, last: 9, told: told), offsetMilliseconds: -3, isComplete: true, now: 1_000)
            func listed(_ now: Int64) throws -> DeviceSummary {
                try #require(try directory.summaries(db, of: mei, now: now).first?.1)
            }
            var found = try listed(2_000)
            #expect(found.unsentSets == 2 && found.oldestUnsentMilliseconds == 600 && found.conflicts == 2)
            #expect(found.client == "0.2.0" && found.offsetMilliseconds == -3 && found.lastSyncMilliseconds == 1_000)
            // A hello that tells nothing leaves what was told; an exchange that was cut is no sync.
            try directory.note(
                db, hello(device.replica, last: 9, told: nil), offsetMilliseconds: 8, isComplete: false, now: 3_000)
            found = try listed(4_000)
            #expect(found.unsentSets == 2 && found.lastSyncMilliseconds == 1_000 && found.offsetMilliseconds == 8)
            try ServerRows(db).store(ReplicaState(replica: device.replica, last: 9))
            try directory.note(
                db, hello(device.replica, last: 9, told: told), offsetMilliseconds: 0, isComplete: true, now: 5_000)
            found = try listed(6_000)
            #expect(found.unsentSets == 0 && found.oldestUnsentMilliseconds == nil)
            #expect(found.standing == .active && !found.isStale)
            found = try listed(5_000 + 180 * Self.day)
            #expect(found.standing == .expired && found.isStale)
            #expect(DeviceSummary(.map(found.entries)) == found)
        }
    }
}
