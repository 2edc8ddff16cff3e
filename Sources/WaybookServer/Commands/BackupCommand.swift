import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server backup`.
struct BackupCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "backup", abstract: Texts.Help.serverBackup(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.backupFile(Speech.language)))
    var file: String

    func run() async throws {
        // The server may work in another folder than this command.
        let path = DataFolder(file).path
        let done = try await options.perform(AdminCommand("backup", ["path": path]))
        let bytes = Int(clamping: done.entries?["bytes"]?.integer ?? 0)
        try options.write(done, [Texts.Server.backupWritten(path: path, bytes: bytes)(Speech.language)])
    }
}
