import ArgumentParser
import WaybookCRM
import WaybookTerminal

/// `waybook-server settings`.
struct SettingsCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "settings", abstract: Texts.Help.serverSettings(Speech.language),
            subcommands: [SettingsLeaseCommand.self, SettingsHealingCommand.self])
    }
}

/// `waybook-server settings healing [DAYS]`.
struct SettingsHealingCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "healing", abstract: Texts.Help.serverSettingsHealing(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.healingDays(Speech.language)))
    var days: Int?

    func run() async throws {
        let done = try await options.perform(
            AdminCommand("settings.healing", days.map { ["days": String($0)] } ?? [:]))
        let told = Int(clamping: done.entries?["days"]?.integer ?? 0)
        try options.write(done, [Texts.Healing.endsAfter(days: told)(Speech.language)])
    }
}

/// `waybook-server settings lease [DAYS]`.
struct SettingsLeaseCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "lease", abstract: Texts.Help.serverSettingsLease(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.leaseDays(Speech.language)))
    var days: Int?

    func run() async throws {
        let done = try await options.perform(
            AdminCommand("settings.lease", days.map { ["days": String($0)] } ?? [:]))
        let told = Int(clamping: done.entries?["days"]?.integer ?? 0)
        try options.write(done, [Texts.Lease.set(days: told)(Speech.language)])
    }
}
