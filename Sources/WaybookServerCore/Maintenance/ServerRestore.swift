import Foundation
import GRDB
import WaybookModel
import WaybookStore

/// Puts a backup in the place of a server's database, or takes one that was put there: begins another timeline and applies
/// the security ledger, before anybody is served.
///
/// Until the old database is out of use nothing is changed. From then on a mark lies in the folder, with which nobody opens
/// it; cut off anywhere, all of it is done anew, at the worst with one more timeline. Call it with the folder's lock in hand.
public struct ServerRestore {
    /// Why nothing was put back.
    public enum Failure: Error, Hashable, Sendable {
        /// The backup does not pass its check.
        case faulty(count: Int)
        /// It is of another workspace than the folder.
        case otherWorkspace
        /// The wall clock is behind the last time in the file by so many milliseconds.
        case clockBehind(milliseconds: Int64)
        /// The file is the folder's own database.
        case isTheDatabase
        /// It changed while it was copied.
        case changed
        /// A restore of a backup was cut off here: the same command is to be run again.
        case interrupted
        /// The folder has no database that could have been put back.
        case noDatabase
        /// The system refused; nothing was changed, or the command is to be run again.
        case refused(errno: Int32)
    }

    /// What is done, in order. A crash may come after each.
    public enum Step: String, Sendable, CaseIterable {
        case copied, marked, kept, cleared, replaced, raised, finished
    }

    /// Where the ledger was that was applied.
    public enum LedgerSource: String, Sendable {
        /// In the folder.
        case own
        /// Beside the backup: it knows nothing of what was decided after that.
        case backup
        case none
    }

    /// What was done.
    public struct Report: Hashable, Sendable {
        public var timeline: Timeline
        /// How many things the ledger brought up to date.
        public var brought: Int
        public var ledger: LedgerSource
        /// The former database; nil where there was none.
        public var kept: String?
    }

    /// The mark with which nobody opens the folder.
    public static let markName = "server.restoring"
    /// How far the wall clock may be behind the file.
    static let clockTolerance: Int64 = 120_000

    private let folder: String
    private let database: String
    private let schema: Schema
    private let now: Int64
    private let after: (Step) throws -> Void

    private var path: String { folder + "/" + database }
    private var markPath: String { folder + "/" + Self.markName }
    private var ledgerPath: String { folder + "/" + SecurityLedger.fileName }
    private var reachedPath: String { folder + "/" + ReachedFile.fileName }

    /// - Parameters:
    ///   - database: the name of the database in the folder.
    ///   - now: milliseconds since 1970.
    ///   - after: called after each step.
    public init(
        folder: String, database: String, schema: Schema, now: Int64, after: @escaping (Step) throws -> Void = { _ in }
    ) {
        (self.folder, self.database, self.schema, self.now, self.after) = (folder, database, schema, now, after)
    }

    /// Puts a backup back, or, without one, takes the database as it lies there for one that was.
    ///
    /// - Parameter random: for numbers of timelines to pass over.
    /// - Throws: ``Failure``, ``ServerBackup/Failure``, ``TimelineRaise/Failure``, `StoreFileError`, `SecurityLedgerError`.
    public func perform(from backup: String?, random: inout some RandomNumberGenerator) throws -> Report {
        do {
            return try backup.map { try replace(with: $0, &random) } ?? takeInPlace(&random)
        } catch let refused as DurableFile.Refused {
            throw Failure.refused(errno: refused.errno)
        }
    }

    // MARK: The two ways

    private func replace(with backup: String, _ random: inout some RandomNumberGenerator) throws -> Report {
        guard !isSame(backup, path) else { throw Failure.isTheDatabase }
        let own = try ownLedger()
        // The copy beside the backup is of no use where there is one: it may be damaged, or gone.
        let begun = Mark(at: markPath, database: database)
        let report = try BackupReport(of: backup, hasLedger: own == nil || begun?.ledger == .backup)
        guard report.faults.isEmpty else { throw Failure.faulty(count: report.faults.count) }
        try check(report.state)
        let former = try formerStates(begun, report.state)
        let reached = try reachedMark(report.state)
        let mark = try mark(for: report, own, begun: begun, hasFormer: !former.isEmpty || reached != nil)

        try copy(backup, to: path + ".new", hash: report.hash)
        try after(.copied)
        if begun == nil { try lay(mark) }
        try after(.marked)
        if let name = mark.kept { try keep(as: name) }
        try after(.kept)
        // A log of the old database must not meet the new one.
        for suffix in ["-wal", "-shm", "-journal"] { try remove(path + suffix) }
        if own == nil, mark.ledger == .backup { try takeLedger(of: backup) }
        try DurableFile.syncFolder(of: path)
        try after(.cleared)
        guard rename(path + ".new", path) == 0 else { throw DurableFile.Refused(errno: errno) }
        try DurableFile.syncFolder(of: path)
        try after(.replaced)
        let known = TimelineRaise.Knowledge(
            highest: max(former.map(\.highest).max() ?? Timeline.first, reached?.timeline ?? Timeline.first),
            reached: Self.reached(report.state, former, reached), isComplete: mark.isComplete)
        let (timeline, brought) = try raise(known, mark.ledger, &random)
        return Report(timeline: timeline, brought: brought, ledger: mark.ledger, kept: mark.kept)
    }

