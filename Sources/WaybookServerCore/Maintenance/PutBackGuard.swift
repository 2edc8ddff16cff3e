import GRDB
import WaybookModel
import WaybookStore

/// Notices, at the opening, a database that went back without the command, and does what the command does.
public struct PutBackGuard {
    let ledger: SecurityLedger
    let reached: ReachedFile
    let schema: Schema
    /// Milliseconds since 1970.
    let now: Int64

    public init(ledger: SecurityLedger, reached: ReachedFile, schema: Schema, now: Int64) {
        (self.ledger, self.reached, self.schema, self.now) = (ledger, reached, schema, now)
    }

    /// Raises the timeline where the database is behind what was reached, or is a backup that was put here as it is; else
    /// only applies what of the ledger it lacks.
    ///
    /// - Returns: the timeline that was begun, and how many things the ledger brought up to date.
    /// - Throws: ``ReachedFile/Failure``, ``TimelineRaise/Failure``, and what reading and writing throw.
    public func perform(
        _ file: StoreFile, random: inout some RandomNumberGenerator
    ) throws -> (raised: Timeline?, brought: Int) {
        let (mark, isCopy, ledgerMark) = try file.read { db in
            let rows = ServerRows(db)
            return (
                try ReachedFile.Mark(db), try rows.number(ServerBackup.copyKey) != nil,
                try rows.text(SecurityLedger.markKey)
            )
        }
        // Not made a workspace yet: there is nothing that could have gone back.
        guard let mark else { return (nil, 0) }
        let former = reached.mark
        if let former, former.epoch != mark.epoch { throw ReachedFile.Failure.otherWorkspace }
        let isBehind = former.map { mark.isBehind($0) } ?? false
        guard isBehind || isCopy else {
            let brought = ledger.mark.isEmpty ? 0 : try file.write { try ledger.apply($0, schema: schema, now: now) }
            try note(file)
            return (nil, brought)
        }
        let known = TimelineRaise.Knowledge(
            highest: former?.timeline ?? Timeline.first,
            reached: former.flatMap { $0.timeline == mark.timeline ? $0.sequence : nil },
            isComplete: try former != nil || !ledger.facts(after: ledgerMark).isEmpty)
        let raise = TimelineRaise(
            ledger: ledger, schema: schema, known: known, cause: isBehind ? .found : .copy, isLedgerLatest: true,
            now: now)
        let (timeline, brought) = try raise.perform(file, random: &random)
        try note(file)
        return (timeline, brought)
    }

    private func note(_ file: StoreFile) throws {
        guard let mark = try file.read({ try ReachedFile.Mark($0) }) else { return }
        reached.note(mark)
        reached.sync()
    }
}
