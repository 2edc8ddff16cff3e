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
        case contradicted
        /// The record that it hangs on is not there, and was not accepted before it.
        case rootMissing(RecordID)
        /// A rule of the schema is against it.
        case refused(RefusalRule)
    }

    /// What became of what was to be accepted.
    public struct Accepted: Hashable, Sendable {
        /// The values that stand now, and those that went to history, for something later stands.
        public var standing = 0
        public var retired = 0
        /// The values that say who answers for a record that is there, or who sees it: they wait as before.
        public var leftOut = 0
        /// The records of which nothing was accepted, and why.
        public var refused: [Refused] = []

        mutating func add(_ other: Accepted) {
            standing += other.standing
            retired += other.retired
            leftOut += other.leftOut
        }
    }

    /// A record of which nothing was accepted.
    public struct Refused: Hashable, Sendable {
        public var record: RecordID
        public var obstacle: Obstacle
    }

    /// Applies values by the server's own right: each under a stamp of the server's, with the origin that was told, so that
    /// the author's own laptop brings nothing new. What is later stays. A record that is refused keeps no other from it.
    /// - Parameter goesOn: whether more is decided at once: the bytes of what is decided go with the last of it.
    /// - Returns: what became of them, and what the security ledger must say.
    public func accept(_ chosen: [Witnessed], goesOn: Bool = false) throws -> (Accepted, [SecurityFact]) {
        if !goesOn { try notePurge() }
        guard !chosen.isEmpty else { return (Accepted(), []) }
        var committer = try Committer.ofServer(db, schema: schema, now: now)
        var accepted = Accepted()
        for (record, values) in Self.records(of: chosen) {
            do {
                let lost = try LostRecord(values)
                let (outcome, leftOut) = try committer.accept(lost)
                accepted.add(outcome)
                try decide(values.filter { !leftOut.contains($0.path) }, .accepted)
            } catch let obstacle as Obstacle {
                accepted.refused.append(Refused(record: record, obstacle: obstacle))
            } catch let refused as SetJudge.Refused {
                let refusal = refused.refusal
                accepted.refused.append(
                    Refused(
                        record: record,
                        obstacle: refusal.isOfMissing
                            ? .rootMissing(refusal.record ?? record) : .refused(refusal.rule)))
            }
        }
        _ = try committer.wake()
        try committer.finish()
        return (accepted, committer.ledgerFacts)
    }

    /// Lets go of values for good.
    public func drop(_ chosen: [Witnessed], goesOn: Bool = false) throws {
        if !goesOn { try notePurge() }
        for (_, values) in Self.records(of: chosen) { try decide(values, .dropped) }
    }

    private func notePurge() throws {
        let rows = ServerRows(db)
        try rows.set(ErasureLog.purgeKey, try rows.lastSequence())
    }

    /// The values by record, those that others may hang on first.
    private static func records(of chosen: [Witnessed]) -> [(RecordID, [Witnessed])] {
        func isRoot(_ values: [Witnessed]) -> Bool { values.contains { $0.unit == $0.record } }
        return Dictionary(grouping: chosen, by: \.record).map { ($0.key, $0.value) }.sorted { left, right in
            isRoot(left.1) == isRoot(right.1) ? left.0 < right.0 : isRoot(left.1)
        }
    }

    /// Notes what was decided about values of one record.
    private func decide(_ values: [Witnessed], _ state: Witnessed.State) throws {
        guard let record = values.first?.record else { return }
        try table.decide(values, state)
        try Audit(db).note(
            state == .accepted ? .witnessAccepted : .witnessDropped,
            replica: Set(values.flatMap(\.tellers)).min { $0.number < $1.number }, about: .record(record), at: now,
            detail: [.count: .int(Int64(values.count))])
    }
}

/// What is to be written of one record, and what was written earlier at the same paths.
private struct LostRecord {
    var feed: FeedRecord
    var earlier: [Witnessed] = []

