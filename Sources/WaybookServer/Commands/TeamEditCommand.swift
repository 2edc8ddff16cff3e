import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server team edit`.
struct TeamEditCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "edit", abstract: Texts.Help.serverTeamEdit(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.team(Speech.language)))
    var team: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.teamName(Speech.language)))
    var name: String?
    @Option(
        name: .customLong("in"), help: ArgumentHelp(Texts.HelpOptions.parentTeam(Speech.language), valueName: "team"))
    var parent: String?
    @Flag(help: ArgumentHelp(Texts.HelpOptions.topTeam(Speech.language)))
    var top = false

    func run() async throws {
        var arguments = ["team": team]
        arguments["name"] = name
        arguments["in"] = parent
        if top, parent == nil { arguments["top"] = "yes" }
        let done = try await options.perform(AdminCommand("team.edit", arguments))
        let text = Texts.Server.teamEdited(team: done.entries?["name"]?.text ?? team)
        try options.write(done, [text(Speech.language)])
    }
}

/// `waybook-server team delete`.
struct TeamDeleteCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "delete", abstract: Texts.Help.serverTeamDelete(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.team(Speech.language)))
    var team: String

    func run() async throws {
        let done = try await options.perform(AdminCommand("team.delete", ["team": team]))
        let text = Texts.Server.teamDeleted(team: done.entries?["name"]?.text ?? team)
        try options.write(done, [text(Speech.language)])
    }
}
