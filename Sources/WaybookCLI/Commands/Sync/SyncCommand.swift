import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookSync
import WaybookTerminal

/// `waybook sync [--watch] [--preview]`, `waybook sync log`
struct SyncCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "sync", abstract: Texts.Help.sync.spoken,
            discussion: "--watch: \(Texts.HelpOptions.watch.spoken)\n--preview: \(Texts.HelpOptions.preview.spoken)\n\n"
                + KindHelp.examples(["waybook sync", "waybook sync --preview", "waybook sync --watch"]),
            subcommands: [SyncNowCommand.self, SyncLogCommand.self], defaultSubcommand: SyncNowCommand.self)
    }
}

/// `waybook sync now`: what `waybook sync` does.
struct SyncNowCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "now", abstract: Texts.Help.sync.spoken)
    }

    @Flag(help: ArgumentHelp(Texts.HelpOptions.watch.spoken))
    var watch = false

    @Flag(help: ArgumentHelp(Texts.HelpOptions.preview.spoken))
    var preview = false

    @OptionGroup var options: StoreOptions

    func run() async throws {
        if watch, preview {
            throw CommandFailure("options-exclude", Texts.Sync.watchOrPreview, status: .usage)
        }
        let workspace = try options.openForUpkeep()
        let reporter = options.reporter
        if preview {
            try SyncPreview(RecordBook(workspace)).write(to: reporter)
        } else if watch {
            try await SyncWatching(workspace, reporter).run()
        } else {
            try await SyncRound(workspace, reporter).run()
        }
    }
}
