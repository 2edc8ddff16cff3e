import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// What the security ledger says of units, after an older backup was put back.
extension Committer {
    /// What commits by the server's own right alone, without an exchange.
    ///
    /// - Parameter now: milliseconds since 1970.
    static func ofServer(_ db: Database, schema: Schema, now: Int64) throws -> Committer {
        try Committer(
            db: db, schema: schema, limits: .standard,
            clock: ServerClock(ServerRows(db), milliseconds: UInt64(clamping: now)), authorship: { _ in nil },
            exchanger: { $0.exchanger(in: $1, now: UInt64(clamping: now)) }, onDirectory: { _ in },
            onErasure: { try ErasureLog(db).note($0, units: $1, now: now) })
    }

    /// Brings units to what the security ledger says of them: one commit for all of them.
    /// - Parameter at: when that was decided, milliseconds since 1970; those who lost them lost them then.
    mutating func restore(_ access: UnitAccess, of units: [RecordID], at: Int64) throws {
        var judge = try serverJudge(as: RecordID(high: 0, low: 0))
        judge.decidedMilliseconds = at
        try judge.restore(access, of: units)
        clock = judge.clock
        sequence = try judge.work.store(
            SetWork.Cause(by: nil, milliseconds: at, note: nil, replica: judge.replica))
        try noteMade(judge.work.made)
        news.add(judge.work.news)
    }

    /// Gives units that come back to whom the ledger says they were given since; what was made after that was said is of
    /// another decision, unless its author had been answered before: a laptop's clock may be ahead of the server's.
    mutating func restoreForetold(of judge: SetJudge) throws {
        let people = try currentOrganisation().people
        for move in judge.work.scopeMoves where move.old.isEmpty {
            guard let foretold = try ForetoldAccess(db).take(move.unit),
                judge.old != nil || judge.isWitnessed
                    || Int64(clamping: judge.stamp.milliseconds) < foretold.at
            else { continue }
            try noteHolders(of: move)
            try restore(foretold.access.among { people[$0] != nil }, of: [move.unit], at: foretold.at)
            // Whoever had asked for that then does not ask for it once more; of an old copy's lines a later request may be the last word.
            let ruled = RuledTable(db)
            guard try ruled.isLedgerLatest() else { continue }
            try ruled.note(
                .access(.assigned([move.unit], foretold.access)),
                from: try TimelineTable(db).present() ?? Timeline.first)
        }
    }

    /// Whoever saw the unit as it was made held it once: the ledger tells of what came after.
    private mutating func noteHolders(of move: SetWork.ScopeMove) throws {
        let replicas = try devices ?? RestoredAccess.replicas(db, now: Int64(clamping: clock.milliseconds))
        devices = replicas
        for replica in Set(move.new.keys.flatMap { replicas[$0] ?? [] })
        where try rows.held(move.unit, by: replica) == nil {
            try rows.setHeld(move.unit, by: replica, .left)
        }
    }
}
