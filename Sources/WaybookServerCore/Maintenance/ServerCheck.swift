import Foundation
import GRDB
import WaybookModel
import WaybookStore

/// What a check of a server's file found.
public struct ServerCheckReport: Sendable, Equatable {
    /// One thing that is not as it must be.
    public struct Fault: Sendable, Hashable {
        /// The closed list of kinds; programs read the names.
        public enum Kind: String, Sendable, CaseIterable {
            /// SQLite's own check complains; `subject` counts its lines.
            case structure
            /// A record does not decode.
            case record
            /// The table and its index hold different numbers of rows.
            case index
            /// A conflict is listed as open and is not, or not about what the list says.
            case conflictListed = "conflict-listed"
            /// A conflict is open and not listed.
            case conflictUnlisted = "conflict-unlisted"
            /// The feed goes beyond the last sequence.
            case sequence
            /// The number of readable records that is kept, of all or of a unit, is not what there are.
            case count
            /// Contents are kept of a record that is not deleted.
            case bin
            /// A unit counts as held by a replica that nobody knows.
            case held
            /// A device is of a person that nobody knows.
            case device
            /// Timelines overlap, or the last sequence is not of the present one.
            case timeline
            /// Who answers for a unit is kept for the day on which it comes back, and it is there.
            case foretold
            /// A record counts as removed and is there; or more was removed than there ever was.
            case floor
        }

        /// What kind.
        public var kind: Kind
        /// Which record, index or number; never a value of a field.
        public var subject: String
    }

    /// The records that were looked at, deleted ones included.
    public var records = 0
    /// What was found, the first ``ServerCheck/maximumFaults``.
    public var faults: [Fault] = []
}

/// Looks through a server's file: its structure, every record, every index, the list of open conflicts. Changes nothing.
/// Cost: reads it all, three times.
public struct ServerCheck {
    /// The most faults that are told.
    public static let maximumFaults = 100
    private static let pageRows = 1_000

    private let db: Database
    private let rows: ServerRows
    private var report = ServerCheckReport()

    /// Checks the state that a connection sees in its transaction.
    /// - Parameter ofStructureAlone: leaves the records out, and with them what follows from them.
    public static func run(_ db: Database, ofStructureAlone: Bool = false) throws -> ServerCheckReport {
        var check = ServerCheck(db: db)
        try check.checkStructure()
        // A broken structure makes every further finding a riddle.
        guard check.report.faults.isEmpty, !ofStructureAlone else { return check.report }
        try check.checkRecords()
        try check.checkIndexes()
        try check.checkConflicts()
        try check.checkLinks()
        try check.checkTimelines()
        return check.report
    }

    private init(db: Database) {
        self.db = db
        rows = ServerRows(db)
    }

    private mutating func add(_ kind: ServerCheckReport.Fault.Kind, _ subject: String) {
        if report.faults.count < Self.maximumFaults { report.faults.append(.init(kind: kind, subject: subject)) }
    }

    private mutating func checkStructure() throws {
        let lines = try String.fetchAll(db, sql: "PRAGMA integrity_check(\(Self.maximumFaults))")
        if lines != ["ok"] { add(.structure, String(lines.count)) }
    }

    private mutating func checkRecords() throws {
        var sequence: Int64 = 0
        while true {
            let (page, isLast) = try rows.feed(after: sequence, atLeast: Self.pageRows)
            for row in page { try check(row) }
            sequence = page.last?.sequence ?? sequence
            if isLast { break }
        }
        if try rows.lastSequence() < sequence { add(.sequence, String(sequence)) }
        let counted = try rows.countReadable()
        if try rows.number(ServerRows.readableKey) ?? counted != counted { add(.count, String(counted)) }
        for unit in try rows.miscountedUnits(limit: Self.maximumFaults) { add(.count, unit.description) }
    }

