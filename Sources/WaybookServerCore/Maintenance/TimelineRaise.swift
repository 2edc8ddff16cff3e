import GRDB
import WaybookModel
import WaybookStore

/// Begins another timeline on a file that went back to an earlier state.
///
/// Done without need it costs the laptops nothing that was not lost: what they read before the fork is what the server has.
/// A fork set too low makes some pull afresh; one set too high would let them keep what the server does not have.
public struct TimelineRaise {
    /// Why there is no further timeline.
    public enum Failure: Error, Hashable, Sendable {
        /// All 255 numbers are given.
        case exhausted
        /// The ledger is of another workspace than the file.
        case otherWorkspace
    }

    /// What is known of timelines besides what stands in file and ledger.
    public struct Knowledge: Hashable, Sendable {
        /// The highest number that is known to have been given.
        public var highest: UInt8
        /// The last sequence that the file's timeline is known to have had.
        public var reached: Int64?
        /// Whether all numbers are known that were ever given. Else some are left out: a number that was given, and of
        /// which nobody here knows, must not be given again.
        public var isComplete: Bool

        public init(highest: UInt8 = Timeline.first, reached: Int64? = nil, isComplete: Bool) {
            (self.highest, self.reached, self.isComplete) = (highest, reached, isComplete)
        }
    }

    /// The fewest numbers that are passed over where not all are known, and how many more at most. By chance, for two who
    /// put the same old backup back know as little as each other.
    static let skipped = 15
    static let skippedByChance = 32

    let ledger: SecurityLedger
    let schema: Schema
    let known: Knowledge
    let cause: Timeline.Cause
    /// Whether the ledger tells how things were last, as the folder's own does: then what laptops send again decides nothing
    /// of what it speaks of. One that was copied beside the backup knows nothing of what was decided after that.
    let isLedgerLatest: Bool
    /// Milliseconds since 1970.
    let now: Int64

    public init(
        ledger: SecurityLedger, schema: Schema, known: Knowledge, cause: Timeline.Cause, isLedgerLatest: Bool,
        now: Int64
    ) {
        (self.ledger, self.schema, self.known, self.cause, self.now) = (ledger, schema, known, cause, now)
        self.isLedgerLatest = isLedgerLatest
    }

    /// Raises the timeline, and brings the file to what the ledger says, in one transaction: what that writes stands on the
    /// new timeline, and no number of the lost one is used for it.
    ///
    /// - Parameter random: for the numbers to pass over.
    /// - Returns: the timeline, and how many things were brought up to date.
    /// - Throws: ``Failure``, `SecurityLedgerError`, and what reading and writing throw; then nothing was done.
    public func perform(
        _ file: StoreFile, random: inout some RandomNumberGenerator
    ) throws -> (timeline: Timeline, brought: Int) {
        let chance = Int.random(in: 0..<Self.skippedByChance, using: &random)
        return try file.writeSecurity(ledger, now: now) { db in
            let rows = ServerRows(db)
            let table = TimelineTable(db)
            guard let parent = try table.present(), let epoch = try rows.text("epoch") else {
                throw ServerBackup.Failure.notAWorkspace
            }
            let timeline = Timeline(
                number: try number(table, epoch: epoch, chance: chance), parent: parent,
                fork: try rows.lastSequence(), restored: now, reached: known.reached, cause: cause)
            _ = try table.add(timeline)
            try rows.set("timeline", Int64(timeline.number))
            try rows.set("sequence", timeline.start)
            try db.execute(sql: "DELETE FROM server WHERE key = ?", arguments: [ServerBackup.copyKey])
            let lacked = try ledger.facts(after: rows.text(SecurityLedger.markKey))
            let brought = try ledger.apply(db, schema: schema, now: now)
            try RuledTable(db).noteLedger(isLatest: isLedgerLatest)
            if isLedgerLatest {
                for (_, fact) in lacked { try RuledTable(db).note(fact, from: timeline.number) }
            }
            // Whoever gave the command knows.
            if cause == .command { try table.noteTold() }
            try Audit(db).note(
                .restored, at: now,
                detail: [
                    .from: .int(Int64(parent)), .to: .int(Int64(timeline.number)), .mode: .string(cause.rawValue),
                ])
            // Appended last, for the file's mark goes with it to the end of the ledger: the lines before it must be applied.
            return ((timeline, brought), [.timeline(timeline, epoch: epoch)])
        }
    }

    private func number(_ table: TimelineTable, epoch: String, chance: Int) throws -> UInt8 {
        var highest = max(try table.highest(), known.highest)
        for case .timeline(let timeline, let other) in try ledger.facts.map(\.fact) {
            guard other == epoch else { throw Failure.otherWorkspace }
            highest = max(highest, timeline.number)
        }
        guard highest < .max else { throw Failure.exhausted }
        let number = Int(highest) + 1 + (known.isComplete ? 0 : Self.skipped + chance)
        return UInt8(min(number, Int(UInt8.max)))
    }
}
