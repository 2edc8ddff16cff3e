import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// What laptops told of others' writes that the server lost; frozen: a later change is another migration. `value` is NULL
/// for a removal, and once it was decided about.
let witnessMigrationSQL = """
    CREATE TABLE witness (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        record BLOB NOT NULL,
        path TEXT NOT NULL,
        origin TEXT NOT NULL,
        stamp TEXT NOT NULL,
        value TEXT,
        collection TEXT NOT NULL,
        unit BLOB NOT NULL,
        at INTEGER NOT NULL,
        timeline INTEGER NOT NULL,
        told INTEGER NOT NULL,
        state TEXT NOT NULL
    ) STRICT;
    CREATE INDEX witness_record ON witness (record, path, origin);
    CREATE INDEX witness_unit ON witness (unit);
    CREATE INDEX witness_state ON witness (state, record);
    -- Which replicas told it.
    CREATE TABLE witness_teller (
        number INTEGER NOT NULL, replica INTEGER NOT NULL, PRIMARY KEY (number, replica)
    ) STRICT, WITHOUT ROWID;
    -- How much each replica has told on a timeline, and how many atoms more it had.
    CREATE TABLE witness_told (
        replica INTEGER NOT NULL, timeline INTEGER NOT NULL, atoms INTEGER NOT NULL, bytes INTEGER NOT NULL,
        beyond INTEGER NOT NULL, PRIMARY KEY (replica, timeline)
    ) STRICT, WITHOUT ROWID;
    """

/// A value that laptops hold of a write that the server lost, for an administrator to decide about.
public struct Witnessed: Hashable, Sendable {
    /// What was decided about it; the names stand in the file.
    public enum State: String, Sendable, CaseIterable {
        case open, accepted, dropped
    }

    public var number: Int64
    public var record: RecordID
    public var collection: CollectionName
    public var unit: RecordID
    public var path: FieldPath
    /// Value, stamps, and the commit that it had; 0 where nobody was told.
    public var atom: Atom
    /// The server's clock when it was told first, milliseconds since 1970.
    public var told: Int64
    /// Who told it.
    public var tellers: [ReplicaID]

    /// As a line of the feed would tell it.
    var value: Value {
        let told = VersionedRecord(id: record, collection: collection, atoms: [path: atom])
        return ResponseLine.record(FeedRecord(record: told, unit: unit, isWhole: false)).value
    }
}

/// How much was told by laptops of others' lost writes.
public struct WitnessCount: Hashable, Sendable {
    /// Values and records that wait for a decision, and how many lost commits they are of.
    public var values = 0
    public var records = 0
    public var commits = 0
    public var accepted = 0
    public var dropped = 0
    /// How many replicas told anything that was kept, and how many atoms they had beyond what they may tell.
    public var tellers = 0
    public var beyond = 0
}

/// The table of what laptops told of others' lost writes, seen inside a transaction. Nothing in it applies by itself.
public struct WitnessTable {
    private let db: Database

    public init(_ db: Database) { self.db = db }

    /// Whether there is anything in it.
    func isEmpty() throws -> Bool { try Bool.fetchOne(db, sql: "SELECT NOT EXISTS (SELECT 1 FROM witness)") ?? true }

    // MARK: Taking

    /// Notes an atom that a replica told. Told by several it is one, unless they tell different values.
    /// - Returns: whether that is news of this replica.
    func note(_ atom: Atom, at path: FieldPath, of feed: FeedRecord, by replica: ReplicaID, now: Int64) throws -> Bool {
        let text = atom.value.map { CanonicalJSON.text($0) }
        let key: StatementArguments = [Data(feed.record.id.bytes), path.text, atom.origin.description]
        let known = try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT number, value, state FROM witness WHERE record = ? AND path = ? AND origin = ?"),
            arguments: key)
        guard known.allSatisfy({ $0[2] as String == Witnessed.State.open.rawValue }) else { return false }
        let number: Int64
        if let same = known.first(where: { $0[1] as String? == text }) {
            number = same[0]
        } else {
            try db.cachedStatement(
                sql: """
                    INSERT INTO witness (record, path, origin, stamp, value, collection, unit, at, timeline, told, state)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(
                arguments: key + [
                    atom.stamp.description, text, feed.record.collection.text, Data(feed.unit.bytes), atom.commit,
                    try TimelineTable(db).present() ?? Timeline.first, now, Witnessed.State.open.rawValue,
                ])
            number = db.lastInsertedRowID
        }
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO witness_teller (number, replica) VALUES (?, ?)")
            .execute(arguments: [number, replica.number])
        return db.changesCount > 0
    }

    /// How much a replica has told on a timeline.
    public func told(by replica: ReplicaID, on timeline: UInt8) throws -> (atoms: Int64, bytes: Int64, beyond: Int64) {
        let row = try Row.fetchOne(
            db, sql: "SELECT atoms, bytes, beyond FROM witness_told WHERE replica = ? AND timeline = ?",
            arguments: [replica.number, timeline])
        return row.map { ($0[0], $0[1], $0[2]) } ?? (0, 0, 0)
    }

    func setTold(_ told: (atoms: Int64, bytes: Int64, beyond: Int64), by replica: ReplicaID, on timeline: UInt8) throws
    {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO witness_told (replica, timeline, atoms, bytes, beyond) VALUES (?, ?, ?, ?, ?)
                """, arguments: [replica.number, timeline, told.atoms, told.bytes, told.beyond])
    }