    private func takeInPlace(_ random: inout some RandomNumberGenerator) throws -> Report {
        guard FileManager.default.fileExists(atPath: path) else { throw Failure.noDatabase }
        let begun = Mark(at: markPath, database: database)
        // Its log may be gone from beside the database already: what lies here is neither the old state nor the new one.
        if let kept = begun?.kept, FileManager.default.fileExists(atPath: folder + "/" + kept) {
            throw Failure.interrupted
        }
        let state = try state(of: path)
        try check(state)
        let ledger = try SecurityLedger(path: ledgerPath)
        try checkWorkspace(of: ledger, state)
        let source = ledger.mark.isEmpty ? LedgerSource.none : .own
        // Lines that the database lacks show that the ledger did not go back with it; so does what was reached.
        let reached = try reachedMark(state)
        let isBehind = reached.map { Int64($0.timeline) > state.timeline || $0.sequence > state.sequence } ?? false
        let isAhead = try isBehind || !ledger.facts(after: state.mark).isEmpty
        if begun == nil {
            try lay(Mark(kept: name, ledger: source, isComplete: isAhead))
        }
        try after(.marked)
        let known = TimelineRaise.Knowledge(
            highest: reached?.timeline ?? Timeline.first, reached: Self.reached(state, [], reached), isComplete: isAhead
        )
        let applied = begun?.ledger ?? source
        let (timeline, brought) = try raise(known, applied, &random)
        return Report(timeline: timeline, brought: brought, ledger: applied)
    }

    private var name: String { "\(database)\(Mark.infix)\(now)" }

    // MARK: What is looked at before

