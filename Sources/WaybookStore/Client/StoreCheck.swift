import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// One thing in a replica's file that is not as it must be.
public struct StoreFinding: Hashable, Sendable {
    /// The closed list of kinds; programs read the names.
    public enum Kind: String, Sendable, CaseIterable {
        /// SQLite's own check complains; the subject counts its lines.
        case structure
        /// A record does not read back.
        case record
        /// What is shown is not the server's row with what is unsent over it.
        case shown
        /// A record is kept under another customer than it belongs to.
        case unit
        /// What is unsent, and which records it is about, do not fit each other.
        case touched
        /// A set that waits to be sent does not read back, is missing, or bears another number.
        case outbox
        /// A set that was answered does not read back, or is missing.
        case journal
        /// A set that was refused does not read back.
        case rejected
        /// The bytes of what was answered are miscounted.
        case count
        /// The list of open conflicts is not what the conflicts say.
        case conflict
        /// The search index is not what the records say.
        case index
        /// The views are not those of this version.
        case views
    }

    /// What is wrong with it.
    public var kind: Kind
    /// Which record, set or number; never a value of a field.
    public var subject: String

    /// - Parameter subject: names no value of a field.
    public init(_ kind: Kind, _ subject: String) { (self.kind, self.subject) = (kind, subject) }
}

extension StoreFinding.Kind {
    /// Whether it follows from something else in the file, and can be made anew.
    public var isDerived: Bool {
        switch self {
        case .shown, .unit, .touched, .conflict, .index, .views, .count: true
        case .structure, .record, .outbox, .journal, .rejected: false
        }
    }
}

/// What a check of a replica's file found.
public struct StoreReport: Hashable, Sendable {
    /// The most findings that are told.
    public static let maximumFindings = 100

    /// The records that were looked at.
    public var records = 0
    /// The first ``maximumFindings``.
    public private(set) var findings: [StoreFinding] = []
    /// How many there are, and of which kinds.
    public private(set) var count = 0
    public private(set) var kinds: Set<StoreFinding.Kind> = []
    /// What the server's rows come to; nil where not all could be read.
    public var digest: String?

    mutating func add(_ kind: StoreFinding.Kind, _ subject: some CustomStringConvertible) {
        count += 1
        kinds.insert(kind)
        if findings.count < Self.maximumFindings { findings.append(StoreFinding(kind, "\(subject)")) }
    }
}

extension ClientStore {
    /// Looks through the file: structure, every record, what is unsent and what was answered, and all that follows from
    /// them. Changes nothing. Cost: reads all of it, two times.
    public func check() throws -> StoreReport {
        var report = try read { tables in
            var check = StoreCheck(tables: tables)
            try check.run()
            return check.report
        }
        guard !report.kinds.contains(.structure) else { return report }
        // FTS5 checks itself by a command that counts as writing.
        let isIndexed = try write { tables in try IndexCheck(tables: tables).isRight() }
        if !isIndexed { report.add(.index, "search") }
        return report
    }
}

/// Looks through a replica's tables inside one transaction.
struct StoreCheck {
    private static let pageRows = 500

    let tables: ClientTables
    private(set) var report = StoreReport()
    private var sums = DigestSums()
    private var isWhole = true
    private var disputes = 0
    /// The records that a set writes to which cannot be read: nobody knows how they are to be shown.
    private var lost: Set<RecordID> = []
    /// Whether a set is lost of which not even that is known.
    private var isLostWithoutTrace = false
    /// The records that the others write to.
    private var written: Set<RecordID> = []

    init(tables: ClientTables) { self.tables = tables }

    mutating func run() throws {
        let lines = try String.fetchAll(
            tables.db, sql: "PRAGMA integrity_check(\(StoreReport.maximumFindings))")
        // A broken structure makes every further finding a riddle.
        guard lines == ["ok"] else { return report.add(.structure, lines.count) }
        try checkOutbox()
        try checkJournal()
        try checkRejected()
        try checkRows()
        let listed = try tables.count("SELECT count(*) FROM dispute")
        if listed != disputes { report.add(.conflict, listed) }
        let views = try tables.count("SELECT count(*) FROM sqlite_schema WHERE type = 'view'")
        if try views != tables.schema.collections.count || !SchemaObjects(tables: tables).isCurrent() {
            report.add(.views, views)
        }
        if isWhole { report.digest = sums.root }
    }

    // MARK: Sets

