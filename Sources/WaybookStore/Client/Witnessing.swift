import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// A line that is to be sent, without its number.
public struct KeptWitness: Hashable, Sendable {
    public var number: Int64
    public var content: Data
}

/// How many of the rows were looked through for what a server lost.
public struct WitnessProgress: Hashable, Sendable {
    public var rows: Int64
    public var total: Int64
}

/// What is here of others' writes when the server was put back and has lost them (`protocol/4-exchange.md#witness`): put
/// aside before the rows make way for what the server has, and sent with the next exchanges.
///
/// It is nobody's unsent work: nothing waits for it, and it goes with the unit that leaves and the person who is erased.
extension ClientStore {
    /// How many rows one transaction looks at.
    static let witnessBatch = 500

    /// Puts aside what is due; nothing where nothing is. Cut anywhere it goes on from there. Cost: reads the stamps of every
    /// record, and the records that have any of it.
    /// - Parameter progress: told after each transaction.
    public func gatherWitness(progress: (WitnessProgress) -> Void = { _ in }) throws {
        while try read({ tables in try tables.integer(.witnessFrom) }) != nil {
            try write { tables in try Witnessing(tables).gather(atMost: Self.witnessBatch) }
            let (done, total) = try read { tables in
                (
                    try tables.integer(.witnessFrom),
                    try Int64.fetchOne(tables.db, sql: "SELECT max(row) FROM record") ?? 0
                )
            }
            progress(WitnessProgress(rows: done ?? total, total: total))
        }
    }

    /// Whether anything of it waits to be sent.
    public func hasWitness() throws -> Bool { try read { tables in try tables.hasWitness() } }

    /// The next lines, in order; the first one whatever its size.
    public func witnessLines(after number: Int64, limit: Int, maximumBytes: Int = 256 << 10) throws -> [KeptWitness] {
        try read { tables in
            let sql = "SELECT row, line FROM witness WHERE row > ? ORDER BY row LIMIT ?"
            let rows = try Row.fetchCursor(tables.db, sql: sql, arguments: [number, limit])
            var (lines, bytes): ([KeptWitness], Int) = ([], 0)
            while let row = try rows.next() {
                let line = KeptWitness(number: row[0], content: row[1])
                bytes += line.content.count
                if !lines.isEmpty, bytes > maximumBytes { break }
                lines.append(line)
            }
            return lines
        }
    }

    /// Takes it that the server has dealt with the lines up to a number: they go.
    public func takeWitnessed(through number: Int64) throws {
        try write { tables in
            try tables.run("DELETE FROM witness WHERE row <= ?", [number])
            if tables.db.changesCount > 0, try !tables.hasWitness() { try tables.notePurge() }
        }
    }

    /// Lets go of all of it: the server takes none. The log says so.
    public func giveUpWitness(at now: ClientTime) throws {
        try write { tables in
            let lines = try Int.fetchOne(tables.db, sql: "SELECT count(*) FROM witness") ?? 0
            guard lines > 0 else { return }
            try tables.run("DELETE FROM witness")
            try tables.notePurge()
            try tables.log(.witnessGivenUp, at: now.wallMilliseconds, count: lines)
        }
    }

    /// Parts a line that is too long for the server: what fits comes behind all other lines, the rest counts as what is
    /// more than may be told.
    public func partWitness(_ line: KeptWitness, mostBytes: Int) throws {
        try write { tables in
            try tables.run("DELETE FROM witness WHERE row = ?", [line.number])
            guard tables.db.changesCount > 0, let value = try? JSONParser.parse(line.content),
                case .record(let feed)? = ResponseLine(value)
            else { return }
            let (parts, tooLarge) = WitnessLine.parts(of: feed, mostBytes: mostBytes)
            for part in parts { try tables.insertWitness(feed, part.bytes) }
            try tables.countBeyond(tooLarge)
            try tables.tellBeyond()
        }
    }
}

