import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// How much a replica keeps of its own change sets once the server has answered them.
struct JournalLimits: Sendable {
    /// The bytes of their lines, together.
    var bytes: Int64 = 64 << 20
    /// How long, by the server's clock: 30 days.
    var milliseconds: Int64 = 30 * 86_400_000
    /// The most rows that one transaction trims or goes through.
    var rows = 1_000
}

/// A change set that the server has answered. A replica keeps the latest of them, so that a server which was put back to
/// an earlier state can be told them again; nothing of them is unsent, and nobody is shown them.
struct JournalEntry: Hashable {
    typealias Answer = PastAnswer.Answer

    /// The order of answering, and of the numbers of one replica.
    var row: Int64
    /// The number that this replica had then.
    var replica: ReplicaID
    var number: Int64
    /// The set's canonical line.
    var line: Data
    /// The server's latest sequence at the answer: the set was committed no later.
    var sequence: Int64
    /// The server's clock at the answer, milliseconds since 1970.
    var milliseconds: Int64
    var answer: Answer
    /// Whether something was taken out, for it may no longer be held: what is left are not the bytes that were sent.
    var isCut: Bool
}

extension PastAnswer.Answer {
    init(_ verdict: Verdict) {
        switch verdict {
        case .accepted(let stamp, _): self = stamp.map { .restamped($0) } ?? .accepted
        case .rejected: self = .rejected
        case .quarantined: self = .quarantined
        case .handover: self = .handedOver
        }
    }

    /// As the table holds it; nil for what nearly all are.
    var text: String? {
        switch self {
        case .accepted: nil
        case .restamped(let stamp): stamp.description
        case .rejected: "rejected"
        case .quarantined: "quarantined"
        case .handedOver: "handover"
        }
    }

    init?(_ text: String?) {
        switch text {
        case nil: self = .accepted
        case "rejected": self = .rejected
        case "quarantined": self = .quarantined
        case "handover": self = .handedOver
        case let text?:
            guard let stamp = Stamp(text) else { return nil }
            self = .restamped(stamp)
        }
    }
}

extension ClientTables {
    /// The next entries, oldest first.
    func journal(after row: Int64 = 0, limit: Int) throws -> [JournalEntry] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT row, replica, number, line, sequence, at, answer, cut FROM journal WHERE row > ? ORDER BY row LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [row, limit]).map { row in
            let number: Int64 = row[2]
            guard let replica = UInt32(exactly: row[1] as Int64), let answer = JournalEntry.Answer(row[6]) else {
                throw ClientStoreError.damagedSet(number)
            }
            return JournalEntry(
                row: row[0], replica: ReplicaID(replica), number: number, line: row[3], sequence: row[4],
                milliseconds: row[5], answer: answer, isCut: row[7])
        }
    }

    /// Removes the oldest entries for as long as they are due.
    /// - Returns: whether there may be more of them than `limit`.
    @discardableResult
    func trimJournal(atMost limit: Int, isDue: (_ bytes: Int64, _ milliseconds: Int64) -> Bool) throws -> Bool {
        let statement = try HotStatement(db, "SELECT row, length(line), at FROM journal ORDER BY row LIMIT ?")
        var bytes = try integer(.journalBytes) ?? 0
        var (last, count): (Int64?, Int) = (nil, 0)
        try statement.forEachRow(.integer(Int64(limit))) { row in
            guard isDue(bytes, row.integer(2)) else { return false }
            (last, count) = (row.integer(0), count + 1)
            bytes -= row.integer(1)
            return true
        }
        guard let last else { return false }
        try run("DELETE FROM journal WHERE row <= ?", [last])
        try set(.journalBytes, bytes)
        return count == limit
    }

    /// When an entry is too old, by the server's clock at the last answer; nil before there was one.
    fileprivate func journalHorizon() throws -> Int64? {
        try integer(.headClock).map { $0 - journalLimits.milliseconds }
    }
}

extension ClientStore {
    /// Removes the entries of the journal that are too old.
    func trimJournal() throws {
        let isDue = try read { tables in
            guard let horizon = try tables.journalHorizon() else { return false }
            let oldest = try Int64.fetchOne(
                tables.db.cachedStatement(sql: "SELECT at FROM journal ORDER BY row LIMIT 1"))
            return oldest.map { $0 < horizon } ?? false
        }
        guard isDue else { return }
        while try write({ tables in
            guard let horizon = try tables.journalHorizon() else { return false }
            return try tables.trimJournal(atMost: journalLimits.rows) { $1 < horizon }
        }) {}
    }
}

