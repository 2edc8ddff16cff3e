import WaybookModel
import WaybookProtocol
import WaybookStore

/// Judges one change set inside the server's write transaction: the only place where rules beyond "later stamp wins" are
/// applied (`protocol/3-merge.md#arbitration`).
struct SetJudge {
    /// Why a set is refused; thrown inside, a verdict outside.
    struct Refused: Error {
        var refusal: Refusal
    }

    /// Two stores stamp as one replica; thrown inside, a verdict outside.
    struct Cloned: Error {}

    let schema: Schema
    let rows: ServerRows
    let replica: ReplicaID
    let authorship: (ReplicaID) throws -> Authorship?
    var clock: ServerClock
    var set: ChangeSet
    /// The stamp under which the set is judged.
    var stamp: Stamp
    /// The bases of the set's writes, translated.
    var bases: [RecordID: [FieldPath: Stamp]]
    /// What of this server's history the author had wholly read.
    let readThrough: Int64
    var work: SetWork
    /// The bytes of the records that the set writes to, and of the states that its verdict tells.
    var touchedBytes = 0
    var toldBytes = 0

    /// The most bytes that the records of one set may have together: a page of the feed holds a set whole.
    static let maximumTouchedBytes = 64 << 20
    /// The most bytes that one verdict may tell.
    static let maximumToldBytes = 8 << 20
    /// The most losers of one atom that may wait to be settled; a set that would list another is refused.
    static let maximumLosers = 64

    /// Who wrote the set, what their replica was told, and who is who.
    let exchanger: Exchanger
    private let uploader: RecordID?
    let reader: ReaderState?
    let organisation: () throws -> Organisation
    /// Stamps below this one were not surely made when they say.
    let vettedFloor: Stamp?
    /// The roots that the set makes, as they will stand.
    var drafts: [RecordID: VersionedRecord] = [:]
    /// The customers that the set takes out of the pool for those who claimed them.
    var claimed: Set<RecordID> = []
    /// Whether anything was ever erased: else nobody looks.
    var mayMeetErased = true
    /// What an entry in the history of owners says of a move that the server itself makes.
    var successionCause: String?
    /// Whether nothing is left of a record but that it was there once.
    var isRemoved: (RecordID) throws -> Bool = { _ in false }
    /// Whether the set's own changes are among what is to be stored.
    var isApplied = false
    /// What is to be known of a set that had been acknowledged before the server was put back; nil for any other.
    var old: OldSet?
    /// What of it is left out, for it has been settled since.
    var leftOut: [(record: RecordID, path: FieldPath)] = []
    /// Whether it is kept where a record that it is about is not there: one that was made before the server was put back.
    var mayWait = false
    /// What was deleted up to this commit may be gone, and what its author had not read of can be told by nothing any more.
    var removalFloor: Int64 = 0
    /// The record that it waits for.
    private(set) var awaits: RecordID?
    /// The items that told of it while it waited, by what each is about.
    var waitingItems: [RecordID: RecordID] = [:]

    /// Whether it is what laptops told of others' lost writes, which an administrator accepts.
    var isWitnessed = false
    /// When it was decided what is brought about, where that was before.
    var decidedMilliseconds: Int64?

    /// What the set resolves, by record and path.
    private var resolved: [RecordID: [FieldPath: Set<RecordID>]] = [:]

    init(
        schema: Schema, rows: ServerRows, replica: ReplicaID, clock: ServerClock, set: ChangeSet, stamp: Stamp,
        bases: [RecordID: [FieldPath: Stamp]], readThrough: Int64, sequence: Int64, author: Author,
        authorship: @escaping (ReplicaID) throws -> Authorship?
    ) {
        self.schema = schema
        self.rows = rows
        self.replica = replica
        self.clock = clock
        self.set = set
        self.stamp = stamp
        self.bases = bases
        self.authorship = authorship
        exchanger = author.exchanger
        uploader = author.uploader
        reader = author.reader
        organisation = author.organisation
        vettedFloor = author.vettedFloor
        self.readThrough = readThrough
        work = SetWork(rows: rows, sequence: sequence)
    }

    /// What the judge needs to know of a set's author.
    struct Author {
        var exchanger: Exchanger
        /// The person, where all that they may do is deliver.
        var uploader: RecordID?
        var reader: ReaderState?
        var vettedFloor: Stamp?
        var organisation: () throws -> Organisation
    }

