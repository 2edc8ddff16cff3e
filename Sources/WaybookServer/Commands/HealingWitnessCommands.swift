import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server healing list`.
struct HealingListCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list", abstract: Texts.Help.serverHealingList(Speech.language),
            discussion: Texts.Help.serverHealingListDetails(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Option(help: ArgumentHelp(Texts.HelpOptions.witnessLimit(Speech.language)))
    var limit = 100
    @Option(help: ArgumentHelp(Texts.HelpOptions.witnessAfter(Speech.language), valueName: "id"))
    var after: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.witnessText(Speech.language), valueName: "text"))
    var text: String?

    func run() async throws {
        var arguments = ["limit": String(limit)]
        arguments["after"] = after
        arguments["text"] = text
        let told = try await options.perform(AdminCommand("healing.list", arguments))
        let language = Speech.language
        var table = TextTable([
            .init(Texts.Words.record(language)), .init(Texts.Healing.kind(language)), .init(Texts.Words.name(language)),
            .init(Texts.Healing.values(language), isNumeric: true), .init(Texts.Healing.heldBy(language)),
        ])
        for record in told.entries?["records"]?.elements?.compactMap(\.entries) ?? [] {
            let values = "\(record["values"]?.integer ?? 0)"
            table.append([
                record["id"]?.text ?? "", HealingWording.kind(record["in"], language), record["title"]?.text ?? "",
                record["late"]?.boolean == true
                    ? LocalizedText(joining: [LocalizedText(en: "\(values)", zh: "\(values)"), Texts.Healing.late])(
                        language) : values,
                HealingWording.devices(record["tellers"]),
            ])
        }
        var lines = table.lines(width: Terminal.output.width(environment: CommandEnvironment.variables))
        if let next = told.entries?["next"]?.text {
            let count = Int(clamping: told.entries?["count"]?.integer ?? 0)
            lines += ["", Texts.Healing.more(count: count, after: next)(language)]
        }
        try options.write(told, lines)
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
                "\(value["number"]?.integer ?? 0)", value["path"]?.text ?? "", Self.lost(value)(language),
                value["later"]?.boolean == true ? Texts.Healing.later(value: stands)(language) : stands,
                HealingWording.devices(value["author"].map { .list([$0]) }), ErasuresCommand.time(value["made"]),
                HealingWording.devices(value["tellers"]),
            ])
        }
        try options.write(told, table)
    }

    /// The value that was told, and what speaks against it.
    private static func lost(_ value: [String: Value]) -> LocalizedText {
        let told = HealingWording.text(value["value"])
        let text = value["gone"] == nil ? LocalizedText(en: "\(told)", zh: "\(told)") : Texts.Healing.removed
        if let decided = value["decided"]?.text {
            let mark = decided == "accepted" ? Texts.Healing.otherAccepted : Texts.Healing.otherDropped
            return LocalizedText(joining: [text, mark])
        }
        if let rivals = value["rivals"]?.integer, rivals > 0 {
            return LocalizedText(joining: [text, Texts.Healing.contradictedElsewhere])
        }
        return value["late"]?.boolean == true ? LocalizedText(joining: [text, Texts.Healing.late]) : text
    }
}

/// Which values a command is about.
struct ChosenWitness: ParsableArguments {
    /// The most names of one transaction's command: each is at most 36 bytes long.
    private static let mostNames = 500

    @Argument(help: ArgumentHelp(Texts.HelpOptions.witness(Speech.language), valueName: "record-or-number"))
    var what: [String] = []
    @Flag(help: ArgumentHelp(Texts.HelpOptions.allWitness(Speech.language)))
    var all = false

    func validate() throws {
        if what.isEmpty != all { throw ValidationError(Texts.Healing.nameSome(Speech.language)) }
    }

    /// Performs a command on all of them, one bounded transaction after the other. Stopped in between, what was done stays.
    func perform(
        _ verb: String, _ options: CommandOptions, count: ([String: Value]) -> Int
    ) async throws -> [[String: Value]] {
        let clock = ContinuousClock()
        let began = clock.now
        var line = ProgressLine(
            isShown: Terminal.error.isInteractive && !options.json,
            width: Terminal.error.width(environment: CommandEnvironment.variables) ?? 80, now: .zero
        ) { try? Terminal.error.write($0) }
        defer { line.finish() }
        var (done, names, from, total): ([[String: Value]], ArraySlice<String>, String?, Int) = ([], what[...], nil, 0)
        while true {
            var arguments = all ? ["all": "true"] : ["what": names.prefix(Self.mostNames).joined(separator: " ")]
            arguments["from"] = all ? from : nil
            let part = try await options.perform(AdminCommand(verb, arguments)).entries ?? [:]
            done.append(part)
            total += count(part)
            line.show(Texts.Healing.decidedSoFar(count: total)(Speech.language), now: clock.now - began)
            from = part["next"]?.text
            if all {
                guard from != nil else { return done }
            } else {
                names = names.dropFirst(from.flatMap { Int($0) } ?? Self.mostNames)
                guard !names.isEmpty else { return done }
            }
        }
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
        let parts = try await chosen.perform("healing.accept", options) { part in
            HealingWording.number(part, "standing") + HealingWording.number(part, "retired")
        }
        let (standing, retired) = (HealingWording.sum(parts, "standing"), HealingWording.sum(parts, "retired"))
        let leftOut = HealingWording.sum(parts, "leftOut")
        let refused = parts.flatMap { $0["refused"]?.elements ?? [] }
        var sentences = [Texts.Healing.accepted(standing: standing, retired: retired)]
        if leftOut > 0 { sentences.append(Texts.Healing.leftOut(count: leftOut)) }
        sentences += refused.compactMap(\.entries).map { HealingWording.refused($0) }
        let done: Value = [
            "leftOut": .int(Int64(leftOut)), "refused": .list(refused), "retired": .int(Int64(retired)),
            "standing": .int(Int64(standing)),
        ]
        try options.write(done, sentences.map { $0(Speech.language) })
        if !refused.isEmpty { throw ExitCode(ExitStatus.failed.rawValue) }
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
        let parts = try await chosen.perform("healing.drop", options) { HealingWording.number($0, "dropped") }
        let dropped = HealingWording.sum(parts, "dropped")
        try options.write(["dropped": .int(Int64(dropped))], [Texts.Healing.dropped(count: dropped)(language)])
    }
}

/// `waybook-server healing close TIMELINE`.
struct HealingCloseCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "close", abstract: Texts.Help.serverHealingClose(Speech.language),
            discussion: Texts.Help.serverHealingCloseDetails(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.timeline(Speech.language)))
    var timeline: Int
    @Flag(help: ArgumentHelp(Texts.HelpOptions.yes(Speech.language)))
    var yes = false

    func run() async throws {
        let language = Speech.language
        try Confirmation.require(isGiven: yes, Texts.Healing.typeClose, word: "close", language)
        let done = try await options.perform(AdminCommand("healing.close", ["timeline": String(timeline)]))
        try options.write(done, HealingWording.closing(done.entries ?? [:]).map { $0(language) })
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

    static func number(_ entries: [String: Value]?, _ name: String) -> Int {
        Int(clamping: entries?[name]?.integer ?? 0)
    }

    static func sum(_ parts: [[String: Value]], _ name: String) -> Int {
        parts.reduce(0) { $0 + number($1, name) }
    }

    /// Why nothing of a record was accepted.
    static func refused(_ entries: [String: Value]) -> LocalizedText {
        let id = entries["id"]?.text ?? ""
        switch entries["why"]?.text.flatMap({ WitnessRefusal(rawValue: $0) }) {
        case .contradicted: return Texts.Healing.contradicted(id: id)
        case .rootMissing: return Texts.Healing.rootMissing(id: id, root: entries["root"]?.text ?? "")
        case .refused, nil: return Texts.Healing.witnessRefused(id: id, rule: entries["rule"]?.text ?? "")
        }
    }

    /// When a healing was ended, and what it had come to by then.
    static func closing(_ entries: [String: Value]) -> [LocalizedText] {
        let report = entries["report"]?.entries
        let devices = report?["devices"]?.entries
        let (back, asked) = (number(report, "back"), number(report, "asked"))
        let missing = number(devices, "notSeen") + number(devices, "underWay")
        return [
            entries["cause"]?.text == "age"
                ? Texts.Healing.closedByAge(time: ErasuresCommand.time(entries["closed"]))
                : Texts.Healing.closed(time: ErasuresCommand.time(entries["closed"])),
            Texts.Healing.closedBack(back: back, asked: asked, missing: missing),
            Texts.Healing.closedUndecided(
                values: number(report, "values"), records: number(report, "records"),
                waiting: number(report, "waiting")),
        ]
    }

    /// Names and addresses of devices, or their numbers where nobody knows them any more.
    static func devices(_ devices: Value?) -> String {
        (devices?.elements ?? []).compactMap(\.entries).map { device in
            device["name"]?.text.map { name in device["email"]?.text.map { "\(name) (\($0))" } ?? name }
                ?? "\(device["replica"]?.integer ?? 0)"
        }.joined(separator: ", ")
    }
}
