import ArgumentParser
import Foundation
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookSync
import WaybookTerminal

/// `waybook doctor`: exit code 1 when something is found, also where it was mended. Needs no network but to compare.
struct DoctorCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "doctor", abstract: Texts.Help.doctor.spoken)
    }

    @Flag(help: ArgumentHelp(Texts.HelpOptions.repair.spoken))
    var repair = false
    @Flag(help: ArgumentHelp(Texts.HelpOptions.noCopy.spoken))
    var noCopy = false

    @Flag(help: ArgumentHelp(Texts.HelpOptions.compare.spoken))
    var compare = false

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let workspace = try options.openForUpkeep()
        let found = try workspace.store.check()
        // Over a broken structure nothing is written.
        let isSound = !found.kinds.contains(.structure)
        let isDue = repair && isSound && found.kinds.contains { $0.isDerived }
        let asks = compare && isSound
        var (copy, left): (String?, StoreReport?) = (nil, nil)
        if isDue {
            if !noCopy { copy = try workspace.store.file.keepCopy(at: workspace.now.milliseconds) }
            try workspace.store.repair()
        }
        let reporter = options.reporter
        let compared = asks ? try await compare(workspace, reporter) : nil
        if isDue || (compared?.report.mendedRecords ?? 0) > 0 { left = try workspace.store.check() }
        // It goes with what leaves the laptop.
        copy = copy.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
        try reporter.json(Self.json(found, left: left, copy: copy, isRepaired: isDue, compared?.report))
        try say(found, left: left, copy: copy, reporter)
        if let compared {
            if case .stopped(let stop) = compared.report.ending {
                throw FailureWording.stop(stop, compared, session: workspace.session)
            }
            try say(compared.report, reporter)
        }
        let isEqual = compared.map { $0.report.differingBuckets == 0 && !$0.report.hasDiffered } ?? true
        guard found.findings.isEmpty, isEqual else { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    private func compare(_ workspace: Workspace, _ reporter: Reporter) async throws -> SyncResult {
        let progress = ProgressTeller(reporter)
        let before = try workspace.store.status()
        defer { progress.finish() }
        return try await Interruption.cancelling {
            try await workspace.compare(mayReplaceAll: repair, language: reporter.scene.language) { report in
                progress.tell(report, before)
            }
        }
    }

    private func say(_ report: SyncReport, _ reporter: Reporter) throws {
        if report.hasReplacedAll { try reporter.say(Texts.Doctor.replaced) }
        if report.mendedRecords > 0 { try reporter.say(Texts.Sync.mendedRecords(count: report.mendedRecords)) }
        switch report.differingBuckets {
        case nil: try reporter.say(Texts.Doctor.notCompared)
        case 0?: try reporter.say(Texts.Doctor.equal)
        case _?: try reporter.say(Texts.Sync.differs)
        }
    }

    private func say(_ found: StoreReport, left: StoreReport?, copy: String?, _ reporter: Reporter) throws {
        guard !found.findings.isEmpty else {
            return try reporter.say(Texts.Doctor.whole(records: found.records))
        }
        try reporter.say(Texts.Doctor.found(count: found.count))
        for finding in found.findings {
            try reporter.say(Texts.Doctor.finding(kind: Self.text(finding.kind).spoken, subject: finding.subject))
        }
        if let copy { try reporter.say(Texts.Doctor.copied(path: copy)) }
        let rest = left ?? found
        if left != nil, rest.findings.isEmpty { return try reporter.say(Texts.Doctor.mended) }
        var told: Set<LocalizedText> = []
        for hint in StoreFinding.Kind.allCases.filter(rest.kinds.contains).map(Self.hint)
        where told.insert(hint).inserted {
            try reporter.say(hint)
        }
    }

    /// What to do about it.
    private static func hint(_ kind: StoreFinding.Kind) -> LocalizedText {
        switch kind {
        case .shown, .unit, .touched, .conflict, .index, .views, .count: Texts.Doctor.repairHint
        case .structure: Texts.Doctor.structureHint
        case .record: Texts.Doctor.anewHint
        case .outbox: Texts.Doctor.outboxHint
        case .journal: Texts.Doctor.journalHint
        case .rejected: Texts.Doctor.rejectedHint
        }
    }

    private static func json(
        _ found: StoreReport, left: StoreReport?, copy: String?, isRepaired: Bool,
        _ compared: SyncReport?
    ) -> JSONOutput {
        func list(_ report: StoreReport) -> JSONOutput {
            .list(
                report.findings.map { finding in
                    .object(["kind": .string(finding.kind.rawValue), "subject": .string(finding.subject)])
                })
        }
        return .object([
            "compared": compared.map(json) ?? .null, "count": .int(Int64(found.count)),
            "copy": copy.map { .string($0) } ?? .null,
            "digest": found.digest.map { .string($0) } ?? .null,
            "findings": list(found), "left": left.map(list) ?? .null, "records": .int(Int64(found.records)),
            "repaired": .bool(isRepaired),
        ])
    }

    private static func json(_ report: SyncReport) -> JSONOutput {
        .object([
            "differs": report.differingBuckets.map { .bool($0 > 0) } ?? .null,
            "mended": .int(Int64(report.mendedRecords)), "replaced": .bool(report.hasReplacedAll),
        ])
    }

    private static func text(_ kind: StoreFinding.Kind) -> LocalizedText {
        switch kind {
        case .structure: Texts.Doctor.structure
        case .record: Texts.Doctor.record
        case .shown: Texts.Doctor.shown
        case .unit: Texts.Doctor.unit
        case .touched: Texts.Doctor.touched
        case .outbox: Texts.Doctor.outbox
        case .journal: Texts.Doctor.journal
        case .rejected: Texts.Doctor.rejected
        case .count: Texts.Doctor.count
        case .conflict: Texts.Doctor.conflict
        case .index: Texts.Doctor.index
        case .views: Texts.Doctor.views
        }
    }
}
