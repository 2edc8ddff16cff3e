import GRDB
import Testing
import WaybookModel
import WaybookTesting

@testable import WaybookServerCore

@Suite struct DirectoryTests {
    let directory = Directory()
    let queue: DatabaseQueue
    let hash: PasswordHash
    let mei: UserID

    init() throws {
        queue = try DatabaseQueue()
        hash = try PasswordHash(
            of: Array("password".utf8), salt: Array("somesalt".utf8),
            cost: PasswordCost(memoryKiB: 64, passes: 1, lanes: 1))
        var random = SeededRandom(seed: 1)
        mei = UserID(now: 0, random: &random)
        let email = try #require(AccountEmail("Mei@Example.com "))
        let (directory, mei, hash) = (directory, mei, hash)
        try queue.write { db in
            for migration in ServerSchema.migrations { try db.execute(sql: migration.sql) }
            _ = try directory.addUser(db, id: mei, email: email, name: " 王梅 ", passwordHash: hash, now: 1)
        }
    }

    private func token(_ seed: UInt64) -> DeviceToken {
        var random = SeededRandom(seed: seed)
        return DeviceToken(random: &random)
    }

    @Test func anAddressIsUniqueHoweverItIsTyped() throws {
        var random = SeededRandom(seed: 2)
        let other = UserID(now: 5, random: &random)
        let same = try #require(AccountEmail("MEI@EXAMPLE.COM"))
        try queue.write { db in
            let found1 = try directory.user(db, email: same)?.name
            #expect(found1 == "王梅")
            #expect(throws: DirectoryError.emailTaken) {
                _ = try directory.addUser(db, id: other, email: same, name: "x", passwordHash: hash, now: 2)
            }
            let found2 = try directory.users(db).count
            #expect(found2 == 1)
        }
        for wrong in ["", "mei", "@x", "x@", "a@b@c", "a b@c", "a\u{0}@b", "x@" + String(repeating: "y", count: 260)] {
            #expect(AccountEmail(wrong) == nil)
        }
    }

    @Test func whoSignsInAgainWithItsLastTokenKeepsItsNumber() throws {
        var random = SeededRandom(seed: 3)
        let li = UserID(now: 0, random: &random)
        try queue.write { db in
            let email = try #require(AccountEmail("li@example.com"))
            _ = try directory.addUser(db, id: li, email: email, name: "Li", passwordHash: hash, now: 1)
            let first = try directory.addDevice(db, user: mei, name: "laptop", token: token(10), timeline: 0, now: 5)
            func readmit(_ former: UInt64, _ new: UInt64, _ user: UserID) throws -> ReplicaID? {
                try directory.readmitDevice(
                    db, former: token(former), user: user, name: "again", token: token(new), now: 9)?.device.replica
            }
            let ofAnother = try readmit(10, 11, li)
            let unknown = try readmit(99, 11, mei)
            let again = try readmit(10, 11, mei)
            #expect(ofAnother == nil && unknown == nil && again == first.replica)
            let (old, new) = (
                try directory.authenticate(db, token: token(10), now: 20),
                try directory.authenticate(db, token: token(11), now: 20)
            )
            let principal = Principal(user: mei, replica: first.replica, isAdmin: false)
            #expect(old == .replaced(first.replica, mei, byRenewal: false))
            #expect(new == .accepted(principal, lastSeen: 9))

            try directory.revoke(db, replica: first.replica, now: 10)
            let afterRevocation = try readmit(11, 12, mei)
            #expect(afterRevocation == first.replica)
            let listed = try directory.devices(db, of: mei)
            #expect(listed.map(\.revoked) == [nil] && listed.map(\.name) == ["again"])
            try directory.revoke(db, replica: first.replica, orderingWipe: true, now: 11)
            let afterWipe = try readmit(12, 13, mei)
            let told = try directory.authenticate(db, token: token(12), now: 20)
            #expect(afterWipe == nil && told == .wipe)
        }
    }

    @Test func aReplicaNumberIsNeverGivenTwice() throws {
        try queue.write { db in
            let first = try directory.addDevice(db, user: mei, name: "laptop", token: token(10), timeline: 3, now: 5)
            #expect(first.replica.number == 0x0300_0001)
            try db.execute(sql: "DELETE FROM device")
            let second = try directory.addDevice(db, user: mei, name: "laptop", token: token(11), timeline: 4, now: 5)
            #expect(second.replica.number == 0x0400_0002)
            let third = try directory.addDevice(db, user: mei, name: "desk", token: token(12), timeline: 4, now: 6)
            #expect(third.replica.number == 0x0400_0003)
        }
    }

    @Test func aForkGetsANumberAndTokenOfItsOwnAndTheOtherStoreKeepsItsOwn() throws {
        try queue.write { db in
            let old = try directory.addDevice(db, user: mei, name: "laptop", token: token(10), timeline: 0, now: 5)
            let new = try directory.addFork(db, of: old.replica, token: token(11), timeline: 0, now: 6).device
            #expect(new.replica != old.replica && new.user == mei && new.name == "laptop")
            for (number, replica) in [(10, old.replica), (11, new.replica)] as [(UInt64, ReplicaID)] {
                let found = try directory.authenticate(db, token: token(number), now: 20)
                guard case .accepted(let principal, _) = found else {
                    Issue.record("token \(number) is not accepted")
                    continue
                }
                #expect(principal.replica == replica)
            }
            try directory.revoke(db, replica: old.replica, now: 7)
            #expect(throws: DirectoryError.unknownDevice) {
                try directory.addFork(db, of: old.replica, token: token(12), timeline: 0, now: 8)
            }
        }
    }

    @Test func numbersEndInsteadOfWrapping() throws {
        try queue.write { db in
            try db.execute(sql: "UPDATE directoryState SET nextNumber = 16777216")
            #expect(throws: DirectoryError.numbersExhausted) {
                try directory.addDevice(db, user: mei, name: "laptop", token: token(10), timeline: 0, now: 5)
            }
        }
    }

    @Test func aTokenIsGoodUntilItIsRevoked() throws {
        try queue.write { db in
            let device = try directory.addDevice(db, user: mei, name: "laptop", token: token(10), timeline: 0, now: 5)
            let principal = Principal(user: mei, replica: device.replica, isAdmin: false)
            let found3 = try directory.authenticate(db, token: token(10), now: 20)
            #expect(found3 == .accepted(principal, lastSeen: 5))
            let found4 = try directory.authenticate(db, token: token(12), now: 20)
            #expect(found4 == .unknown)
            try directory.touch(db, replica: device.replica, now: 9)
            let found5 = try directory.authenticate(db, token: token(10), now: 20)
            #expect(found5 == .accepted(principal, lastSeen: 9))
            try directory.revoke(db, replica: device.replica, now: 10)
            let found6 = try directory.authenticate(db, token: token(10), now: 20)
            #expect(found6 == .revoked)
            try directory.revoke(db, replica: device.replica, orderingWipe: true, now: 11)
            let found7 = try directory.authenticate(db, token: token(10), now: 20)
            #expect(found7 == .wipe)
            let listed = try #require(try directory.devices(db, of: mei).first)
            #expect(listed.revoked == 10 && listed.wipeOrdered == 11)
            #expect(throws: DirectoryError.unknownDevice) {
                try directory.revoke(db, replica: ReplicaID(77), now: 1)
            }
        }
    }

    @Test func aDisabledUsersDeviceMayUploadForThirtyDaysAndTheUserComesBack() throws {
        try queue.write { db in
            let device = try directory.addDevice(db, user: mei, name: "laptop", token: token(10), timeline: 0, now: 5)
            let found8 = try directory.setDisabled(db, user: mei, true, now: 6)
            #expect(found8.replicas == [device.replica])
            let uploader = Principal(user: mei, replica: device.replica, isAdmin: false, isDisabled: true)
            #expect(uploader.onlyUploads)
            let found9 = try directory.authenticate(db, token: token(10), now: 5 + Directory.graceMilliseconds)
            #expect(found9 == .accepted(uploader, lastSeen: 5))
            let late = try directory.authenticate(db, token: token(10), now: 6 + Directory.graceMilliseconds)
            #expect(late == .revoked)
            _ = try directory.setDisabled(db, user: mei, false, now: 7)
            let found10 = try directory.authenticate(db, token: token(10), now: 20)
            #expect(found10 != .revoked)
        }
    }

    @Test func noSecretStandsInTheFile() throws {
        try queue.write { db in
            _ = try directory.addDevice(db, user: mei, name: "laptop", token: token(10), timeline: 0, now: 5)
            let rows = try Row.fetchAll(db, sql: "SELECT * FROM device, user").description
            #expect(!rows.contains(token(10).text) && !rows.contains("wb1_"))
            let found11 = try directory.passwordHash(db, of: mei)
            #expect(found11 == hash)
        }
    }

    @Test func devicesPerUserAreBounded() throws {
        try queue.write { db in
            for number in 0..<Directory.maximumDevicesPerUser {
                _ = try directory.addDevice(
                    db, user: mei, name: "laptop", token: token(UInt64(100 + number)), timeline: 0, now: 5)
            }
            #expect(throws: DirectoryError.tooManyDevices) {
                try directory.addDevice(db, user: mei, name: "one more", token: token(99), timeline: 0, now: 5)
            }
        }
    }
}
