import Foundation
import GRDB
import WaybookModel

/// One erasure, as the server remembers it: identities, times and a word of a closed list.
public struct ErasureEntry: Hashable, Sendable {
    /// What was named.
    public var record: RecordID
    public var unit: RecordID
    public var collection: CollectionName
    public var stamp: Stamp
    /// Its commit.
    public var sequence: Int64
    /// The server's clock, milliseconds since 1970.
    public var milliseconds: Int64
    public var reason: ErasureReason
    /// Who asked; nil for whoever works on the server's machine.
    public var by: RecordID?
    public var replica: ReplicaID?
    /// How many records were shredded.
    public var records: Int
    /// When the server's own files were free of it.
    public var purgedMilliseconds: Int64?

    public init(
        record: RecordID, unit: RecordID, collection: CollectionName, stamp: Stamp, sequence: Int64,
        milliseconds: Int64, reason: ErasureReason, by: RecordID?, replica: ReplicaID?, records: Int
    ) {
        self.record = record
        self.unit = unit
        self.collection = collection
        self.stamp = stamp
        self.sequence = sequence
        self.milliseconds = milliseconds
        self.reason = reason
        self.by = by
        self.replica = replica
        self.records = records
    }
}

/// The list of erasures.
extension ServerRows {
    /// Whether anything was ever erased. Cost: one read.
    public func hasErasures() throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM erasure)")) ?? false
    }

    /// The erasure of a record; nil where it was none by itself.
    public func erasure(of record: RecordID) throws -> ErasureEntry? {
        let statement = try db.cachedStatement(sql: "SELECT * FROM erasure WHERE record = ?")
        return try Row.fetchOne(statement, arguments: [Data(record.bytes)]).map(Self.erasure)
    }

    /// Whether a store is among those that may hold something of an erased record: by itself, or with whom it went.
    public func mayHold(erased record: RecordID, _ replica: ReplicaID) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM erasure_holder WHERE replica = ?2 AND (record = ?1 OR record IN (
                    SELECT erasure FROM erasure_reach WHERE erasure_reach.record = ?1 AND taken = 1)))
                """)
        return try Bool.fetchOne(statement, arguments: [Data(record.bytes), replica.number]) ?? false
    }

    // MARK: Of whom nothing is here

    /// Remembers whom an erasure took of whom no record is here, and, where it is done again on an older file, who had left.
    public func storeReach(of erasure: RecordID, took: Set<RecordID>, left: Set<RecordID>) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO erasure_reach (record, erasure, taken) VALUES (?, ?, ?)")
        for (ids, isTaken) in [(left, false), (took, true)] {
            for id in ids { try statement.execute(arguments: [Data(id.bytes), Data(erasure.bytes), isTaken]) }
        }
    }

    /// Whether somebody of whom no record is here was erased, by themselves or with somebody.
    public func wasErased(_ record: RecordID) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM erasure WHERE record = ?1)
                    OR EXISTS (SELECT 1 FROM erasure_reach WHERE record = ?1 AND taken = 1)
                """)
        return try Bool.fetchOne(statement, arguments: [Data(record.bytes)]) ?? false
    }

    /// Whether a record had left a unit for another before that was erased, though it may be there, or be made there, since an
    /// older backup was put back.
    public func hadLeft(_ record: RecordID, _ unit: RecordID) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM erasure_reach WHERE record = ? AND erasure = ? AND taken = 0)")
        return try Bool.fetchOne(statement, arguments: [Data(record.bytes), Data(unit.bytes)]) ?? false
    }

    /// All erasures, the latest first.
    public func erasures() throws -> [ErasureEntry] {
        try Row.fetchAll(db, sql: "SELECT * FROM erasure ORDER BY sequence DESC, record").map(Self.erasure)
    }

    private static func erasure(_ row: Row) throws -> ErasureEntry {
        let (record, unit, by): (Data, Data, Data?) = (row["record"], row["unit"], row["by"])
        guard let id = RecordID(bytes: record), let unit = RecordID(bytes: unit),
            let stamp = Stamp(row["stamp"] as String)
        else { throw DamagedRow() }
        let replica: UInt32? = row["replica"]
        var entry = ErasureEntry(
            record: id, unit: unit, collection: CollectionName(row["collection"]), stamp: stamp,
            sequence: row["sequence"], milliseconds: row["time"],
            // A word that this version does not know is another reason.
            reason: ErasureReason(rawValue: row["reason"]) ?? .other, by: by.flatMap { RecordID(bytes: $0) },
            replica: replica.map { ReplicaID($0) }, records: row["records"])
        entry.purgedMilliseconds = row["purged"]
        return entry
    }

    /// Adds an erasure, or puts it in the place of an earlier one of the same record.
    /// - Parameter units: the units that went whole.
    public func store(_ entry: ErasureEntry, units: Set<RecordID>) throws {
        for unit in units.sorted() {
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO erased_unit (unit, sequence) VALUES (?, ?)")
                .execute(arguments: [Data(unit.bytes), entry.sequence])
        }
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO erasure
                    (record, unit, collection, stamp, sequence, time, reason, by, replica, records, purged)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)
                """
        ).execute(arguments: [
            Data(entry.record.bytes), Data(entry.unit.bytes), entry.collection.text, entry.stamp.description,
            entry.sequence, entry.milliseconds, entry.reason.rawValue, entry.by.map { Data($0.bytes) },
            entry.replica?.number, entry.records,
        ])
    }

    /// The units that were erased whole after a commit, and that a replica held once and holds no more, or not for long: it
    /// keeps a line about each.
    public func erasedAfterLeaving(_ replica: ReplicaID, after sequence: Int64) throws -> [RecordID] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT erased_unit.unit FROM erased_unit JOIN held ON held.unit = erased_unit.unit AND held.replica = ?
                WHERE erased_unit.sequence > ?
                    AND held.state IN (\(HeldState.left.rawValue), \(HeldState.leaving.rawValue), \(HeldState.behind.rawValue))
                ORDER BY erased_unit.unit
                """)
        return try Data.fetchAll(statement, arguments: [replica.number, sequence]).compactMap { RecordID(bytes: $0) }
    }
}
