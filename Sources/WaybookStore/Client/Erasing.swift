import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// Takes what a replica still has of somebody who was erased, beside the server's rows, inside one transaction
/// (`protocol/9-erasure.md#laptops`): history, refused sets, what the log says of a unit that left.
///
/// Unsent sets stay as they are until the server has answered them, for it may know them already; what they say is hidden,
/// and goes with the answer.
struct Erasing {
    let tables: ClientTables
    let now: ClientTime
    private var taken: [RecordID] = []

    init(_ tables: ClientTables, now: ClientTime) {
        self.tables = tables
        self.now = now
    }

    /// Takes notice of a server row that was just stored, where it came with a mark that the row before it had not.
    /// - Parameters:
    ///   - before: the mark that the row had.
    ///   - wasHere: whether this replica had any of the record.
    mutating func take(_ server: VersionedRecord, before: Stamp?, wasHere: Bool) throws {
        guard let floor = server.erasureFloor, floor != before else { return }
        if server.isErased { try tables.noteErased(server.id) }
        taken.append(server.id)
        // Told so, a store that never held more says as well that its files are free of it.
        guard wasHere else { return try tables.tellPurged() }
        try forget(server.id)
        try tables.note(
            .received, server.id, path: .erased, value: server.atoms[.erased]?.value, stamp: floor,
            at: now.wallMilliseconds)
    }

    /// Takes notice that a record was erased of which no row is told: a root whose unit had left, or what a set that is sent
    /// again is about.
    mutating func take(left root: RecordID) throws {
        try tables.noteErased(root)
        taken.append(root)
        try forget(root)
    }

    private func forget(_ id: RecordID) throws {
        try tables.run("DELETE FROM history WHERE id = ?", [id.blob])
        try tables.removeNotes(about: id)
        try tables.notePurge()
    }

    /// Writes what is done once for all that a page or an answer erased.
    func finish() throws {
        guard !taken.isEmpty else { return }
        for id in taken { try hideUnsent(inUnit: id) }
        try dropRejected()
        try tables.dropErasedWitness()
        try tables.noteUnsentErased()
        try tables.log(
            .erased, at: now.wallMilliseconds, record: taken.count == 1 ? taken[0] : nil, count: taken.count)
    }

    /// What was made in an erased unit and is not at the server: it will be refused, and is shown no more.
    private func hideUnsent(inUnit root: RecordID) throws {
        let made = try Data.fetchAll(
            tables.db, sql: "SELECT id FROM record WHERE unit = ? AND server = ''", arguments: [root.blob])
        for id in made.compactMap({ RecordID(blob: $0) }) {
            try tables.noteErased(id)
            guard let stored = try tables.load(id) else { continue }
            try tables.save(stored)
        }
    }

    // MARK: Sets

    /// What of a set is about somebody who was erased, and what is not.
    func parted(_ set: ChangeSet) throws -> (erased: [Change], rest: ChangeSet) {
        let erased = try set.changes.filter { try tables.isAboutErased($0) }
        guard !erased.isEmpty else { return ([], set) }
        var rest = set
        let ids = Set(erased.map(\.id))
        rest.changes.removeAll { ids.contains($0.id) }
        // Whom a note or a conflict is about nobody can tell.
        rest.resolves = []
        rest.note = nil
        for change in erased where change.isCreating { try tables.noteErased(change.id) }
        return (erased, rest)
    }

    /// Of the refused sets stays what is about others.
    private func dropRejected() throws {
        let rows = try Row.fetchAll(
            tables.db, sql: "SELECT row, number, line, verdict, at FROM rejected ORDER BY row")
        for row in rows {
            let entry = try tables.rejectedSet(row)
            let (erased, rest) = try parted(entry.set)
            guard !erased.isEmpty else { continue }
            try tables.notePurge()
            guard !rest.changes.isEmpty else {
                try tables.run("DELETE FROM rejected WHERE row = ?", [entry.row])
                continue
            }
            let verdict = entry.refusal.map { Verdict.rejected($0).withoutValues(of: Set(erased.map(\.id))) }
            try tables.run(
                "UPDATE rejected SET line = ?, verdict = ? WHERE row = ?",
                [
                    Data(ChangeSetLine.bytes(rest)), CanonicalJSON.text((verdict ?? .quarantined).value), entry.row,
                ])
        }
    }
}

extension ClientTables {
    /// Remembers that a record was erased: nothing about it is kept or taken any more.
    func noteErased(_ id: RecordID) throws { try run("INSERT OR IGNORE INTO erased (id) VALUES (?)", [id.blob]) }

