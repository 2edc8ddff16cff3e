import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// Takes what the server tells of others into the server rows, inside one transaction.
struct Receiving {
    let tables: ClientTables
    let own: ReplicaID
    let now: ClientTime
    private let pull: FreshPull?
    private let insertion: HotStatement
    private(set) var highest: Stamp?
    /// The numbers of the collections that were met.
    private var numbers: [CollectionName: Int64] = [:]
    /// New records by collection, for one line of the log each.
    private var arrived: [CollectionName: Int] = [:]
    private var changed = 0
    private var erasing: Erasing

    /// The most log lines a page that name their record; the rest is counted.
    static let mostNamedLines = 100

    init(_ tables: ClientTables, own: ReplicaID, now: ClientTime) throws {
        self.tables = tables
        self.own = own
        self.now = now
        pull = try tables.pull()
        insertion = try HotStatement(tables.db, Self.insertionSQL)
        erasing = Erasing(tables, now: now)
    }

    private static let insertionSQL = """
        INSERT INTO record (id, collection, unit, deleted, fields, stamps) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO NOTHING
        """

    /// - Parameter isReplacing: whether it takes the place of what is here, whatever the pull is.
    mutating func take(_ incoming: IncomingRecord, isReplacing: Bool = false) throws {
        if let stamp = incoming.highest { highest = max(highest ?? stamp, stamp) }
        if pull != nil { try tables.noteTold(incoming.id) }
        if try insert(incoming) {
            arrived[incoming.collection, default: 0] += 1
            if incoming.isMarked { try erasing.take(try incoming.record(), before: nil, wasHere: false) }
            return
        }
        guard let (found, wasReadable) = try readable(incoming) else { return }
        var stored = found
        let told = try incoming.record()
        // Of a tombstone too: its bin holds what was here before, and the server may have lost that.
        let isReplaced = isReplacing || pull == .replacing && (incoming.isWhole || told.isDeleted)
        let server = isReplaced ? told : Self.joined(stored.server, told, isWhole: incoming.isWhole)
        try noteChanges(from: stored.server, to: server)
        let mark = wasReadable ? stored.server?.erasureFloor : nil
        stored.server = server
        stored.unit = incoming.unit
        try tables.save(stored)
        try erasing.take(server, before: mark, wasHere: true)
    }

    /// The row that is here. One that cannot be read makes way for what is told whole; an increment waits until it has been.
    /// - Returns: nil where nothing is left to be done.
    private mutating func readable(_ incoming: IncomingRecord) throws -> (StoredRow, wasReadable: Bool)? {
        do {
            return try tables.load(incoming.id).map { ($0, true) }
        } catch is ClientStoreError {
            // What lies over it cannot be read either: what is shown is all that is left of that.
            guard let unsent = try? tables.unsent(of: incoming.id), incoming.isWhole || incoming.isDeleted else {
                try tables.noteUnreadable()
                return nil
            }
            try tables.discardUnreadable(incoming.id)
            _ = try insert(incoming)
            guard var stored = try tables.load(incoming.id) else { return nil }
            stored.unsent = unsent
            if !unsent.isEmpty { try tables.save(stored) }
            return (stored, false)
        }
    }

    /// Takes the line that a root was erased whose unit had left.
    mutating func take(erased root: RecordID) throws { try erasing.take(left: root) }

    /// Writes the lines of the log and observes the clock.
    func finish() throws {
        try erasing.finish()
        if let highest { try tables.observe(vetted: highest) }
        for collection in arrived.keys.sorted(by: { $0.text < $1.text }) {
            try tables.log(
                .arrived, at: now.wallMilliseconds, collection: collection, count: arrived[collection] ?? 0)
        }
        if changed > Self.mostNamedLines {
            try tables.log(.changed, at: now.wallMilliseconds, count: changed - Self.mostNamedLines)
        }
    }

    /// Stores a record that this replica meets for the first time, as it came.
    /// - Returns: whether it was new.
    private mutating func insert(_ incoming: IncomingRecord) throws -> Bool {
        let (fields, stamps) = incoming.storedTexts
        let isNew =
            try insertion.run(
                .identity(incoming.id), .integer(try number(of: incoming.collection)),
                incoming.unit == incoming.id ? .null : .identity(incoming.unit), .integer(incoming.isDeleted ? 1 : 0),
                .text(fields), .text(stamps)) > 0
        if isNew, incoming.collection == ConflictRecord.collection {
            try tables.noteDispute(incoming.id, incoming.collection, try incoming.record())
        }
        return isNew
    }

    private mutating func number(of collection: CollectionName) throws -> Int64 {
        if let known = numbers[collection] { return known }
        let number = try tables.number(of: collection)
        numbers[collection] = number
        return number
    }

    /// A whole record takes the place of the server row, an increment is joined into it; neither lowers a stamp. What
    /// a tombstone does not tell stays as its bin.
    static func joined(_ present: VersionedRecord?, _ told: VersionedRecord, isWhole: Bool) -> VersionedRecord {
        guard let present else { return told }
        guard isWhole, !told.isDeleted else { return Join.records(present, told) }
        var whole = told
        for (path, atom) in whole.atoms {
            if let ours = present.atoms[path] { whole.atoms[path] = Join.atoms(atom, ours) }
        }
        return whole
    }

    private mutating func noteChanges(from old: VersionedRecord?, to new: VersionedRecord) throws {
        var isChanged = false
        for path in new.sortedPaths {
            guard let atom = new.atoms[path], atom.value != old?.atoms[path]?.value, atom.stamp.replica != own else {
                continue
            }
            isChanged = true
            try tables.note(
                .received, new.id, path: path, value: atom.value, stamp: atom.stamp, at: now.wallMilliseconds)
        }
        guard isChanged else { return }
        changed += 1
        guard changed <= Self.mostNamedLines else { return }
        try tables.log(.changed, at: now.wallMilliseconds, record: new.id, collection: new.collection)
    }
}
