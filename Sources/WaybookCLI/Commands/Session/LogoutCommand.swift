import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookTerminal

/// `waybook logout [--export FILE | --discard]`
struct LogoutCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "logout", abstract: Texts.Help.logout.spoken, discussion: Texts.Help.logoutMore.spoken)
    }

    @OptionGroup var parting: PartingOptions

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let workspace = try options.openForUpkeep()
        let reporter = options.reporter
        let work = try workspace.keptWork()
        try parting.part(with: work, reporter, orRefuse: Self.refusal)
        let isTold = try await workspace.logout(losingUnsent: true, language: reporter.scene.language)
        if !isTold { reporter.note(Texts.Session.serverNotTold) }
        try reporter.json(
            .object([
                "rejected": .int(Int64(work.rejected)), "serverTold": .bool(isTold),
                "unsent": .int(Int64(work.unsent)), "user": .string(workspace.session.email),
            ]))
        try reporter.say(Texts.Session.signedOut(user: workspace.session.email))
    }

    private static func refusal(_ work: KeptWork) -> CommandFailure {
        guard work.unsent > 0 else {
            return CommandFailure(
                "rejected-work", Texts.Session.logoutRefusedRejected(count: work.rejected),
                hint: Texts.Session.logoutRefusedRejectedHint)
        }
        return CommandFailure(
            "unsent-work", Texts.Session.logoutRefused(count: work.unsent), hint: Texts.Session.logoutRefusedHint)
    }
}
