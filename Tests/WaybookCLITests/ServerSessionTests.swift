import Foundation
import Testing
import WaybookCRM
import WaybookModel
import WaybookStore

/// The two built programs together.
@Suite(.timeLimit(.minutes(5)), .serialized) struct ServerSessionTests {
    private func status(_ shell: Shell) async throws -> [String: Value] {
        let shown = try await shell.run("waybook status --json")
        return try JSONParser.parse(Array(shown.output.utf8.dropLast())).entries ?? [:]
    }

    @Test func statusShowsHowManyOfTheRecordsAreHere() async throws {
        let shell = try Shell(signedIn: false)
        let server = try await LocalServer(shell)
        #expect(try await shell.run(server.login("ada")).status == 0)
        try shell.write("many.csv", Array(("Name\n" + (1...1_200).map { "Customer \($0)\n" }.joined()).utf8))
        #expect(try await shell.run("waybook customer import many.csv").status == 0)
        var found = try await status(shell)
        #expect(found["records"] == 1_200 && found["held"] == 0 && found["total"] == 0)
        #expect(try await shell.run("waybook sync").status == 0)
        #expect(try await shell.run("waybook customer delete 'Customer 7' && waybook sync").status == 0)
        found = try await status(shell)
        #expect(found["held"] == 1_199 && found["total"] == 1_199 && found["pull"] == .null)
        let space = "\u{202F}"
        #expect(try await shell.run("waybook status").output.contains("1\(space)199 of 1\(space)199\n"))
        shell.language = "zh-Hans"
        #expect(try await shell.run("waybook status").output.contains("1\(space)199 条中的 1\(space)199 条\n"))
    }

    @Test func aCheckpointThatTheServerDoesNotKnowIsMendedByAFreshPull() async throws {
        let shell = try Shell(signedIn: false)
        let server = try await LocalServer(shell)
        #expect(try await shell.run(server.login("ada")).status == 0)
        #expect(
            try await shell.run("waybook customer add Acme && waybook customer add Bolt && waybook sync").status == 0)
        let store = try ClientStore(path: shell.home + "/store.db", schema: Catalogue.schema)
        try store.file.write { try $0.execute(sql: "UPDATE meta SET value = 'spoiled' WHERE name = 'checkpoint'") }
        // A record that the server has no longer.
        try store.file.write { db in
            try db.execute(
                sql: """
                    INSERT INTO record (id, collection, deleted, fields, stamps, server)
                    SELECT randomblob(16), collection, 0, fields, stamps, NULL FROM record LIMIT 1
                    """)
        }
        try store.close()
        #expect(try await shell.run("waybook customer add Unsent").status == 0)
        let synced = try await shell.run("waybook sync")
        #expect(synced.status == 0, "\(synced.error)")
        #expect(synced.error.contains("all records are fetched anew. Your work stays."))
        #expect(synced.output.contains("1 record is no longer among those that you may see; removed here."))
        let found = try await status(shell)
        #expect(found["held"] == 3 && found["total"] == 3 && found["complete"] == true && found["unsent"] == 0)
        #expect(
            try await shell.run("waybook sync log").output.contains(
                "1 record that the server no longer has for you: removed here"))
    }

    @Test func signingInAsAnotherKeepsUnsentWorkUnlessItIsExportedOrDropped() async throws {
        let shell = try Shell(signedIn: false)
        let server = try await LocalServer(shell)
        #expect(try await shell.run(server.login("ada")).status == 0)
        #expect(try await shell.run("waybook customer add Acme && waybook customer add Bolt").status == 0)
        let refused = try await shell.run(server.login("bob"))
        #expect(refused.status == 1)
        #expect(refused.error.contains("this store holds 2 unsent or rejected change sets of ada@example.org"))
        #expect(refused.error.contains("--export FILE") && refused.error.contains("--discard"))
        #expect(try await shell.run("waybook whoami").output.contains("ada@example.org"))
        #expect(try await status(shell)["unsent"] == 2)

        try shell.write("taken", [])
        #expect(try await shell.run(server.login("bob", "--export taken")).error.contains("taken"))
        #expect(try await status(shell)["unsent"] == 2)
        let exported = try await shell.run(server.login("bob", "--export work.ndjson"))
        #expect(exported.status == 0, "\(exported.error)")
        #expect(exported.output.contains("Wrote 2 unsent change sets to work.ndjson."))
        let lines = try String(contentsOf: shell.folder.appendingPathComponent("work.ndjson"), encoding: .utf8)
        #expect(lines.contains("\"name\":\"Acme\"") && lines.split(separator: "\n").count == 2)
        #expect(try await shell.run("waybook whoami").output.contains("bob@example.org"))
        #expect(try await shell.run("waybook customer list").output.contains("Acme") == false)

        #expect(try await shell.run("waybook customer add Mine").status == 0)
        let dropped = try await shell.run(server.login("ada", "--discard"))
        #expect(dropped.status == 0 && dropped.output.contains("Dropped 1 unsent change set."))
        #expect(try await status(shell)["unsent"] == 0)
    }

    @Test func signingInAgainWhileAnAnswerIsOutstandingListsNoConflictWithOneself() async throws {
        let shell = try Shell(signedIn: false)
        let server = try await LocalServer(shell)
        #expect(try await shell.run(server.login("ada")).status == 0)
        #expect(try await shell.run("waybook customer add Acme --set taxID=Bern && waybook sync").status == 0)
        let replica = try await status(shell)["replica"]
        #expect(try await shell.run("waybook customer edit Acme --set taxID=Rome").status == 0)
        // The server judges the set, and the laptop never hears of it.
        #expect(try await shell.run("cp -a home before && waybook sync && rm -r home && mv before home").status == 0)
        let bob = "export WAYBOOK_HOME=$PWD/bob; "
        let written = try await shell.run(
            bob + server.login("bob") + "&& waybook customer edit Acme --set taxID=Oslo && waybook sync")
        #expect(written.status == 0, "\(written.error)")

        #expect(try await status(shell)["unsent"] == 1)
        let again = try await shell.run(server.login("ada"))
        #expect(again.status == 0, "\(again.error)")
        let found = try await status(shell)
        #expect(found["unsent"] == 0 && found["conflicts"] == 0 && found["replica"] == replica)
        #expect(try await shell.run("waybook customer show Acme").output.contains("Oslo"))
        // The same under a number that was revoked meanwhile.
        #expect(try await shell.run("waybook customer edit Acme --set taxID=Lima").status == 0)
        #expect(try await server.command("device revoke \(replica?.integer ?? 0)").status == 0)
        #expect(try await shell.run("waybook sync").status == 1)
        #expect(try await shell.run(server.login("ada")).status == 0)
        #expect(try await status(shell)["replica"] == replica)
        #expect(try await shell.run("waybook customer show Acme").output.contains("Lima"))
    }

    @Test func aDisabledPersonsLaptopSaysSoAndWhereItsWorkWent() async throws {
        let shell = try Shell(signedIn: false)
        let server = try await LocalServer(shell)
        #expect(try await shell.run(server.login("ada")).status == 0)
        #expect(try await shell.run("waybook customer add Acme && waybook sync").status == 0)
        #expect(try await shell.run("export WAYBOOK_HOME=$PWD/bob; " + server.login("bob")).status == 0)
        #expect(try await shell.run("WAYBOOK_HOME=$PWD/bob waybook sync").status == 0)
        #expect(try await shell.run("waybook customer edit Acme --set city=Bern").status == 0)
        #expect(try await server.command("user disable ada@example.org").status == 0)
        let synced = try await shell.run("waybook sync")
        #expect(synced.status == 1)
        #expect(synced.output.contains("1 change set went to the handover box"), "\(synced.output)")
        #expect(synced.error.contains(Texts.Exchange.disabled(.english)), "\(synced.error)")
        #expect(!synced.error.contains("Interrupted"))
        let shown = try await shell.run("waybook status")
        #expect(shown.output.contains(Texts.Exchange.disabled(.english)))
        #expect(try await status(shell)["accountDisabled"] == true)
        shell.language = "zh-Hans"
        #expect(try await shell.run("waybook status").output.contains(Texts.Exchange.disabled(.chinese)))
        shell.language = "en"
        let bob = try await shell.run("WAYBOOK_HOME=$PWD/bob waybook sync")
        #expect(bob.output.contains("1 item was handed over and waits for your decision"), "\(bob.output)")
        let again = try await shell.run("WAYBOOK_HOME=$PWD/bob waybook sync --json")
        #expect(try JSONParser.parse(Array(again.output.utf8.dropLast())).entries?["handoversToDecide"] == 0)
    }

    @Test func aLateEditIsToldToWhoAnswersForTheCustomerNow() async throws {
        let shell = try Shell(signedIn: false)
        let server = try await LocalServer(shell)
        #expect(try await shell.run(server.login("ada")).status == 0)
        #expect(try await shell.run("waybook customer add Acme && waybook sync").status == 0)
        #expect(try await shell.run("waybook customer edit Acme --set city=Bern").status == 0)
        let bob = "export WAYBOOK_HOME=$PWD/bob; "
        let moved = "&& waybook sync && waybook customer assign Acme --to me && waybook sync"
        #expect(try await shell.run(bob + server.login("bob") + moved).status == 0)
        let departed = try await shell.run("waybook sync")
        #expect(departed.output.contains("1 customer has left your book"), "\(departed.output)")
        let told = try await shell.run(bob + "waybook sync")
        #expect(told.output.contains("1 edit written by others before your customers came to you was applied"))
        #expect(!told.output.contains("your decision"), "\(told.output)")
        #expect(try await shell.run(bob + "waybook customer show Acme").output.contains("Bern"))
    }

    @Test func aClaimIsToldAsWonOrAsTooLate() async throws {
        let shell = try Shell(signedIn: false)
        let server = try await LocalServer(shell)
        func bob(_ line: String) async throws -> Int32 {
            try await shell.run("export WAYBOOK_HOME=$PWD/bob; " + line).status
        }
        #expect(try await bob(server.login("bob")) == 0)
        #expect(try await bob("waybook customer add Acme && waybook customer add Bolt && waybook sync") == 0)
        #expect(try await shell.run(server.login("ada")).status == 0)
        #expect(try await shell.run("waybook sync && waybook pool claim Acme && waybook pool claim Bolt").status == 0)
        #expect(try await bob("waybook customer delete Bolt && waybook sync") == 0)
        let synced = try await shell.run("waybook sync --json")
        #expect(synced.status == 0, "\(synced.error)")
        let claims = try JSONParser.parse(Array(synced.output.utf8.dropLast())).entries?["claims"]?.elements ?? []
        let states = Dictionary(
            claims.map { ($0.entries?["name"]?.text ?? "", $0.entries?["state"]?.text ?? "") },
            uniquingKeysWith: { first, _ in first })
        #expect(states == ["Acme": "granted", "Bolt": "gone"])
        let log = try await shell.run("waybook sync log").output
        #expect(log.contains("claimed by you") && !log.contains("claimed by somebody else"), "\(log)")
        #expect(try await shell.run("waybook sync").output.contains("customers have left") == false)
    }

    @Test func aWatchThatIsToldToWipeEndsByItselfAndLeavesNothing() async throws {
        let shell = try Shell(signedIn: false)
        let server = try await LocalServer(shell)
        #expect(try await shell.run(server.login("ada")).status == 0)
        #expect(try await shell.run("waybook customer add Acme && waybook sync").status == 0)
        let replica = try #require(try await status(shell)["replica"]?.integer)
        // Ends when the watch does: nothing here waits for a time. The order is given once a round has gone through.
        let watched = try await shell.run(
            """
            (waybook sync --watch; echo "ended $?") 2>&1 | (
                IFS= read -r began; waybook customer add Bolt; IFS= read -r synced
                waybook-server device revoke \(replica) --wipe --data data
                echo "$began"; echo "$synced"; cat)
            """)
        #expect(watched.output.contains("Synced: sent 1 change set"))
        #expect(watched.output.contains("ended 1"))
        #expect(watched.output.contains(Texts.Exchange.wipe(.english)), "\(watched.output)")
        #expect(!FileManager.default.fileExists(atPath: shell.home + "/store.db"))
        #expect(!FileManager.default.fileExists(atPath: shell.home + "/session.json"))
    }
}
