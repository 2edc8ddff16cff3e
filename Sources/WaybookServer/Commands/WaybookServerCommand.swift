import ArgumentParser
import WaybookCRM
import WaybookTerminal

/// `waybook-server`.
struct WaybookServerCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "waybook-server", abstract: Texts.Help.waybookServer(Speech.language),
            subcommands: [
                InitCommand.self, ServeCommand.self, UserCommand.self, TeamCommand.self, DeviceCommand.self,
                AuditCommand.self, EraseCommand.self, ErasuresCommand.self, PersonExportCommand.self,
                SettingsCommand.self, BackupCommand.self, RestoreCommand.self, HealingCommand.self,
                CheckCommand.self,
            ])
    }
}