    private func isSame(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard stat(one, &first) == 0, stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    private func state(of path: String) throws -> BackupReport.State {
        try StoreCopy.read(path, role: .server, migrations: ServerSchema.migrations) { db, _ in
            try BackupReport.State(db)
        }
    }

    /// What the database was that goes out of use; none where there is none or it does not open.
    /// - Parameter begun: the mark of an interrupted command: the folder's database may be the backup by now, which proves
    ///   nothing.
    private func formerStates(_ begun: Mark?, _ new: BackupReport.State) throws -> [BackupReport.State] {
        let present = try? state(of: path)
        let kept = begun?.kept.flatMap { try? state(of: folder + "/" + $0) }
        guard [present, kept].allSatisfy({ $0.map { $0.epoch == new.epoch } ?? true }) else {
            throw Failure.otherWorkspace
        }
        return [begun == nil ? present : kept].compactMap { $0 }
    }

    /// How far the folder's database had come; nil where nothing tells that.
    private func reachedMark(_ state: BackupReport.State) throws -> ReachedFile.Mark? {
        guard let mark = (try? ReachedFile(path: reachedPath))?.mark else { return nil }
        guard mark.epoch == state.epoch else { throw Failure.otherWorkspace }
        return mark
    }

    /// The last sequence that the timeline of the new state is known to have had.
    private static func reached(
        _ new: BackupReport.State, _ former: [BackupReport.State], _ mark: ReachedFile.Mark?
    ) -> Int64? {
        var known = former.filter { $0.timeline == new.timeline }.map(\.sequence)
        if let mark, Int64(mark.timeline) == new.timeline { known.append(mark.sequence) }
        return known.max().map { max($0, new.sequence) }
    }

    private func check(_ state: BackupReport.State) throws {
        let behind = state.clock - now
        guard behind <= Self.clockTolerance else { throw Failure.clockBehind(milliseconds: behind) }
        guard state.highest < .max else { throw TimelineRaise.Failure.exhausted }
    }

    private func checkWorkspace(of ledger: SecurityLedger, _ state: BackupReport.State) throws {
        for case .timeline(_, let epoch) in try ledger.facts.map(\.fact) where epoch != state.epoch {
            throw Failure.otherWorkspace
        }
    }

    /// The folder's own ledger; nil where it has none, or one without a line.
    private func ownLedger() throws -> SecurityLedger? {
        guard FileManager.default.fileExists(atPath: ledgerPath) else { return nil }
        let own = try SecurityLedger(path: ledgerPath)
        return own.mark.isEmpty ? nil : own
    }

    /// Which ledger is to be applied, and whether what is known of timelines is all. One of the folder's own with lines
    /// knows, and so does the former database; the copy beside the backup is as old as that.
    ///
    /// Of an interrupted command the folder's ledger may be the copy that it took, with lines `timeline` of its own by now;
    /// or the server's own, which somebody has put there since, and which is then the one that counts.
    private func mark(
        for report: BackupReport, _ own: SecurityLedger?, begun: Mark?, hasFormer: Bool
    ) throws -> Mark {
        let name = FileManager.default.fileExists(atPath: path) ? name : nil
        guard let own else {
            if let begun { return begun }
            let hasCopy = report.ledgerLines.map { $0 > 0 } ?? false
            return Mark(kept: name, ledger: hasCopy ? .backup : .none, isComplete: hasFormer)
        }
        try checkWorkspace(of: own, report.state)
        if let begun, try isOfRestore(own, begun, of: report) { return begun }
        // One that tells nothing of after the backup is as old as that.
        let isNewer = try !own.facts(after: report.state.mark).isEmpty
        return Mark(kept: begun.map(\.kept) ?? name, ledger: .own, isComplete: hasFormer || isNewer)
    }

    /// Whether the folder's ledger is what the interrupted command had, but for timelines that began since: the server's own, the copy
    /// beside the backup, or none.
    private func isOfRestore(_ ledger: SecurityLedger, _ begun: Mark, of report: BackupReport) throws -> Bool {
        switch begun.ledger {
        case .own: return true
        case .none: return try tellsOfTimelinesAlone(ledger.facts)
        case .backup:
            guard let mark = report.ledgerMark, try ledger.follows(mark) else { return false }
            return try tellsOfTimelinesAlone(ledger.facts(after: mark))
        }
    }

    private func tellsOfTimelinesAlone(_ lines: [(at: Int64, fact: SecurityFact)]) -> Bool {
        lines.allSatisfy { line in
            if case .timeline = line.fact { true } else { false }
        }
    }

    // MARK: Steps

    private func copy(_ backup: String, to draft: String, hash: String) throws {
        try remove(draft)
        do {
            guard try DurableFile.copy(backup, to: draft) == hash else { throw Failure.changed }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private func lay(_ mark: Mark) throws {
        // One that a crash left half written says nothing.
        try remove(markPath)
        try DurableFile.make(markPath, of: mark.bytes)
    }

    /// Gives the present database and its log another name: together they are a database as they were.
    private func keep(as name: String) throws {
        let kept = folder + "/" + name
        // Of an interrupted command: the database has the name last.
        guard !FileManager.default.fileExists(atPath: kept), FileManager.default.fileExists(atPath: path) else {
            return
        }
        for suffix in ["-wal", ""] where FileManager.default.fileExists(atPath: path + suffix) {
            try remove(kept + suffix)
            guard link(path + suffix, kept + suffix) == 0 else { throw DurableFile.Refused(errno: errno) }
        }
        try DurableFile.syncFolder(of: kept)
    }

    private func takeLedger(of backup: String) throws {
        try remove(ledgerPath + ".new")
        _ = try DurableFile.copy(backup + ServerBackup.ledgerSuffix, to: ledgerPath + ".new")
        guard rename(ledgerPath + ".new", ledgerPath) == 0 else { throw DurableFile.Refused(errno: errno) }
    }

    private func raise(
        _ known: TimelineRaise.Knowledge, _ source: LedgerSource, _ random: inout some RandomNumberGenerator
    ) throws -> (Timeline, Int) {
        // One that is damaged says nothing: it is written anew.
        if (try? ReachedFile(path: reachedPath)) == nil { try remove(reachedPath) }
        let reached = try ReachedFile(path: reachedPath)
        let ledger = try SecurityLedger(path: ledgerPath, reached: reached)
        let file = try StoreFile(path: path, role: .server, migrations: ServerSchema.migrations)
        let raise = TimelineRaise(
            ledger: ledger, schema: schema, known: known, cause: .command, isLedgerLatest: source == .own,
            now: now)
        let raised = try raise.perform(file, random: &random)
        // Whoever was erased again goes from the file's bytes too.
        try ErasurePurge(file, now: { [now] in now }).perform()
        reached.sync()
        try file.close()
        try after(.raised)
        try remove(markPath)
        try DurableFile.syncFolder(of: markPath)
        try after(.finished)
        return raised
    }

    private func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw DurableFile.Refused(errno: errno) }
    }
}
