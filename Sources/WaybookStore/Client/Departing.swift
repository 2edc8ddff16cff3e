import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// Takes what its reader may no longer hold out of a replica, inside one transaction
/// (`protocol/4-exchange.md#departures`). Never a deletion: nothing is uploaded because of it.
///
/// A unit about which something is unsent only leaves once that has been answered: until then it is marked, and hidden.
struct Departing {
    let tables: ClientTables
    let now: ClientTime
    /// The units that unsent sets are about; nil until asked for.
    private var unsent: Set<RecordID>?
    /// The rows that show another unit than the server's row names, by the latter; nil until asked for.
    private var elsewhere: [RecordID: [RecordID]]?
    /// Whether any unit was marked when that was last asked, or has been since; nil until asked for.
    private var hasMarked: Bool?
    /// The records that went over into another unit, nobody said why, and that were not told again yet.
    private var movedAway: Set<RecordID> = []
    /// How many records went over into units that the reader does not see.
    private(set) var goneRecords = 0

    init(_ tables: ClientTables, now: ClientTime) {
        self.tables = tables
        self.now = now
    }

    /// Takes the line that a unit departed: it goes at once, or is marked while something is unsent about it.
    mutating func take(_ departure: Departure) throws {
        try tables.dropWitness(about: departure.unit)
        if try !tables.isLeaving(departure.unit) && !isCard(departure.unit) { try resend(about: departure.unit) }
        guard try isUnsent(about: departure.unit) else { return try evict(departure) }
        try mark(departure)
    }

    /// A card of the pool: nothing but claims is ever written to one, and a claim that was refused has had its answer.
    private func isCard(_ unit: RecordID) throws -> Bool {
        try tables.load(unit)?.collection == CardRecord.collection
    }

    /// Takes the line that a record is elsewhere now: the server's row goes, unsent writes stay over nothing.
    /// With a cause the log tells of it; without one only if the page does not tell the record again.
    mutating func take(gone id: RecordID, _ cause: DepartureCause?) throws {
        try tables.dropWitness(about: id)
        guard var stored = try tables.load(id) else { return }
        (unsent, elsewhere) = (nil, nil)
        stored.server = nil
        try tables.save(stored)
        try tables.notePurge()
        if cause == nil { try tables.noteComingAgain() }
        // A conflict goes with what it is about.
        guard stored.collection != ConflictRecord.collection else { return }
        guard let cause else { return _ = movedAway.insert(id) }
        goneRecords += 1
        try tables.log(
            .movedAway, at: now.wallMilliseconds, record: id, collection: stored.collection, told: .gone(id, cause))
    }

    /// A marked unit that is told again stays: what was held of it makes way for what is told.
    mutating func makeWay(for incoming: IncomingRecord) throws {
        (unsent, elsewhere) = (nil, nil)
        movedAway.remove(incoming.id)
        guard incoming.isWhole, try isMarked(incoming.unit) else { return }
        _ = try clear(incoming.unit)
        try unmark(incoming.unit)
    }

    /// Whether a unit is marked. Asked for every record of a pull, and there is hardly ever one.
    private mutating func isMarked(_ unit: RecordID) throws -> Bool {
        let hasMarked = try self.hasMarked ?? !tables.leavingUnits().isEmpty
        self.hasMarked = hasMarked
        return try hasMarked && tables.isLeaving(unit)
    }

    /// Lets the marked units go about which nothing is unsent any more, and writes the log's line of what moved away.
    mutating func finish() throws {
        for departure in try tables.leavingUnits() where try !isUnsent(about: departure.unit) {
            try evict(departure)
        }
        if !movedAway.isEmpty { try tables.log(.movedAway, at: now.wallMilliseconds, count: movedAway.count) }
    }

    // MARK: Leaving

    private mutating func mark(_ departure: Departure) throws {
        hasMarked = true
        try tables.run(
            "INSERT OR REPLACE INTO leaving (unit, departure) VALUES (?, ?)",
            [departure.unit.blob, CanonicalJSON.text(ResponseLine.departed(departure).value)])
        for id in try rows(of: departure.unit) {
            try tables.run("UPDATE record SET leaving = ? WHERE id = ?", [departure.unit.blob, id.blob])
        }
        try tables.holdPurged()
    }