// MARK: What may not be held

extension ClientStore {
    /// Takes out of the journal what this replica may no longer hold. Cost: reads the journal.
    func sweepJournal() throws {
        var row: Int64 = 0
        while let last = try write({ tables in try tables.sweepJournal(after: row) }) { row = last }
    }
}

extension ClientTables {
    /// Goes through the next entries.
    /// - Returns: the last one's row; nil where there were none.
    fileprivate func sweepJournal(after row: Int64) throws -> Int64? {
        let entries = try journal(after: row, limit: journalLimits.rows)
        var bytes = try integer(.journalBytes) ?? 0
        for entry in entries {
            guard let set = try? decodeSet(number: entry.number, line: entry.line, mayBeEmpty: true) else {
                try dropJournal(through: entry.row)
                bytes = try integer(.journalBytes) ?? 0
                continue
            }
            guard let rest = try heldPart(of: set, entry.answer) else { continue }
            let line = Data(ChangeSetLine.bytes(rest))
            try run("UPDATE journal SET line = ?, cut = 1 WHERE row = ?", [line, entry.row])
            bytes += Int64(line.count - entry.line.count)
            try self.set(.journalBytes, bytes)
        }
        return entries.last?.row
    }

    /// Before sets are taken from it to be sent again: they go on behind what cannot be read, as behind what was trimmed.
    func dropUnreadableJournal() throws {
        var row: Int64 = 0
        while let last = try dropUnreadableJournal(after: row) { row = last }
    }

    private func dropUnreadableJournal(after row: Int64) throws -> Int64? {
        let entries = try journal(after: row, limit: journalLimits.rows)
        let damaged = entries.last { entry in
            (try? decodeSet(number: entry.number, line: entry.line, mayBeEmpty: true)) == nil
        }
        if let damaged { try dropJournal(through: damaged.row) }
        return entries.last?.row
    }

    /// What cannot be read may be about anybody: it goes, with what is before it.
    private func dropJournal(through row: Int64) throws {
        try run("DELETE FROM journal WHERE row <= ?", [row])
        try countJournal()
    }

    /// Adds the bytes of all lines up.
    func countJournal() throws {
        try set(.journalBytes, try Int64.fetchOne(db, sql: "SELECT ifnull(sum(length(line)), 0) FROM journal") ?? 0)
    }

    /// Whether an item here tells of a change that was handed over: it holds the same. However that ended, another restore may
    /// take it back.
    private func isToldByItem(_ change: Change, of set: ChangeSet) throws -> Bool {
        try schema.named(by: [change]).contains { about in
            let item = ServerMadeID.handover(replica: set.stamp.replica, number: set.number, unit: about)
            return try load(item)?.server.map { !$0.isErased } ?? false
        }
    }

    /// What of an answered set may be kept: the changes to records of which something is here and whose person was not
    /// erased. A record that left, that another unit took away, or that never came to be has no row. Number, stamp and
    /// times stay in any case: nobody is named by them. What was handed over is here as an item, and stays; while sets are sent
    /// again, the items may not have been told yet, nor what went over into another unit while a pull is under way.
    /// - Returns: nil where all of it may.
    func heldPart(of set: ChangeSet, _ answer: JournalEntry.Answer) throws -> ChangeSet? {
        let isHandedOver = answer == .handedOver
        let isUntold = try isAnythingComingAgain() || isHandedOver && againSets() != nil
        let changes = try set.changes.filter { change in
            guard try !isAboutErased(answered: change) else { return false }
            return try isUntold || exists(change.id) || (isHandedOver && isToldByItem(change, of: set))
        }
        let mayResolve = try isHandedOver || isUntold || set.resolves.allSatisfy { try exists($0) }
        if changes.count == set.changes.count, mayResolve { return nil }
        var rest = set
        rest.changes = changes
        // Whom a note or a conflict is about nobody can tell.
        rest.resolves = []
        rest.note = nil
        return rest
    }
}
