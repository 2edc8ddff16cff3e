import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookTerminal

/// `waybook-server restore`: puts a backup back, on a new timeline. Never on a server that runs.
struct RestoreCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "restore", abstract: Texts.Help.serverRestore(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Flag(help: ArgumentHelp(Texts.HelpOptions.restoreInPlace(Speech.language)))
    var inPlace = false
    @Argument(help: ArgumentHelp(Texts.HelpOptions.restoreFile(Speech.language)))
    var file: String?

    func run() throws {
        guard (file == nil) == inPlace else {
            throw CommandFailure("file-missing", Texts.Server.restoreNeedsFile, status: .usage)
        }
        let backup = file.map { DataFolder($0).path }
        let report: ServerRestore.Report
        do {
            report = try options.folder.restore(from: backup, now: SystemClock.now())
        } catch {
            throw FailureWording.restoring(error, folder: options.folder, backup: backup)
        }
        try options.write(value(report), sentences(report, backup ?? options.folder.path).map { $0(Speech.language) })
    }

    private func sentences(_ report: ServerRestore.Report, _ path: String) -> [LocalizedText] {
        let timeline = report.timeline
        var sentences = [
            Texts.Server.restored(
                path: path, timeline: Int(timeline.number), parent: Int(timeline.parent), fork: Int(timeline.fork))
        ]
        switch report.ledger {
        case .own: sentences.append(Texts.Server.restoredLedger(count: report.brought))
        case .backup: sentences.append(Texts.Server.restoredLedgerOfBackup(count: report.brought))
        case .none: sentences.append(Texts.Server.restoredWithoutLedger)
        }
        if let kept = report.kept {
            sentences.append(Texts.Server.restoredKept(path: options.folder.path + "/" + kept))
        }
        return sentences + [Texts.Server.restoredNext]
    }

    /// What programs read.
    private func value(_ report: ServerRestore.Report) -> Value {
        let timeline = report.timeline
        return [
            "brought": .int(Int64(report.brought)), "cause": .string(timeline.cause.rawValue),
            "fork": .int(timeline.fork), "kept": report.kept.map { .string(options.folder.path + "/" + $0) } ?? .null,
            "ledger": .string(report.ledger.rawValue), "parent": .int(Int64(timeline.parent)),
            "reached": timeline.reached.map { .int($0) } ?? .null, "restored": .int(timeline.restored),
            "start": .int(timeline.start), "timeline": .int(Int64(timeline.number)),
        ]
    }
}
