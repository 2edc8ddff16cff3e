import Crypto
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

/// What was decided about is known by its digest; whom a value names, and how much each device has told whatever numbers it
/// had; frozen.
let witnessBoundsMigrationSQL = """
    -- Of what was decided about: by which the same value is known again.
    ALTER TABLE witness ADD COLUMN digest BLOB;
    -- The first number of the device that told it.
    ALTER TABLE witness_teller ADD COLUMN device INTEGER NOT NULL DEFAULT 0;
    UPDATE witness_teller SET device = replica;
    -- beyond: as the device says; refused: what the server did not keep; through: the last line that it told.
    ALTER TABLE witness_told RENAME COLUMN replica TO device;
    ALTER TABLE witness_told ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE witness_told ADD COLUMN through INTEGER NOT NULL DEFAULT 0;
    -- The records that a value or its path names.
    CREATE TABLE witness_mention (
        number INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (number, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX witness_mention_id ON witness_mention (id);
    INSERT OR IGNORE INTO witness_mention (number, id)
        SELECT number, atom FROM witness, json_tree(witness.value) AS tree
        WHERE json_valid(witness.value) AND tree.type = 'text' AND length(atom) = 36;
    INSERT OR IGNORE INTO witness_mention (number, id)
        SELECT number, key FROM witness, json_tree(witness.value) AS tree
        WHERE json_valid(witness.value) AND typeof(key) = 'text' AND length(key) = 36;
    INSERT OR IGNORE INTO witness_mention (number, id)
        SELECT number, substr(path, instr(path, '/') + 1, 36) FROM witness WHERE instr(path, '/') > 0;
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
    /// Value, stamps, and the commit that it had; 0 where nobody was told. Of what was decided about the value is gone.
    public var atom: Atom
    public var state: State
    /// The server's clock when it was told first, milliseconds since 1970.
    public var told: Int64
    /// Who told it.
    public var tellers: [ReplicaID]
    /// How many other values of the same write were told, and wait as well.
    public var rivals = 0
    /// What was decided about another value of the same write.
    public var decided: State?

    /// As a line of the feed would tell it.
    var value: Value {
        let told = VersionedRecord(id: record, collection: collection, atoms: [path: atom])
        return ResponseLine.record(FeedRecord(record: told, unit: unit, isWhole: false)).value
    }
}

/// How much a device has told on one timeline, whatever numbers it had.
public struct WitnessTold: Hashable, Sendable {
    /// The values that were kept, and what they take.
    public var atoms: Int64 = 0
    public var bytes: Int64 = 0
    /// How many it says that it had beyond what it may tell.
    public var beyond: Int64 = 0
    /// How many it told that were not kept, for it had told enough.
    public var refused: Int64 = 0
    /// The last line that it told: up to there nothing counts again.
    public var through: Int64 = 0

    public init() {}

    /// Whether it may tell no more.
    var isFull: Bool { atoms >= WitnessLine.mostAtoms || bytes >= WitnessLine.mostBytes }
}

/// The table of what laptops told of others' lost writes, seen inside a transaction. Nothing in it applies by itself.
public struct WitnessTable {
    /// The most values of one write.
    public static let mostValues = 8

    let db: Database

    public init(_ db: Database) { self.db = db }

    /// Whether there is anything in it.
    func isEmpty() throws -> Bool { try Bool.fetchOne(db, sql: "SELECT NOT EXISTS (SELECT 1 FROM witness)") ?? true }

    // MARK: Taking

    /// Who tells something.
    struct Teller {
        var replica: ReplicaID
        /// The first number of the device.
        var device: ReplicaID
    }

    /// What became of a value that was told.
    enum Noted: Equatable {
        /// The device had not told it before: what it takes, in bytes.
        case news(Int64)
        /// It had, or it was decided about.
        case known
        /// Enough other values were told of the write: by many, or one by the same device, which can hold but one.
        case tooMany
    }

    /// Notes an atom that a device told. Told by several it is one, unless they tell different values: one that was decided
    /// about does not stand for another.
    func note(_ atom: Atom, at path: FieldPath, of feed: FeedRecord, by teller: Teller, now: Int64) throws -> Noted {
        let text = atom.value.map { CanonicalJSON.text($0) }
        let key: StatementArguments = [Data(feed.record.id.bytes), path.text, atom.origin.description]
        let known = try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT number, value, state, digest FROM witness WHERE record = ? AND path = ? AND origin = ?"),
            arguments: key)
        let digest = try known.isEmpty ? nil : self.digest(of: atom, at: path, of: feed.record.id)
        let same = known.first { row in
            row[2] as String == Witnessed.State.open.rawValue ? row[1] as String? == text : row[3] as Data? == digest
        }
        if let same {
            guard same[2] as String == Witnessed.State.open.rawValue else { return .known }
            let hasTold = try hasTold([same[0]], teller.device)
            try noteTeller(teller, same[0])
            return hasTold ? .known : .news(Self.bytes(text, path))
        }
        let others = known.map { $0[0] as Int64 }
        guard others.count < Self.mostValues, try !hasTold(others, teller.device) else { return .tooMany }
        let number = try insert(atom, text, at: path, of: feed, now: now)
        try noteTeller(teller, number)
        return .news(Self.bytes(text, path))
    }

    private func insert(
        _ atom: Atom, _ text: String?, at path: FieldPath, of feed: FeedRecord, now: Int64
    ) throws -> Int64 {
        try db.cachedStatement(
            sql: """
                INSERT INTO witness (record, path, origin, stamp, value, collection, unit, at, timeline, told, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            Data(feed.record.id.bytes), path.text, atom.origin.description, atom.stamp.description, text,
            feed.record.collection.text, Data(feed.unit.bytes), atom.commit,
            try TimelineTable(db).present() ?? Timeline.first, now, Witnessed.State.open.rawValue,
        ])
        let number = db.lastInsertedRowID
        for id in Self.named(by: atom.value, at: path) {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO witness_mention (number, id) VALUES (?, ?)")
                .execute(arguments: [number, id.description])
        }
        return number
    }

    private func noteTeller(_ teller: Teller, _ number: Int64) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO witness_teller (number, replica, device) VALUES (?, ?, ?)")
            .execute(arguments: [number, teller.replica.number, teller.device.number])
    }

    /// Whether a device told any of these.
    private func hasTold(_ numbers: [Int64], _ device: ReplicaID) throws -> Bool {
        let sql = "SELECT EXISTS (SELECT 1 FROM witness_teller WHERE number = ? AND device = ?)"
        return try numbers.contains { number in
            try Bool.fetchOne(db.cachedStatement(sql: sql), arguments: [number, device.number]) ?? false
        }
    }

    /// What a value counts as: itself and what stands beside it.
    private static func bytes(_ text: String?, _ path: FieldPath) -> Int64 {
        Int64((text?.utf8.count ?? 0) + path.text.utf8.count)
    }

    /// The records that a value or its path names, wherever in it.
    static func named(by value: Value?, at path: FieldPath) -> Set<RecordID> {
        var (named, rest): (Set<RecordID>, [Value]) = ([], value.map { [$0] } ?? [])
        func note(_ text: String) { if let id = RecordID(canonical: text) { named.insert(id) } }
        if let key = path.key { note(key) }
        while let value = rest.popLast() {
            if let text = value.text { note(text) }
            rest += value.elements ?? []
            for (key, entry) in value.entries ?? [:] {
                note(key)
                rest.append(entry)
            }
        }
        return named
    }

    /// By which a value of a write is known again once it is gone. Keyed: of itself it tells nobody anything.
    private func digest(of atom: Atom, at path: FieldPath, of record: RecordID) throws -> Data {
        let secret = SymmetricKey(data: Data(try ServerRows(db).text("secret").map { Array($0.utf8) } ?? []))
        let text = [
            record.description, path.text, atom.origin.description, atom.value.map { CanonicalJSON.text($0) } ?? "",
        ].joined(separator: "\n")
        return Data(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: secret).prefix(16))
    }

    /// How much a device has told on a timeline.
    public func told(by device: ReplicaID, on timeline: UInt8) throws -> WitnessTold {
        let row = try Row.fetchOne(
            db,
            sql: "SELECT atoms, bytes, beyond, refused, through FROM witness_told WHERE device = ? AND timeline = ?",
            arguments: [device.number, timeline])
        var told = WitnessTold()
        if let row {
            (told.atoms, told.bytes, told.beyond, told.refused, told.through) = (row[0], row[1], row[2], row[3], row[4])
        }
        return told
    }

    func setTold(_ told: WitnessTold, by device: ReplicaID, on timeline: UInt8) throws {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO witness_told (device, timeline, atoms, bytes, beyond, refused, through)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                device.number, timeline, told.atoms, told.bytes, told.beyond, told.refused, told.through,
            ])
    }

    // MARK: Letting go

    /// Notes what was decided about these: the values go; that they were decided about stays, for others may tell them yet.
    func decide(_ chosen: [Witnessed], _ state: Witnessed.State) throws {
        for value in chosen {
            let digest = try digest(of: value.atom, at: value.path, of: value.record)
            try db.cachedStatement(sql: "UPDATE witness SET state = ?, value = NULL, digest = ? WHERE number = ?")
                .execute(arguments: [state.rawValue, digest, value.number])
        }
    }

    /// Whether a value of this write was accepted: of another one nobody can say that it is what stands.
    func hasAccepted(_ record: RecordID, _ path: FieldPath, origin: Stamp) throws -> Bool {
        let sql = """
            SELECT EXISTS (SELECT 1 FROM witness WHERE record = ? AND path = ? AND origin = ? AND state = 'accepted')
            """
        return try Bool.fetchOne(
            db.cachedStatement(sql: sql),
            arguments: [Data(record.bytes), path.text, origin.description]) ?? false
    }

    /// The author's own laptop brought a write: what others told of it has no use any more.
    func remove(_ record: RecordID, _ path: FieldPath, origin: Stamp) throws {
        _ = try remove("record = ? AND path = ? AND origin = ?", [Data(record.bytes), path.text, origin.description])
    }

    /// What is known of a record of which nothing is here but what laptops told; nil where they told nothing of it.
    func absent(_ record: RecordID) throws -> ServerRow? {
        let sql = "SELECT collection, unit FROM witness WHERE record = ? ORDER BY number LIMIT 1"
        return try Row.fetchOne(db, sql: sql, arguments: [Data(record.bytes)]).map { row in
            guard let unit = RecordID(bytes: row[1] as Data) else { throw DamagedRow() }
            return ServerRow(
                record: VersionedRecord(id: record, collection: CollectionName(row[0] as String)), unit: unit)
        }
    }

    /// What is about one of these: of it, of what hangs on it, and of a record of which anything that was told names it.
    private static let reach = """
        record = ?1 OR unit = ?1 OR record IN (
            SELECT record FROM witness WHERE number IN (SELECT number FROM witness_mention WHERE id = ?2))
        """

    /// What was told about any of these, decided or not: what an erasure takes.
    public func reached(by ids: Set<RecordID>) throws -> [Witnessed] {
        var found: [Int64: Witnessed] = [:]
        for id in ids {
            for value in try read(Self.reach, [Data(id.bytes), id.description]) { found[value.number] = value }
        }
        return found.values.sorted { ($0.record, $0.path.text, $0.number) < ($1.record, $1.path.text, $1.number) }
    }

    /// Takes away what was told of anybody who was erased.
    /// - Parameters:
    ///   - root: whom the erasure named.
    ///   - left: who had left their unit by then: that they were in it once is no reason.
    /// - Returns: whether there was any.
    func removeErased(_ ids: Set<RecordID>, root: RecordID, leaving left: Set<RecordID>) throws -> Bool {
        var hasAny = false
        for id in ids.sorted() {
            let isGone = try remove(Self.reach, [Data(id.bytes), id.description], leaving: id == root ? left : [])
            hasAny = hasAny || isGone
        }
        return hasAny
    }

    private func remove(
        _ condition: String, _ arguments: StatementArguments, leaving left: Set<RecordID> = []
    ) throws -> Bool {
        let found = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT number, record FROM witness WHERE \(condition)"), arguments: arguments)
        let numbers: [Int64] = found.compactMap { row in
            RecordID(bytes: row[1] as Data).map(left.contains) == true ? nil : row[0]
        }
        for table in ["witness_teller", "witness_mention", "witness"] {
            let statement = try db.cachedStatement(sql: "DELETE FROM \(table) WHERE number = ?")
            for number in numbers { try statement.execute(arguments: [number]) }
        }
        return !numbers.isEmpty
    }
}
