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
    private var conflicts: [Place: [ConflictRecord]] = [:]
    var outcomes: [OutcomeLine] = []
    private(set) var retired: [(RecordID, FieldPath, Atom)] = []
    private(set) var resolutions: [(RecordID, FieldPath, Stamp, Resolution)] = []
    private(set) var openings: [(isOpen: Bool, conflict: RecordID, record: RecordID, path: FieldPath)] = []

    private struct Place: Hashable {
        var record: RecordID
        var path: FieldPath
    }

    init(rows: ServerRows, sequence: Int64) {
        self.rows = rows
        self.sequence = sequence
    }

    /// A record as it stands in the course of this set; nil where there is none.
    mutating func row(_ id: RecordID) throws -> ServerRow? {
        if let row = loaded[id] { return row }
        guard let row = try rows.row(id) else { return nil }
        loaded[id] = row
        return row
    }

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
        let place = Place(record: id, path: path)
        if let known = conflicts[place] { return known }
        let open = try rows.openConflicts(of: id, at: path)
        conflicts[place] = open
        return open
    }

    mutating func retire(_ atom: Atom, _ id: RecordID, _ path: FieldPath) { retired.append((id, path, atom)) }

    mutating func note(_ resolution: Resolution, _ id: RecordID, _ path: FieldPath, origin: Stamp) {
        resolutions.append((id, path, origin, resolution))
    }

    /// Takes a conflict off the list of open ones; its record tells how it ended.
    mutating func close(_ conflict: ConflictRecord, status: [FieldName: Value], stamp: Stamp) throws {
        let (about, path) = (conflict.about, conflict.loser.path)
        conflicts[Place(record: about, path: path)] = try openConflicts(about, path).filter { $0.id != conflict.id }
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
        conflicts[Place(record: about, path: path)] = try openConflicts(about, path) + [listed]
        openings.append((true, listed.id, listed.about, listed.loser.path))
        update(conflict)
    }

    /// Stores everything; the set is accepted. Returns the last sequence used.
    func store() throws -> Int64 {
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
        return sequence
    }
}
