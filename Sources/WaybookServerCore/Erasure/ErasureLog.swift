import Foundation
import GRDB
import WaybookModel
import WaybookStore

/// A store that held something of somebody who was erased, and whether it has confirmed that its files are free of it.
public struct ErasureHolder: Hashable, Sendable {
    public var replica: ReplicaID
    /// The server's clock, milliseconds since 1970; nil while it is outstanding.
    public var confirmedMilliseconds: Int64?
}

/// The receipts of erasures: which stores held what was erased, and which have confirmed that it is gone
/// (`protocol/9-erasure.md#receipts`).
public struct ErasureLog {
    /// Where the file keeps that its own bytes are still to go: the sequence of the last erasure.
    static let purgeKey = "purge"

    private let db: Database
    private let rows: ServerRows

    /// Makes the log of the file, seen inside a transaction.
    public init(_ db: Database) {
        self.db = db
        rows = ServerRows(db)
    }

    /// Notes an erasure in the transaction that carries it out: whose stores hold it, the audit's entry, and that the
    /// server's own bytes are to go.
    /// - Parameter units: the units that held any of it.
    func note(_ entry: ErasureEntry, units: Set<RecordID>, now: Int64) throws {
        try db.execute(
            sql: "DELETE FROM erasure_holder WHERE record = ?", arguments: [Data(entry.record.bytes)])
        for replica in try holders(ofUnits: units, root: entry.unit).sorted(by: { $0.number < $1.number }) {
            try db.execute(
                sql: "INSERT INTO erasure_holder (record, replica) VALUES (?, ?)",
                arguments: [Data(entry.record.bytes), replica.number])
        }
        try rows.set(Self.purgeKey, entry.sequence)
        try Audit(db).note(
            .erasureRequested, by: entry.by?.description, replica: entry.replica, about: .record(entry.record), at: now,
            detail: [.reason: .string(entry.reason.rawValue), .count: .int(Int64(entry.records))])
    }

    /// The stores that hold any of these units by what they were told, or held one once that went whole; and those that hold
    /// everything, because they read without a part's plan.
    func holders(ofUnits units: Set<RecordID>, root: RecordID) throws -> Set<ReplicaID> {
        var found: Set<ReplicaID> = []
        for unit in units.union([root]) {
            let numbers = try UInt32.fetchAll(
                db,
                sql: """
                    SELECT replica FROM held WHERE unit = ?1
                    AND (state <> ?2 OR ?3 OR EXISTS (SELECT 1 FROM erased_unit WHERE unit = ?1))
                    """, arguments: [Data(unit.bytes), HeldState.left.rawValue, unit == root])
            found.formUnion(numbers.map { ReplicaID($0) })
        }
        guard try db.tableExists("device_state") else { return found }
        let whole = try UInt32.fetchAll(
            db,
            sql: """
                SELECT device.replica FROM device JOIN user ON user.id = device.user
                LEFT JOIN device_state ON device_state.replica = device.replica
                LEFT JOIN reader ON reader.replica = device.replica
                WHERE (user.isAdmin = 1 OR reader.replica IS NULL OR reader.scopes = ?)
                    AND (device_state.synced IS NOT NULL OR device.lastSeen > device.created)
                """, arguments: [Scope.everything.text])
        return found.union(whole.map { ReplicaID($0) })
    }

    /// A store that is the copy of another one holds what that one held, confirmed or not.
    func noteFork(of old: ReplicaID, as new: ReplicaID) throws {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO erasure_holder (record, replica)
                SELECT record, ?2 FROM erasure_holder WHERE replica = ?1
                """, arguments: [old.number, new.number])
    }

    /// A store comes back that was told what this file no longer knows, for the server was put back: it may hold any of those
    /// who were erased since then, and once more at that moment.
    func noteReturn(of replica: ReplicaID, since sequence: Int64) throws {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO erasure_holder (record, replica) SELECT record, ?1 FROM erasure WHERE sequence > ?2
                """, arguments: [replica.number, sequence])
    }

    /// Takes the word of a store that it has wholly read up to a sequence, and that nothing of what went is in its files.
    public func confirm(_ replica: ReplicaID, through sequence: Int64, now: Int64) throws {
        let confirmed = try Data.fetchAll(
            db,
            sql: """
                SELECT erasure_holder.record FROM erasure_holder JOIN erasure ON erasure.record = erasure_holder.record
                WHERE erasure_holder.replica = ? AND confirmed IS NULL AND sequence <= ?
                """, arguments: [replica.number, sequence])
        for record in confirmed {
            try db.execute(
                sql: "UPDATE erasure_holder SET confirmed = ? WHERE record = ? AND replica = ?",
                arguments: [now, record, replica.number])
            try noteIfDone(record, now: now)
        }
    }

    /// The stores that held it.
    public func holders(of record: RecordID) throws -> [ErasureHolder] {
        try Row.fetchAll(
            db, sql: "SELECT replica, confirmed FROM erasure_holder WHERE record = ? ORDER BY replica",
            arguments: [Data(record.bytes)]
        ).map { ErasureHolder(replica: ReplicaID($0[0]), confirmedMilliseconds: $0[1]) }
    }

    // MARK: The server's own bytes

    /// The sequence of the last erasure whose bytes may still be in the server's files; nil where there is none.
    func purgeDue() throws -> Int64? { try rows.number(Self.purgeKey) }

    /// The server's files are free of all erasures up to a sequence.
    func notePurged(through sequence: Int64, now: Int64) throws {
        try db.execute(
            sql: "DELETE FROM server WHERE key = ? AND value <= ?", arguments: [Self.purgeKey, sequence])
        let records = try Data.fetchAll(
            db, sql: "SELECT record FROM erasure WHERE purged IS NULL AND sequence <= ?", arguments: [sequence])
        for record in records {
            try db.execute(sql: "UPDATE erasure SET purged = ? WHERE record = ?", arguments: [now, record])
            try noteIfDone(record, now: now)
        }
    }

    /// Once neither the server nor any store has a byte of it, the audit says so.
    private func noteIfDone(_ record: Data, now: Int64) throws {
        let isOpen = try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM erasure WHERE record = ?1 AND purged IS NULL)
                    OR EXISTS (SELECT 1 FROM erasure_holder WHERE record = ?1 AND confirmed IS NULL)
                """, arguments: [record])
        guard isOpen == false, let id = RecordID(bytes: record) else { return }
        try Audit(db).note(.erasureDone, about: .record(id), at: now)
    }
}
