import Foundation
import Testing
import WaybookModel
import WaybookProtocol
import WaybookTesting

/// Roles and teams by the real program.
@Suite(.timeLimit(.minutes(2)), .serialized) struct TeamCommandTests {
    @Test func rolesAndTeamsAreSetAndListed() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            func run(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
                let ended = try ServerProcess.command(
                    arguments + ["--data", folder.data], environment: ["WAYBOOK_PASSWORD": "another horse"])
                return (ended.status, ended.output, ended.errors)
            }
            func list() throws -> [Value] {
                try JSONParser.parse(Array(try run("team", "list", "--json").output.utf8.dropLast())).elements ?? []
            }
            #expect(try run("user", "add", "li@example.com").status == 0)
            let demoted = try run("user", "role", "mei@example.com", "rep", "--json")
            #expect(demoted.status == 1 && demoted.errors.contains("\"code\":\"last-admin\""))
            #expect(
                try run("user", "role", "li@example.com", "admin").output == "li@example.com is now: Administrator.\n")
            #expect(try run("user", "role", "mei@example.com", "manager").status == 0)
            #expect(try run("user", "role", "li@example.com", "rep").status == 1)
            #expect(try run("user", "list").output.contains("Manager"))

            #expect(try run("team", "add", "East").output == "Added the team East.\n")
            #expect(try run("team", "add", "East").status == 1)
            #expect(try run("team", "add", "Coast", "--in", "West").errors.contains("There is no team West."))
            #expect(try run("team", "add", "Coast", "--in", "East").status == 0)
            #expect(try run("team", "join", "Coast", "li@example.com", "--until", "2099-02-30").status == 2)
            #expect(try run("team", "join", "Coast", "li@example.com", "--from", "2026-01-01").status == 0)
            #expect(try run("team", "leave", "East", "li@example.com").status == 1)
            let teams = try list()
            #expect(teams.map { $0.entries?["name"]?.text } == ["East", "Coast"])
            #expect(teams.last?.entries?["parent"] == "East")
            #expect(
                teams.last?.entries?["members"] == [
                    ["email": "li@example.com", "from": "2026-01-01", "until": .null]
                ])
            #expect(try run("team", "leave", "Coast", "li@example.com").status == 0)
            #expect(try list().last?.entries?["members"]?.elements?.first?.entries?["until"]?.text != nil)
            #expect(try run("team", "leave", "Coast", "li@example.com").status == 1)
        }
    }

    @Test func peopleAndTeamsAreRenamedMovedAndDeleted() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            func run(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
                let ended = try ServerProcess.command(
                    arguments + ["--data", folder.data], environment: ["WAYBOOK_PASSWORD": "another horse"])
                return (ended.status, ended.output, ended.errors)
            }
            for team in ["East", "West"] { #expect(try run("team", "add", team).status == 0) }
            #expect(
                try run("team", "edit", "West", "--name", "Coast", "--in", "East").output == "Changed the team Coast.\n"
            )
            #expect(
                try run("team", "edit", "East", "--in", "Coast").errors.contains("is the team itself or part of it"))
            #expect(try run("team", "edit", "East", "--name", "Coast").status == 1)
            #expect(try run("team", "list").output.contains("Coast"))
            #expect(try run("team", "edit", "Coast", "--top").status == 0)
            #expect(try run("team", "delete", "Coast").output.hasPrefix("Deleted the team Coast"))
            #expect(try run("team", "list").output.contains("Coast") == false)

            let edited = try run(
                "user", "edit", "mei@example.com", "--name", "Mei Wang", "--language", "zh-Hans", "--zone",
                "Asia/Shanghai", "--new-email", "wang@example.com")
            #expect(edited.output == "Changed wang@example.com.\n", "\(edited)")
            #expect(try run("user", "list").output.contains("Mei Wang"))
            for arguments in [["--zone", "Mars/Base"], ["--language", "xx"], ["--new-email", "x"]] {
                let refused = try ServerProcess.command(
                    ["user", "edit", "wang@example.com", "--data", folder.data] + arguments)
                #expect(refused.status == 2, "\(arguments)")
            }
            #expect(try run("user", "add", "li@example.com").status == 0)
            #expect(try run("user", "edit", "li@example.com", "--new-email", "wang@example.com").status == 1)
            let server = try ServerProcess(folder)
            let message = SignInRequest(email: "wang@example.com", password: "correct horse", device: "laptop")
            #expect(try server.request("POST", "/v1/sign-in", body: message.json).status == 200)
            #expect(server.end(SIGTERM) == 0)
            let audit = try run("audit", "list", "--json").output
            for kind in ["team-change", "user-change"] { #expect(audit.contains("\"what\":\"\(kind)\""), "\(kind)") }
        }
    }

    @Test func aLostAdministratorIsBroughtBackOnTheServersMachine() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            func run(_ arguments: String..., password: String = "another horse") throws -> Int32 {
                try ServerProcess.command(
                    arguments + ["--data", folder.data], environment: ["WAYBOOK_PASSWORD": password]
                ).status
            }
            let server = try ServerProcess(folder)
            func signIn(_ email: String, _ password: String) throws -> Int {
                let message = SignInRequest(email: email, password: password, device: "laptop")
                return try server.request("POST", "/v1/sign-in", body: message.json).status
            }
            // The only administrator has forgotten the password.
            #expect(try signIn(ServerProcess.email, "forgotten horse") == 401)
            #expect(try run("user", "password", ServerProcess.email, password: "second horse") == 0)
            #expect(try signIn(ServerProcess.email, "second horse") == 200)
            #expect(try signIn(ServerProcess.email, "correct horse") == 401)
            // Or has left: somebody else takes the place, and only then they go.
            #expect(try run("user", "disable", ServerProcess.email) == 1)
            #expect(try run("user", "add", "li@example.com", "--role", "admin") == 0)
            #expect(try run("user", "disable", ServerProcess.email) == 0)
            #expect(try signIn("li@example.com", "another horse") == 200)
            #expect(try run("user", "role", "li@example.com", "rep") == 1)
            #expect(server.end(SIGTERM) == 0)
        }
    }
}
