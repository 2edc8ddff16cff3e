import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// Carries out what an administrator decides about values that laptops told of others' lost writes, in a transaction of its
/// caller.
public struct WitnessWriter {
    private let db: Database
    private let table: WitnessTable
    private let schema: Schema
    private let now: Int64

    /// - Parameter now: milliseconds since 1970.
    public init(_ db: Database, schema: Schema, now: Int64) {
        self.db = db
        table = WitnessTable(db)
        self.schema = schema
        self.now = now
    }

    /// What stands in the way of accepting.
    public enum Obstacle: Error, Hashable, Sendable {
        /// Laptops tell different values of one write: one of them is to be named.
        case contradicted(RecordID)
        /// The record that it hangs on is not there, and not among what is accepted.
        case rootMissing(RecordID)
        /// A rule of the schema is against it.
        case refused(RecordID, RefusalRule)
    }

    /// What became of what was accepted.
    public struct Accepted: Hashable, Sendable {
        /// The values that stand now, and those that went to history, for something later stands.
        public var standing = 0
        public var retired = 0
    }

    /// Applies values by the server's own right: each under a stamp of the server's, with the origin that was told, so that
    /// the author's own laptop brings nothing new. What is later stays.
    /// - Returns: what became of them, and what the security ledger must say.
    /// - Throws: ``Obstacle``, and what reading and writing throw; then nothing of it is to be kept.
    public func accept(_ chosen: [Witnessed]) throws -> (Accepted, [SecurityFact]) {
        guard !chosen.isEmpty else { return (Accepted(), []) }
        var committer = try Committer.ofServer(db, schema: schema, now: now)
        let (records, earlier) = try Self.records(of: chosen)
        let accepted: Accepted
        do {
            accepted = try committer.accept(records, earlier)
        } catch let refused as SetJudge.Refused {
            let (refusal, id) = (refused.refusal, refused.refusal.record ?? records[0].record.id)
            if refusal.isOfMissing { throw Obstacle.rootMissing(id) }
            throw Obstacle.refused(id, refusal.rule)
        }
        _ = try committer.wake()
        try committer.finish()
        try decide(chosen, .accepted)
        return (accepted, committer.ledgerFacts)
    }

    /// Lets go of values for good.
    public func drop(_ chosen: [Witnessed]) throws { try decide(chosen, .dropped) }

    private func decide(_ chosen: [Witnessed], _ state: Witnessed.State) throws {
        guard !chosen.isEmpty else { return }
        try table.decide(chosen.map(\.number), state)
        try ServerRows(db).set(ErasureLog.purgeKey, try ServerRows(db).lastSequence())
        let records = Dictionary(grouping: chosen, by: \.record)
        for (record, values) in records.sorted(by: { $0.key < $1.key }) {
            let teller = Set(values.flatMap(\.tellers)).min { $0.number < $1.number }
            try Audit(db).note(
                state == .accepted ? .witnessAccepted : .witnessDropped, replica: teller, about: .record(record),
                at: now,
                detail: [.count: .int(Int64(values.count))])
        }
    }

    /// The records that are to be written, those that others may hang on first, and what was written earlier at the same paths.
    private static func records(of chosen: [Witnessed]) throws -> (latest: [FeedRecord], earlier: [Witnessed]) {
        var records: [RecordID: FeedRecord] = [:]
        var latest: [RecordID: [FieldPath: Witnessed]] = [:]
        var earlier: [Witnessed] = []
        for value in chosen {
            let id = value.record
            var feed =
                records[id]
                ?? FeedRecord(
                    record: VersionedRecord(id: id, collection: value.collection), unit: value.unit, isWhole: false)
            if let other = feed.record.atoms[value.path] {
                guard other.origin != value.atom.origin else { throw Obstacle.contradicted(id) }
                if other.stamp > value.atom.stamp {
                    earlier.append(value)
                    continue
                }
                if let passed = latest[id]?[value.path] { earlier.append(passed) }
            }
            latest[id, default: [:]][value.path] = value
            feed.record.atoms[value.path] = value.atom
            records[id] = feed
        }
        let sorted = records.values.sorted { left, right in
            let (isLeft, isRight) = (left.unit == left.record.id, right.unit == right.record.id)
            return isLeft == isRight ? left.record.id < right.record.id : isLeft
        }
        return (sorted, earlier)
    }
}

extension Committer {
    /// Applies what laptops told of others' lost writes, because an administrator says so.
    fileprivate mutating func accept(
        _ records: [FeedRecord], _ earlier: [Witnessed]
    ) throws -> WitnessWriter.Accepted {
        var judge = try serverJudge(as: RecordID(high: 0, low: 0))
        var accepted = try judge.accept(records)
        accepted.retired += try judge.retire(earlier)
        try store(judge, note: nil, from: nil)
        return accepted
    }
}

extension SetJudge {
    /// Writes what was told of lost writes by the server's own right. What stands under a later stamp stays; the other goes to
    /// history.
    fileprivate mutating func accept(_ records: [FeedRecord]) throws -> WitnessWriter.Accepted {
        (successionCause, isWitnessed) = ("assigned", true)
        var accepted = WitnessWriter.Accepted()
        for feed in records {
            let id = feed.record.id
            let writes = feed.record.atoms.map { Write(path: $0.key, value: $0.value.value) }
            let change = Change(
                id: id, collection: feed.record.collection, isCreating: try work.row(id) == nil, writes: writes)
            set.changes.append(change)
            try admit(change)
            for write in change.writes {
                guard let atom = feed.record.atoms[write.path], let row = try work.row(id)?.record else { continue }
                let present = row.atoms[write.path]
                if present?.isNamed(by: atom.origin) == true { continue }
                guard !isPassed(atom, at: write.path, in: row) else {
                    accepted.retired += 1
                    work.retire(atom.committed(work.sequence), id, write.path)
                    continue
                }
                if let present { work.retire(present, id, write.path) }
                let given = Atom(
                    value: atom.value, stamp: giveStamp(over: row), origin: atom.origin, commit: work.sequence)
                work.set(given, at: write.path, of: id)
                accepted.standing += 1
            }
            try place(change)
            try weigh(change)
        }
        try drawConsequences()
        return accepted
    }

    /// Has the history tell of lost writes behind which a later one was accepted.
    /// - Returns: how many there were.
    fileprivate mutating func retire(_ earlier: [Witnessed]) throws -> Int {
        for value in earlier {
            try admit(
                Change(
                    id: value.record, collection: value.collection,
                    writes: [Write(path: value.path, value: value.atom.value)]))
            work.retire(value.atom.committed(work.sequence), value.record, value.path)
        }
        return earlier.count
    }

    /// Whether something later stands, or what never changes.
    private func isPassed(_ atom: Atom, at path: FieldPath, in record: VersionedRecord) -> Bool {
        if path == .life, atom.value == VersionedRecord.deleted {
            return record.atoms.values.contains { $0.stamp > atom.stamp }
        }
        guard let present = record.atoms[path] else { return false }
        return present.stamp > atom.stamp || schema.rule(for: path, in: record.collection) == .immutable
    }
}
