import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server team`.
struct TeamCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "team", abstract: Texts.Help.serverTeam(Speech.language),
            subcommands: [
                TeamAddCommand.self, TeamListCommand.self, TeamEditCommand.self, TeamDeleteCommand.self,
                TeamJoinCommand.self, TeamLeaveCommand.self,
            ])
    }
}

/// `waybook-server team add`.
struct TeamAddCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "add", abstract: Texts.Help.serverTeamAdd(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.teamName(Speech.language)))
    var name: String
    @Option(
        name: .customLong("in"), help: ArgumentHelp(Texts.HelpOptions.parentTeam(Speech.language), valueName: "team"))
    var parent: String?

    func run() async throws {
        var arguments = ["name": name]
        arguments["in"] = parent
        let added = try await options.perform(AdminCommand("team.add", arguments))
        let text = Texts.Server.teamAdded(team: added.entries?["name"]?.text ?? name)
        try options.write(added, [text(Speech.language)])
    }
}

/// `waybook-server team list`.
struct TeamListCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: Texts.Help.serverTeamList(Speech.language))
    }

    @OptionGroup var options: CommandOptions

    func run() async throws {
        let teams = try await options.perform(AdminCommand("team.list"))
        let language = Speech.language
        var table = TextTable([
            .init(Texts.Words.name(language)), .init(Texts.Server.teamParent(language)),
            .init(Texts.Words.email(language)), .init(Texts.Server.firstDay(language)),
            .init(Texts.Server.lastDay(language)),
        ])
        for team in teams.elements?.compactMap(\.entries) ?? [] {
            let heading = [team["name"]?.text ?? "", team["parent"]?.text ?? ""]
            let members = team["members"]?.elements?.compactMap(\.entries) ?? []
            if members.isEmpty { table.append(heading) }
            for member in members {
                table.append(heading + ["email", "from", "until"].map { member[$0]?.text ?? "" })
            }
        }
        try options.write(teams, table)
    }
}

/// `waybook-server team join`.
struct TeamJoinCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "join", abstract: Texts.Help.teamJoin(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.team(Speech.language)))
    var team: String
    @Argument(help: ArgumentHelp(Texts.HelpOptions.email(Speech.language)))
    var email: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.firstDay(Speech.language), valueName: "day"))
    var from: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.lastDay(Speech.language), valueName: "day"))
    var until: String?

    func run() async throws {
        var arguments = ["team": team, "email": email]
        arguments["from"] = from
        arguments["until"] = until
        let done = try await options.perform(AdminCommand("team.join", arguments))
        let text = Texts.Server.joined(email: done.entries?["email"]?.text ?? email, team: team)
        try options.write(done, [text(Speech.language)])
    }
}

/// `waybook-server team leave`.
struct TeamLeaveCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "leave", abstract: Texts.Help.teamLeave(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.team(Speech.language)))
    var team: String
    @Argument(help: ArgumentHelp(Texts.HelpOptions.email(Speech.language)))
    var email: String

    func run() async throws {
        let done = try await options.perform(AdminCommand("team.leave", ["team": team, "email": email]))
        let text = Texts.Server.left(email: done.entries?["email"]?.text ?? email, team: team)
        try options.write(done, [text(Speech.language)])
    }
}
