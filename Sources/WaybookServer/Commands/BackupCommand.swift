import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookTerminal

/// `waybook-server backup`: writes a backup and opens it; `--verify` opens one that is there.
struct BackupCommand: AsyncParsableCommand, ResultWriting {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "backup", abstract: Texts.Help.serverBackup(Speech.language))
    }

    @Option(help: ArgumentHelp(Texts.HelpOptions.backupData(Speech.language), valueName: "dir"))
    var data: String?
    @Flag(help: ArgumentHelp(Texts.HelpOptions.json(Speech.language)))
    var json = false
    @Flag(help: ArgumentHelp(Texts.HelpOptions.backupVerify(Speech.language)))
    var verify = false
    @Flag(help: ArgumentHelp(Texts.HelpOptions.backupQuick(Speech.language)))
    var quick = false
    @Argument(help: ArgumentHelp(Texts.HelpOptions.backupFile(Speech.language)))
    var file: String

    func run() async throws {
        // The server may work in another folder than this command.
        let path = DataFolder(file).path
        if verify { return try verify(path) }
        guard let data else { throw CommandFailure("data-missing", Texts.Server.dataMissing, status: .usage) }
        var arguments = ["path": path]
        if quick { arguments["quick"] = "yes" }
        let done = try await DataFolder(data).perform(AdminCommand("backup", arguments))
        let bytes = Int(clamping: done.entries?["bytes"]?.integer ?? 0)
        try write(
            done,
            ([Texts.Server.backupWritten(path: path, bytes: bytes)] + BackupWording.details(done)).map {
                $0(Speech.language)
            })
    }

    private func verify(_ path: String) throws {
        let began = SystemClock.now()
        let report: BackupReport
        do {
            report = try BackupReport(of: path, isQuick: quick)
        } catch {
            throw FailureWording.failure(error, path: path)
        }
        let value = report.value(path: path, milliseconds: max(0, SystemClock.now() - began))
        let language = Speech.language
        guard report.faults.isEmpty else {
            try write(value, CheckCommand.lines(value, language))
            throw ExitCode(ExitStatus.failed.rawValue)
        }
        let sentences = [Texts.Server.backupSound(path: path, bytes: report.bytes)] + BackupWording.details(value)
        try write(value, sentences.map { $0(language) })
    }
}

/// What a backup was found to be, as JSON and as sentences.
enum BackupWording {
    static func details(_ value: Value) -> [LocalizedText] {
        let entries = value.entries ?? [:]
        func number(_ name: String) -> Int { Int(clamping: entries[name]?.integer ?? 0) }
        let (sequence, timeline) = (number("sequence"), number("timeline"))
        return [
            entries["records"]?.integer.map {
                Texts.Server.backupRecords(Int(clamping: $0), sequence: sequence, timeline: timeline)
            } ?? Texts.Server.backupStructure(sequence: sequence, timeline: timeline),
            Texts.Server.backupHash(entries["sha256"]?.text ?? ""),
            entries["ledger"]?.text.map { Texts.Server.backupLedger(path: $0) } ?? Texts.Server.backupLedgerMissing,
        ]
    }
}

extension BackupReport {
    /// What programs read.
    func value(path: String, milliseconds: Int64) -> Value {
        [
            "bytes": .int(Int64(bytes)), "epoch": .string(state.epoch),
            "faults": .list(faults.map { ["kind": .string($0.kind.rawValue), "subject": .string($0.subject)] }),
            "ledger": ledgerLines == nil ? .null : .string(path + ServerBackup.ledgerSuffix),
            "milliseconds": .int(milliseconds), "path": .string(path),
            "records": records.map { .int(Int64($0)) } ?? .null, "sequence": .int(state.sequence),
            "sha256": .string(hash), "timeline": .int(state.timeline),
        ]
    }
}
