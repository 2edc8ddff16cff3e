import Crypto
import Foundation
import GRDB
import Synchronization
import Testing
import WaybookModel
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

@Suite struct ServerBackupTests {
    private let workspace: Workspace
    private let ledger: SecurityLedger
    private let ann: Laptop
    private var path: String { workspace.folder + "/copy.db" }

    init() throws {
        workspace = try Workspace()
        ledger = try SecurityLedger(path: workspace.folder + "/" + SecurityLedger.fileName)
        ann = Laptop(workspace, 1)
        for index in 0..<30 { ann.create(["name": .string("C\(index)")]) }
        _ = try ann.sync()
    }

    private func write(isQuick: Bool = false) throws -> BackupReport {
        try ServerBackup.write(workspace.service.file, to: path, ledger: ledger, isQuick: isQuick)
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Changes a file with another tool.
    private func alter(_ path: String, _ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test func aBackupOpensAsAServersFile() throws {
        let report = try write()
        #expect(report.records == 30 && report.faults.isEmpty && report.ledgerLines == 0)
        #expect(report.state.epoch == Workspace.epoch && report.state.timeline == 0 && report.state.sequence == 30)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let digest = SHA256.hash(data: bytes).map { String($0, radix: 16, uppercase: false) }.map {
            $0.count == 1 ? "0" + $0 : $0
        }
        #expect(report.hash == digest.joined() && report.bytes == bytes.count)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600 && !exists(path + "-wal") && !exists(path + "-shm"))
        // It serves.
        let folder = workspace.folder + "/other"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: path, toPath: folder + "/server.db")
        let other = Laptop(try Workspace(folder: folder), 2)
        #expect(try other.sync() == nil && other.state.rows.count == 30)
    }

