import Foundation
import Testing
import WaybookClient
import WaybookModel
import WaybookStore

/// What is entered once the lease has ended is taken, and nothing that is here is shown by it.
@Suite struct LockedEntryTests {
    /// Words of what is here; none may come out.
    private static let markers = ["Acme", "Zanzibar", "Quinoa", "+8613800138000", "Marker"]

    private let shell: Shell
    private let acme: String

    /// A laptop with a customer and a contact of it, whose server was not heard for 15 days.
    init() async throws {
        shell = try Shell()
        let added = try await shell.run(
            "waybook customer add Acme --set city=Zanzibar --set phones=13800138000 --set taxID=Quinoa --json")
        acme = try #require(try Self.entries(added)["id"]?.text)
        #expect(try await shell.run("waybook contact add Marker --set customer=Acme").status == 0)
        try LeaseCommandTests.hear(shell, daysAgo: 15)
    }

    private static func entries(_ outcome: Shell.Outcome) throws -> [String: Value] {
        try #require(try JSONParser.parse(Array(outcome.output.utf8.dropLast())).entries, "\(outcome)")
    }

    /// Runs a command that must not tell anything of what is here.
    private func run(_ line: String) async throws -> Shell.Outcome {
        let outcome = try await shell.run("waybook \(line)")
        for marker in Self.markers where !line.contains(marker) {
            #expect(!outcome.output.contains(marker) && !outcome.error.contains(marker), "\(line): \(outcome)")
        }
        return outcome
    }

    /// The record as the store has it.
    private func record(_ id: String) throws -> VersionedRecord? {
        let workspace = try Workspace.open(WorkspaceFolder(shell.home), device: .system(), for: .upkeep)
        defer { try? workspace.store.close() }
        return try RecordID(id).flatMap { try workspace.store.record($0)?.record }
    }

    @Test func addingAndEditingByIdentityGoesOnAndTellsTheIdentityOnly() async throws {
        let added = try await run("customer add Bolt --set city=Bern --json")
        #expect(added.status == 0 && added.error.contains("What you enter is taken"), "\(added)")
        let bolt = try Self.entries(added)
        #expect(Set(bolt.keys) == ["id", "kind", "locked"] && bolt["locked"] == true && bolt["kind"] == "customer")
        #expect(try record(bolt["id"]?.text ?? "")?["city"] == "Bern")

        let edited = try await run("customer edit \(acme) --set city=Bern")
        #expect(edited.status == 0 && edited.output == "Taken: customer \(acme).\n", "\(edited)")
        #expect(try record(acme)?["city"] == "Bern")
        // Whether it was news is not told: a guess is as good as before.
        #expect(try await run("customer edit \(acme) --set taxID=Quinoa").output == edited.output)
        let contact = try await run("contact add Eve --set customer=\(acme) --json")
        let eve = try #require(try Self.entries(contact)["id"]?.text)
        #expect(try record(eve)?["customer"] == .string(acme))
        let logged = try await run("log \(acme) call Hello --next Offer --due 2026-12-24 --json")
        let told = try JSONParser.parse(Array(logged.output.utf8.dropLast())).elements?.compactMap(\.entries) ?? []
        #expect(logged.status == 0 && told.map { $0["kind"]?.text } == ["interaction", "followup"], "\(logged)")
        #expect(try record(told.first?["id"]?.text ?? "")?["subject"] == "Hello")
        for (verb, isDeleted) in [("delete", true), ("delete", true), ("restore", false), ("restore", false)] {
            #expect(try await run("customer \(verb) \(acme)").output == edited.output, "\(verb)")
            #expect(try record(acme)?.isDeleted == isDeleted)
        }
        #expect(try await run("customer edit \(acme) --set owner=me").status == 0, "who is signed in is known")
        shell.language = "zh"
        #expect(try await run("customer edit \(acme) --set city=Rome").output.hasPrefix("已保存：客户 \(acme)"))
    }

    @Test func whatWouldBeLookedUpIsAnsweredWithTheLock() async throws {
        let before = try await shell.run("waybook status --json").output
        for line in [
            "customer edit Acme --set city=Bern", "customer edit \(acme.prefix(13)) --set city=Bern",
            "customer delete Acme", "customer restore Acme", "log Acme call Hello",
            "log \(acme) call Hello --contact Marker", "contact add Eve --set customer=Acme",
            "customer edit \(acme) --set parent=Bolt", "assignmentRule add North --set people=Bo",
            // What is there would go into the set that is sent, and could be read from it.
            "customer edit \(acme) --set phones=", "customer edit \(acme) --set phones=13900139000",
            "customer edit \(acme) --set 'phones/+8613800138000/type=work'",
            "customer edit \(acme) --set personName/family=Wang",
            "customer import none.csv", "customer assign \(acme) --to me --reason x", "user disable \(Shell.user)",
        ] {
            let refused = try await run(line + " --json")
            #expect(refused.status == 1 && refused.output == "", "\(line): \(refused)")
            #expect(refused.error.contains(#""code":"lease-ended""#), "\(line): \(refused)")
        }
        #expect(try await shell.run("waybook status --json").output == before, "nothing was taken")
    }

    @Test func whatDoesNotFitIsRefusedAsEverAndNamesNothing() async throws {
        for (line, said) in [
            ("customer edit \(acme) --set size=many", "many"), ("customer add ''", "Name"),
            ("customer edit \(acme) --set nonsense=1", "nonsense"),
            ("customer edit 0198c2f0-6d1a-7c3e-9a52-000000000000 --set city=Bern", "0198c2f0"),
        ] {
            let refused = try await run(line)
            #expect(refused.status != 0 && refused.error.contains(said), "\(line): \(refused)")
        }
        #expect(try await run("customer delete \(acme)").status == 0)
        let deleted = try await run("customer edit \(acme) --set city=Bern")
        #expect(deleted.status == 1 && deleted.error.contains("was deleted here"), "\(deleted)")
        let contact = try await run("contact add Eve --set customer=\(acme)")
        #expect(contact.status == 1 && !contact.error.contains(acme), "\(contact)")
    }

    @Test func upkeepTellsNothingOfRecordsEither() async throws {
        #expect(try await run("customer edit \(acme) --set city=Bern").status == 0)
        let preview = try await run("sync --preview")
        #expect(preview.status == 0 && !preview.output.contains(acme.prefix(8)), "\(preview)")
        for line in ["sync --preview --json", "sync log", "sync log --json", "status", "status --json", "whoami"] {
            let told = try await run(line)
            #expect(told.status == 0 && !told.output.contains(acme), "\(line): \(told)")
        }
        // There is no server: what a sync says is said without names.
        #expect(try await run("sync").status == 1)
    }

    @Test func itIsShownAgainOnceTheServerWasHeard() async throws {
        #expect(try await run("customer edit \(acme) --set city=Bern").status == 0)
        try LeaseCommandTests.hear(shell, daysAgo: 0)
        let shown = try await shell.run("waybook customer show Acme")
        #expect(shown.output.contains("Bern") && shown.error == "", "\(shown)")
    }
}
