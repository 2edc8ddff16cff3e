import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore

@testable import WaybookServer

/// A database that went back to an earlier state without anybody's saying so.
@Suite(.timeLimit(.minutes(5)), .serialized) struct ReachedTests {
    private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private static func copy(_ from: String, _ to: String) throws {
        for suffix in ["", "-wal", "-shm"] { unlink(to + suffix) }
        try FileManager.default.copyItem(atPath: from, toPath: to)
    }

    private static func timelines(_ folder: DataFolderFixture) throws -> [Timeline] {
        let file = try DataFolder(folder.data).open()
        defer { try? file.close() }
        return try file.read { try TimelineTable($0).all() }
    }

    private static func restores(_ folder: DataFolderFixture) throws -> String {
        let told = try ServerProcess.command(["audit", "list", "--what", "restore", "--json", "--data", folder.data])
        #expect(told.status == 0, "\(told.errors)")
        return told.output
    }

    @Test func aDatabaseCopiedBackIsNoticed() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let (database, yesterday) = (folder.data + "/server.db", folder.path + "/yesterday.db")
            let first = try ServerProcess(folder)
            let laptop = try first.signIn("laptop")
            #expect(first.end(SIGTERM) == 0)
            try Self.copy(database, yesterday)
            let second = try ServerProcess(folder)
            var device = PushingDevice(replica: ReplicaID(laptop.replica), token: laptop.token)
            let sets = (0..<5).map { _ in device.next(milliseconds: wallMilliseconds()) }
            let body = device.body(sets, pulls: false, milliseconds: wallMilliseconds())
            #expect(try second.exchange(body, token: laptop.token)?.contains(.applied(first: 1, last: 5)) == true)
            #expect(second.end(SIGTERM) == 0)
            #expect(try Self.timelines(folder).isEmpty, "a stop and a start is none")
            try Self.copy(yesterday, database)

            let third = try ServerProcess(folder)
            #expect(try third.signIn("another").replica >> 24 == 1)
            let page = try third.request("GET", "/metrics")
            #expect(String(decoding: page.body, as: UTF8.self).contains("waybook_timelines_raised_total 1"))
            // The author of what was lost is told which is the first.
            device.noteAnswer(5)
            let hello = device.body([], pulls: true, milliseconds: wallMilliseconds())
            #expect(throws: Problem(.timeline, expected: 1)) { try third.exchange(hello, token: laptop.token) }
            #expect(third.end(SIGTERM) == 0)
            let timelines = try Self.timelines(folder)
            #expect(
                timelines.count == 1 && timelines[0].cause == .found && timelines[0].reached == timelines[0].fork + 5)
            #expect(try Self.restores(folder).contains(#""mode":"found""#))
            // By a command it is noticed as well.
            try Self.copy(yesterday, database)
            let told = try ServerProcess.command(["user", "list", "--data", folder.data])
            #expect(told.status == 0 && told.errors.contains("timeline 2 was begun after commit"), "\(told.errors)")
            #expect(try Self.timelines(folder).map(\.number).max() == 2)
            // And by the next server, once: that one and the one before, of which this file has never told.
            for count in [2, 0] {
                let next = try ServerProcess(folder)
                let page = try next.request("GET", "/metrics")
                let text = String(decoding: page.body, as: UTF8.self)
                #expect(text.contains("waybook_timelines_raised_total \(count)\n"), "\(text)")
                #expect(next.end(SIGTERM) == 0)
            }
        }
    }

    @Test func aBackupStartedAsItIsIsNoticed() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let database = folder.data + "/server.db"
            #expect(try ServerProcess.command(["backup", folder.backup, "--data", folder.data]).status == 0)
            // Nothing happened since: it is as far as it was, and yet somebody has put it there.
            try Self.copy(folder.backup, database)
            let first = try ServerProcess(folder)
            #expect(try first.signIn("laptop").replica >> 24 == 1)
            #expect(first.end(SIGTERM) == 0)
            #expect(try Self.timelines(folder).map(\.cause) == [.copy])
            // Once is enough.
            #expect(try ServerProcess.command(["user", "list", "--data", folder.data]).status == 0)
            #expect(try Self.timelines(folder).count == 1)
            // On a new machine nobody knows how many timelines there were.
            let other = DataFolderFixture()
            try FileManager.default.createDirectory(atPath: other.data, withIntermediateDirectories: true)
            try Self.copy(folder.backup, other.data + "/server.db")
            let second = try ServerProcess(other)
            #expect(try second.signIn("laptop").replica >> 24 > 15)
            #expect(second.end(SIGTERM) == 0)
        }
    }

    @Test func aTornLineRefuses() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            #expect(try ServerProcess.command(["user", "list", "--data", folder.data]).status == 0)
            let path = folder.data + "/" + ReachedFile.fileName
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(whole.count == 128 && whole.last == 0x0A && mode == 0o600)
            var other = whole
            other[3] ^= 1
            for bytes in [whole.prefix(40), whole.dropLast(), Data(), Data(repeating: 0, count: 128), other] {
                try bytes.write(to: URL(fileURLWithPath: path))
                for arguments in [["serve", "--port", "0"], ["user", "list"]] {
                    let refused = try ServerProcess.command(arguments + ["--json", "--data", folder.data])
                    #expect(refused.status == 1 && refused.errors.contains("\"reached-damaged\""), "\(refused.errors)")
                }
                #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
            }
            // Moved away, it is made anew; and the command's word counts as well.
            try FileManager.default.removeItem(atPath: path)
            #expect(try ServerProcess.command(["user", "list", "--data", folder.data]).status == 0)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole && Self.timelines(folder).isEmpty)
            try other.write(to: URL(fileURLWithPath: path))
            #expect(try ServerProcess.command(["restore", "--in-place", "--data", folder.data]).status == 0)
            #expect(try ReachedFile(path: path).mark?.timeline == Self.timelines(folder).last?.number)
        }
    }

    @Test func ofAnotherWorkspaceItRefuses() async throws {
        try await blocking {
            let (folder, other) = (DataFolderFixture(), DataFolderFixture())
            for each in [folder, other] {
                try each.initialise()
                #expect(try ServerProcess.command(["user", "list", "--data", each.data]).status == 0)
            }
            try Self.copy(other.data + "/server.db", folder.data + "/server.db")
            for arguments in [["serve", "--port", "0"], ["user", "list"]] {
                let refused = try ServerProcess.command(arguments + ["--json", "--data", folder.data])
                #expect(refused.status == 1 && refused.errors.contains("\"reached-other\""), "\(refused.errors)")
            }
            let restored = try ServerProcess.command(["restore", "--in-place", "--json", "--data", folder.data])
            #expect(restored.status == 1 && restored.errors.contains("\"other-workspace\""))
            #expect(!Self.exists(folder.data + "/server.restoring"))
        }
    }

    @Test func itNeverLeadsAndKeepsTheHighest() throws {
        let folder = DataFolderFixture()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let path = folder.path + "/server.reached"
        func mark(_ timeline: UInt8, _ sequence: Int64, _ number: Int64) -> ReachedFile.Mark {
            ReachedFile.Mark(
                epoch: "0198c2ef-0000-7000-8000-000000000001", timeline: timeline, sequence: sequence,
                nextNumber: number)
        }
        let file = try ReachedFile(path: path)
        #expect(file.mark == nil && !Self.exists(path))
        for (noted, expected) in [
            (mark(0, 5, 1), mark(0, 5, 1)), (mark(0, 4, 2), mark(0, 5, 2)), (mark(0, 9, 1), mark(0, 9, 2)),
            (mark(2, 3, 1), mark(2, 3, 1)), (mark(1, 99, 9), mark(2, 3, 1)),
            (mark(255, .max, .max), mark(255, .max, .max)),
        ] {
            file.note(noted)
            #expect(try file.mark == expected && ReachedFile(path: path).mark == expected)
        }
        #expect(mark(0, 5, 1).isBehind(mark(0, 6, 1)) && mark(0, 5, 1).isBehind(mark(0, 5, 2)))
        #expect(mark(0, 5, 1).isBehind(mark(1, 1, 1)) && !mark(1, 1, 1).isBehind(mark(0, 9, 9)))
        #expect(!mark(0, 5, 1).isBehind(mark(0, 5, 1)) && !mark(0, 6, 2).isBehind(mark(0, 5, 1)))
    }
}
