import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// Puts answered sets into the journal, inside the transaction that stores their verdicts.
///
/// The journal has no holes: where a set is not kept, none before it is. So the numbers that it lacks are those below its
/// first one.
struct Journaling {
    private let tables: ClientTables
    private let replica: Int64
    private let sequence: Int64
    private let milliseconds: Int64
    /// The number of the first set that is kept.
    private let first: Int64
    private let insertion: HotStatement
    private var added: Int64 = 0

    init(_ tables: ClientTables, now: ClientTime) throws {
        self.tables = tables
        replica = Int64(try tables.replica().number)
        sequence = try tables.integer(.headSequence) ?? 0
        milliseconds = try tables.integer(.headClock) ?? now.wallMilliseconds
        first = try tables.firstJournalled()
        insertion = try HotStatement(
            tables.db,
            "INSERT INTO journal (replica, number, line, sequence, at, answer, cut) VALUES (?, ?, ?, ?, ?, ?, ?)")
    }

    /// Takes a set whose verdict has taken its effect.
    /// - Parameter past: what became of it before its server was put back.
    mutating func take(_ set: ChangeSet, line: Data, _ verdict: Verdict, past: PastAnswer? = nil) throws {
        guard set.number >= first else { return try clear() }
        let answer = JournalEntry.Answer(verdict)
        // What was accepted is about what is here; else only what is here is kept.
        let part = if case .accepted = verdict { nil as ChangeSet? } else { try tables.heldPart(of: set, answer) }
        let bytes = part.map { ChangeSetLine.bytes($0)[...] } ?? Array(line)[...]
        try insertion.run(
            .integer(replica), .integer(set.number), .blob(bytes), .integer(sequence), .integer(milliseconds),
            answer.text.map { .string($0) } ?? .null, .integer(part == nil && past?.isCut != true ? 0 : 1))
        added += Int64(bytes.count)
    }

    private mutating func clear() throws {
        added = 0
        try tables.run("DELETE FROM journal")
        try tables.set(.journalBytes, 0)
    }

    /// Writes how many bytes there are, and keeps them within their bound.
    func finish() throws {
        guard added > 0 else { return }
        let most = tables.journalLimits.bytes
        let bytes = (try tables.integer(.journalBytes) ?? 0) + added
        try tables.set(.journalBytes, bytes)
        // As many go as came.
        if bytes > most { try tables.trimJournal(atMost: .max) { bytes, _ in bytes > most } }
    }
}

extension ClientTables {
    /// The number of the first set that is worth keeping: behind those before it more waits in the outbox than the journal
    /// holds, so that they would be written only to be trimmed. Measured anew only once another set was made: to add up
    /// the lines of a large outbox costs some hundredths of a second.
    fileprivate func firstJournalled() throws -> Int64 {
        let last = try integer(.lastSet) ?? 0
        if try integer(.journalMeasured) == last { return try integer(.journalFirst) ?? 0 }
        let lines = try HotStatement(db, "SELECT number, length(line) FROM outbox ORDER BY number DESC")
        var (first, bytes): (Int64, Int64) = (0, 0)
        try lines.forEachRow { row in
            bytes += row.integer(1)
            if bytes > journalLimits.bytes { first = row.integer(0) + 1 }
            return first == 0
        }
        try set(.journalFirst, first)
        try set(.journalMeasured, last)
        return first
    }

    /// The outbox has other numbers now.
    func forgetMeasuredJournal() throws { try set(.journalMeasured, -1) }
}
