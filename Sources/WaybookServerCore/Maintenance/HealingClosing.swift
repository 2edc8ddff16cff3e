import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// Healings that were ended; frozen: a later change is another migration. `report` is what stood in the report then.
let closedHealingMigrationSQL = """
    CREATE TABLE healing_closed (
        timeline INTEGER PRIMARY KEY, closed INTEGER NOT NULL, cause TEXT NOT NULL, report TEXT NOT NULL
    ) STRICT;
    """

/// A healing that was ended: nothing is awaited any more, and whoever comes later is late.
public struct ClosedHealing: Hashable, Sendable {
    /// Why it was ended; the names stand in the file.
    public enum Cause: String, Sendable, CaseIterable {
        /// An administrator said so.
        case command
        /// It was open for so long.
        case age
    }

    public var timeline: UInt8
    /// The server's clock, milliseconds since 1970.
    public var closed: Int64
    public var cause: Cause
    /// Numbers alone: what was back then, what not, and what was undecided.
    public var report: Value
}

/// Ends the healing of a server that was put back (`docs/operations.md#what-came-back`), inside a transaction.
///
/// What waits by itself for a record waits no more: its items are in the handover box, where people decide. What laptops told
/// stays as it is, to be decided about. Nothing that comes later is lost by it.
public struct HealingClosing {
    private let db: Database

    public init(_ db: Database) { self.db = db }

    /// The end of the healing on a timeline; nil while it goes on.
    public func closed(_ timeline: UInt8) throws -> ClosedHealing? {
        let sql = "SELECT closed, cause, report FROM healing_closed WHERE timeline = ?"
        return try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [timeline]).map { row in
            guard let cause = ClosedHealing.Cause(rawValue: row[1]),
                let report = try? JSONParser.parse(row[2] as String)
            else { throw DamagedRow() }
            return ClosedHealing(timeline: timeline, closed: row[0], cause: cause, report: report)
        }
    }

    /// Ends the healing on the present timeline, unless it was ended. Sets of which the record is there by now are judged once
    /// more before.
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: its end, and what the security ledger must say; nil on the first timeline, where there is none.
    public func close(
        as cause: ClosedHealing.Cause, schema: Schema, now: Int64
    ) throws -> (closed: ClosedHealing, news: CommitNews, facts: [SecurityFact])? {
        guard let timeline = try TimelineTable(db).present(), timeline > Timeline.first else { return nil }
        if let known = try closed(timeline) { return (known, CommitNews(), []) }
        var committer = try Committer.ofServer(db, schema: schema, now: now)
        committer.hasDirectoryChanged = true
        let woken = try committer.wake()
        try committer.finish()
        let report = try HealingReport(db).figures
        try WaitingTable(db).removeAll()
        let closed = ClosedHealing(timeline: timeline, closed: now, cause: cause, report: report)
        try db.execute(
            sql: "INSERT INTO healing_closed (timeline, closed, cause, report) VALUES (?, ?, ?, ?)",
            arguments: [timeline, now, cause.rawValue, CanonicalJSON.text(report)])
        try Audit(db).note(
            .healingClosed, at: now,
            detail: [.name: .string(String(timeline)), .reason: .string(cause.rawValue)])
        return (closed, woken?.news ?? CommitNews(), committer.ledgerFacts)
    }

    /// Whether the healing on the present timeline has gone on for as long as it may.
    public func isDue(now: Int64) throws -> Bool {
        let table = TimelineTable(db)
        guard let present = try table.present(),
            let timeline = try table.all().first(where: { $0.number == present }), try closed(present) == nil
        else { return false }
        return now - timeline.restored >= Int64(try ServerSettings(db).healingDays()) * Instant.dayMilliseconds
    }
}

extension HealingReport {
    /// The report in numbers, as it is kept of a healing that was ended.
    var figures: Value {
        let states = Dictionary(grouping: devices, by: \.state).mapValues { Value.int(Int64($0.count)) }
        return [
            "accepted": .int(Int64(witness.accepted)), "asked": .int(back.asked),
            "awaited": .int(Int64(awaitedRecords)), "back": .int(back.sets), "beyond": .int(Int64(witness.beyond)),
            "devices": .map(Dictionary(uniqueKeysWithValues: states.map { ($0.key.rawValue, $0.value) })),
            "dropped": .int(Int64(witness.dropped)), "lost": timeline?.lostCommits.map { .int($0) } ?? .null,
            "nobodys": nobodys.map { .int($0) } ?? .null, "records": .int(Int64(witness.records)),
            "trimmed": .int(trimmed), "values": .int(Int64(witness.values)),
            "waiting": .int(Int64(devices.reduce(0) { $0 + $1.waiting })),
        ]
    }
}

extension ExchangeService {
    /// Ends the healing that has gone on for as long as it may.
    /// - Returns: its end, and what was committed by that; nil where none is due.
    public func closeHealingIfDue(ledger: SecurityLedger? = nil) throws -> (closed: ClosedHealing, news: CommitNews)? {
        let now = Int64(clamping: self.now)
        guard try file.read({ try HealingClosing($0).isDue(now: now) }) else { return nil }
        return try file.writeSecurity(ledger, now: now) { db in
            let closing = HealingClosing(db)
            guard try closing.isDue(now: now), let done = try closing.close(as: .age, schema: schema, now: now) else {
                return (nil, [])
            }
            return ((done.closed, done.news), done.facts)
        }
    }
}