extension ClientTables {
    func hasWitness() throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM witness)")) ?? false
    }

    /// Has the next exchange wait until what was lost of others' writes is put aside.
    /// - Parameter lacksOwn: whether sets of this replica were lost that its journal no longer holds.
    func beginWitness(_ lost: LostRange, lacksOwn: Bool) throws {
        // While an earlier pull that replaces is not over, rows are of before that, too.
        let earlier = try pull() == .replacing ? try integer(.witnessFork) : nil
        try set(.witnessFork, min(lost.fork, earlier ?? lost.fork))
        try set(.witnessStart, lost.start)
        for key in [MetaKey.witnessOwnAfter, .witnessOwnBefore] {
            try run("DELETE FROM meta WHERE name = ?", [key.rawValue])
        }
        if lacksOwn {
            let first = try String.fetchOne(db, sql: "SELECT stamp FROM outbox ORDER BY number LIMIT 1")
            let highest = Stamp(milliseconds: .max, counter: .max, replica: try replica())
            try set(.witnessOwnAfter, lost.vetted?.description ?? "")
            try set(.witnessOwnBefore, first ?? highest.description)
        }
        for key in [MetaKey.witnessFrom, .witnessAtoms, .witnessBytes, .witnessBeyond] { try set(key, 0) }
        // Until it is sent its bytes are here.
        try holdPurged()
    }

    fileprivate func insertWitness(_ feed: FeedRecord?, _ line: [UInt8]) throws {
        try run(
            "INSERT INTO witness (id, unit, line) VALUES (?, ?, ?)",
            [feed?.record.id.blob, feed?.unit.blob, Data(line)])
    }

    /// Counts atoms that are not told.
    fileprivate func countBeyond(_ atoms: Int) throws {
        guard atoms > 0 else { return }
        try set(.witnessBeyond, (try integer(.witnessBeyond) ?? 0) + Int64(atoms))
    }

    /// Has the last line tell how many atoms are not told.
    fileprivate func tellBeyond() throws {
        guard let beyond = try integer(.witnessBeyond), beyond > 0 else { return }
        try run("DELETE FROM witness WHERE id IS NULL")
        try insertWitness(nil, WitnessLine.bytes(of: .beyond(min(beyond, WitnessLine.mostBeyond))))
    }

    /// Lets go of what is about a record, or hangs on it.
    func dropWitness(about id: RecordID) throws {
        try run("DELETE FROM witness WHERE id = ?1 OR unit = ?1", [id.blob])
        if db.changesCount > 0 { try notePurge() }
    }

    /// What is kept of others' lost writes that is about any of these records: what an erasure of them would take. Cost: reads
    /// all of it.
    func witness(about ids: Set<RecordID>) throws -> [FeedRecord] {
        try Data.fetchAll(db, sql: "SELECT line FROM witness WHERE id IS NOT NULL ORDER BY row").compactMap { line in
            guard let value = try? JSONParser.parse(line), case .record(let feed)? = ResponseLine(value),
                try isAbout(feed, where: { ids.contains($0) })
            else { return nil }
            return feed
        }
    }

    /// Lets go of what is about anybody who was erased. Cost: reads all of it.
    func dropErasedWitness() throws {
        for row in try Row.fetchAll(db, sql: "SELECT row, line FROM witness WHERE id IS NOT NULL") {
            guard let value = try? JSONParser.parse(row[1] as Data),
                case .record(let feed)? = ResponseLine(value), try !isAboutErased(feed)
            else {
                try run("DELETE FROM witness WHERE row = ?", [row[0] as Int64])
                try notePurge()
                continue
            }
        }
    }

    /// Whether any of these atoms is about somebody who was erased.
    fileprivate func isAboutErased(_ feed: FeedRecord) throws -> Bool { try isAbout(feed) { try isErased($0) } }

    private func isAbout(_ feed: FeedRecord, where isMeant: (RecordID) throws -> Bool) throws -> Bool {
        if try isMeant(feed.unit) { return true }
        let writes = feed.record.atoms.map { Write(path: $0.key, value: $0.value.value) }
        let change = Change(id: feed.record.id, collection: feed.record.collection, writes: writes)
        return try subject(of: change, where: isMeant) != nil
    }
}

