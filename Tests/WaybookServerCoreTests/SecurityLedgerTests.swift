import Foundation
import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

@Suite struct SecurityLedgerTests {
    private let folder: LedgerFolder
    private let mei: UserID
    private let schema = Catalogue.schema

    init() throws {
        folder = try LedgerFolder()
        var random = SeededRandom(seed: 1)
        mei = UserID(now: 0, random: &random)
    }

    private func hash(_ password: String) throws -> PasswordHash {
        try PasswordHash(
            of: Array(password.utf8), salt: Array("somesalt".utf8),
            cost: PasswordCost(memoryKiB: 64, passes: 1, lanes: 1))
    }

    private func device(forkOf: ReplicaID?) -> DeviceFact {
        var random = SeededRandom(seed: 4)
        let device = DirectoryDevice(
            replica: ReplicaID(9), user: mei, name: "laptop", created: 1, issued: 2, lastSeen: 3)
        return DeviceFact(device: device, token: DeviceToken(random: &random), forkOf: forkOf)
    }

    private var everyKind: [SecurityFact] {
        [
            .device(ReplicaID(7), user: mei, issued: 5, .wipeAfterUpload), .disabled(mei), .enabled(mei),
            .password(mei, hash: "$argon2id$…"), .other(kind: "of-tomorrow", ["unit": "x", "to": .int(3)]),
            .disabled(mei, successor: mei), .access(.role(mei, "manager")),
            .access(.assigned([mei.record], UnitAccess(owner: nil, shares: [mei.record: .view]))),
            .access(.assigned([mei.record], UnitAccess(owner: mei.record))),
            .access(.directory(mei.record, in: "membership", ["until": "2026-12-01"], isDeleted: true)),
            .access(.formerly([mei.record], [.pool, .book(mei.record)])),
            .person(PersonFact(user: mei, email: "mei@example.com", name: "王梅", role: "rep", language: "zh-Hans")),
            .deviceAdded(device(forkOf: nil)), .deviceAdded(device(forkOf: ReplicaID(3))),
            .erasureExtent(
                ErasureExtent(
                    ErasureExtent.Key(
                        record: mei.record, stamp: Stamp(milliseconds: 7, counter: 0, replica: ReplicaID(0))),
                    took: [mei.record], left: [RecordID(high: 1, low: 2)])),
        ]
    }

    @Test func whatWasAppendedIsReadBackByTheNext() throws {
        do {
            let ledger = try SecurityLedger(path: folder.path)
            #expect(try ledger.append(Array(everyKind.prefix(2)), at: 10) == 1...2)
            #expect(try ledger.append(Array(everyKind.dropFirst(2)), at: 11) == 3...15)
            #expect(try ledger.append([], at: 12) == nil)
        }
        let again = try SecurityLedger(path: folder.path)
        #expect(
            try again.facts.map(\.fact) == everyKind
                && again.facts.map(\.at) == [10, 10] + Array(repeating: 11, count: 13))
        #expect(again.cutBytes == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    /// Names and addresses stand in it.
    @Test func aCopyThatAllMayReadIsTakenFromThem() throws {
        let folder = try LedgerFolder()
        try SecurityLedger(path: folder.path).append([.enabled(mei)], at: 1)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.path)
        _ = try SecurityLedger(path: folder.path)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func whatWasTakenBackDoesNotHold() throws {
        let ledger = try SecurityLedger(path: folder.path)
        try ledger.append([.disabled(mei)], at: 1)
        let failed = try ledger.append([.enabled(mei), .password(mei, hash: "x")], at: 2)
        ledger.takeBack(failed, at: 3)
        #expect(try ledger.facts.map(\.fact) == [.disabled(mei)])
        #expect(try SecurityLedger(path: folder.path).facts.map(\.fact) == [.disabled(mei)])
    }

    @Test func aLastLineThatWasTornAtAnyByteIsCutAndTheNextFollowsTheOneBefore() throws {
        do {
            let ledger = try SecurityLedger(path: folder.path)
            try ledger.append([.disabled(mei)], at: 1)
        }
        let first = try folder.bytes()
        do { try SecurityLedger(path: folder.path).append([.enabled(mei)], at: 2) }
        let both = try folder.bytes()
        for length in (first.count + 1)..<both.count {
            try folder.write(Array(both.prefix(length)))
            let ledger = try SecurityLedger(path: folder.path)
            #expect(try ledger.cutBytes == length - first.count && ledger.facts.map(\.fact) == [.disabled(mei)])
            #expect(try folder.bytes() == first)
        }
        // A page that the disk did not keep reads as zeros.
        try folder.write(first + [UInt8](repeating: 0, count: 40) + both.suffix(20))
        let ledger = try SecurityLedger(path: folder.path)
        #expect(try ledger.facts.count == 1 && ledger.cutBytes == 60)
        try ledger.append([.enabled(mei)], at: 2)
        #expect(try folder.bytes() == both)
    }

