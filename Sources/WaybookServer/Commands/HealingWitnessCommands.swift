import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server healing list`.
struct HealingListCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: Texts.Help.serverHealingList(Speech.language))
    }

    @OptionGroup var options: CommandOptions

    func run() async throws {
        let told = try await options.perform(AdminCommand("healing.list"))
        let language = Speech.language
        var table = TextTable([
            .init(Texts.Words.record(language)), .init(Texts.Healing.kind(language)), .init(Texts.Words.name(language)),
            .init(Texts.Healing.values(language), isNumeric: true), .init(Texts.Healing.heldBy(language)),
        ])
        for record in told.entries?["records"]?.elements?.compactMap(\.entries) ?? [] {
            table.append([
                record["id"]?.text ?? "", HealingWording.kind(record["in"], language), record["title"]?.text ?? "",
                "\(record["values"]?.integer ?? 0)", HealingWording.devices(record["tellers"]),
            ])
        }
        try options.write(told, table)
    }
}

/// `waybook-server healing show RECORD`.
struct HealingShowCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "show", abstract: Texts.Help.serverHealingShow(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.recordID(Speech.language)))
    var id: String

    func run() async throws {
        let told = try await options.perform(AdminCommand("healing.show", ["id": id]))
        let language = Speech.language
        var table = TextTable([
            .init(Texts.Words.id(language), isNumeric: true), .init(Texts.Healing.field(language)),
            .init(Texts.Healing.lostValue(language)), .init(Texts.Healing.stands(language)),
            .init(Texts.Healing.writtenBy(language)), .init(Texts.Words.time(language)),
            .init(Texts.Healing.heldBy(language)),
        ])
        for value in told.entries?["values"]?.elements?.compactMap(\.entries) ?? [] {
            let stands = HealingWording.text(value["stands"])
            table.append([
                "\(value["number"]?.integer ?? 0)", value["path"]?.text ?? "",
                value["gone"] == nil ? HealingWording.text(value["value"]) : Texts.Healing.removed(language),
                value["later"]?.boolean == true ? Texts.Healing.later(value: stands)(language) : stands,
                HealingWording.devices(value["author"].map { .list([$0]) }), ErasuresCommand.time(value["made"]),
                HealingWording.devices(value["tellers"]),
            ])
        }
        try options.write(told, table)
    }
}

/// Which values a command is about.
struct ChosenWitness: ParsableArguments {
    @Argument(help: ArgumentHelp(Texts.HelpOptions.witness(Speech.language), valueName: "record-or-number"))
    var what: [String] = []
    @Flag(help: ArgumentHelp(Texts.HelpOptions.allWitness(Speech.language)))
    var all = false

    func validate() throws {
        if what.isEmpty != all { throw ValidationError(Texts.Healing.nameSome(Speech.language)) }
    }

    func command(_ verb: String) -> AdminCommand {
        AdminCommand(verb, all ? ["all": "true"] : ["what": what.joined(separator: " ")])
    }
}

/// `waybook-server healing accept`.
struct HealingAcceptCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "accept", abstract: Texts.Help.serverHealingAccept(Speech.language),
            discussion: Texts.Help.serverHealingAcceptDetails(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @OptionGroup var chosen: ChosenWitness

    func run() async throws {
        let done = try await options.perform(chosen.command("healing.accept"))
        let text = Texts.Healing.accepted(
            standing: Int(clamping: done.entries?["standing"]?.integer ?? 0),
            retired: Int(clamping: done.entries?["retired"]?.integer ?? 0))
        try options.write(done, [text(Speech.language)])
    }
}

/// `waybook-server healing drop`.
struct HealingDropCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "drop", abstract: Texts.Help.serverHealingDrop(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @OptionGroup var chosen: ChosenWitness
    @Flag(help: ArgumentHelp(Texts.HelpOptions.yes(Speech.language)))
    var yes = false

    func run() async throws {
        let language = Speech.language
        try Confirmation.require(isGiven: yes, Texts.Healing.typeDrop, word: "drop", language)
        let done = try await options.perform(chosen.command("healing.drop"))
        let text = Texts.Healing.dropped(count: Int(clamping: done.entries?["dropped"]?.integer ?? 0))
        try options.write(done, [text(language)])
    }
}

/// How what laptops told is written on a terminal.
enum HealingWording {
    /// A value in one line: a text as it is, anything else as JSON.
    static func text(_ value: Value?) -> String {
        guard let value, value != .null else { return "" }
        return value.text ?? CanonicalJSON.text(value)
    }

    static func kind(_ collection: Value?, _ language: Language) -> String {
        let name = collection?.text ?? ""
        return Catalogue.schema[CollectionName(name)]?.label.text(in: language) ?? name
    }

    /// Names and addresses of devices, or their numbers where nobody knows them any more.
    static func devices(_ devices: Value?) -> String {
        (devices?.elements ?? []).compactMap(\.entries).map { device in
            device["name"]?.text.map { name in device["email"]?.text.map { "\(name) (\($0))" } ?? name }
                ?? "\(device["replica"]?.integer ?? 0)"
        }.joined(separator: ", ")
    }
}