    private func unmark(_ unit: RecordID) throws {
        try tables.run("UPDATE record SET leaving = NULL WHERE leaving = ?", [unit.blob])
        try tables.run("DELETE FROM leaving WHERE unit = ?", [unit.blob])
    }

    private mutating func evict(_ departure: Departure) throws {
        let root = try tables.load(departure.unit)?.collection
        // While the rows still tell what belongs to the unit.
        try dropRejected(about: departure.unit)
        let count = try clear(departure.unit)
        try unmark(departure.unit)
        guard count > 0 else { return }
        try tables.log(
            .departed, at: now.wallMilliseconds, record: departure.unit, collection: root, count: count,
            told: .departed(departure))
    }

    /// Takes the server's rows of a unit away.
    /// - Returns: how many records went.
    private mutating func clear(_ unit: RecordID) throws -> Int {
        let ids = try rows(of: unit)
        for id in ids {
            guard var stored = try tables.load(id) else { continue }
            stored.server = nil
            try tables.save(stored)
        }
        elsewhere = nil
        if !ids.isEmpty { try tables.notePurge() }
        return ids.count
    }

    /// The root, the records that are shown in the unit, and those whose server row is in it.
    private mutating func rows(of unit: RecordID) throws -> [RecordID] {
        let statement = try tables.db.cachedStatement(
            sql: "SELECT id FROM record WHERE unit = ?1 UNION SELECT id FROM record WHERE id = ?1")
        let found = try Data.fetchAll(statement, arguments: [unit.blob])
        let elsewhere = try self.elsewhere ?? tables.rowsShownElsewhere()
        self.elsewhere = elsewhere
        return Set(found.compactMap { RecordID(blob: $0) } + (elsewhere[unit] ?? [])).sorted()
    }

    // MARK: What is unsent about it

    private mutating func isUnsent(about unit: RecordID) throws -> Bool {
        let unsent = try self.unsent ?? tables.unitsOfOutbox()
        self.unsent = unsent
        return unsent.contains(unit)
    }

    /// Puts what the server had refused about a unit into the outbox once more: the server keeps it for somebody to decide.
    private mutating func resend(about unit: RecordID) throws {
        for refused in try tables.refused(about: unit) {
            try tables.run("DELETE FROM rejected WHERE row = ?", [refused.entry.row])
            let renewed = try renumbered(refused.entry.set, keepsStamp: refused.entry.refusal != nil)
            try tables.append(renewed, line: ChangeSetLine.bytes(renewed))
            try tables.set(.lastSet, renewed.number)
            for change in renewed.changes {
                var stored =
                    try tables.load(change.id)
                    ?? StoredRow(id: change.id, collection: change.collection, row: nil, before: nil, server: nil)
                stored.unsent = try tables.unsent(of: change.id)
                try tables.save(stored)
            }
            (unsent, elsewhere) = (nil, nil)
        }
    }

    /// The set as it was, under the next number. A stamp that another store bears, or that is of an earlier number of this
    /// replica, could never be sent again.
    private func renumbered(_ set: ChangeSet, keepsStamp: Bool) throws -> ChangeSet {
        var renewed = set
        renewed.number = (try tables.integer(.lastSet) ?? 0) + 1
        let isOwn = try set.stamp.replica == tables.replica()
        if !keepsStamp || !isOwn { renewed.stamp = try tables.tick(now) }
        return renewed
    }

    /// What was refused about a unit goes; of a set that was about another one too, the rest stays.
    private func dropRejected(about unit: RecordID) throws {
        for refused in try tables.refused(about: unit) {
            var rest = refused.entry.set
            rest.changes.removeAll { refused.records.contains($0.id) }
            rest.resolves = []
            try tables.notePurge()
            if rest.changes.isEmpty {
                try tables.run("DELETE FROM rejected WHERE row = ?", [refused.entry.row])
            } else {
                try tables.run(
                    "UPDATE rejected SET line = ? WHERE row = ?",
                    [Data(ChangeSetLine.bytes(rest)), refused.entry.row])
            }
        }
    }
}

