import Foundation
import Testing
import WaybookModel
import WaybookProtocol

/// What becomes of invitations over commands, restarts and restores, with the real program.
@Suite(.timeLimit(.minutes(5)), .serialized) struct InvitationHistoryTests {
    private static let bo = "bo@example.com"

    private static func run(_ arguments: [String], _ folder: DataFolderFixture) throws -> String {
        let done = try ServerProcess.command(arguments + ["--data", folder.data])
        #expect(done.status == 0, "\(arguments): \(done.errors)")
        return done.output
    }

    /// A code by a command on the server's machine.
    private static func code(_ arguments: [String], _ folder: DataFolderFixture) throws -> String {
        let told = try JSONParser.parse(Array(try run(arguments + ["--json"], folder).utf8.dropLast())).entries
        return try #require(told?["code"]?.text)
    }

    private static func accept(_ server: ServerProcess, _ code: String, _ password: String) throws -> RawResponse {
        let signIn = SignInRequest(email: bo, password: password, device: "laptop")
        let message = InvitationAcceptance(code: code, signIn: signIn)
        return try server.request("POST", "/v1/invitations/accept", body: message.json)
    }

    private static func signIn(_ server: ServerProcess, _ password: String) throws -> RawResponse {
        let message = SignInRequest(email: bo, password: password, device: "laptop")
        return try server.request("POST", "/v1/sign-in", body: message.json)
    }

    /// Whether a text stands in any file of the folder.
    private static func stands(_ text: String, in folder: DataFolderFixture) throws -> Bool {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.data)
        return names.contains { name in
            guard let data = FileManager.default.contents(atPath: folder.data + "/" + name) else { return false }
            return data.range(of: Data(text.utf8)) != nil
        }
    }

    @Test func thePersonIsInvitedAtTheServersMachineWithAndWithoutAServer() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let first = try Self.code(["user", "add", Self.bo, "--invite", "--role", "viewer"], folder)
            #expect(try Self.run(["user", "list"], folder).contains("not come in yet"))
            let server = try ServerProcess(folder)
            // In words, through the server that runs.
            let told = try Self.run(["user", "invite", Self.bo], folder)
            let second = try #require(told.firstMatch(of: /only now: (\S+)/).map { String($0.1) })
            #expect(told.contains("Invited bo <bo@example.com>") && told.contains("--user bo@example.com --invitation"))
            #expect(try Self.accept(server, first, "chosen horse").status == 401)
            #expect(try Self.accept(server, second, "chosen horse").status == 200)
            #expect(try !Self.run(["user", "list"], folder).contains("not come in yet"))
            // A password that is set at the machine ends an invitation.
            let third = try Self.code(["user", "invite", Self.bo], folder)
            let set = try ServerProcess.command(
                ["user", "password", Self.bo, "--data", folder.data], environment: ["WAYBOOK_PASSWORD": "set by mei"])
            #expect(set.status == 0)
            #expect(try Self.accept(server, third, "stolen horse").status == 401)
            #expect(try Self.signIn(server, "set by mei").status == 200)
            for arguments in [["invite", "nobody@example.com"], ["add", Self.bo, "--invite"]] {
                #expect(try ServerProcess.command(["user"] + arguments + ["--data", folder.data]).status == 1)
            }
            _ = try Self.run(["user", "disable", Self.bo], folder)
            #expect(try ServerProcess.command(["user", "invite", Self.bo, "--data", folder.data]).status == 1)
            #expect(server.end(SIGTERM) == 0)
            for code in [first, second, third] {
                for text in [code, code.replacing("-", with: "")] {
                    #expect(try !Self.stands(text, in: folder), "a code is in a file")
                }
            }
            #expect(try Self.stands(Self.bo, in: folder), "the search finds what is there")
        }
    }

    @Test func anOlderBackupBringsBackNeitherAUsedCodeNorAReplacedOne() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            let first = try Self.code(["user", "add", Self.bo, "--invite"], folder)
            _ = try Self.run(["backup", folder.backup], folder)
            let second = try Self.code(["user", "invite", Self.bo], folder)
            _ = try Self.run(["restore", folder.backup], folder)
            let server = try ServerProcess(folder)
            #expect(try Self.accept(server, first, "stolen horse").status == 401)
            let accepted = try Self.accept(server, second, "chosen horse")
            let token = try #require(SignInResponse(json: accepted.body)).token
            #expect(server.end(SIGTERM) == 0)

            _ = try Self.run(["restore", folder.backup], folder)
            let after = try ServerProcess(folder)
            for code in [first, second] { #expect(try Self.accept(after, code, "stolen horse").status == 401) }
            #expect(try Self.signIn(after, "chosen horse").status == 200)
            // The device that came in after the backup is known by the ledger.
            #expect(try after.request("GET", "/v1/devices", token: token).status == 200)
            #expect(after.end(SIGTERM) == 0)
        }
    }
}
