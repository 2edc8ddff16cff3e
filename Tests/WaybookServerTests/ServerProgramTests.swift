import Foundation
import GRDB
import Synchronization
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookTesting

/// The real program in processes of its own.
@Suite(.timeLimit(.minutes(5)), .serialized) struct ServerProgramTests {
    @Test func commandsSpeakToTheFileAndToTheRunningServerAlike() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            func list() throws -> String {
                let listed = try ServerProcess.command(["device", "list", "--data", folder.data, "--json"])
                #expect(listed.status == 0, "\(listed.errors)")
                return listed.output
            }
            #expect(try list() == "[]\n")
            let server = try ServerProcess(folder)
            let device = try server.signIn("laptop")
            #expect(try list().contains("\"name\":\"laptop\""))
            let added = try ServerProcess.command(
                ["user", "add", "li@example.com", "--data", folder.data],
                environment: ["WAYBOOK_PASSWORD": "another horse"])
            #expect(added.status == 0 && added.output == "Added the user li@example.com.\n")
            let again = try ServerProcess.command([
                "user", "disable", "mei@example.com", "--data", folder.data, "--json",
            ])
            #expect(again.status == 1 && again.errors.contains("\"code\":\"last-admin\""))
            let second = try ServerProcess.command(["serve", "--data", folder.data, "--port", "0"])
            #expect(second.status == 1 && second.errors.contains("A server is running on \(folder.data)"))

            // A revocation ends what the device has open.
            let stream = try RawSocket(port: server.port)
            stream.send("GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(device.token)\r\n\r\n")
            _ = stream.read(until: "retry")
            let push = try RawSocket(port: server.port)
            push.send(
                "POST /v1/exchange HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(device.token)\r\n"
                    + "Expect: 100-continue\r\nContent-Length: 500\r\n\r\n")
            _ = push.read(until: "100 Continue")
            let revoked = try ServerProcess.command(
                ["device", "revoke", "\(device.replica)", "--wipe", "--data", folder.data])
            #expect(revoked.status == 0)
            // Sooner than the server gives up a body by itself.
            #expect(stream.read(seconds: 10).isClosed && push.read(seconds: 10).isClosed)
            let refused = try server.request("POST", "/v1/sign-out", token: device.token)
            #expect(refused.status == 410 && Problem(json: refused.body)?.code == .wipe)
            #expect(server.end(SIGTERM) == 0)
            #expect(try list().contains("\"revoked\":1"))
        }
    }

    @Test func usageErrorsEndWithTwoAndHelpSpeaksBothLanguages() async throws {
        try await blocking {
            for arguments in [["serve"], ["nonsense"], ["serve", "--data", "/nonexistent", "--host", "0.0.0.0"]] {
                #expect(try ServerProcess.command(arguments).status == 2, "\(arguments)")
            }
            let missing = try ServerProcess.command(["check", "--data", "/nonexistent"])
            #expect(missing.status == 1 && missing.errors.contains("There is no workspace in /nonexistent"))
            let help = try ServerProcess.command(["user", "--help"], environment: ["WAYBOOK_LANG": "zh"])
            #expect(help.status == 0 && help.output.contains("子命令：") && help.output.contains("停用用户"))
        }
    }

    @Test func sigtermFinishesTheRequestInHandAndEmptiesTheLog() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let server = try ServerProcess(folder)
            let signedIn = try server.signIn("laptop")
            var device = PushingDevice(replica: ReplicaID(signedIn.replica), token: signedIn.token)
            let set = device.next(milliseconds: wallMilliseconds())
            let body = device.body([set], pulls: true, milliseconds: wallMilliseconds())
            let socket = try RawSocket(port: server.port)
            socket.send(
                "POST /v1/exchange HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(device.token)\r\n"
                    + "Expect: 100-continue\r\nContent-Length: \(body.count)\r\n\r\n")
            _ = socket.read(until: "100 Continue")
            socket.send(body.prefix(20))
            let (answer, status) = try Self.ending(server) {
                Thread.sleep(forTimeInterval: 0.3)
                socket.send(body.dropFirst(20))
                return String(decoding: socket.read(seconds: 10).bytes, as: UTF8.self)
            }
            #expect(status == 0)
            #expect(answer.contains("{\"applied\":[1,1]}") && answer.contains("{\"count\":1,\"end\":true}"))
            let log = try? FileManager.default.attributesOfItem(atPath: folder.data + "/server.db-wal")[.size] as? Int
            #expect((log ?? 0) == 0)
        }
    }

    /// Ends the server on another thread while the body runs.
    private static func ending(
        _ server: ServerProcess, _ body: () throws -> String
    ) throws -> (answer: String, status: Int32) {
        let status = Mutex<Int32>(-1)
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let code = server.end(SIGTERM)
            status.withLock { $0 = code }
            ended.signal()
        }
        let answer = try body()
        ended.wait()
        return (answer, status.withLock { $0 })
    }

    @Test func aBackupOfARunningServerOpensAndEqualsIt() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let server = try ServerProcess(folder)
            let signedIn = try server.signIn("laptop")
            var device = PushingDevice(replica: ReplicaID(signedIn.replica), token: signedIn.token)
            let sets = (0..<200).map { _ in device.next(milliseconds: wallMilliseconds()) }
            let body = device.body(sets, pulls: false, milliseconds: wallMilliseconds())
            let lines = try server.exchange(body, token: device.token)
            #expect(lines?.contains(.applied(first: 1, last: 200)) == true)
            let arguments = ["backup", folder.backup, "--data", folder.data]
            let written = try ServerProcess.command(arguments + ["--json"])
            #expect(written.status == 0)
            let told = try JSONParser.parse(Array(written.output.utf8.dropLast())).entries
            #expect(told?["records"] == 201 && told?["ledger"]?.text == folder.backup + ".ledger")
            #expect(told?["sequence"]?.integer == Int64(sets.count) + 1 && told?["timeline"] == 0, "\(written.output)")
            let ledger = try Data(contentsOf: URL(fileURLWithPath: folder.data + "/security.ledger"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder.backup + ".ledger")) == ledger)
            let again = try ServerProcess.command(arguments)
            #expect(again.status == 1 && again.errors.contains("exists already"))
            let mode = try FileManager.default.attributesOfItem(atPath: folder.backup)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(server.end(SIGTERM) == 0)
            let (original, copy) = (try Self.dump(folder.data + "/server.db"), try Self.dump(folder.backup))
            let difference = Set(original).symmetricDifference(copy)
            #expect(difference == [#"server ["key=\"copy\"", "value=1"]"#] && copy.count > 400, "\(difference)")
            let sound = try ServerProcess.command(["backup", "--verify", folder.backup])
            #expect(sound.status == 0 && sound.output.contains("checked 201 records"), "\(sound)")
            // A server serves from the backup as it did from the original.
            try FileManager.default.removeItem(atPath: folder.data)
            try FileManager.default.createDirectory(atPath: folder.data, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: folder.backup, toPath: folder.data + "/server.db")
            let checked = try ServerProcess.command(["check", "--data", folder.data])
            #expect(checked.status == 0 && checked.output == "Checked 201 records: all is well.\n")
        }
    }

    private static func dump(_ path: String) throws -> [String] {
        let queue = try DatabaseQueue(path: path)
        return try queue.read { db in
            let tables = try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'device_state' ORDER BY name
                    """)
            return try tables.flatMap { table in
                // When a device was last heard of, and what it told of itself, is noted whenever the writer has time.
                try Row.fetchAll(db, sql: "SELECT * FROM \"\(table)\"").map { row in
                    "\(table) \(row.filter { $0.0 != "lastSeen" }.map { "\($0.0)=\($0.1)" })"
                }.sorted()
            }
        }
    }

    @Test func theCheckFindsWhatIsWrong() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let queue = try DatabaseQueue(path: folder.data + "/server.db")
            try queue.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO record (position, id, collection, fields, stamps, author, authored, others)
                        VALUES (4096000, x'0198c2f06d1a7c3e9a523f1b2c4d5e6f', 'customer', '{', '[]', 1, 1, 0);
                        INSERT INTO open_conflict (record, path, conflict)
                        VALUES (x'01', 'name', x'0198c2f06d1a7c3e9a523f1b2c4d5e70');
                        """)
            }
            try queue.close()
            let checked = try ServerProcess.command(["check", "--data", folder.data, "--json"])
            #expect(checked.status == 1)
            let faults = try JSONParser.parse(Array(checked.output.utf8.dropLast())).entries?["faults"]?.elements
            let kinds = Set(faults?.compactMap { $0.entries?["kind"]?.text } ?? [])
            #expect(kinds == ["record", "sequence", "count", "conflict-listed"], "\(checked.output)")
        }
    }

    @Test func aForkedStoreGetsANumberOfItsOwnAndTheOtherGoesOn() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let server = try ServerProcess(folder)
            let old = try server.signIn("laptop")
            let wrong = try server.request(
                "POST", "/v1/replica", token: old.token, body: ForkRequest(forkOf: ReplicaID(99)).json)
            #expect(wrong.status == 422 && Problem(json: wrong.body)?.code == .fixRecord)
            let answer = try server.request(
                "POST", "/v1/replica", token: old.token, body: ForkRequest(forkOf: ReplicaID(old.replica)).json)
            let new = try #require(ForkResponse(json: answer.body))
            #expect(new.replica.number != old.replica && new.token != old.token)
            for (replica, token) in [(ReplicaID(old.replica), old.token), (new.replica, new.token)] {
                var device = PushingDevice(replica: replica, token: token)
                let set = device.next(milliseconds: wallMilliseconds())
                let body = device.body([set], pulls: true, milliseconds: wallMilliseconds())
                #expect(try server.exchange(body, token: token)?.contains(.applied(first: 1, last: 1)) == true)
            }
            let metrics = try server.request("GET", "/metrics").text
            for line in [
                "waybook_sign_ins_total{outcome=\"accepted\"} 1", "waybook_sets_judged_total{verdict=\"applied\"} 2",
                "waybook_commit_batches_count 2", "waybook_exchanges_open 0",
            ] { #expect(metrics.contains(line), "\(line)") }
            #expect(!metrics.contains("mei") && !metrics.contains("laptop"))
        }
    }
}
