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
        let rejected = try workspace.rejectedCount()
        guard unsent + rejected == 0 || export != nil || discard else { throw Self.refusal(unsent, rejected) }
        if let export, unsent + rejected > 0 {
            let sets = try RejectedShelf(RecordBook(workspace)).all()
            let refused = sets.flatMap { $0.exportLine + [UInt8(ascii: "\n")] }
            try PrivateFile.create(export, with: try workspace.unsentLines() + refused)
            if unsent > 0 { try reporter.say(Texts.Session.unsentExported(count: unsent, path: export)) }
            if rejected > 0 { try reporter.say(Texts.Rejected.exported(count: rejected, path: export)) }
        } else {
            if unsent > 0 { try reporter.say(Texts.Session.unsentDiscarded(count: unsent)) }
            if rejected > 0 { try reporter.say(Texts.Session.rejectedDiscarded(count: rejected)) }
        }
        let isTold = try await workspace.logout(losingUnsent: true, language: reporter.scene.language)
        if !isTold { reporter.note(Texts.Session.serverNotTold) }
        try reporter.json(
            .object([
                "rejected": .int(Int64(rejected)), "serverTold": .bool(isTold), "unsent": .int(Int64(unsent)),
                "user": .string(workspace.session.email),
            ]))
        try reporter.say(Texts.Session.signedOut(user: workspace.session.email))
    }

    private static func refusal(_ unsent: Int, _ rejected: Int) -> CommandFailure {
        guard unsent > 0 else {
            return CommandFailure(
                "rejected-work", Texts.Session.logoutRefusedRejected(count: rejected),
                hint: Texts.Session.logoutRefusedRejectedHint)
        }
        return CommandFailure(
            "unsent-work", Texts.Session.logoutRefused(count: unsent), hint: Texts.Session.logoutRefusedHint)
    }
}
