import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookTerminal

/// `waybook-server healing`.
struct HealingCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "healing", abstract: Texts.Help.serverHealing(Speech.language),
            discussion: Texts.Help.serverHealingDetails(Speech.language),
            subcommands: [
                HealingReportCommand.self, HealingListCommand.self, HealingShowCommand.self, HealingAcceptCommand.self,
                HealingDropCommand.self, HealingCloseCommand.self,
            ], defaultSubcommand: HealingReportCommand.self)
    }
}

/// `waybook-server healing report`, which is also what `healing` alone does.
struct HealingReportCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "report", abstract: Texts.Help.serverHealingReport(Speech.language))
    }

    @OptionGroup var options: CommandOptions

    func run() async throws {
        let told = try await options.perform(AdminCommand("healing"))
        let language = Speech.language
        let width = Terminal.output.width(environment: CommandEnvironment.variables)
        var lines = Self.sentences(told).map { $0(language) }
        let devices = told.entries?["devices"]?.elements?.compactMap(\.entries) ?? []
        if !devices.isEmpty { lines += [""] + Self.table(devices, language).lines(width: width) }
        let awaited = told.entries?["awaited"]?.elements?.compactMap(\.entries) ?? []
        if !awaited.isEmpty {
            lines += ["", Texts.Healing.awaitedRecords(count: Self.number(told.entries, "awaitedRecords"))(language)]
            lines += Self.awaitedTable(awaited, language).lines(width: width)
        }
        try options.write(told, lines)
    }

    private static func number(_ entries: [String: Value]?, _ name: String) -> Int {
        Int(clamping: entries?[name]?.integer ?? 0)
    }

    /// What is said of the timeline and of all devices together.
    private static func sentences(_ told: Value) -> [LocalizedText] {
        let entries = told.entries
        let present = entries?["timeline"]?.integer
        let timelines = entries?["timelines"]?.elements?.compactMap(\.entries) ?? []
        guard let timeline = timelines.first(where: { $0["number"]?.integer == present }) else {
            return [Texts.Healing.neverPutBack]
        }
        var sentences = [
            Texts.Healing.putBack(
                time: ErasuresCommand.time(timeline["restored"]), timeline: number(timeline, "number"),
                fork: number(timeline, "fork"), parent: number(timeline, "parent"))
        ]
        let (back, asked) = (number(entries, "back"), number(entries, "asked"))
        sentences.append(
            entries?["lost"]?.integer.map { Texts.Healing.ofKnown(lost: Int(clamping: $0), back: back, asked: asked) }
                ?? Texts.Healing.ofUnknown(back: back, asked: asked))
        let trimmed = number(entries, "trimmed")
        if trimmed > 0 { sentences.append(Texts.Healing.nobodyHas(sets: trimmed)) }
        if let closed = entries?["closed"]?.entries { return sentences + self.closed(closed, told) + witness(told) }
        let states = entries?["devices"]?.elements?.compactMap { state(of: $0.entries) } ?? []
        let missing = states.count { $0 == .notSeen || $0 == .underWay }
        sentences.append(missing == 0 ? Texts.Healing.allCame : Texts.Healing.notAllCame(count: missing))
        return sentences + witness(told)
    }

    /// What a healing had come to when it was ended, and what came since.
    private static func closed(_ closed: [String: Value], _ told: Value) -> [LocalizedText] {
        let devices = told.entries?["devices"]?.elements?.compactMap(\.entries) ?? []
        let late = devices.count { $0["late"]?.boolean == true }
        let values = number(told.entries, "lateValues")
        let since = late + values > 0 ? [Texts.Healing.cameLate(devices: late, values: values)] : []
        return HealingWording.closing(closed) + since
    }

    /// What others' laptops told, and what nobody had.
    private static func witness(_ told: Value) -> [LocalizedText] {
        let (witness, entries) = (told.entries?["witness"]?.entries, told.entries)
        var sentences: [LocalizedText] = []
        let (values, records) = (number(witness, "values"), number(witness, "records"))
        if values > 0 {
            sentences.append(
                Texts.Healing.witnessed(values: values, records: records, devices: number(witness, "devices")))
        }
        let (accepted, dropped) = (number(witness, "accepted"), number(witness, "dropped"))
        if accepted + dropped > 0 { sentences.append(Texts.Healing.decided(accepted: accepted, dropped: dropped)) }
        let beyond = number(witness, "beyond")
        if beyond > 0 { sentences.append(Texts.Healing.beyond(values: beyond)) }
        return sentences + [
            entries?["nobodys"]?.integer.map {
                $0 == 0 ? Texts.Healing.nobodysNone : Texts.Healing.nobodys(commits: Int(clamping: $0))
            } ?? Texts.Healing.nobodysUnknown
        ]
    }

    private static func table(_ devices: [[String: Value]], _ language: Language) -> TextTable {
        var table = TextTable([
            .init(Texts.Words.id(language), isNumeric: true), .init(Texts.Words.device(language)),
            .init(Texts.Words.email(language)), .init(Texts.Words.state(language)),
            .init(Texts.Healing.back(language), isNumeric: true), .init(Texts.Healing.asked(language), isNumeric: true),
            .init(Texts.Healing.waiting(language), isNumeric: true),
            .init(Texts.Healing.handed(language), isNumeric: true),
            .init(Texts.Healing.refused(language), isNumeric: true),
            .init(Texts.Healing.gone(language), isNumeric: true),
        ])
        for device in devices {
            let sent = device["sent"]?.entries
            table.append(
                [
                    "\(number(device, "replica"))", device["name"]?.text ?? "", device["email"]?.text ?? "",
                    state(of: device).map { stateWord($0, isLate: device["late"]?.boolean == true)(language) } ?? "",
                ]
                    + [
                        number(sent, "back") + number(sent, "asked"), number(sent, "asked"), number(device, "waiting"),
                        number(sent, "handed"), number(sent, "refused"), number(sent, "trimmed"),
                    ].map { sent == nil ? "" : "\($0)" })
        }
        return table
    }

    private static func state(of device: [String: Value]?) -> HealingReport.Device.State? {
        device?["state"]?.text.flatMap { HealingReport.Device.State(rawValue: $0) }
    }

    private static func stateWord(_ state: HealingReport.Device.State, isLate: Bool) -> LocalizedText {
        isLate ? LocalizedText(joining: [word(state), Texts.Healing.late]) : word(state)
    }

    private static func word(_ state: HealingReport.Device.State) -> LocalizedText {
        switch state {
        case .unaffected: Texts.Healing.unaffected
        case .healed: Texts.Healing.healed
        case .underWay: Texts.Healing.underWay
        case .notSeen: Texts.Healing.notSeen
        case .cutOff: Texts.Healing.cutOff
        }
    }

    private static func awaitedTable(_ awaited: [[String: Value]], _ language: Language) -> TextTable {
        var table = TextTable([
            .init(Texts.Words.record(language)), .init(Texts.Healing.sets(language), isNumeric: true),
            .init(Texts.Healing.devices(language), isNumeric: true),
        ])
        for entry in awaited {
            table.append([
                entry["record"]?.text ?? "", "\(number(entry, "sets"))", "\(number(entry, "devices"))",
            ])
        }
        return table
    }
}
