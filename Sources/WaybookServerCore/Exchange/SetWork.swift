import WaybookModel
import WaybookProtocol
import WaybookStore

/// Who stands behind a replica, for the lines that name an author.
public struct Authorship: Hashable, Sendable {
    /// The person's name.
    public var person: String
    /// The name of the device.
    public var device: String

    public init(person: String, device: String) {
        self.person = person
        self.device = device
    }
}

/// What judging one set will change, gathered in memory: a refusal then needs no undoing.
struct SetWork {
    let rows: ServerRows
    let sequence: Int64
    private(set) var touched: [RecordID] = []
    private var isTouched: Set<RecordID> = []
    private var loaded: [RecordID: ServerRow] = [:]
    /// What was looked for and is not there.
    private var missing: Set<RecordID> = []
    /// The open conflicts of the records that were asked about, by path.
    private var conflicts: [RecordID: [FieldPath: [ConflictRecord]]] = [:]
    var outcomes: [OutcomeLine] = []
    private(set) var retired: [(RecordID, FieldPath, Atom)] = []
    private(set) var resolutions: [(RecordID, FieldPath, Stamp, Resolution)] = []
    private(set) var openings: [(isOpen: Bool, conflict: RecordID, record: RecordID, path: FieldPath)] = []

    private var originalUnits: [RecordID: RecordID] = [:]
    /// The units that change their scopes, and how.
    private(set) var scopeMoves: [ScopeMove] = []
    /// How many conflicts of each record somebody settled.
    private(set) var resolvedConflicts: [RecordID: Int] = [:]
    private(set) var moves: [(record: RecordID, unit: RecordID)] = []
    private var items: [(item: RecordID, unit: RecordID)] = []
    private var handed: [(record: RecordID, unit: RecordID)] = []
    private(set) var changesDirectory = false
    /// Whether it is told who loses what by a change of the directory.
    private var tellsLosses = false
    private(set) var erasures: [ErasureWork] = []

    init(rows: ServerRows, sequence: Int64) {
        self.rows = rows
        self.sequence = sequence
    }

    /// A record as it stands in the course of this set; nil where there is none.
    mutating func row(_ id: RecordID) throws -> ServerRow? {
        if let row = loaded[id] { return row }
        guard !missing.contains(id) else { return nil }
        guard let row = try rows.row(id) else {
            missing.insert(id)
            return nil
        }
        loaded[id] = row
        originalUnits[id] = row.unit
        return row
    }

    /// A record that is the root of its unit; nil where there is none.
    mutating func root(_ id: RecordID) throws -> ServerRow? { try row(id).flatMap { $0.unit == id ? $0 : nil } }

    /// A record that this set has loaded.
    func known(_ id: RecordID) -> ServerRow? { loaded[id] }

    /// Changes a record, or adds it.
    mutating func update(_ row: ServerRow) {
        loaded[row.record.id] = row
        touch(row.record.id)
    }

    /// Changes one atom of a record that was loaded, in place: a record with thousands of them is not copied each time.
    mutating func set(_ atom: Atom, at path: FieldPath, of id: RecordID) {
        loaded[id]?.record.atoms[path] = atom
        touch(id)
    }

    private mutating func touch(_ id: RecordID) {
        if isTouched.insert(id).inserted { touched.append(id) }
    }

    /// The open conflicts of one path.
    mutating func openConflicts(_ id: RecordID, _ path: FieldPath) throws -> [ConflictRecord] {
        // A record has conflicts at few of its paths: one look for all of them.
        let known = try conflicts[id] ?? Dictionary(grouping: rows.openConflicts(of: id), by: \.loser.path)
        conflicts[id] = known
        return known[path] ?? []
    }

    mutating func retire(_ atom: Atom, _ id: RecordID, _ path: FieldPath) { retired.append((id, path, atom)) }