    func isErased(_ id: RecordID) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM erased WHERE id = ?)")
        return try Bool.fetchOne(statement, arguments: [id.blob]) ?? false
    }

    /// Whether a change is about somebody who was erased: it writes to such a record, puts one into their unit, or names
    /// them as whom its record tells of. One that asks for the erasure is not.
    func isAboutErased(_ change: Change) throws -> Bool { try erased(in: change) != nil }

    /// The erased record that a change is about. Of one that hangs on somebody erased and was not erased with them that is no
    /// reason: it had gone over to another, and comes there again (`protocol/9-erasure.md#again`).
    func erased(in change: Change) throws -> RecordID? {
        guard !change.isErasure else { return nil }
        return try subject(of: change) { id in
            guard try isErased(id) else { return false }
            return try id == change.id || living(change.id).flatMap { schema.unit(of: $0) } != id
        }
    }

    /// Whether a change that was answered is about somebody who was erased. Of a record that stands it says nothing in which
    /// units it was once.
    func isAboutErased(answered change: Change) throws -> Bool {
        guard let erased = try erased(in: change) else { return false }
        let isNamed = change.writes.contains { schema.subject(of: $0, in: change.collection) == erased }
        return try erased == change.id || isNamed || living(change.id) == nil
    }

    /// The server's row of a record that is neither deleted nor erased; while everything is read anew, once it was told.
    private func living(_ id: RecordID) throws -> VersionedRecord? {
        guard let server = try load(id)?.server, !server.isErased, !server.isDeleted else { return nil }
        return try !isPullingAfresh() || isTold(id) ? server : nil
    }

    /// The first record for which the closure says so of those that a change is about: its own, whom it says that it tells of,
    /// and the units that it is in or goes into.
    func subject(of change: Change, where isMeant: (RecordID) throws -> Bool) throws -> RecordID? {
        if try isMeant(change.id) { return change.id }
        for write in change.writes {
            if let subject = schema.subject(of: write, in: change.collection), try isMeant(subject) { return subject }
        }
        return try units(of: change).sorted().first { try isMeant($0) }
    }

    /// What people wrote about a unit's moves.
    func notes(about unit: RecordID) throws -> [String] {
        let texts = try String.fetchAll(
            db,
            sql: """
                SELECT departure FROM synclog WHERE id = ?1 AND departure IS NOT NULL
                UNION SELECT departure FROM leaving WHERE unit = ?1
                """, arguments: [unit.blob])
        return texts.compactMap { Self.departure($0)?.cause.note }
    }

    /// Takes away what people wrote about a unit's moves.
    func removeNotes(about unit: RecordID) throws {
        for (table, key) in [("synclog", "id"), ("leaving", "unit")] {
            let texts = try String.fetchAll(
                db, sql: "SELECT DISTINCT departure FROM \(table) WHERE \(key) = ? AND departure IS NOT NULL",
                arguments: [unit.blob])
            for text in texts {
                guard var departure = Self.departure(text), departure.cause.note != nil else { continue }
                departure.cause.note = nil
                try run(
                    "UPDATE \(table) SET departure = ? WHERE \(key) = ? AND departure = ?",
                    [CanonicalJSON.text(ResponseLine.departed(departure).value), unit.blob, text])
            }
        }
    }

    /// Notes whether anything unsent is about somebody who was erased: until it has been answered, bytes of them are here.
    /// Cost: reads the outbox.
    func noteUnsentErased() throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT number, line FROM outbox ORDER BY number")
        var isAbout = false
        while !isAbout, let row = try rows.next() {
            isAbout = try decodeSet(number: row[0], line: row[1], mayBeEmpty: true).changes.contains {
                try isAboutErased($0)
            }
        }
        if isAbout {
            try holdPurged()
            try set(.unsentErased, 1)
        } else if try hasUnsentErased() {
            try notePurge()
            try run("DELETE FROM meta WHERE name = ?", [MetaKey.unsentErased.rawValue])
        }
    }

    func hasUnsentErased() throws -> Bool { try integer(.unsentErased) != nil }
}

extension ClientStore {
    /// Tells once that something typed here was about somebody who was erased, and is gone: in how many sets since it was
    /// last told.
    public func takeErasureNotice() throws -> Int {
        try write { tables in
            let count = Int(try tables.integer(.erasedUntold) ?? 0)
            if count > 0 { try tables.set(.erasedUntold, 0) }
            return count
        }
    }
}