    @Test func anyOtherDamageRefuses() throws {
        do { try SecurityLedger(path: folder.path).append(everyKind, at: 9) }
        let whole = try folder.bytes()
        let lines = whole.split(separator: 0x0A).map { Array($0) + [0x0A] }
        func refusal(_ bytes: [UInt8]) throws -> SecurityLedgerError? {
            try folder.write(bytes)
            do {
                _ = try SecurityLedger(path: folder.path)
                return nil
            } catch {
                return error
            }
        }
        #expect(try refusal(Array((lines[0] + lines[2...].joined()))) == .damaged(line: 2), "a line is missing")
        #expect(try refusal(Array([lines[1], lines[0]].joined())) == .damaged(line: 1), "two changed places")
        #expect(try refusal(Array(lines.joined()) + lines[0]) == .damaged(line: 16), "one stands twice")
        var random = SeededRandom(seed: 20_261_122)
        for _ in 0..<200 {
            // Every byte but the last line feed; where a line feed falls a line is another, which is found too.
            var bytes = whole
            let index = Int.random(in: 0..<(whole.count - 1), using: &random)
            bytes[index] ^= UInt8.random(in: 1...255, using: &random)
            guard bytes[index] != 0 else { continue }
            #expect(try refusal(bytes) != nil, "seed 20261122, byte \(index)")
        }
        #expect(try refusal(whole) == nil)
    }

    @Test func anOlderFileIsBroughtUpToDateOnce() throws {
        let queue = try DatabaseQueue()
        let directory = Directory()
        let (old, new) = (try hash("old password"), try hash("new password"))
        var random = SeededRandom(seed: 3)
        let li = UserID(now: 0, random: &random)
        let tokens = (0..<4).map { _ in DeviceToken(random: &random) }
        // The file as the backup had it: all in good standing, but for Li, who was disabled then.
        let devices = try queue.write { db in
            for migration in ServerSchema.migrations { try db.execute(sql: migration.sql) }
            for (user, email) in [(mei, "mei@example.com"), (li, "li@example.com")] {
                _ = try directory.addUser(
                    db, id: user, email: try #require(AccountEmail(email)), name: "x", passwordHash: old, now: 1)
            }
            _ = try directory.setDisabled(db, user: li, true, now: 2)
            return try tokens.map {
                try directory.addDevice(db, user: mei, name: "laptop", token: $0, timeline: 0, now: 5)
            }
        }
        let ledger = try SecurityLedger(path: folder.path)
        try ledger.append(
            [
                .device(devices[0].replica, user: mei, issued: 5, .revoke),
                .device(devices[1].replica, user: mei, issued: 5, .wipe),
                .device(devices[2].replica, user: mei, issued: 5, .wipeAfterUpload),
                // Another device had this number before the backup was put back.
                .device(devices[3].replica, user: mei, issued: 4, .revoke),
                .disabled(mei), .enabled(li), .password(mei, hash: try hash("between").phc),
                .password(mei, hash: new.phc),
                .device(ReplicaID(99), user: mei, issued: 5, .revoke),
            ], at: 10)
        let changed = try queue.write { try ledger.apply($0, schema: schema, now: 20) }
        #expect(changed == 6)
        try queue.read { db in
            let found = try tokens.map { try directory.authenticate(db, token: $0, now: 11) }
            #expect(found[0] == .revoked && found[1] == .wipe)
            guard case .accepted(let third, _) = found[2], case .accepted(let fourth, _) = found[3] else {
                Issue.record("\(found)")
                return
            }
            #expect(third.isToWipe && third.isDisabled && !fourth.isToWipe && fourth.isDisabled)
            let users = try directory.users(db)
            #expect(users.map(\.disabled) == [nil, 10])
            let stored = try directory.passwordHash(db, of: mei)
            #expect(stored == new)
            let told = try Audit(db).entries(Audit.Query(what: "restore"))
            #expect(told.map(\.what) == ["restore"] && told[0].detail == ["count": 6])
        }
        let again = try queue.write { try ledger.apply($0, schema: schema, now: 21) }
        #expect(again == 0)
        // What was decided otherwise since, by an administrator's laptop, is not decided back at the next start.
        let kept = try queue.write { db in
            _ = try directory.setDisabled(db, user: mei, false, now: 30)
            return try (ledger.apply(db, schema: schema, now: 31), directory.user(db, id: mei)?.disabled)
        }
        #expect(kept.0 == 0 && kept.1 == nil)
        // Only what is behind the mark is; and all of it where the mark is another ledger's.
        try ledger.append([.disabled(li)], at: 40)
        let later = try queue.write { try ledger.apply($0, schema: schema, now: 41) }
        #expect(later == 1)
        let other = try queue.write { db in
            try ServerRows(db).set(SecurityLedger.markKey, "of another ledger")
            return try ledger.apply(db, schema: schema, now: 42)
        }
        #expect(other == 1, "mei is disabled by it once more")
        #expect(try queue.read { try Audit($0).entries(Audit.Query(what: "restore")) }.count == 3)
    }
}

/// A folder of its own for a ledger, removed at the end.
final class LedgerFolder {
    let path: String
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "wb-ledger-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appending(path: SecurityLedger.fileName).path
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
    func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
}