extension ClientTables {
    func isLeaving(_ unit: RecordID) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM leaving WHERE unit = ?)")
        return try Bool.fetchOne(statement, arguments: [unit.blob]) ?? false
    }

    /// The marked units, with the line that said so.
    func leavingUnits() throws -> [Departure] {
        try String.fetchAll(db.cachedStatement(sql: "SELECT departure FROM leaving ORDER BY unit"))
            .compactMap { Self.departure($0) }
    }

    /// The units that a change is about: of the row that it writes to, as shown and as the server has it, and every root
    /// that it names.
    func units(of change: Change) throws -> Set<RecordID> {
        var units = try units(ofRow: change.id)
        guard let root = schema[change.collection]?.rootField else { return units.union([change.id]) }
        let named = change.writes.filter { $0.path == FieldPath(root) }.compactMap { $0.value?.text }
        units.formUnion(named.compactMap { RecordID($0) })
        return units.isEmpty ? [change.id] : units
    }

    private func units(of set: ChangeSet) throws -> Set<RecordID> {
        var units: Set<RecordID> = []
        for change in set.changes { units.formUnion(try self.units(of: change)) }
        for conflict in set.resolves { units.formUnion(try self.units(ofRow: conflict)) }
        return units
    }

    private func units(ofRow id: RecordID) throws -> Set<RecordID> {
        let statement = try db.cachedStatement(
            sql: """
                SELECT unit, (SELECT name FROM collection WHERE number = record.collection), server FROM record
                WHERE id = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [id.blob]) else { return [] }
        let server = try serverUnit(id, collection: row[1], server: row[2])
        return Set([RecordID(blob: row[0]) ?? id] + (server.map { [$0] } ?? []))
    }

    /// The unit that the server's row names, where unsent writes lie over one.
    private func serverUnit(_ id: RecordID, collection: String, server: String?) throws -> RecordID? {
        guard let server, !server.isEmpty, let root = schema[CollectionName(collection)]?.rootField else { return nil }
        guard let fields = (try? JSONParser.parse(server))?.entries else { throw ClientStoreError.damagedRow(id) }
        return fields[root.text]?.text.flatMap { RecordID($0) } ?? id
    }

    /// The rows whose server row names another unit than the one that they are shown in, by that unit.
    fileprivate func rowsShownElsewhere() throws -> [RecordID: [RecordID]] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT id, unit, (SELECT name FROM collection WHERE number = record.collection), server FROM record
                WHERE server IS NOT NULL
                """)
        var found: [RecordID: [RecordID]] = [:]
        while let row = try rows.next() {
            guard let id = RecordID(blob: row[0]) else { throw ClientStoreError.damagedRow(nil) }
            let unit = try serverUnit(id, collection: row[2], server: row[3])
            if let unit, unit != RecordID(blob: row[1]) ?? id { found[unit, default: []].append(id) }
        }
        return found
    }

    /// The units that unsent sets are about. Cost: reads the outbox.
    fileprivate func unitsOfOutbox() throws -> Set<RecordID> {
        var found: Set<RecordID> = []
        let rows = try Row.fetchCursor(db, sql: "SELECT number, line FROM outbox ORDER BY number")
        while let row = try rows.next() {
            found.formUnion(try units(of: try decodeSet(number: row[0], line: row[1], mayBeEmpty: true)))
        }
        return found
    }

    /// A refused set that is about a unit, and which of its records are; none where it only resolves a conflict there.
    fileprivate struct RefusedAbout {
        var entry: RejectedSet
        var records: Set<RecordID>
    }

    /// The refused sets about a unit, oldest first. Of a record that only refused sets know, no row tells the unit: it is
    /// that of the set which was to create it.
    fileprivate func refused(about unit: RecordID) throws -> [RefusedAbout] {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT row, number, line, verdict, at FROM rejected ORDER BY row"))
        var known: Set<RecordID> = []
        return try rows.compactMap { row in
            let entry = try rejectedSet(row)
            let changes = try entry.set.changes.filter { change in
                try known.contains(change.id) || units(of: change).contains(unit)
            }
            let records = Set(changes.map(\.id))
            known.formUnion(records)
            let resolves = try entry.set.resolves.contains { try units(ofRow: $0).contains(unit) }
            return records.isEmpty && !resolves ? nil : RefusedAbout(entry: entry, records: records)
        }
    }
}
