import Foundation
import Testing
import WaybookClient
import WaybookModel
import WaybookProtocol
import WaybookStore

/// What the program still does once its server was not heard for too long.
@Suite struct LeaseCommandTests {
    /// Has the store believe that the server was last heard so many days ago.
    static func hear(_ shell: Shell, daysAgo days: Int64) throws {
        let device = Device.system()
        let workspace = try Workspace.open(WorkspaceFolder(shell.home), device: device, for: .upkeep)
        var now = device.now()
        now.wallMilliseconds -= days * 86_400_000
        now.bootMilliseconds -= days * 86_400_000
        let head = Head(
            epoch: "e", timeline: 0, sequence: 0, offsetMilliseconds: 0, schemaVersion: 1, limits: .standard)
        try workspace.store.take(head, asked: now)
        try workspace.store.finishExchange(isWholeFeed: true, at: now)
        try workspace.store.close()
    }

    @Test func theEndOfTheLeaseIsWarnedOfBeforeItComes() async throws {
        let shell = try Shell()
        try Self.hear(shell, daysAgo: 9)
        #expect(try await shell.run("waybook customer list").error == "")
        try Self.hear(shell, daysAgo: 11)
        for command in ["customer list --json", "status"] {
            let warned = try await shell.run("waybook \(command)")
            #expect(warned.status == 0 && warned.error.contains("not heard for 11 days; in 3 days"), "\(warned)")
        }
    }

    @Test func afterItNoRecordIsShownAndNothingUnsentIsLost() async throws {
        let shell = try Shell()
        #expect(try await shell.run("waybook customer add Acme").status == 0)
        try Self.hear(shell, daysAgo: 15)
        for command in [
            "customer list", "customer show Acme", "search Acme", "conflict list", "customer history Acme",
            "rejected list", "customer edit Acme --set city=Bern", "customer delete Acme", "log Acme call Hello",
            "contact add Eve --set customer=Acme", "customer import none.csv",
        ] {
            let refused = try await shell.run("waybook \(command)")
            #expect(refused.status == 1 && refused.output == "", "\(command): \(refused)")
            #expect(refused.error.contains("was not heard for 14 days") && refused.error.contains("waybook sync"))
        }
        shell.language = "zh"
        #expect(try await shell.run("waybook customer list").error.contains("已有 14 天"))
        shell.language = "en"
        let status = try await shell.run("waybook status --json")
        #expect(
            status.status == 0 && status.output.contains(#""ended":true"#) && status.output.contains(#""unsent":1"#))
        // There is no server: it is tried all the same.
        #expect(try await shell.run("waybook sync").error.contains("was not heard") == false)
        #expect(try await shell.run("waybook sync --preview").status == 0)
        #expect(try await shell.run("waybook rejected export refused.jsonl").status == 0)
        let out = try await shell.run("waybook logout --export unsent.jsonl")
        #expect(out.status == 0, "\(out)")
        let saved = try String(contentsOf: shell.folder.appendingPathComponent("unsent.jsonl"), encoding: .utf8)
        #expect(saved.contains("Acme"))
    }
}