    @Test func aDamagedCopyIsNotLeft() throws {
        // As if the copy had gone wrong: what does not decode in the source does not in the copy.
        try workspace.service.file.write {
            try $0.execute(sql: "UPDATE record SET stamps = '[' WHERE position % 7 = 0")
        }
        let damaged = try workspace.service.file.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM record WHERE stamps = '['") ?? 0
        }
        #expect(damaged > 0)
        #expect(throws: ServerBackup.Failure.notWhole) { try write() }
        #expect(!exists(path) && !exists(path + ".ledger") && !exists(path + "-journal"))
        // Without the check of records it is what it is; looked at later it is told.
        #expect(try write(isQuick: true).records == nil)
        let report = try BackupReport(of: path)
        #expect(report.faults.filter { $0.kind == .record }.count == damaged)
    }

    @Test func aFullDiskLeavesNothing() throws {
        let other = workspace.folder + "/nowhere/copy.db"
        #expect(throws: ServerBackup.Failure.notWritable(errno: ENOENT)) {
            try ServerBackup.write(workspace.service.file, to: other, ledger: ledger)
        }
        // The ledger's copy cannot be made: its name is taken meanwhile.
        let taken = path + ".ledger"
        #expect(throws: ServerBackup.Failure.notWritable(errno: EEXIST)) {
            try ServerBackup.write(workspace.service.file, to: path, ledger: ledger) { _ in
                try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
            }
        }
        #expect(!exists(path))
    }

    @Test func itOverwritesNeitherFileNorLedger() throws {
        for suffix in ["", ".ledger"] {
            let kept = Data("mine".utf8)
            try kept.write(to: URL(fileURLWithPath: path + suffix))
            #expect(throws: ServerBackup.Failure.exists) { try write() }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path + suffix)) == kept)
            try FileManager.default.removeItem(atPath: path + suffix)
        }
        #expect(!exists(path))
    }

    @Test func itKnowsThatItIsACopy() throws {
        _ = try write()
        let key = try StoreCopy.read(path, role: .server, migrations: ServerSchema.migrations) { db, _ in
            try ServerRows(db).number(ServerBackup.copyKey)
        }
        #expect(key == 1)
        #expect(try workspace.service.file.read { try ServerRows($0).number(ServerBackup.copyKey) } == nil)
    }

    @Test func theLedgerLiesBeside() throws {
        var random = SeededRandom(seed: 1)
        let mei = UserID(now: 0, random: &random)
        let file = workspace.service.file
        try file.writeSecurity(ledger, now: 1) { _ in ((), [.disabled(mei), .enabled(mei)]) }
        #expect(try write().ledgerLines == 2)
        let copied = try Data(contentsOf: URL(fileURLWithPath: path + ".ledger"))
        #expect(try copied == Data(ledger.wholeBytes))
        let mode = try FileManager.default.attributesOfItem(atPath: path + ".ledger")[.posixPermissions] as? Int
        #expect(mode == 0o600)
        // One that lacks what the file has, and a damaged one, are told.
        let older = copied.prefix(through: try #require(copied.firstIndex(of: 0x0A)))
        try older.write(to: URL(fileURLWithPath: path + ".ledger"))
        #expect(throws: ServerBackup.Failure.otherLedger) { try BackupReport(of: path) }
        var altered = copied
        altered[20] ^= 1
        try altered.write(to: URL(fileURLWithPath: path + ".ledger"))
        #expect(throws: SecurityLedgerError.damaged(line: 1)) { try BackupReport(of: path) }
        try copied.dropLast().write(to: URL(fileURLWithPath: path + ".ledger"))
        #expect(throws: SecurityLedgerError.damaged(line: 2)) { try BackupReport(of: path) }
        try FileManager.default.removeItem(atPath: path + ".ledger")
        #expect(try BackupReport(of: path).ledgerLines == nil)
    }

    @Test func verifyingChangesNothingAndTellsWhatIsNoBackup() throws {
        _ = try write()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let names = try FileManager.default.contentsOfDirectory(atPath: workspace.folder).sorted()
        chmod(path, 0o400)
        #expect(try BackupReport(of: path).faults.isEmpty)
        #expect(try BackupReport(of: path, isQuick: true).records == nil)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        #expect(try FileManager.default.contentsOfDirectory(atPath: workspace.folder).sorted() == names)
        chmod(path, 0o600)
        // A log beside it.
        try Data([1]).write(to: URL(fileURLWithPath: path + "-wal"))
        #expect(throws: ServerBackup.Failure.hasLog) { try BackupReport(of: path) }
        try FileManager.default.removeItem(atPath: path + "-wal")
        // A page's head turned over: told one way or the other, never taken for whole, unless nothing is in the page.
        let free = try workspace.service.file.read { try Int.fetchOne($0, sql: "PRAGMA freelist_count") ?? 0 }
        var unnoticed: [Int] = []
        for page in 1..<(bytes.count / 4_096) {
            var damaged = bytes
            for offset in 0..<12 { damaged[page * 4_096 + offset] ^= 0x55 }
            try damaged.write(to: URL(fileURLWithPath: path))
            if (try? BackupReport(of: path, isQuick: true))?.faults == [] { unnoticed.append(page) }
        }
        #expect(unnoticed.count <= free && bytes.count / 4_096 > 30, "\(unnoticed), of which \(free) are free")
        // Of a newer program; a migration that reads otherwise; a laptop's file; something else; nothing.
        try bytes.write(to: URL(fileURLWithPath: path))
        try alter(path, "UPDATE waybook_migration SET checksum = 'x' WHERE number = 2")
        #expect(code { $0 == .alteredMigration(number: 2) })
        try alter(path, "PRAGMA user_version = 99")
        #expect(code { if case .newerVersion = $0 { true } else { false } })
        try alter(path, "PRAGMA application_id = \(StoreRole.client.applicationID)")
        #expect(code { $0 == .wrongRole(found: .client, expected: .server) })
        try Data("something else, and long enough to be read as a database's head".utf8).write(
            to: URL(fileURLWithPath: path))
        #expect(code { if case .damaged = $0 { true } else { false } })
        try FileManager.default.removeItem(atPath: path)
        #expect(code { $0 == .inaccessible(errno: ENOENT) })
    }

    private func code(_ isRight: (StoreFileError.Code) -> Bool) -> Bool {
        do {
            _ = try BackupReport(of: path)
            return false
        } catch {
            return (error as? StoreFileError).map { isRight($0.code) } ?? false
        }
    }

    @Test func underLoadItIsOneState() throws {
        let load = Load((0..<20).map { Laptop(workspace, UInt32(10 + $0)) })
        Thread.detachNewThread { load.run() }
        var sequences: [Int64] = []
        for _ in 0..<5 {
            load.started.wait()
            let report = try write()
            let (highest, count) = try StoreCopy.read(path, role: .server, migrations: ServerSchema.migrations) {
                db, _ in
                (
                    try Int64.fetchOne(db, sql: "SELECT max(position) / 4096 FROM record") ?? 0,
                    try Int64.fetchOne(db, sql: "SELECT count(*) FROM accepted_set") ?? 0
                )
            }
            #expect(report.state.sequence == highest && report.faults.isEmpty)
            #expect(report.records.map(Int64.init) == highest && count == highest)
            sequences.append(highest)
            for suffix in ["", ".ledger"] { try FileManager.default.removeItem(atPath: path + suffix) }
        }
        load.isOver.withLock { $0 = true }
        load.ended.wait()
        #expect(load.failures.withLock { $0 } == 0)
        #expect(sequences == sequences.sorted() && Set(sequences).count == 5, "there was load: \(sequences)")
    }
}

/// Twenty laptops that send one set after the other, in a thread of their own.
private final class Load: @unchecked Sendable {
    // Unchecked: the laptops are the thread's alone.

    let isOver = Mutex(false)
    let failures = Mutex(0)
    /// Signalled with every round.
    let started = DispatchSemaphore(value: 0)
    let ended = DispatchSemaphore(value: 0)
    private let laptops: [Laptop]

    init(_ laptops: [Laptop]) { self.laptops = laptops }

    func run() {
        while !isOver.withLock({ $0 }) {
            for laptop in laptops {
                laptop.create(["name": "L"])
                do { _ = try laptop.sync(pulls: false) } catch { failures.withLock { $0 += 1 } }
                started.signal()
            }
        }
        ended.signal()
    }
}