    private mutating func checkOutbox() throws {
        let links = try tables.outboxLinks()
        (lost, isLostWithoutTrace) = (links.lostRecords, links.isLostWithoutTrace)
        for number in links.lost {
            let records = links.records(of: number)
            report.add(.outbox, records.isEmpty ? "\(number)" : "\(number) (\(records.joined(separator: ", ")))")
        }
        var touched = 0
        let count = report.count
        try tables.forEachUnsent { set in
            for id in ClientTables.touched(by: set) {
                touched += 1
                if try !isTouched(id, set.number) { report.add(.touched, id) }
                let isWritten = set.changes.contains { $0.id == id }
                if isWritten { written.insert(id) }
                if try isWritten && !tables.exists(id) && !tables.isErased(id) { report.add(.shown, id) }
            }
        }
        let listed = try tables.count("SELECT count(*) FROM touched") - links.lostCount
        if listed != touched, report.count == count { report.add(.touched, abs(listed - touched)) }
    }

    private func isTouched(_ id: RecordID, _ number: Int64) throws -> Bool {
        let statement = try tables.db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM touched WHERE id = ? AND number = ?)")
        return try Bool.fetchOne(statement, arguments: [id.blob, number]) ?? false
    }

    private mutating func checkJournal() throws {
        var (last, row, bytes): ([ReplicaID: Int64], Int64, Int64) = ([:], 0, 0)
        while true {
            let entries: [JournalEntry]
            do {
                entries = try tables.journal(after: row, limit: Self.pageRows)
            } catch ClientStoreError.damagedSet(let number) {
                return report.add(.journal, number)
            }
            guard let end = entries.last else { break }
            for entry in entries {
                let isNext = last[entry.replica].map { entry.number == $0 &+ 1 } ?? true
                let set = try? tables.decodeSet(number: entry.number, line: entry.line, mayBeEmpty: true)
                if !isNext || set?.number != entry.number { report.add(.journal, entry.number) }
                last[entry.replica] = entry.number
                bytes += Int64(entry.line.count)
            }
            row = end.row
        }
        if try tables.integer(.journalBytes) ?? 0 != bytes { report.add(.count, bytes) }
    }

    private mutating func checkRejected() throws {
        let rows = try Row.fetchCursor(tables.db, sql: "SELECT number, line, verdict FROM rejected ORDER BY row")
        while let row = try rows.next() {
            let verdict = (try? JSONParser.parse(row[2] as String)).flatMap { Verdict($0) }
            let set = try? tables.decodeSet(number: row[0], line: row[1])
            if verdict == nil || set == nil { report.add(.rejected, row[0] as Int64) }
        }
    }

    // MARK: Records

    private mutating func checkRows() throws {
        var last: Int64 = 0
        while true {
            let page = try Row.fetchAll(
                tables.db,
                sql:
                    "SELECT row, id, deleted, fields, unit, server IS NULL FROM record WHERE row > ? ORDER BY row LIMIT ?",
                arguments: [last, Self.pageRows])
            guard let end = page.last else { return }
            for row in page { try check(row) }
            last = end[0]
        }
    }

    private mutating func check(_ row: Row) throws {
        report.records += 1
        guard let id = RecordID(blob: row[1] as Data?) else { return miss(row[0] as Int64) }
        let stored: StoredRow
        do {
            guard var found = try tables.load(id) else { return miss(id) }
            found.unsent = try tables.unsent(of: id)
            stored = found
        } catch ClientStoreError.damagedSet {
            // That the set cannot be read is told already.
            return isWhole = false
        } catch is ClientStoreError {
            return miss(id)
        }
        if let server = stored.server, tables.isCompared(server, stored) { sums.add(server) }
        try checkDispute(stored)
        guard !lost.contains(id), !stored.isErasedUnsent else { return }
        // Of what neither the server nor an unsent set has, what is shown is all that is left.
        if stored.isNothing, !written.contains(id) { return report.add(.outbox, id) }
        if try stored.isNothing || !isShown(stored, as: row) {
            // It may be what is left of a set of which nothing else is known.
            report.add(isLostWithoutTrace && stored.isShownOtherwise ? .outbox : .shown, id)
        }
        if stored.rootColumn(tables.schema) != row[4] as Data? { report.add(.unit, id) }
    }

    private mutating func miss(_ subject: some CustomStringConvertible) {
        isWhole = false
        report.add(.record, subject)
    }

    private func isShown(_ stored: StoredRow, as row: Row) throws -> Bool {
        let (isDeleted, fields, isPlain): (Bool, String, Bool) = (row[2], row[3], row[5])
        guard isPlain != stored.isOverlaid, isDeleted == stored.shown.isDeleted else { return false }
        return !stored.isOverlaid || fields == CanonicalJSON.text(RecordEncoding.fields(stored.shown))
    }

    private mutating func checkDispute(_ stored: StoredRow) throws {
        guard let about = stored.shown.openDispute else { return }
        disputes += 1
        let listed = try Data.fetchOne(
            tables.db, sql: "SELECT about FROM dispute WHERE id = ?", arguments: [stored.id.blob])
        if listed != about.blob { report.add(.conflict, stored.id) }
    }
}
