import Foundation
import Testing
import WaybookModel
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
}
