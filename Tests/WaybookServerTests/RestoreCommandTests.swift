import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

@testable import WaybookServer

@Suite(.timeLimit(.minutes(5)), .serialized) struct RestoreCommandTests {
    private struct Cut: Error {}

    /// A workspace with Li, a backup of it, and Bo, who was added since.
    private static func prepared() throws -> DataFolderFixture {
        let folder = DataFolderFixture()
        try folder.initialise()
        try addUser("li@example.com", folder)
        _ = try run(["backup", folder.backup, "--data", folder.data])
        try addUser("bo@example.com", folder)
        return folder
    }

    private static func addUser(_ email: String, _ folder: DataFolderFixture) throws {
        let arguments = ["user", "add", email, "--data", folder.data]
        #expect(try ServerProcess.command(arguments, environment: ["WAYBOOK_PASSWORD": "first horse"]).status == 0)
    }

    private static func run(_ arguments: [String]) throws -> String {
        let done = try ServerProcess.command(arguments)
        #expect(done.status == 0, "\(arguments): \(done.errors)")
        return done.output
    }

    private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private static var now: Int64 { Int64(wallMilliseconds()) }

    /// Changes a database with another tool.
    private static func alter(_ path: String, _ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// The addresses of the people in a database.
    private static func people(_ path: String) throws -> [String] {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { try String.fetchAll($0, sql: "SELECT email FROM user ORDER BY email") }
    }

    @Test func aServerInUseIsNotTouched() async throws {
        try await blocking {
            let folder = try Self.prepared()
            let server = try ServerProcess(folder)
            let database = try FileManager.default.attributesOfItem(atPath: folder.data + "/server.db")
            for arguments in [[folder.backup], ["--in-place"]] {
                let refused = try ServerProcess.command(["restore", "--data", folder.data] + arguments)
                #expect(refused.status == 1 && refused.errors.contains("stop the server first"), "\(refused.errors)")
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.data)
            #expect(!names.contains { $0.contains("before") || $0.contains("restoring") || $0.contains(".new") })
            let after = try FileManager.default.attributesOfItem(atPath: folder.data + "/server.db")
            #expect(after[.systemFileNumber] as? Int == database[.systemFileNumber] as? Int)
            #expect(try Self.run(["user", "list", "--data", folder.data]).contains("bo@example.com"))
            _ = try server.signIn("laptop")
            #expect(server.end(SIGTERM) == 0)
        }
    }

    @Test func aBackupIsPutBackAndServedFromThenOn() async throws {
        try await blocking {
            let folder = try Self.prepared()
            let first = try ServerProcess(folder)
            let before = try first.signIn("laptop")
            #expect(first.end(SIGTERM) == 0)
            let told = try Self.run(["restore", folder.backup, "--data", folder.data, "--json"])
            let entries = try #require(try JSONParser.parse(Array(told.utf8.dropLast())).entries)
            #expect(entries["timeline"] == 1 && entries["parent"] == 0 && entries["cause"] == "command")
            #expect(
                entries["start"]?.integer == 1 << 34 && entries["ledger"] == "own" && entries["brought"] == 2,
                "Bo, and a laptop")
            let kept = try #require(entries["kept"]?.text)
            #expect(try Self.people(kept).contains("bo@example.com"))
            #expect(try Self.people(folder.data + "/server.db").contains("bo@example.com"))
            let second = try ServerProcess(folder)
            // Who was added since the backup signs in, and who signed in since is known; a new laptop has a number of the
            // new timeline.
            _ = try second.signIn("his", as: "bo@example.com", password: "first horse")
            let hello = PushingDevice(replica: ReplicaID(before.replica), token: before.token)
                .body([], pulls: true, milliseconds: wallMilliseconds())
            #expect(try second.exchange(hello, token: before.token) != nil)
            let after = try second.signIn("laptop")
            #expect(before.replica == 1 && after.replica == 1 << 24 | 2)
            #expect(second.end(SIGTERM) == 0)
            #expect(try Self.run(["check", "--data", folder.data]).contains("all is well"))
            // Sentences, and in Chinese.
            let again = try ServerProcess.command(
                ["restore", folder.backup, "--data", folder.data], environment: ["WAYBOOK_LANG": "zh"])
            #expect(again.status == 0 && again.output.contains("时间线 2 从时间线 0"), "\(again)")
            let usage = try ServerProcess.command(["restore", "--data", folder.data])
            #expect(usage.status == 2 && usage.errors.contains("--in-place"))
        }
    }

    @Test func aRestoreCutAnywhereIsRunAgain() async throws {
        try await blocking {
            for step in ServerRestore.Step.allCases {
                let folder = try Self.prepared()
                let data = DataFolder(folder.data)
                #expect(throws: Cut.self, "\(step)") {
                    try data.restore(from: folder.backup, now: Self.now) { if $0 == step { throw Cut() } }
                }
                let isUntouched = step == .copied
                if isUntouched || step == .finished {
                    #expect(!Self.exists(folder.data + "/server.restoring"))
                    try data.open().close()
                } else {
                    for arguments in [["serve", "--port", "0"], ["user", "list"], ["backup", folder.path + "/x.db"]] {
                        let refused = try ServerProcess.command(arguments + ["--data", folder.data])
                        #expect(refused.status == 1 && refused.errors.contains("interrupted"), "\(step): \(refused)")
                    }
                }
                if [.kept, .cleared, .replaced, .raised].contains(step) {
                    // The database that lies there may have lost its log.
                    #expect(throws: ServerRestore.Failure.interrupted, "\(step)") {
                        try data.restore(from: nil, now: Self.now)
                    }
                }
                if isUntouched { #expect(try Self.people(folder.data + "/server.db").contains("bo@example.com")) }
                if step != .finished {
                    let report = try data.restore(from: folder.backup, now: Self.now)
                    #expect(report.timeline.number == (step == .raised ? 2 : 1), "\(step)")
                    let kept = folder.data + "/" + (try #require(report.kept, "\(step)"))
                    #expect(try Self.people(kept).contains("bo@example.com"), "\(step)")
                }
                #expect(
                    try Self.people(folder.data + "/server.db") == [
                        "bo@example.com", "li@example.com", "mei@example.com",
                    ], "\(step)")
                #expect(!Self.exists(folder.data + "/server.restoring") && !Self.exists(folder.data + "/server.db.new"))
                let names = try FileManager.default.contentsOfDirectory(atPath: folder.data)
                #expect(
                    names.filter { $0.contains(".before-") && !$0.hasSuffix("-wal") }.count == 1, "\(step): \(names)")
                #expect(try Self.run(["check", "--data", folder.data]).contains("all is well"))
            }
        }
    }

    @Test func onANewMachineARestoreThatWasCutStillKnowsThatItKnowsLittle() async throws {
        try await blocking {
            let folder = try Self.prepared()
            for step in [ServerRestore.Step.marked, .cleared, .replaced] {
                let data = DataFolder(folder.path + "/new-\(step)")
                #expect(throws: Cut.self) {
                    try data.restore(from: folder.backup, now: Self.now) { if $0 == step { throw Cut() } }
                }
                let report = try data.restore(from: folder.backup, now: Self.now)
                #expect(report.timeline.number > 15 && report.kept == nil && report.timeline.reached == nil, "\(step)")
                let mode = try FileManager.default.attributesOfItem(atPath: data.path)[.posixPermissions] as? Int
                #expect(mode == 0o700)
            }
        }
    }

    @Test func anotherWorkspaceIsRefused() async throws {
        try await blocking {
            let (folder, other) = (try Self.prepared(), try Self.prepared())
            let refused = try ServerProcess.command(["restore", other.backup, "--data", folder.data, "--json"])
            #expect(refused.status == 1 && refused.errors.contains("\"other-workspace\""), "\(refused.errors)")
            try DataFolder(folder.data).open().close()
            #expect(try Self.people(folder.data + "/server.db").contains("bo@example.com"))
            // Its ledger tells it where the database is gone.
            _ = try Self.run(["restore", folder.backup, "--data", folder.data])
            try FileManager.default.removeItem(atPath: folder.data + "/server.db")
            let again = try ServerProcess.command(["restore", other.backup, "--data", folder.data, "--json"])
            #expect(again.status == 1 && again.errors.contains("\"other-workspace\""), "\(again.errors)")
            #expect(!Self.exists(folder.data + "/server.db"))
            #expect(try Self.run(["restore", folder.backup, "--data", folder.data]).contains("timeline 2"))
        }
    }

    @Test func whatIsNoGoodIsRefusedAndNothingIsChanged() async throws {
        try await blocking {
            let folder = try Self.prepared()
            func isRefused(_ file: String, _ code: String) throws -> Bool {
                let refused = try ServerProcess.command(["restore", file, "--data", folder.data, "--json"])
                return refused.status == 1 && refused.errors.contains("\"code\":\"\(code)\"")
            }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.backup))
            #expect(try isRefused(folder.data + "/server.db", "is-the-database"))
            #expect(try isRefused(folder.path + "/nothing.db", "not-permitted"))
            try Self.alter(folder.backup, "UPDATE record SET stamps = '['")
            #expect(try isRefused(folder.backup, "backup-faulty"))
            try bytes.write(to: URL(fileURLWithPath: folder.backup))
            let ahead = Self.now + 300_000
            try Self.alter(folder.backup, "INSERT OR REPLACE INTO server (key, value) VALUES ('clock', \(ahead))")
            #expect(try isRefused(folder.backup, "clock-behind"))
            try bytes.write(to: URL(fileURLWithPath: folder.backup))
            #expect(try Self.people(folder.data + "/server.db").contains("bo@example.com"))
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.data)
            #expect(!names.contains { $0.contains("before") || $0.contains("restoring") || $0.contains(".new") })
            _ = try Self.run(["restore", folder.backup, "--data", folder.data])
        }
    }

    @Test func theStaleLogDoesNotMeetTheNewFile() async throws {
        try await blocking {
            let folder = try Self.prepared()
            let server = try ServerProcess(folder)
            try Self.addUser("jo@example.com", folder)
            // Killed, so that its last commits are in the log alone.
            _ = server.end(SIGKILL)
            let log = folder.data + "/server.db-wal"
            let size = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
            #expect(size > 0)
            // Beside a file of an earlier time such a log would be taken for its own: so much for putting back by hand.
            let report = try DataFolder(folder.data).restore(from: folder.backup, now: Self.now)
            // They are there by the ledger.
            let all = ["bo@example.com", "jo@example.com", "li@example.com", "mei@example.com"]
            #expect(try Self.people(folder.data + "/server.db") == all && report.brought == 2)
            let kept = folder.data + "/" + (try #require(report.kept))
            #expect(Self.exists(kept + "-wal"))
            #expect(try Self.people(kept) == all)
            #expect(try Self.run(["check", "--data", folder.data]).contains("all is well"))
        }
    }

    @Test func whatWasPutBackByOtherMeansIsTakenInPlace() async throws {
        try await blocking {
            let folder = try Self.prepared()
            for name in ["server.db", "server.db-wal", "server.db-shm", "server.reached", "security.ledger"] {
                unlink(folder.data + "/" + name)
            }
            let none = try ServerProcess.command(["restore", "--in-place", "--data", folder.data, "--json"])
            #expect(none.status == 1 && none.errors.contains("\"not-initialised\""))
            try FileManager.default.copyItem(atPath: folder.backup, toPath: folder.data + "/server.db")
            for step in [ServerRestore.Step.marked, .raised] {
                #expect(throws: Cut.self) {
                    try DataFolder(folder.data).restore(from: nil, now: Self.now) { if $0 == step { throw Cut() } }
                }
                #expect(throws: AdminFailure(.restoreInterrupted, folder.data)) { try DataFolder(folder.data).open() }
            }
            let told = try Self.run(["restore", "--in-place", "--data", folder.data])
            #expect(told.contains("begins after commit") && !told.contains("former database"))
            #expect(try Self.people(folder.data + "/server.db") == ["li@example.com", "mei@example.com"])
            let server = try ServerProcess(folder)
            #expect(try server.signIn("laptop").replica >> 24 > 15, "nobody knows how many timelines there were")
            #expect(server.end(SIGTERM) == 0)
        }
    }

    @Test func aLedgerPutBesideAnInterruptedRestoreIsTheOneThatCounts() async throws {
        try await blocking {
            for step in [ServerRestore.Step.marked, .cleared, .replaced, .raised] {
                let folder = try Self.prepared()
                let (data, own) = (DataFolder(folder.path + "/new"), folder.data + "/security.ledger")
                #expect(throws: Cut.self) {
                    try data.restore(from: folder.backup, now: Self.now) { if $0 == step { throw Cut() } }
                }
                // The machine is new; somebody finds the server's own ledger, and brings it.
                let place = data.path + "/security.ledger"
                unlink(place)
                try FileManager.default.copyItem(atPath: own, toPath: place)
                let report = try data.restore(from: folder.backup, now: Self.now)
                #expect(report.ledger == .own, "\(step)")
                #expect(
                    try Self.people(data.path + "/server.db") == [
                        "bo@example.com", "li@example.com", "mei@example.com",
                    ],
                    "\(step)")
            }
            // What the command took itself is not taken for it; nor is it taken once more, over what it has since.
            let folder = try Self.prepared()
            let data = DataFolder(folder.path + "/new")
            #expect(throws: Cut.self) {
                try data.restore(from: folder.backup, now: Self.now) { if $0 == .raised { throw Cut() } }
            }
            let first = try Data(contentsOf: URL(fileURLWithPath: data.path + "/security.ledger"))
            let report = try data.restore(from: folder.backup, now: Self.now)
            let second = try Data(contentsOf: URL(fileURLWithPath: data.path + "/security.ledger"))
            #expect(report.ledger == .backup && report.timeline.number > 15 && second.starts(with: first))
            #expect(try Self.people(data.path + "/server.db") == ["li@example.com", "mei@example.com"])
        }
    }

    @Test func aDamagedCopyOfTheLedgerIsNotInTheWayOfARestoreThatDoesNotUseIt() async throws {
        try await blocking {
            let folder = try Self.prepared()
            let copy = folder.backup + ".ledger"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: copy))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(fileURLWithPath: copy))
            #expect(throws: SecurityLedgerError.self) {
                try DataFolder(folder.path + "/new").restore(from: folder.backup, now: Self.now)
            }
            let report = try DataFolder(folder.data).restore(from: folder.backup, now: Self.now)
            #expect(report.ledger == .own && report.timeline.number == 1)
            #expect(try Self.people(folder.data + "/server.db").contains("bo@example.com"))
        }
    }

    @Test func whatARefusedRestoreSaysOfTheFolderIsTrue() async throws {
        try await blocking {
            let folder = try Self.prepared()
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.backup))
            func refusal() throws -> String {
                try Self.alter(folder.backup, "UPDATE record SET stamps = '['")
                defer { try? bytes.write(to: URL(fileURLWithPath: folder.backup)) }
                let refused = try ServerProcess.command(["restore", folder.backup, "--data", folder.data])
                #expect(refused.status == 1)
                return refused.errors
            }
            #expect(try refusal().contains("Nothing was changed."))
            #expect(throws: Cut.self) {
                try DataFolder(folder.data).restore(from: folder.backup, now: Self.now) {
                    if $0 == .cleared { throw Cut() }
                }
            }
            let half = try refusal()
            #expect(!half.contains("Nothing was changed") && half.contains("nobody is served"), "\(half)")
        }
    }
}