    mutating func note(_ resolution: Resolution, _ id: RecordID, _ path: FieldPath, origin: Stamp) {
        resolutions.append((id, path, origin, resolution))
    }

    /// Takes a conflict off the list of open ones; its record tells how it ended.
    mutating func close(_ conflict: ConflictRecord, status: [FieldName: Value], stamp: Stamp) throws {
        let (about, path) = (conflict.about, conflict.loser.path)
        let rest = try openConflicts(about, path).filter { $0.id != conflict.id }
        conflicts[about]?[path] = rest
        openings.append((false, conflict.id, conflict.about, conflict.loser.path))
        guard var row = try row(conflict.id) else { return }
        for (field, value) in status {
            row.record.atoms[FieldPath(field)] = Atom(value: value, stamp: stamp, commit: sequence)
        }
        update(row)
    }

    /// Lists a conflict.
    mutating func open(_ conflict: ServerRow) throws {
        guard let listed = ConflictRecord(conflict.record) else { return }
        let (about, path) = (listed.about, listed.loser.path)
        let longer = try openConflicts(about, path) + [listed]
        conflicts[about]?[path] = longer
        openings.append((true, listed.id, listed.about, listed.loser.path))
        update(conflict)
    }

    // MARK: Who sees what

    /// The unit that a record was in before this set; nil for a new one.
    func originalUnit(of id: RecordID) -> RecordID? { originalUnits[id] }

    /// Whether anything is touched from which it follows who sees a unit.
    var placesRoots: Bool { !scopeMoves.isEmpty }

    /// Puts a unit into these scopes and no others.
    /// - Parameter old: those that it is in.
    mutating func setScopes(
        _ scopes: [Scope: ShareGrade], of unit: RecordID, from old: [Scope: Member], ends: [Scope: DepartureReason]
    ) {
        scopeMoves.removeAll { $0.unit == unit }
        scopeMoves.append(ScopeMove(unit: unit, old: old, new: scopes, ends: ends))
    }

    /// Notes that somebody settled a conflict of a record.
    mutating func noteResolved(_ record: RecordID) { resolvedConflicts[record, default: 0] += 1 }

    /// Notes that a record left a unit.
    mutating func noteMoved(_ record: RecordID, from unit: RecordID) { moves.append((record, unit)) }

    mutating func note(_ erasure: ErasureWork) { erasures.append(erasure) }

    /// - Parameter isTold: whether people are told who took from them what they lose by it.
    mutating func noteDirectoryChange(isTold: Bool = true) {
        changesDirectory = true
        tellsLosses = tellsLosses || isTold
    }

    /// What the set makes.
    var made: [RecordID] { touched.filter { originalUnits[$0] == nil } }

    /// What the set makes, and the units that others may see by it.
    var arrivals: Set<RecordID> {
        Set(made).union(scopeMoves.map(\.unit)).union(moves.map(\.record))
    }

    /// The records of the directory that the set has touched.
    var directoryRecords: [VersionedRecord] {
        touched.compactMap { loaded[$0]?.record }.filter { DirectoryRecord.collections.contains($0.collection) }
    }

    /// The items for others to decide on that it makes.
    var linkedItems: [RecordID] { Set(items.map(\.item)).sorted() }

    /// How many items for others to decide on it makes.
    var itemCount: Int { linkedItems.count }

    mutating func link(item: RecordID, about unit: RecordID) { items.append((item, unit)) }

    mutating func noteHanded(_ record: RecordID, unit: RecordID) { handed.append((record, unit)) }

    /// Writes fields by the server's own right, sequentially; what stood there goes to history.
    mutating func write(_ fields: [FieldName: Value], into row: ServerRow, stamp: Stamp) {
        var row = row
        let id = row.record.id
        for (name, value) in fields.sorted(by: { $0.key.text < $1.key.text }) {
            let path = FieldPath(name)
            if let old = row.record.atoms[path] { retire(old, id, path) }
            row.record.atoms[path] = Atom(value: value, stamp: stamp, commit: sequence)
        }
        update(row)
    }

