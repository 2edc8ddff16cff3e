import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// What a server tells that was put back to an earlier state.
public struct ServerRewind: Hashable, Sendable {
    /// The number of the first set of this replica that the server lacks.
    public var expected: Int64
    /// The server's timeline now.
    public var timeline: Int
    /// What it lost, where it takes what is still here of others' writes; else nil.
    public var lost: LostRange?
    /// When it was ended that laptops are waited for, by its clock, milliseconds since 1970; nil while they are.
    public var closed: Int64?

    public init(expected: Int64, timeline: Int, lost: LostRange? = nil, closed: Int64? = nil) {
        self.closed = closed
        self.expected = expected
        self.timeline = timeline
        self.lost = lost
    }
}

/// What a server that was put back lost of the history that a replica had read.
public struct LostRange: Hashable, Sendable {
    /// The last sequence that it still has, and what comes before the first of its timeline.
    public var fork: Int64
    public var start: Int64
    /// The last stamp that it has taken from the replica.
    public var vetted: Stamp?

    public init(fork: Int64, start: Int64, vetted: Stamp?) {
        (self.fork, self.start, self.vetted) = (fork, start, vetted)
    }
}

extension PastAnswer {
    /// Whether the set is shown while it waits to be answered again.
    var isShown: Bool {
        switch answer {
        case .accepted, .restamped: true
        case .rejected, .quarantined, .handedOver: false
        }
    }

    /// The stamp that the set's writes have borne.
    func stamp(of set: ChangeSet) -> Stamp {
        if case .restamped(let given) = answer { given } else { set.stamp }
    }

    /// As the outbox holds it.
    var text: String { CanonicalJSON.text(value) }

    init(_ entry: JournalEntry) {
        self.init(sequence: entry.sequence, answer: entry.answer, isCut: entry.isCut)
    }

    init?(_ text: String?) {
        guard let text, let value = try? JSONParser.parse(text) else { return nil }
        self.init(value)
    }
}

/// Puts a replica back behind a server that was put back, inside one transaction: what the journal holds of sets that the
/// server lacks waits in the outbox once more, as it was sent, and the next exchanges read everything anew.
///
/// What is shown stays as it was: a set that comes back lies over the row by its stamp, not over whatever stands there.
struct Rewinding {
    let tables: ClientTables
    let now: ClientTime

    /// - Returns: how many sets are to be sent again.
    func perform(_ rewind: ServerRewind) throws -> Int {
        try tables.dropUnreadableJournal()
        let replica = try tables.replica()
        let answered = try tables.integer(.answered) ?? 0
        let last = try tables.integer(.lastSet) ?? 0
        let held = try Int64.fetchOne(
            tables.db, sql: "SELECT min(number) FROM journal WHERE replica = ? AND number >= ?",
            arguments: [replica.number, rewind.expected])
        // Without a journal nothing that was answered can be told again.
        let first = held ?? answered + 1
        let count = try moveBack(of: replica, from: first)
        if let lost = rewind.lost { try tables.beginWitness(lost, lacksOwn: first > rewind.expected) }
        try noteAgain(first: first, answered: answered, last: last)
        if first <= answered { try tables.set(.answered, first - 1) }
        try tables.set(.sentThrough, min(try tables.integer(.sentThrough) ?? 0, try tables.integer(.answered) ?? 0))
        try tables.set(.timeline, Int64(rewind.timeline))
        try tables.giveUpCheckpoint(.replacing)
        // Of whom it was told, and who was erased meanwhile, the server does not know.
        try tables.tellPurged()
        try tables.forgetMeasuredJournal()
        try tables.log(.rewound, at: now.wallMilliseconds, count: count)
        if let closed = rewind.closed { try tables.log(.cameLate, at: now.wallMilliseconds, number: closed) }
        return count
    }

    /// A second time before the first is over: what had been answered then counts as before.
    private func noteAgain(first: Int64, answered: Int64, last: Int64) throws {
        try tables.set(.againFirst, first)
        try tables.set(.againAnswered, max(answered, try tables.integer(.againAnswered) ?? 0))
        try tables.set(.againThrough, last)
    }

    private func moveBack(of replica: ReplicaID, from first: Int64) throws -> Int {
        var shown: Set<RecordID> = []
        var count = 0
        var row: Int64 = 0
        while true {
            let entries = try tables.journal(after: row, limit: tables.journalLimits.rows)
            guard let last = entries.last else { break }
            for entry in entries where entry.replica == replica && entry.number >= first {
                shown.formUnion(try moveBack(entry))
                count += 1
            }
            row = last.row
        }
        try tables.run("DELETE FROM journal WHERE replica = ? AND number >= ?", [replica.number, first])
        try tables.countJournal()
        for id in shown.sorted() {
            guard var stored = try tables.load(id) else { continue }
            stored.unsent = try tables.unsent(of: id)
            try tables.save(stored)
        }
        return count
    }

    /// - Returns: the records over which it is shown.
    private func moveBack(_ entry: JournalEntry) throws -> [RecordID] {
        var set = try tables.decodeSet(number: entry.number, line: entry.line, mayBeEmpty: true)
        var past = PastAnswer(entry)
        // What left since the journal was last gone through.
        if let rest = try tables.heldPart(of: set, entry.answer) { (set, past.isCut) = (rest, true) }
        try tables.append(set, line: ChangeSetLine.bytes(set), past: past)
        return past.isShown ? set.changes.map(\.id) : []
    }
}

extension ClientStore {
    /// Takes it that the server was put back to an earlier state: one transaction. What it has lost of this replica's sets is
    /// sent again with the next exchanges, and all that it has is read anew, in the place of what was read before.
    /// - Returns: how many sets are to be sent again.
    @discardableResult
    public func rewind(to server: ServerRewind, at now: ClientTime) throws -> Int {
        try write { tables in try Rewinding(tables: tables, now: now).perform(server) }
    }
}

extension ClientTables {
    /// The sets that are sent again; nil where none are, and nothing is read anew because of it.
    func againSets() throws -> AgainSets? {
        guard let first = try integer(.againFirst), let answered = try integer(.againAnswered),
            let through = try integer(.againThrough)
        else { return nil }
        let last = try integer(.lastSet) ?? 0
        return AgainSets(
            first: first, answered: answered, through: try pull() == .replacing ? max(through, last) : through)
    }

    /// At the end of an exchange that told all that there is: the items of what was handed over among it.
    func endRewinding() throws {
        guard let again = try againSets(), try pull() != .replacing, try integer(.answered) ?? 0 >= again.through else {
            return
        }
        try forgetAgainSets()
        // What was handed over meanwhile and is in no item here has no reason to stay in the journal.
        try notePurge()
    }

    func forgetAgainSets() throws {
        for key in [MetaKey.againFirst, .againAnswered, .againThrough] {
            try run("DELETE FROM meta WHERE name = ?", [key.rawValue])
        }
    }
}
