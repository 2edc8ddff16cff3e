import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// How much waits to be sent.
public struct OutboxSize: Hashable, Sendable {
    public var sets: Int
    /// The bytes of their lines, line feeds included; nil where there are more than ``mostMeasuredSets``: to measure a
    /// million of them before every request would cost more than to send them.
    public var bytes: Int?
    /// The number of the first set, and of the last; nil when the outbox is empty.
    public var numbers: ClosedRange<Int64>?

    /// The most sets whose bytes are added up: more than a request takes.
    public static let mostMeasuredSets = 2_000
}

/// A change set as it is sent.
public struct OutboxLine: Hashable, Sendable {
    public var number: Int64
    /// The canonical line, without its line feed.
    public var bytes: [UInt8]
    /// What became of the set before, where it is sent again.
    public var past: PastAnswer?

    /// The line as it is sent, without its line feed.
    public var sentBytes: [UInt8] { past.map { ChangeSetLine.bytes(bytes, was: $0) } ?? bytes }
}

extension ClientTables {
    /// Puts a set at the end of the outbox.
    /// - Parameter past: what became of it before, where it is sent again.
    func append(_ set: ChangeSet, line: [UInt8], past: PastAnswer? = nil) throws {
        try run(
            "INSERT INTO outbox (number, stamp, line, past) VALUES (?, ?, ?, ?)",
            [set.number, set.stamp.description, Data(line), past?.text])
        // What was refused is not shown while it is sent again.
        if past?.isShown == false { return }
        for id in Self.touched(by: set) {
            try run("INSERT INTO touched (id, number) VALUES (?, ?)", [id.blob, set.number])
        }
    }

    /// Takes a set out of the outbox; nil when it is not in it.
    func takeSet(_ number: Int64) throws -> (set: ChangeSet, line: Data, past: PastAnswer?)? {
        var found: (line: Data, past: String)?
        try HotStatement(db, "SELECT line, past FROM outbox WHERE number = ?").forEachRow(.integer(number)) { row in
            found = (Data(row.bytes(0)), String(decoding: row.bytes(1), as: UTF8.self))
            return false
        }
        guard let (line, text) = found else { return nil }
        let past = text.isEmpty ? nil : PastAnswer(text)
        let set = try decodeSet(number: number, line: line, mayBeEmpty: past != nil)
        try HotStatement(db, "DELETE FROM outbox WHERE number = ?").run(.integer(number))
        let letting = try HotStatement(db, "DELETE FROM touched WHERE id = ? AND number = ?")
        for id in Self.touched(by: set) { try letting.run(.identity(id), .integer(number)) }
        return (set, line, past)
    }

    /// The records that a set writes to and the conflicts that it resolves, each once.
    static func touched(by set: ChangeSet) -> [RecordID] {
        Set(set.changes.map(\.id) + set.resolves).sorted()
    }

    /// With what is told beside sets that are sent again.
    private static let outboxBytesSQL = "SELECT sum(length(line) + 1 + ifnull(length(past) + 7, 0)) FROM outbox"

    func outboxSize() throws -> OutboxSize {
        // One end a subquery: that is what SQLite finds without reading the table.
        let ends = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT (SELECT min(number) FROM outbox), (SELECT max(number) FROM outbox)"))
        guard let ends, let first: Int64 = ends[0], let last: Int64 = ends[1] else {
            return OutboxSize(sets: 0, bytes: 0)
        }
        // Sets are numbered without gaps and leave in order.
        let sets = Int(last - first + 1)
        let isMeasured = sets <= OutboxSize.mostMeasuredSets
        let bytes = isMeasured ? try Int.fetchOne(db.cachedStatement(sql: Self.outboxBytesSQL)) : nil
        return OutboxSize(sets: sets, bytes: bytes, numbers: first...last)
    }

    /// The next sets in order, at most `limit`, until their bytes pass `maximumBytes`; the first one always.
    func outboxLines(from first: Int64, through last: Int64, limit: Int, maximumBytes: Int) throws -> [OutboxLine] {
        let statement = try db.cachedStatement(
            sql: "SELECT number, line, past FROM outbox WHERE number BETWEEN ? AND ? ORDER BY number LIMIT ?")
        let rows = try Row.fetchCursor(statement, arguments: [first, last, limit])
        var lines: [OutboxLine] = []
        var bytes = 0
        while let row = try rows.next() {
            let line: Data = row[1]
            let past = PastAnswer(row[2])
            bytes += line.count + (past == nil ? 0 : PastAnswer.maximumBytes) + 1
            if bytes > maximumBytes, !lines.isEmpty { break }
            lines.append(OutboxLine(number: row[0], bytes: Array(line), past: past))
        }
        return lines
    }
}