    /// The person who wrote the set; nil where nobody of the directory did.
    var user: RecordID? { exchanger.viewer?.user ?? uploader }

    /// Judges the set. Nothing is stored yet: ``SetWork/store(_:)`` does that when the verdict is acceptance or handover.
    mutating func verdict() throws -> Verdict {
        let whole = mayWait || isAfterLongAbsence ? self : nil
        let ruled = try old.map { try verdict(on: $0) } ?? ruling()
        guard let whole, case .rejected(let refusal) = ruled, let awaited = refusal.record,
            whole.mayWait ? refusal.isOfMissing : refusal.isOfUnknown, !whole.isErasure, !whole.set.changes.isEmpty
        else { return ruled }
        self = whole
        let kept = try handedOver(mayWait ? .early : .afterDelete)
        switch kept {
        case .handover?: awaits = mayWait ? awaited : nil
        // Whom they may not know of they are not told to be erased.
        case .rejected(let refusal)?:
            guard let id = refusal.record, try mayKnowErased(id) else { return ruled }
        default: return ruled
        }
        return kept ?? ruled
    }

    /// Judges what the set now holds.
    mutating func ruling() throws -> Verdict {
        do {
            switch try admission() {
            case .admitted:
                try apply()
                return .accepted(stamp: stamp == set.stamp ? nil : stamp, outcomes: work.outcomes)
            case .lost(let losses): return .handover(try judgeLost(losses))
            case .deliveryOnly:
                try refuseErased()
                return .handover(try handOver(.disabled))
            }
        } catch let refused as Refused {
            return .rejected(refused.refusal)
        } catch is Cloned {
            return .quarantined
        }
    }

    private mutating func apply() throws {
        guard !isErasure else {
            try applyErasures()
            return isApplied = true
        }
        for change in set.changes { try admit(change) }
        try resolve()
        for change in set.changes { try judgeLife(of: change) }
        for change in set.changes { try judgeFields(of: change) }
        for change in set.changes { try place(change) }
        for change in set.changes { try weigh(change) }
        try drawConsequences()
        try keepAdministrator()
        try keepTree()
        isApplied = true
    }

    /// What was surely written before the unit moved on is applied, and told to who answers for it now; anything else
    /// they decide. Nothing of what the unit holds goes back either way.
    private mutating func judgeLost(_ losses: [RecordID: Loss]) throws -> RecordID {
        guard try isEarlier(losses) else { return try handOver(.moved) }
        let before = (work, clock)
        do {
            try apply()
            return try handOver(.late)
        } catch is Refused {
            (work, clock) = before
            isApplied = false
            return try handOver(.moved)
        }
    }

    // MARK: Admission

    /// Refuses what does not fit the schema, and writes to records that the server does not know.
    mutating func admit(_ change: Change) throws {
        guard change.collection != ConflictRecord.collection else {
            throw refusal(.access, change.id, change.writes.first?.path)
        }
        if let violation = schema.violation(in: change, strictness: .exchange) {
            throw refusal(violation.rule, change.id, violation.path)
        }
        for write in change.writes where !write.path.isNormalised || !ValueForm.isOneLine(write.path.text) {
            throw refusal(.path, change.id, write.path)
        }
        let row = try work.row(change.id)
        if row == nil, !change.isCreating { throw try unknown(change.id) }
        if row == nil, ServerMadeID.isServerMade(change.id) { throw refusal(.access, change.id, nil) }
        if let row, row.record.collection != change.collection { throw refusal(.path, change.id, nil) }
        if row == nil {
            let record = VersionedRecord(id: change.id, collection: change.collection)
            work.update(ServerRow(record: record, unit: change.id))
            if try isRemoved(change.id) { comeAgain(change) }
        }
    }

    /// Makes a record of which only the identity was left: whoever still has its delete sees by its life that it is there again.
    private mutating func comeAgain(_ change: Change) {
        let atom = Atom(value: VersionedRecord.alive, stamp: giveStamp(), commit: work.sequence)
        work.set(atom, at: .life, of: change.id)
        work.outcomes.append(
            OutcomeLine(
                id: change.id, collection: change.collection, path: .life, outcome: .merged,
                present: atom.committed(0), conflict: nil))
    }

