import Foundation
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// What becomes of people and devices over restarts, restores and time, with the real program.
@Suite(.timeLimit(.minutes(5)), .serialized) struct AccountHistoryTests {
    private static let li = "li@example.com"

    private static func run(
        _ arguments: [String], _ folder: DataFolderFixture, environment: [String: String] = [:]
    ) throws -> String {
        let done = try ServerProcess.command(arguments + ["--data", folder.data], environment: environment)
        #expect(done.status == 0, "\(arguments): \(done.errors)")
        return done.output
    }

    private static func code(_ response: RawResponse) -> ProblemCode? { Problem(json: response.body)?.code }

    private static func signIn(_ server: ServerProcess, _ email: String, _ password: String) throws -> RawResponse {
        let message = SignInRequest(email: email, password: password, device: "laptop")
        return try server.request("POST", "/v1/sign-in", body: message.json)
    }

    /// Puts a backup in the place of the database, as the operator is told to.
    private static func putBack(_ folder: DataFolderFixture) throws {
        for suffix in ["", "-wal", "-shm"] {
            let file = folder.data + "/server.db" + suffix
            if FileManager.default.fileExists(atPath: file) { try FileManager.default.removeItem(atPath: file) }
        }
        try FileManager.default.copyItem(atPath: folder.backup, toPath: folder.data + "/server.db")
    }

    @Test func anOlderBackupBringsNobodyBack() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            _ = try Self.run(["user", "add", Self.li], folder, environment: ["WAYBOOK_PASSWORD": "first horse"])
            let first = try ServerProcess(folder)
            let (lost, out) = (try first.signIn("lost laptop"), try first.signIn("signed out"))
            let answer = try #require(SignInResponse(json: try Self.signIn(first, Self.li, "first horse").body))
            _ = try Self.run(["backup", folder.backup], folder)
            _ = try Self.run(["device", "revoke", "\(lost.replica)"], folder)
            _ = try Self.run(["user", "disable", Self.li], folder)
            _ = try Self.run(
                ["user", "password", ServerProcess.email], folder, environment: ["WAYBOOK_PASSWORD": "second horse"])
            #expect(try first.request("POST", "/v1/sign-out", token: out.token).status == 204)
            #expect(first.end(SIGTERM) == 0)
            try Self.putBack(folder)

            let second = try ServerProcess(folder)
            for token in [lost.token, out.token, answer.token] {
                let refused = try second.request("POST", "/v1/sign-out", token: token)
                #expect(refused.status == 401 && Self.code(refused) == .revoked)
            }
            #expect(Self.code(try Self.signIn(second, Self.li, "first horse")) == .signIn)
            #expect(Self.code(try Self.signIn(second, ServerProcess.email, "correct horse")) == .signIn)
            #expect(try Self.signIn(second, ServerProcess.email, "second horse").status == 200)
            #expect(second.end(SIGTERM) == 0)
            let told = try Self.run(["audit", "list", "--what", "restore", "--json"], folder)
            #expect(told.contains(#""detail":{"count":4}"#), "\(told)")
        }
    }

    @Test func aDamagedLedgerServesNobodyAndATornOneServes() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let path = folder.data + "/" + SecurityLedger.fileName
            for password in ["second horse", "third horse"] {
                _ = try Self.run(
                    ["user", "password", ServerProcess.email], folder, environment: ["WAYBOOK_PASSWORD": password])
            }
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            try (whole + Data("{\"at\":1".utf8)).write(to: URL(fileURLWithPath: path))
            let server = try ServerProcess(folder)
            #expect(try Self.signIn(server, ServerProcess.email, "third horse").status == 200)
            #expect(server.end(SIGTERM) == 0)
            // The torn line is gone, and behind the whole ones stands the sign-in.
            let after = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(after.starts(with: whole) && after.split(separator: 0x0A).count == 3)

            var damaged = whole
            damaged[10] ^= 1
            try damaged.write(to: URL(fileURLWithPath: path))
            for arguments in [["serve", "--port", "0"], ["user", "list"]] {
                let refused = try ServerProcess.command(arguments + ["--data", folder.data])
                #expect(refused.status == 1 && refused.errors.contains("damaged in line 1"), "\(refused.errors)")
            }
        }
    }

    @Test func theAuditTellsWhatCameToPass() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let server = try ServerProcess(folder)
            let device = try server.signIn("laptop")
            #expect(try Self.signIn(server, ServerProcess.email, "wrong horse").status == 401)
            #expect(try Self.signIn(server, "nobody@example.com", "wrong horse").status == 401)
            _ = try Self.run(["device", "revoke", "\(device.replica)", "--wipe"], folder)
            let listed = try Self.run(["audit", "list", "--json"], folder)
            let entries = try JSONParser.parse(Array(listed.utf8.dropLast())).elements?.compactMap(\.entries) ?? []
            #expect(
                entries.compactMap { $0["what"]?.text } == [
                    "wipe-order", "device-revoke", "sign-in-failed", "sign-in-failed", "sign-in", "user-add",
                ])
            #expect(entries[4]["email"]?.text == ServerProcess.email && entries[4]["replica"]?.integer == 1)
            #expect(entries[3]["about"]?.entries?["email"]?.text == ServerProcess.email)
            #expect(entries[2]["about"] == .null && entries[2]["detail"] == ["reason": "unknown"])
            let table = try Self.run(["audit", "list", "--who", ServerProcess.email, "--limit", "1"], folder)
            #expect(table.contains("signed in") == false && table.contains("sign-in failed"), "\(table)")
            #expect(try Self.run(["audit", "list", "--until", "2020-01-01", "--json"], folder) == "[]\n")
            #expect(try Self.run(["audit", "retention"], folder) == "Entries are kept for 730 days.\n")
            #expect(try Self.run(["audit", "retention", "90"], folder) == "Entries are kept for 90 days.\n")
            for arguments in [
                ["audit", "list", "--what", "nonsense"], ["audit", "list", "--since", "yesterday"],
                ["audit", "retention", "1"],
            ] {
                #expect(try ServerProcess.command(arguments + ["--data", folder.data]).status == 2, "\(arguments)")
            }
            #expect(server.end(SIGTERM) == 0)
        }
    }
}

