import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// Sets that wait for a record that is not back yet; frozen: a later change is another migration. `line` is the set as it was
/// sent, `user` and `kind` whoever sent it, and by what right, `stamp` the one under which it is judged, `floor` the replica's highest vetted stamp when it came (NULL where
/// nobody can say when it was made), `timeline` the one on which it had been answered
/// (NULL where it was unsent by then).
let waitingMigrationSQL = """
    CREATE TABLE waiting_set (
        replica INTEGER NOT NULL,
        number INTEGER NOT NULL,
        awaits BLOB NOT NULL CHECK (length(awaits) = 16),
        user TEXT NOT NULL,
        kind TEXT NOT NULL,
        stamp TEXT NOT NULL,
        floor TEXT,
        timeline INTEGER,
        line BLOB NOT NULL,
        PRIMARY KEY (replica, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX waiting_set_awaits ON waiting_set (awaits);
    CREATE TABLE waiting_item (
        replica INTEGER NOT NULL,
        number INTEGER NOT NULL,
        item BLOB NOT NULL CHECK (length(item) = 16),
        PRIMARY KEY (replica, number, item)
    ) STRICT, WITHOUT ROWID;
    """

/// A set that was made before the server was put back, about a record that is not back yet
/// (`protocol/4-exchange.md#old-sets`).
struct WaitingSet {
    /// The record without which it cannot be judged.
    var awaits: RecordID
    /// Whoever's device sent it, and by what right: what they may do then is theirs.
    var principal: ExchangePrincipal
    /// As it was sent, less what is about somebody who was erased since.
    var set: ChangeSet
    /// The stamp under which it is judged: its own, or the one that it was given, with the server's bit.
    var stamp: Stamp
    /// The highest vetted stamp of the replica when it came; nil where nobody can say when the set was made.
    var floor: Stamp?
    /// The timeline on which it had been answered; nil where it was unsent by then.
    var timeline: UInt8?
    /// The items that tell of it meanwhile.
    var items: [RecordID]

    var replica: ReplicaID { principal.replica }
}

/// The sets that wait, seen inside a transaction.
struct WaitingTable {
    private let db: Database

    init(_ db: Database) { self.db = db }

    func isEmpty() throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT NOT EXISTS (SELECT 1 FROM waiting_set)") ?? true
    }

    /// Keeps a set; one that is there already gets what it waits for.
    func store(_ waiting: WaitingSet) throws {
        let key: StatementArguments = [waiting.replica.number, waiting.set.number]
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO waiting_set (replica, number, awaits, user, kind, stamp, floor, timeline, line)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: key + [
                Data(waiting.awaits.bytes), waiting.principal.user, waiting.principal.kind.rawValue,
                waiting.stamp.description, waiting.floor?.description, waiting.timeline,
                Data(ChangeSetLine.bytes(waiting.set)),
            ])
        for item in waiting.items {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO waiting_item (replica, number, item) VALUES (?, ?, ?)")
                .execute(arguments: key + [Data(item.bytes)])
        }
    }

    func remove(_ waiting: WaitingSet) throws {
        for table in ["waiting_set", "waiting_item"] {
            try db.cachedStatement(sql: "DELETE FROM \(table) WHERE replica = ? AND number = ?")
                .execute(arguments: [waiting.replica.number, waiting.set.number])
        }
    }

    func removeAll() throws {
        for table in ["waiting_set", "waiting_item"] { try db.execute(sql: "DELETE FROM \(table)") }
    }

    /// Those that wait for any of these records, or for one in any of these units: by replica, in the order of their numbers.
    func awaiting(_ ids: Set<RecordID>) throws -> [WaitingSet] {
        let condition = "awaits = ?1 OR awaits IN (SELECT id FROM record WHERE unit = ?1)"
        var found: [[Int64]: WaitingSet] = [:]
        for id in ids {
            for waiting in try sets(where: condition, [Data(id.bytes)]) {
                found[[Int64(waiting.replica.number), waiting.set.number]] = waiting
            }
        }
        return found.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }

    /// Those that wait for what is there, but was not for their authors to see.
    func awaitingSight() throws -> [WaitingSet] { try sets(where: "awaits IN (SELECT id FROM record)", []) }

    func all() throws -> [WaitingSet] { try sets(where: "1", []) }

    private func sets(where condition: String, _ arguments: StatementArguments) throws -> [WaitingSet] {
        let sql = """
            SELECT replica, number, awaits, user, kind, stamp, floor, timeline, line FROM waiting_set
            WHERE \(condition) ORDER BY replica, number
            """
        return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments).map { row in
            let document = try? JSONDocument(Array(row[8] as Data))
            guard let awaits = RecordID(bytes: row[2] as Data), let stamp = Stamp(row[5] as String),
                let replica = UInt32(exactly: row[0] as Int64), let kind = ExchangePrincipal.Kind(rawValue: row[4]),
                let set = document.flatMap({ ChangeSetLine.decode($0, mayBeEmpty: true) })
            else { throw DamagedRow() }
            let items = try Data.fetchAll(
                db.cachedStatement(sql: "SELECT item FROM waiting_item WHERE replica = ? AND number = ? ORDER BY item"),
                arguments: [row[0] as Int64, row[1] as Int64])
            return WaitingSet(
                awaits: awaits, principal: ExchangePrincipal(replica: ReplicaID(replica), user: row[3], kind: kind),
                set: set,
                stamp: stamp, floor: (row[6] as String?).flatMap { Stamp($0) }, timeline: row[7],
                items: items.compactMap { RecordID(bytes: $0) })
        }
    }
}
