import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server erasures`.
struct ErasuresCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "erasures", abstract: Texts.Help.serverErasures(Speech.language),
            subcommands: [ErasuresListCommand.self, ErasuresShowCommand.self])
    }

    /// A time without its thousandths; empty for none.
    static func time(_ milliseconds: Value?) -> String {
        guard let milliseconds = milliseconds?.integer else { return "" }
        let text = Instant(milliseconds: milliseconds).description
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
    }

    static func reason(_ word: Value?, _ language: Language) -> String {
        Texts.Privacy.reason(ErasureReason(word) ?? .other)(language)
    }
}

/// `waybook-server erasures list`.
struct ErasuresListCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: Texts.Help.serverErasuresList(Speech.language))
    }

    @OptionGroup var options: CommandOptions

    func run() async throws {
        let erasures = try await options.perform(AdminCommand("erasures.list"))
        let language = Speech.language
        var table = TextTable([
            .init(Texts.Words.time(language)), .init(Texts.Words.id(language)),
            .init(Texts.Privacy.reasonHeading(language)), .init(Texts.Privacy.records(language), isNumeric: true),
            .init(Texts.Privacy.outstanding(language), isNumeric: true), .init(Texts.Privacy.serverFree(language)),
        ])
        for entry in erasures.elements?.compactMap(\.entries) ?? [] {
            table.append([
                ErasuresCommand.time(entry["at"]), entry["id"]?.text ?? "",
                ErasuresCommand.reason(entry["reason"], language), "\(entry["records"]?.integer ?? 0)",
                "\(entry["outstanding"]?.integer ?? 0)", ErasuresCommand.time(entry["serverFree"]),
            ])
        }
        try options.write(erasures, table)
    }
}

/// `waybook-server erasures show ID`.
struct ErasuresShowCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "show", abstract: Texts.Help.serverErasuresShow(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.recordID(Speech.language)))
    var id: String

    func run() async throws {
        let receipt = try await options.perform(AdminCommand("erasures.show", ["id": id]))
        let language = Speech.language
        var table = TextTable([
            .init(Texts.Words.id(language), isNumeric: true), .init(Texts.Words.device(language)),
            .init(Texts.Words.email(language)), .init(Texts.Privacy.confirmedAt(language)),
        ])
        for device in receipt.entries?["devices"]?.elements?.compactMap(\.entries) ?? [] {
            let confirmed = ErasuresCommand.time(device["confirmed"])
            table.append([
                "\(device["replica"]?.integer ?? 0)", device["name"]?.text ?? "", device["email"]?.text ?? "",
                confirmed.isEmpty ? Texts.Privacy.outstanding(language) : confirmed,
            ])
        }
        try options.write(receipt, table)
    }
}