    /// Refuses what would make a record that no reader could parse.
    mutating func weigh(_ change: Change) throws {
        for write in change.writes where RecordSize(of: write.value ?? .null).values > RecordSize.maximumValuesOfValue {
            throw refusal(.limit, change.id, write.path)
        }
        guard let row = try work.row(change.id), change.writes.contains(where: { $0.path != .life }) else { return }
        let size = RecordSize(of: row.record)
        touchedBytes += size.bytes
        guard size.isReadable, touchedBytes <= Self.maximumTouchedBytes else { throw refusal(.limit, change.id, nil) }
    }

    func unknown(_ id: RecordID) throws -> Refused {
        refusal(try rows.isRefusedCreation(id, by: replica) ? .depends : .unknown, id, nil)
    }

    func refusal(_ rule: RefusalRule, _ id: RecordID, _ path: FieldPath?, present: Value? = nil) -> Refused {
        Refused(refusal: Refusal(rule: rule, record: id, path: path, present: present))
    }

    // MARK: Resolutions

    private mutating func resolve() throws {
        for id in set.resolves {
            guard let row = try work.row(id), let conflict = ConflictRecord(row.record) else { continue }
            resolved[conflict.about, default: [:]][conflict.loser.path, default: []].insert(id)
            guard conflict.isOpen else { continue }
            try close(conflict, as: "resolved", by: try authorship(replica)?.person)
            work.noteResolved(conflict.about)
        }
    }

    mutating func close(_ conflict: ConflictRecord, as status: String, by person: String?) throws {
        var fields: [FieldName: Value] = [
            ConflictRecord.Field.status: .string(status),
            ConflictRecord.Field.resolvedAt: .string(now),
        ]
        if let person { fields[ConflictRecord.Field.resolvedBy] = .string(person) }
        try work.close(conflict, status: fields, stamp: giveStamp())
    }

    var now: String { Instant(milliseconds: decidedMilliseconds ?? Int64(clamping: clock.milliseconds)).description }

    /// The next stamp of the server's own, above all that a record bears that it writes over.
    mutating func giveStamp(over record: VersionedRecord? = nil) -> Stamp { clock.give(over: record) }

    // MARK: Life

    private mutating func judgeLife(of change: Change) throws {
        guard let write = change.writes.first(where: { $0.path == .life }), let row = try work.row(change.id) else {
            return
        }
        let hasUnseen = try write.value == VersionedRecord.deleted && hasUnseen(row)
        let life = row.record.atoms[.life]
        let losers = try work.openConflicts(change.id, .life)
        let candidate = clock.next(above: max(life?.stamp ?? stamp, stamp))
        let arbitration = LifeArbitration(
            present: life, losers: losers.map(\.loser), serverStamp: { _ in candidate })
        let translated = Write(path: .life, value: write.value, base: bases[change.id]?[.life])
        let ruling = arbitration.ruling(
            on: translated, stamp: stamp, hasUnseen: hasUnseen, knowsDelete: knowsDelete(life))
        try settle(ruling, translated, change.id, losers: losers, candidate: candidate)
    }

    /// Whether anything that a delete of this record takes with it was written by others after what the deleter had read.
    private func hasUnseen(_ row: ServerRow) throws -> Bool {
        var latest = row.latestByOthers(than: replica)
        if row.unit == row.record.id {
            latest = max(latest, try rows.latestInUnit(row.unit, byOthersThan: replica))
        }
        return latest > readThrough
    }

    private func knowsDelete(_ life: Atom?) -> Bool {
        guard let life else { return false }
        return life.commit <= readThrough || life.origin.replica == replica
    }

    /// Brings a deleted record back because something was written to it or under it.
    private mutating func revive(_ id: RecordID) throws {
        guard let row = try work.row(id), let life = row.record.atoms[.life], row.record.isDeleted,
            !row.record.isErased
        else { return }
        let losers = try work.openConflicts(id, .life)
        let candidate = clock.next(above: life.stamp)
        let arbitration = LifeArbitration(
            present: life, losers: losers.map(\.loser), serverStamp: { _ in candidate })
        guard let decision = arbitration.revival(knowsDelete: knowsDelete(life)) else { return }
        let write = Write(path: .life, value: VersionedRecord.alive, base: nil)
        try settle(.accepted(decision), write, id, losers: losers, candidate: candidate)
    }