    // MARK: Reading

    private static let columns = "number, record, collection, unit, path, value, stamp, origin, at, told"

    /// What waits for a decision of these records, or of all: by record and path, the latest write of a path first.
    public func open(of records: [RecordID]? = nil) throws -> [Witnessed] {
        guard let records else { return try read("1", []) }
        return try records.flatMap { try read("record = ?", [Data($0.bytes)]) }
    }

    /// That of one number; nil where it does not wait for a decision.
    public func open(_ number: Int64) throws -> Witnessed? { try read("number = ?", [number]).first }

    private func read(_ condition: String, _ arguments: StatementArguments) throws -> [Witnessed] {
        let sql = """
            SELECT \(Self.columns) FROM witness WHERE state = 'open' AND \(condition)
            ORDER BY record, path, stamp DESC, number
            """
        return try Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
            let text: String? = row[5]
            guard let record = RecordID(bytes: row[1] as Data), let unit = RecordID(bytes: row[3] as Data),
                let path = FieldPath(parsing: row[4] as String), let stamp = Stamp(row[6] as String),
                let origin = Stamp(row[7] as String)
            else { throw DamagedRow() }
            let tellers = try UInt32.fetchAll(
                db.cachedStatement(sql: "SELECT replica FROM witness_teller WHERE number = ? ORDER BY replica"),
                arguments: [row[0] as Int64])
            return Witnessed(
                number: row[0], record: record, collection: CollectionName(row[2] as String), unit: unit, path: path,
                atom: Atom(
                    value: try text.map { try JSONParser.parse($0) }, stamp: stamp, origin: origin, commit: row[8]),
                told: row[9], tellers: tellers.map { ReplicaID($0) })
        }
    }

    /// How much there is of everything.
    public func count() throws -> WitnessCount {
        var count = WitnessCount()
        func number(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
        count.values = try number("SELECT count(*) FROM witness WHERE state = 'open'")
        count.records = try number("SELECT count(DISTINCT record) FROM witness WHERE state = 'open'")
        count.commits = try number("SELECT count(DISTINCT at) FROM witness WHERE at > 0")
        count.accepted = try number("SELECT count(*) FROM witness WHERE state = 'accepted'")
        count.dropped = try number("SELECT count(*) FROM witness WHERE state = 'dropped'")
        count.tellers = try number("SELECT count(DISTINCT replica) FROM witness_teller")
        count.beyond = try number("SELECT ifnull(sum(beyond), 0) FROM witness_told")
        return count
    }

    // MARK: Letting go

    /// Notes what was decided about these: the values go; that they were decided about stays, for others may tell them yet.
    func decide(_ numbers: [Int64], _ state: Witnessed.State) throws {
        for number in numbers {
            try db.cachedStatement(sql: "UPDATE witness SET state = ?, value = NULL WHERE number = ?")
                .execute(arguments: [state.rawValue, number])
        }
    }

    /// The author's own laptop brought a write: what others told of it has no use any more.
    func remove(_ record: RecordID, _ path: FieldPath, origin: Stamp) throws {
        try remove("record = ? AND path = ? AND origin = ?", [Data(record.bytes), path.text, origin.description])
    }

    /// Takes away what was told of anybody who was erased: of these records and units, and of records that name one of them.
    /// - Returns: whether there was any.
    func removeErased(_ ids: Set<RecordID>) throws -> Bool {
        var hasAny = false
        for id in ids.sorted() {
            try remove(
                """
                record = ?1 OR unit = ?1 OR record IN (
                    SELECT record FROM witness WHERE instr(value, ?2) > 0 OR instr(path, ?2) > 0)
                """, [Data(id.bytes), id.description])
            hasAny = hasAny || db.changesCount > 0
        }
        return hasAny
    }

    private func remove(_ condition: String, _ arguments: StatementArguments) throws {
        let numbers = "SELECT number FROM witness WHERE \(condition)"
        try db.cachedStatement(sql: "DELETE FROM witness_teller WHERE number IN (\(numbers))")
            .execute(arguments: arguments)
        try db.cachedStatement(sql: "DELETE FROM witness WHERE \(condition)").execute(arguments: arguments)
    }
}
