import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookTerminal

/// `waybook-server check`: exit code 1 when something is wrong.
struct CheckCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "check", abstract: Texts.Help.serverCheck(Speech.language))
    }

    @OptionGroup var options: CommandOptions

    func run() async throws {
        let report = try await options.perform(AdminCommand("check"))
        let language = Speech.language
        let records = Int(clamping: report.entries?["records"]?.integer ?? 0)
        let lines = Self.lines(report, language)
        guard !lines.isEmpty else {
            return try options.write(report, [Texts.Server.checkOK(records: records)(language)])
        }
        try options.write(report, lines)
        throw ExitCode(ExitStatus.failed.rawValue)
    }

    /// What is wrong, a line each; none where all is well.
    static func lines(_ report: Value, _ language: Language) -> [String] {
        let faults = report.entries?["faults"]?.elements?.compactMap(\.entries) ?? []
        guard !faults.isEmpty else { return [] }
        return [Texts.Server.checkFailed(count: faults.count)(language)]
            + faults.map { fault in "  \(text(fault["kind"]?.text)(language)): \(fault["subject"]?.text ?? "")" }
    }

    private static func text(_ kind: String?) -> LocalizedText {
        switch kind.flatMap({ ServerCheckReport.Fault.Kind(rawValue: $0) }) {
        case .structure: Texts.Server.faultStructure
        case .record: Texts.Server.faultRecord
        case .index: Texts.Server.faultIndex
        case .conflictListed: Texts.Server.faultConflictListed
        case .conflictUnlisted: Texts.Server.faultConflictUnlisted
        case .sequence: Texts.Server.faultSequence
        case .count: Texts.Server.faultCount
        case .bin: Texts.Server.faultBin
        case .held: Texts.Server.faultHeld
        case .device: Texts.Server.faultDevice
        case .timeline: Texts.Server.faultTimeline
        case .foretold: Texts.Server.faultForetold
        case .floor: Texts.Server.faultFloor
        case nil: Texts.Words.unknown
        }
    }
}