    // MARK: Fields

    private mutating func judgeFields(of change: Change) throws {
        for write in change.writes where write.path != .life {
            guard let rule = schema.rule(for: write.path, in: change.collection) else {
                throw refusal(.path, change.id, write.path)
            }
            let present = try work.row(change.id)?.record.atoms[write.path]
            let losers = try work.openConflicts(change.id, write.path)
            let translated = Write(
                path: write.path, value: write.value, base: try base(of: write, change.id, rule, present))
            let candidate = clock.next(above: max(present?.stamp ?? stamp, stamp))
            var arbitration = Arbitration(
                rule: rule, path: write.path, present: present, losers: losers.map(\.loser),
                serverStamp: { _ in candidate })
            if rule == .text, let base = translated.base, let text = try value(change.id, write.path, at: base)?.text {
                arbitration.textAt = { $0 == base ? text : nil }
                arbitration.fits = { [schema] in schema.fits($0, at: write.path, in: change.collection) }
            }
            let resolution = resolution(change.id, translated)
            if resolution != nil { arbitration.resolutionAt = try rivals(change.id, write.path, present, losers) }
            let ruling = arbitration.ruling(on: translated, stamp: stamp, resolution: resolution)
            if let resolution { work.note(resolution, change.id, write.path, origin: stamp) }
            try settle(ruling, translated, change.id, losers: losers, candidate: candidate)
        }
        let isLeft = leftOut.isEmpty || set.changes.contains { $0.id == change.id }
        if isLeft, change.writes.contains(where: { $0.path != .life }) { try revive(change.id) }
    }

    private func resolution(_ id: RecordID, _ write: Write) -> Resolution? {
        guard let conflicts = resolved[id]?[write.path] else { return nil }
        let present = work.known(id)?.record.atoms[write.path]
        let base = write.base.flatMap { base in present.flatMap { $0.isNamed(by: base) ? $0.origin : nil } ?? base }
        return Resolution(conflicts: conflicts, base: base)
    }

    private func rivals(
        _ id: RecordID, _ path: FieldPath, _ present: Atom?, _ losers: [ConflictRecord]
    ) throws -> (Stamp) -> Resolution? {
        var known: [Stamp: Resolution] = [:]
        for origin in losers.map(\.loser.origin) + (present.map { [$0.origin] } ?? []) {
            known[origin] = try rows.resolution(record: id, path: path, origin: origin)
        }
        return { [known] in known[$0] }
    }

    /// The value that stood under a stamp: presently, as an open loser, or in history.
    mutating func value(_ id: RecordID, _ path: FieldPath, at stamp: Stamp) throws -> Value? {
        if let present = try work.row(id)?.record.atoms[path], present.isNamed(by: stamp) { return present.value }
        for conflict in try work.openConflicts(id, path) {
            if conflict.loser.stamp == stamp || conflict.loser.origin == stamp { return conflict.loser.value }
        }
        return try rows.retiredValue(record: id, path: path, stamp: stamp)
    }

    // MARK: Units

    /// Puts the record into its unit, and brings its root back if that was deleted.
    mutating func place(_ change: Change) throws {
        guard var row = try work.row(change.id) else { return }
        guard let unit = schema.unit(of: row.record) else { throw refusal(.required, change.id, nil) }
        let isContent = change.writes.contains { $0.path != .life }
        if isContent || row.unit != unit {
            row.unit = unit
            if isContent { row.noteAuthor(replica, sequence: work.sequence) }
            work.update(row)
        }
        guard unit != change.id else {
            let rootField = schema[change.collection]?.rootField
            if let rootField, row.record[rootField]?.text != nil {
                throw refusal(.type, change.id, FieldPath(rootField))
            }
            return
        }
        guard let root = try work.row(unit) else { throw try unknown(unit) }
        // A unit is a root with what hangs on it, never a chain.
        guard schema[root.record.collection]?.rootField == nil else {
            throw refusal(.type, change.id, (schema[change.collection]?.rootField).map { FieldPath($0) })
        }
        let isAlive = !row.record.isDeleted
        if isContent, isAlive { try revive(unit) }
    }
}
