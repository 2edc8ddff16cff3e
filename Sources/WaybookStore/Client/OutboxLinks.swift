import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// What a damaged outbox lacks, and which records are known to have been written to by it.
struct OutboxLinks {
    /// The most missing numbers that are told.
    static let maximumTold = 100

    /// The first numbers that do not read back, are missing, or bear another set.
    private(set) var lost: [Int64] = []
    /// How many there are.
    private var lostSets: Int64 = 0
    /// What is known of those: records, and the numbers of the sets that write to them.
    private(set) var lostLinks: [(id: Data, number: Int64)] = []

    var lostCount: Int { lostLinks.count }
    var lostRecords: Set<RecordID> { Set(lostLinks.compactMap { RecordID(blob: $0.id) }) }

    /// Whether nobody knows what one of them wrote to: then what is shown may be all that is left of it, in any record.
    var isLostWithoutTrace: Bool { lostSets > Int64(Set(lostLinks.map(\.number)).count) }

    func records(of number: Int64) -> [String] {
        lostLinks.filter { $0.number == number }.compactMap { RecordID(blob: $0.id)?.description }
    }
}

extension ClientTables {
    /// Reads through the outbox.
    func outboxLinks() throws -> OutboxLinks {
        let numbers = 0...ChangeSet.maximumNumber
        let answered = (try integer(.answered) ?? 0).clamped(to: numbers)
        let last = (try integer(.lastSet) ?? 0).clamped(to: numbers)
        var links = OutboxLinks()
        var (next, read): (Int64, Set<Int64>) = (answered + 1, [])
        let rows = try Row.fetchCursor(db, sql: "SELECT number, stamp, line, past FROM outbox ORDER BY number")
        while let row = try rows.next() {
            let number: Int64 = row[0]
            // Beyond what a set can be numbered, or answered already: none that waits bears it.
            guard numbers.contains(number), number >= next else {
                links.miss(only: number)
                continue
            }
            links.miss(next..<number)
            next = number + 1
            if readUnsent(row) == nil { links.miss(only: number) } else { read.insert(number) }
        }
        links.miss(next..<max(next, last + 1))
        let linked = try Row.fetchCursor(
            db, sql: "SELECT id, number FROM touched WHERE number > ?", arguments: [answered])
        while let row = try linked.next() { if !read.contains(row[1]) { links.link(row[0], row[1]) } }
        return links
    }

    /// Each unsent set that reads back and is shown, in order.
    func forEachUnsent(_ body: (ChangeSet) throws -> Void) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT number, stamp, line, past FROM outbox ORDER BY number")
        while let row = try rows.next() {
            guard let (set, past) = readUnsent(row), past?.isShown != false else { continue }
            try body(set)
        }
    }

    private func readUnsent(_ row: Row) -> (set: ChangeSet, past: PastAnswer?)? {
        let (number, text): (Int64, String?) = (row[0], row[3])
        let past = PastAnswer(text)
        guard text == nil || past != nil,
            let set = try? decodeSet(number: number, line: row[2], mayBeEmpty: past != nil),
            set.number == number, set.stamp.description == row[1]
        else { return nil }
        return (set, past)
    }
}

extension OutboxLinks {
    fileprivate mutating func miss(only number: Int64) {
        lostSets += 1
        if lost.count < Self.maximumTold { lost.append(number) }
    }

    fileprivate mutating func miss(_ numbers: Range<Int64>) {
        lostSets += Int64(numbers.count)
        for number in numbers.prefix(max(0, Self.maximumTold - lost.count)) { lost.append(number) }
    }

    fileprivate mutating func link(_ id: Data, _ number: Int64) { lostLinks.append((id, number)) }
}

extension Int64 {
    fileprivate func clamped(to range: ClosedRange<Int64>) -> Int64 {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
