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

    @Option(help: ArgumentHelp(Texts.HelpOptions.export.spoken, valueName: "file"))
    var export: String?

    @Flag(help: ArgumentHelp(Texts.HelpOptions.discard.spoken))
    var discard = false

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let workspace = try options.open()
        let reporter = options.reporter
        let unsent = try workspace.unsentCount()
        guard unsent == 0 || export != nil || discard else {
            throw CommandFailure(
                "unsent-work", Texts.Session.logoutRefused(count: unsent), hint: Texts.Session.logoutRefusedHint)
        }
        if let export, unsent > 0 {
            try PrivateFile.create(export, with: try workspace.unsentLines())
            try reporter.say(Texts.Session.unsentExported(count: unsent, path: export))
        } else if unsent > 0 {
            try reporter.say(Texts.Session.unsentDiscarded(count: unsent))
        }
        let isTold = try await workspace.logout(losingUnsent: true, language: reporter.scene.language)
        if !isTold { reporter.note(Texts.Session.serverNotTold) }
        try reporter.json(
            .object([
                "serverTold": .bool(isTold), "unsent": .int(Int64(unsent)), "user": .string(workspace.session.email),
            ]))
        try reporter.say(Texts.Session.signedOut(user: workspace.session.email))
    }
}