    private mutating func check(_ row: FeedRow) throws {
        report.records += 1
        do {
            let record = try rows.record(row)
            // A deleted record's body lies in the bin.
            if row.isDeleted { _ = try rows.row(row.id) }
            guard let conflict = ConflictRecord(record), conflict.isOpen else { return }
            let isListed = try rows.openConflicts(of: conflict.about).contains { $0.id == conflict.id }
            if !isListed { add(.conflictUnlisted, conflict.id.description) }
        } catch is DamagedRow {
            add(.record, row.id.description)
        }
    }

    private mutating func checkIndexes() throws {
        let byIndex = try Int.fetchOne(db, sql: "SELECT count(*) FROM record INDEXED BY record_id WHERE id >= x''") ?? 0
        if byIndex != report.records { add(.index, "record_id") }
        let withUnit = try Int.fetchOne(db, sql: "SELECT count(*) FROM record NOT INDEXED WHERE unit IS NOT NULL")
        let byUnit = try Int.fetchOne(
            db, sql: "SELECT count(*) FROM record INDEXED BY record_unit WHERE unit IS NOT NULL AND unit >= x''")
        if withUnit != byUnit { add(.index, "record_unit") }
    }

    private mutating func checkConflicts() throws {
        let listed = try Row.fetchCursor(db, sql: "SELECT record, path, conflict FROM open_conflict")
        while let row = try listed.next() {
            let (record, path, id): (Data, String, Data) = (row[0], row[1], row[2])
            guard let conflictID = RecordID(bytes: id) else {
                add(.conflictListed, "?")
                continue
            }
            let conflict = try? rows.row(conflictID).flatMap { ConflictRecord($0.record) }
            let isRight =
                conflict.map { $0.isOpen && Data($0.about.bytes) == record && $0.loser.path.text == path } ?? false
            if !isRight { add(.conflictListed, conflictID.description) }
        }
    }

    // MARK: What names something else

    private mutating func checkLinks() throws {
        let identities: [(ServerCheckReport.Fault.Kind, String)] = [
            (
                .bin,
                "SELECT id FROM bin WHERE NOT EXISTS (SELECT 1 FROM record WHERE record.id = bin.id AND deleted = 1)"
            ),
            (.foretold, "SELECT unit FROM foretold_access WHERE unit IN (SELECT id FROM record)"),
            (.floor, "SELECT id FROM removed WHERE id IN (SELECT id FROM record)"),
        ]
        for (kind, sql) in identities {
            for id in try Data.fetchAll(db, sql: sql + " LIMIT \(Self.maximumFaults)") {
                add(kind, RecordID(bytes: id)?.description ?? "?")
            }
        }
        let numbers: [(ServerCheckReport.Fault.Kind, String)] = [
            (
                .held,
                """
                SELECT DISTINCT replica FROM held WHERE replica NOT IN (SELECT number FROM replica
                    UNION SELECT replica FROM reader UNION SELECT replica FROM device)
                """
            ),
            (.device, "SELECT replica FROM device WHERE user NOT IN (SELECT id FROM user)"),
        ]
        for (kind, sql) in numbers {
            for number in try Int64.fetchAll(db, sql: sql + " LIMIT \(Self.maximumFaults)") {
                add(kind, String(number))
            }
        }
    }

    private mutating func checkTimelines() throws {
        if try rows.floor() > rows.lastSequence() { add(.floor, String(try rows.floor())) }
        let table = TimelineTable(db)
        for timeline in try table.all() {
            let isOrdered = timeline.parent < timeline.number && timeline.fork < timeline.start
            if !isOrdered || timeline.fork < Timeline.start(of: timeline.parent) {
                add(.timeline, String(timeline.number))
            }
        }
        guard let present = try table.present() else { return }
        let sequence = try rows.lastSequence()
        let isKnown = try present == Timeline.first || table.all().contains { $0.number == present }
        let isBeyond = present < .max && sequence >= Timeline.start(of: present + 1)
        if !isKnown || isBeyond || sequence < Timeline.start(of: present) { add(.timeline, String(present)) }
    }
}