/// A person's own devices over HTTP, and the last upload.
@Suite(.timeLimit(.minutes(5)), .serialized) struct OwnDeviceTests {
    private static func wipe(_ server: ServerProcess, _ replica: UInt32, _ body: String, token: String) throws
        -> RawResponse
    {
        try server.request("POST", "/v1/devices/\(replica)/wipe", token: token, body: Array(body.utf8))
    }

    private static func lines(_ response: RawResponse) -> [ResponseLine] {
        response.body.split(separator: 0x0A).compactMap { line in
            (try? JSONParser.parse(Array(line))).flatMap { ResponseLine($0) }
        }
    }

    @Test func aDeviceSendsWhatItHasAndIsThenToldToWipe() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let server = try ServerProcess(folder)
            let (here, there) = (try server.signIn("here"), try server.signIn("there"))
            let ordered = try Self.wipe(server, there.replica, #"{"when":"after-upload"}"#, token: here.token)
            #expect(ordered.status == 204)
            var device = PushingDevice(replica: ReplicaID(there.replica), token: there.token)
            let sets = (0..<3).map { _ in device.next(milliseconds: wallMilliseconds()) }
            func exchange(_ sets: [ChangeSet], pulls: Bool) throws -> [ResponseLine] {
                let body = device.body(sets, pulls: pulls, milliseconds: wallMilliseconds())
                return Self.lines(
                    try server.request(
                        "POST", "/v1/exchange", token: there.token, type: "application/x-ndjson", body: body))
            }
            // Not all of it yet: verdicts, and the exchange goes on with the next.
            let first = try exchange([sets[0]], pulls: false)
            #expect(first.contains(.applied(first: 1, last: 1)))
            guard case .end = first.last else { throw ServerProcess.Ended() }
            let second = try exchange(Array(sets[1...]), pulls: true)
            #expect(second.contains(.applied(first: 2, last: 3)) && second.last == .error(Problem(.wipe)))
            #expect(!second.contains { if case .record = $0 { true } else { false } }, "nothing is told any more")
            let after = try server.request("POST", "/v1/exchange", token: there.token, body: [])
            #expect(after.status == 410 && Problem(json: after.body)?.code == .wipe)

            let listed = try server.request("GET", "/v1/devices", token: here.token)
            let devices = try JSONParser.parse(listed.body).entries?["devices"]?.elements?.compactMap {
                DeviceSummary($0)
            }
            #expect(devices?.map(\.standing) == [.active, .toldToWipe] && devices?.map(\.name) == ["here", "there"])
            let audit = try ServerProcess.command(["audit", "list", "--data", folder.data, "--json"]).output
            #expect(audit.contains(#""what":"wipe""#) && audit.contains(#""detail":{"mode":"after-upload"}"#))
            // The work arrived.
            let reader = PushingDevice(replica: ReplicaID(here.replica), token: here.token)
            let feed = try server.exchange(
                reader.body([], pulls: true, milliseconds: wallMilliseconds()), token: here.token)
            let kinds = feed?.compactMap { line in
                if case .record(let told) = line { told.record.collection.text } else { nil }
            }
            #expect(kinds?.count { $0 == "product" } == 3, "\(kinds ?? [])")
            #expect(server.end(SIGTERM) == 0)
        }
    }

    @Test func aDisabledPersonsLaptopDeliversItsWorkForHandoverAndGetsNothingBack() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let added = try ServerProcess.command(
                ["user", "add", "li@example.com", "--data", folder.data],
                environment: ["WAYBOOK_PASSWORD": "another horse"])
            #expect(added.status == 0)
            let server = try ServerProcess(folder)
            let message = SignInRequest(email: "li@example.com", password: "another horse", device: "hers")
            let hers = try #require(
                SignInResponse(json: try server.request("POST", "/v1/sign-in", body: message.json).body))
            let disabled = try ServerProcess.command(["user", "disable", "li@example.com", "--data", folder.data])
            #expect(disabled.status == 0)
            var device = PushingDevice(replica: ReplicaID(hers.replica), token: hers.token)
            let sets = (0..<2).map { _ in device.next(milliseconds: wallMilliseconds()) }
            func exchange(_ sets: [ChangeSet], pulls: Bool) throws -> [ResponseLine] {
                let body = device.body(sets, pulls: pulls, milliseconds: wallMilliseconds())
                return Self.lines(
                    try server.request(
                        "POST", "/v1/exchange", token: hers.token, type: "application/x-ndjson", body: body))
            }
            func isHandover(_ line: ResponseLine) -> Bool {
                if case .verdict(_, .handover) = line { true } else { false }
            }
            let first = try exchange([sets[0]], pulls: false)
            #expect(first.count(where: isHandover) == 1)
            guard case .end = first.last else { throw ServerProcess.Ended() }
            let second = try exchange([sets[1]], pulls: true)
            #expect(second.count(where: isHandover) == 1 && second.last == .error(Problem(.revoked)))
            #expect(!second.contains { if case .record = $0 { true } else { false } })
            for (method, target) in [
                ("GET", "/v1/devices"), ("GET", "/v1/events"), ("POST", "/v1/sign-out"),
                ("POST", "/v1/devices/\(hers.replica)/revoke"),
            ] {
                let refused = try server.request(method, target, token: hers.token)
                #expect(refused.status == 401 && Problem(json: refused.body)?.code == .revoked, "\(target)")
            }
            #expect(server.end(SIGTERM) == 0)
        }
    }

    @Test func onesOwnDevicesAreOnesOwn() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let added = try ServerProcess.command(
                ["user", "add", "li@example.com", "--data", folder.data],
                environment: ["WAYBOOK_PASSWORD": "another horse"])
            #expect(added.status == 0)
            let server = try ServerProcess(folder)
            let mine = try server.signIn("mine")
            let message = SignInRequest(email: "li@example.com", password: "another horse", device: "hers")
            let hers = try #require(
                SignInResponse(json: try server.request("POST", "/v1/sign-in", body: message.json).body))
            for target in ["\(hers.replica)/revoke", "99/revoke", "x/revoke", "+1/revoke", "01/revoke", "-1/revoke"] {
                let refused = try server.request("POST", "/v1/devices/\(target)", token: mine.token)
                #expect(refused.status == 404 && Problem(json: refused.body)?.code == .fixRecord, "\(target)")
            }
            for body in ["", "{}", #"{"when":"later"}"#, #"{"when":1}"#] {
                #expect(try Self.wipe(server, mine.replica, body, token: mine.token).status == 400, "\(body)")
            }
            #expect(try server.request("GET", "/v1/devices/\(mine.replica)/revoke", token: mine.token).status == 405)
            let second = try server.signIn("lost")
            #expect(try server.request("POST", "/v1/devices/\(second.replica)/revoke", token: mine.token).status == 204)
            let refused = try server.request("GET", "/v1/devices", token: second.token)
            #expect(refused.status == 401 && Problem(json: refused.body)?.code == .revoked)
            // Cut off already: there is no last upload to wait for.
            let late = try Self.wipe(server, second.replica, #"{"when":"after-upload"}"#, token: mine.token)
            #expect(late.status == 404)
            #expect(try Self.wipe(server, second.replica, #"{"when":"at-once"}"#, token: mine.token).status == 204)
            let wiped = try server.request("GET", "/v1/devices", token: second.token)
            #expect(wiped.status == 410)
            // Hers were never touched.
            #expect(try server.request("GET", "/v1/devices", token: hers.token).status == 200)
            #expect(server.end(SIGTERM) == 0)
        }
    }

    @Test func aLeaseThatWasSetIsToldInTheHead() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let server = try ServerProcess(folder)
            let signedIn = try server.signIn("laptop")
            let device = PushingDevice(replica: ReplicaID(signedIn.replica), token: signedIn.token)
            func lease() throws -> Int? {
                let body = device.body([], pulls: true, milliseconds: wallMilliseconds())
                guard case .head(let head) = try server.exchange(body, token: device.token)?.first else { return -1 }
                return head.leaseDays
            }
            #expect(try lease() == nil)
            for (days, status) in [("0", 2), ("366", 2), ("30", 0)] as [(String, Int32)] {
                let done = try ServerProcess.command(["settings", "lease", days, "--data", folder.data])
                #expect(done.status == status, "\(days): \(done.errors)")
            }
            #expect(try lease() == 30)
            _ = try ServerProcess.command(["settings", "lease", "14", "--data", folder.data])
            #expect(try lease() == nil)
            #expect(server.end(SIGTERM) == 0)
        }
    }
}