/// Looks through the server's rows for atoms that a server which was put back has lost, inside one transaction.
private struct Witnessing {
    private let tables: ClientTables
    private let own: ReplicaID
    private let fork: Int64
    private let start: Int64
    /// Between which stamps the server lacks own writes that are no longer in the journal; nil where it lacks none.
    private let lacking: (after: Stamp?, before: Stamp)?

    init(_ tables: ClientTables) throws {
        self.tables = tables
        own = try tables.replica()
        fork = try tables.integer(.witnessFork) ?? 0
        start = try tables.integer(.witnessStart) ?? 0
        let after = try tables.stamp(.witnessOwnAfter)
        lacking = try tables.stamp(.witnessOwnBefore).map { (after, $0) }
    }

    /// Whether an atom may be lost, and nobody here sends it again. One of which no commit was told may be.
    private func isLost(_ stamp: Stamp, _ origin: Stamp, _ commit: Int64) -> Bool {
        guard origin.replica != own else {
            guard let lacking, origin < lacking.before else { return false }
            return lacking.after.map { origin > $0 } ?? true
        }
        return commit == 0 || (commit > fork && commit < start)
    }

    /// Looks at the next rows.
    func gather(atMost limit: Int) throws {
        let rows = try Row.fetchAll(
            tables.db,
            sql: "SELECT row, id, stamps FROM record WHERE row > ? AND leaving IS NULL ORDER BY row LIMIT ?",
            arguments: [try tables.integer(.witnessFrom) ?? 0, limit])
        for row in rows {
            guard mayHold(row[2]), let id = RecordID(blob: row[1]), let stored = try? tables.load(id) else { continue }
            try keep(stored)
        }
        if let last = rows.last, rows.count == limit { return try tables.set(.witnessFrom, last[0] as Int64) }
        try tables.tellBeyond()
        try tables.run("DELETE FROM meta WHERE name = ?", [MetaKey.witnessFrom.rawValue])
    }

    /// Whether any stamp group of a row is of what may be lost: read without its fields.
    private func mayHold(_ stamps: String) -> Bool {
        guard let groups = (try? JSONParser.parse(stamps))?.elements else { return false }
        return groups.contains { group in
            guard let parts = group.elements, parts.count >= 2, let commit = parts[1].integer,
                let stamp = parts[0].text.flatMap({ Stamp($0) })
            else { return false }
            let origin = parts.count > 3 ? parts[3].text.flatMap { Stamp($0) } : nil
            return isLost(stamp, origin ?? stamp, commit)
        }
    }

    private func keep(_ stored: StoredRow) throws {
        guard var record = stored.server, !record.isErased, !ServerRecords.collections.contains(record.collection)
        else { return }
        let root = tables.schema[record.collection]?.rootField
        let isTold = tables.schema[record.collection] == nil || root.map { record[$0] == nil } ?? false
        let unit = (isTold ? stored.unit : tables.schema.unit(of: record)) ?? record.id
        record.atoms = record.atoms.filter { path, atom in
            path != .erased && isLost(atom.stamp, atom.origin, atom.commit)
        }
        let feed = FeedRecord(record: record, unit: unit, isWhole: false)
        guard !record.atoms.isEmpty, try !tables.isAboutErased(feed) else { return }
        let (parts, tooLarge) = WitnessLine.parts(of: feed)
        try tables.countBeyond(tooLarge)
        for part in parts {
            let atoms = (try tables.integer(.witnessAtoms) ?? 0) + Int64(part.atoms)
            let bytes = (try tables.integer(.witnessBytes) ?? 0) + Int64(part.bytes.count)
            guard atoms <= WitnessLine.mostAtoms, bytes <= WitnessLine.mostBytes else {
                try tables.countBeyond(part.atoms)
                continue
            }
            try tables.insertWitness(feed, part.bytes)
            try tables.set(.witnessAtoms, atoms)
            try tables.set(.witnessBytes, bytes)
        }
    }
}