    /// A unit that goes from some scopes into others, and why it leaves those that it leaves.
    struct ScopeMove {
        var unit: RecordID
        var old: [Scope: Member]
        var new: [Scope: ShareGrade]
        var ends: [Scope: DepartureReason]
    }

    /// By whom, when and why the scopes of units change.
    struct Cause {
        var by: RecordID?
        var milliseconds: Int64
        var note: String?
        var replica: ReplicaID
    }

    /// Stores everything; the set is accepted. Returns the last sequence used.
    func store(_ cause: Cause) throws -> Int64 {
        let before = try mayTakeScopes ? Organisation(rows.directory()) : nil
        var (sequence, index) = (sequence, Int64(0))
        for id in touched {
            guard let row = loaded[id] else { continue }
            if index == FeedPosition.recordsPerSequence { (sequence, index) = (sequence + 1, 0) }
            try rows.store(row, at: FeedPosition.make(sequence: sequence, index: index))
            index += 1
        }
        for (id, path, atom) in retired { try rows.retire(atom, record: id, path: path, sequence: self.sequence) }
        for (id, path, origin, resolution) in resolutions {
            try rows.note(resolution, record: id, path: path, origin: origin)
        }
        for opening in openings {
            try rows.setOpen(opening.isOpen, conflict: opening.conflict, record: opening.record, path: opening.path)
        }
        try storeAccess(cause, sequence)
        if let before { try storeLosses(since: before, cause, sequence) }
        return sequence
    }

    /// Whether somebody can lose scopes by it: what is new in the directory takes nothing from anybody.
    private var mayTakeScopes: Bool {
        tellsLosses
            && touched.contains { id in
                loaded[id].map { $0.position != nil && DirectoryRecord.collections.contains($0.record.collection) }
                    ?? false
            }
    }

    private func storeLosses(since before: Organisation, _ cause: Cause, _ sequence: Int64) throws {
        let after = Organisation(try rows.directory())
        let day = AccessDay.text(UInt64(clamping: cause.milliseconds))
        for (user, scopes) in before.losses(to: after, on: day) {
            let reason = before.people[user]?.role == after.people[user]?.role ? DepartureReason.team : .role
            for scope in scopes.sorted() {
                let loss = ScopeLoss(
                    scope: scope, at: sequence, milliseconds: cause.milliseconds, reason: reason.rawValue, by: cause.by)
                try rows.note(loss, of: user)
            }
        }
    }

    private func storeAccess(_ cause: Cause, _ sequence: Int64) throws {
        for (record, unit) in moves {
            try rows.noteMoved(
                record, from: unit, at: sequence, milliseconds: cause.milliseconds, by: cause.by)
        }
        var units = Set(moves.map(\.unit))
        for id in touched { if let unit = loaded[id]?.unit { units.insert(unit) } }
        for unit in units.sorted() { try rows.touch(unit, at: sequence) }
        for move in scopeMoves {
            for (scope, grade) in move.new.sorted(by: { $0.key < $1.key }) where move.old[scope]?.grade != grade {
                try rows.join(move.unit, scope, grade, at: sequence)
            }
            for (scope, member) in move.old.sorted(by: { $0.key < $1.key }) where move.new[scope] == nil {
                let end = MembershipEnd(
                    since: member.since, at: sequence, milliseconds: cause.milliseconds,
                    reason: (move.ends[scope] ?? .closed).rawValue, by: cause.by, note: cause.note)
                try rows.leave(move.unit, scope, end)
            }
        }
        for (item, unit) in items { try rows.link(item: item, about: unit) }
        for (record, unit) in handed { try rows.noteHandedCreation(record, by: cause.replica, unit: unit) }
        if changesDirectory { try rows.noteDirectoryChange(at: sequence, milliseconds: cause.milliseconds) }
    }
}
