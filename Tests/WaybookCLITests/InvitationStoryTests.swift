import Foundation
import Testing
import WaybookModel

/// A colleague joins: added from an administrator's laptop, in by a code, at work.
@Suite struct InvitationStoryTests {
    private static let bo = "export WAYBOOK_HOME=$PWD/bo; "

    private static func login(_ server: LocalServer, _ code: String, _ password: String) -> String {
        """
        WAYBOOK_INVITATION='\(code)' WAYBOOK_PASSWORD='\(password)' \
        waybook login http://127.0.0.1:\(server.port) --user bo@example.org --invitation
        """
    }

    private static func code(_ outcome: Shell.Outcome) throws -> String {
        try #require(outcome.output.firstMatch(of: /only now: (\S+)/).map { String($0.1) }, "\(outcome)")
    }

    @Test func aColleagueIsInvitedComesInAndSyncs() async throws {
        let shell = try Shell(signedIn: false)
        let server = try await LocalServer(shell)
        let admin = "export WAYBOOK_HOME=$PWD/admin; "
        #expect(try await shell.run(admin + server.login("bob")).status == 0)
        let added = try await shell.run(
            admin + "waybook user add Bo@example.org --name '李波' --language zh-Hans --zone Asia/Shanghai")
        #expect(added.status == 0, "\(added.error)")
        #expect(added.output.contains("Added 李波 <bo@example.org>: Sales rep."))
        #expect(
            added.output.contains("waybook login http://127.0.0.1:\(server.port) --user bo@example.org --invitation"))
        let code = try Self.code(added)

        let mistyped = try await shell.run(Self.bo + Self.login(server, String(code.dropLast()), "chosen horse"))
        #expect(mistyped.status == 2 && mistyped.error.contains("something is missing or mistyped"))
        let short = try await shell.run(Self.bo + Self.login(server, code, "short"))
        #expect(short.status == 2 && short.error.contains("at least 8 characters"))
        let accepted = try await shell.run(Self.bo + Self.login(server, code, "chosen horse"))
        #expect(accepted.status == 0, "\(accepted.error)")
        #expect(try await shell.run(Self.bo + "waybook whoami").output.contains("李波"))
        #expect(try await shell.run(Self.bo + "waybook customer add Acme && waybook sync").status == 0)
        let seen = try await shell.run(admin + "waybook sync && waybook customer list && waybook user list")
        #expect(seen.output.contains("Acme") && seen.output.contains("李波"), "\(seen)")

        // The answer was lost with the laptop: the code is used, the password chosen. The same line goes through.
        #expect(try await shell.run("rm -r bo").status == 0)
        let guessed = try await shell.run(Self.bo + Self.login(server, code, "another horse"))
        #expect(guessed.status == 1 && guessed.error.contains("was used, was replaced, or is over"), "\(guessed)")
        #expect(guessed.error.contains("waybook login http://127.0.0.1:\(server.port) --user bo@example.org"))
        let again = try await shell.run(Self.bo + Self.login(server, code, "chosen horse"))
        #expect(again.status == 0 && again.error.contains("The code is not good any more; the password was right."))
        #expect(!accepted.error.contains("password was right"))
        #expect(try await shell.run(Self.bo + "waybook customer list").output.contains("Acme"))
        for outcome in [added, accepted, guessed] { #expect(!outcome.error.contains(code)) }
    }

    @Test func aForgottenPasswordIsChosenAnewAndUnsentWorkStays() async throws {
        let shell = try Shell(signedIn: false)
        let server = try await LocalServer(shell)
        let admin = "export WAYBOOK_HOME=$PWD/admin; "
        #expect(try await shell.run(admin + server.login("bob")).status == 0)
        #expect(try await shell.run(server.login("ada")).status == 0)
        #expect(try await shell.run("waybook customer add Acme").status == 0)
        let other = "export WAYBOOK_HOME=$PWD/other; "
        #expect(try await shell.run(other + server.login("ada") + " && waybook customer add Bolt").status == 0)

        let invited = try await shell.run(admin + "waybook user invite ada@example.org --json")
        let told = try JSONParser.parse(Array(invited.output.utf8.dropLast())).entries
        let code = try #require(told?["code"]?.text)
        #expect(told?["added"] == false && told?["role"] == "rep")
        let variables = "WAYBOOK_INVITATION='\(code)' WAYBOOK_PASSWORD='chosen horse'"
        let accepted = try await shell.run(
            "\(variables) waybook login http://127.0.0.1:\(server.port) --user ada@example.org --invitation")
        #expect(accepted.status == 0, "\(accepted.error)")
        #expect(try await shell.run("waybook customer list").output.contains("Acme"))
        // The other laptop is out until she signs in there, and then sends what it has.
        let out = try await shell.run(other + "waybook sync")
        #expect(out.status == 1 && out.error.contains("access was withdrawn"), "\(out)")
        #expect(try await shell.run(other + server.login("ada")).status == 1, "by the password of before")
        let back = try await shell.run(
            other
                + "WAYBOOK_PASSWORD='chosen horse' waybook login http://127.0.0.1:\(server.port) --user ada@example.org"
        )
        #expect(back.status == 0, "\(back.error)")
        #expect(try await shell.run("waybook sync && waybook customer list").output.contains("Bolt"))
    }

    @Test func whoMayNotInviteAndWhatIsWrongIsSaid() async throws {
        let shell = try Shell(signedIn: false)
        let server = try await LocalServer(shell)
        #expect(try await shell.run(server.login("ada")).status == 0)
        let refused = try await shell.run("waybook user add bo@example.org --name Bo")
        #expect(refused.status == 1 && refused.error.contains("Only administrators"), "\(refused)")
        let admin = "export WAYBOOK_HOME=$PWD/admin; "
        #expect(try await shell.run(admin + server.login("bob")).status == 0)
        for (line, status, said) in [
            ("add ada@example.org --name Ada", 1, "waybook user invite ada@example.org"),
            ("add bo@example.org --name Bo --role boss", 2, "“boss”"),
            ("add nonsense --name Bo", 2, "“nonsense”"),
            ("invite bo@example.org", 1, "waybook user add bo@example.org"),
        ] as [(String, Int32, String)] {
            let wrong = try await shell.run(admin + "waybook user " + line)
            #expect(wrong.status == status && wrong.error.contains(said), "\(line): \(wrong)")
        }
        #expect(try await server.command("user disable ada@example.org").status == 0)
        let disabled = try await shell.run(admin + "waybook user invite ada@example.org")
        #expect(disabled.status == 1 && disabled.error.contains("enable them first"), "\(disabled)")
    }
}