    init(_ values: [Witnessed]) throws {
        let first = values[0]
        // Where laptops name different units, the one that comes first counts; the record's own field decides in the end.
        feed = FeedRecord(
            record: VersionedRecord(id: first.record, collection: first.collection), unit: first.unit, isWhole: false)
        var latest: [FieldPath: Witnessed] = [:]
        for value in values {
            guard let other = latest[value.path] else {
                latest[value.path] = value
                continue
            }
            guard other.atom.origin != value.atom.origin else { throw WitnessWriter.Obstacle.contradicted }
            let isLater = value.atom.stamp > other.atom.stamp
            earlier.append(isLater ? other : value)
            if isLater { latest[value.path] = value }
        }
        feed.record.atoms = latest.mapValues(\.atom)
    }
}

extension Committer {
    /// Applies what laptops told of others' lost writes to one record, because an administrator says so.
    /// - Returns: what became of it, and the paths that were left out.
    fileprivate mutating func accept(_ lost: LostRecord) throws -> (WitnessWriter.Accepted, Set<FieldPath>) {
        var judge = try serverJudge(as: RecordID(high: 0, low: 0))
        let (accepted, leftOut) = try judge.accept(lost)
        // Of nothing there is no commit.
        if !judge.set.changes.isEmpty { try store(judge, note: nil, from: nil) }
        return (accepted, leftOut)
    }
}

extension SetJudge {
    /// Writes what was told of lost writes by the server's own right. What stands under a later stamp stays; the other goes to
    /// history. Who answers for a record that is there, and who sees it, is not taken from anybody's laptop.
    fileprivate mutating func accept(_ lost: LostRecord) throws -> (WitnessWriter.Accepted, Set<FieldPath>) {
        (successionCause, isWitnessed) = ("assigned", true)
        var accepted = WitnessWriter.Accepted()
        let (id, collection) = (lost.feed.record.id, lost.feed.record.collection)
        let isNew = try work.row(id) == nil
        let paths = Set(lost.feed.record.atoms.keys).union(lost.earlier.map(\.path))
        let leftOut = isNew ? [] : Set(paths.filter { schema.decidesAccess($0, in: collection) })
        let earlier = lost.earlier.filter { !leftOut.contains($0.path) }
        accepted.leftOut =
            lost.feed.record.atoms.keys.count(where: leftOut.contains) + lost.earlier.count - earlier.count
        let atoms = lost.feed.record.atoms.filter { !leftOut.contains($0.key) }
        guard !atoms.isEmpty else { return (accepted, leftOut) }
        let change = Change(
            id: id, collection: collection, isCreating: isNew,
            writes: atoms.map { Write(path: $0.key, value: $0.value.value) })
        set.changes.append(change)
        try admit(change)
        for (path, atom) in atoms.sorted(by: { $0.key < $1.key }) {
            try write(atom, at: path, of: id, &accepted)
        }
        try place(change)
        try weigh(change)
        try retire(earlier)
        accepted.retired += earlier.count
        try drawConsequences()
        return (accepted, leftOut)
    }

    private mutating func write(
        _ atom: Atom, at path: FieldPath, of id: RecordID, _ accepted: inout WitnessWriter.Accepted
    ) throws {
        guard let row = try work.row(id)?.record else { return }
        let present = row.atoms[path]
        if let present, present.isNamed(by: atom.origin) {
            // The write is there: as it was told, or as another laptop told it, and that was accepted.
            guard present.value != atom.value else { return }
        } else if isPassed(atom, at: path, in: row) {
            accepted.retired += 1
            return work.retire(atom.committed(work.sequence), id, path)
        }
        if let present { work.retire(present, id, path) }
        let given = Atom(value: atom.value, stamp: giveStamp(over: row), origin: atom.origin, commit: work.sequence)
        work.set(given, at: path, of: id)
        accepted.standing += 1
    }

    /// Has the history tell of lost writes behind which a later one was accepted.
    private mutating func retire(_ earlier: [Witnessed]) throws {
        for value in earlier {
            try admit(
                Change(
                    id: value.record, collection: value.collection,
                    writes: [Write(path: value.path, value: value.atom.value)]))
            work.retire(value.atom.committed(work.sequence), value.record, value.path)
        }
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
