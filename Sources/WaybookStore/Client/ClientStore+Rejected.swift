import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// A set that the server refused or put aside, kept until a person acts.
public struct RejectedSet: Hashable, Sendable {
    /// Names it for `show`, `retry` and `discard`.
    public var row: Int64
    /// The set as it was sent.
    public var set: ChangeSet
    /// Why; nil when the set was put aside because two stores stamp as one.
    public var refusal: Refusal?
    /// The device's wall clock when the answer came, milliseconds since 1970.
    public var atMilliseconds: Int64

    /// The line of an export: canonical JSON, readable by another program.
    public var exportLine: [UInt8] {
        let verdict: Verdict = refusal.map { .rejected($0) } ?? .quarantined
        return CanonicalJSON.bytes([
            "at": .int(atMilliseconds), "change": ChangeSetLine.value(set), "verdict": verdict.value,
        ])
    }
}

extension ClientStore {
    /// The sets that wait for a person, oldest first.
    public func rejected(after row: Int64 = 0, limit: Int = 1_000) throws -> [RejectedSet] {
        try read { tables in
            let rows = try Row.fetchAll(
                tables.db,
                sql: "SELECT row, number, line, verdict, at FROM rejected WHERE row > ? ORDER BY row LIMIT ?",
                arguments: [row, limit])
            return try rows.map { try tables.rejectedSet($0) }
        }
    }

    /// One of them; nil when there is none of that name.
    public func rejected(row: Int64) throws -> RejectedSet? {
        try read { tables in try tables.rejectedSet(row: row) }
    }

    /// Makes a refused set anew on what is shown now, and after it those that were refused because they build on it.
    /// - Parameters:
    ///   - mended: the changes to send instead of the refused ones; nil sends the same again.
    ///   - user: as in ``edit(_:at:by:)``.
    /// - Returns: what became of each, the asked one first; those that were taken leave the list.
    ///   Nil when there is none of that name.
    public func retryRejected(
        row: Int64, mended: [Change]? = nil, at now: ClientTime, by user: RecordID? = nil
    ) throws -> [EditOutcome]? {
        try write { tables in
            guard let rejected = try tables.rejectedSet(row: row) else { return nil }
            let editing = try Editing(tables: tables, now: now, user: user)
            let first = try tables.retry(rejected, changes: mended ?? rejected.set.changes, by: editing)
            guard case .saved = first else { return [first] }
            var outcomes = [first]
            var records = Set(rejected.set.changes.map(\.id))
            for dependent in try tables.dependents(after: row) {
                guard dependent.set.changes.contains(where: { records.contains($0.id) }) else { continue }
                records.formUnion(dependent.set.changes.map(\.id))
                outcomes.append(try tables.retry(dependent, changes: dependent.set.changes, by: editing))
            }
            return outcomes
        }
    }

    /// Gives a refused set up. Nothing is left of it but the history's note.
    /// - Returns: whether there was one.
    @discardableResult
    public func discardRejected(row: Int64) throws -> Bool {
        try write { tables in
            try tables.run("DELETE FROM rejected WHERE row = ?", [row])
            return tables.db.changesCount > 0
        }
    }
}

extension ClientTables {
    func rejectedSet(_ row: Row) throws -> RejectedSet {
        let text: String = row[3]
        let verdict = (try? JSONParser.parse(text)).flatMap { Verdict($0) }
        var refusal: Refusal?
        if case .rejected(let reason) = verdict { refusal = reason }
        return RejectedSet(
            row: row[0], set: try decodeSet(number: row[1], line: row[2]), refusal: refusal, atMilliseconds: row[4])
    }

    func rejectedSet(row: Int64) throws -> RejectedSet? {
        try Row.fetchOne(
            db, sql: "SELECT row, number, line, verdict, at FROM rejected WHERE row = ?", arguments: [row]
        ).map { try rejectedSet($0) }
    }

    /// The refused sets after one that were refused because they build on another.
    func dependents(after row: Int64) throws -> [RejectedSet] {
        try Row.fetchAll(
            db, sql: "SELECT row, number, line, verdict, at FROM rejected WHERE row > ? ORDER BY row", arguments: [row]
        ).map { try rejectedSet($0) }.filter { $0.refusal?.rule == .depends }
    }

    func retry(_ rejected: RejectedSet, changes: [Change], by editing: Editing) throws -> EditOutcome {
        let action = UserAction(changes, resolves: rejected.set.resolves, note: rejected.set.note)
        let outcome = try editing.perform(action)
        switch outcome {
        case .saved, .unchanged: try run("DELETE FROM rejected WHERE row = ?", [rejected.row])
        case .refused, .deleted, .denied, .leaving, .erased: break
        }
        return outcome
    }
}
