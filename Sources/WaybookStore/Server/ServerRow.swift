import Foundation
import GRDB
import WaybookModel

/// A record as the server keeps it, with what deletes are judged by.
public struct ServerRow: Hashable, Sendable {
    public var record: VersionedRecord
    public var unit: RecordID
    /// Its place in the feed; nil before it was first stored.
    public var position: Int64?
    /// The replica of the last accepted set that did more than delete.
    public var author: ReplicaID
    /// The commit of that set.
    public var authored: Int64
    /// The latest such commit by any other replica.
    public var others: Int64
    /// Whether it was among the readable records when it was loaded.
    fileprivate var wasReadable = false
    /// The unit that it was in then.
    fileprivate var formerUnit: RecordID?

    public init(record: VersionedRecord, unit: RecordID) {
        self.record = record
        self.unit = unit
        position = nil
        author = ReplicaID(0)
        authored = 0
        others = 0
    }

    /// Whether it counts among the records that a person reads.
    var isReadable: Bool { !record.isDeleted && !DirectoryRecord.uncounted.contains(record.collection) }

    /// Notes that a set of `replica`, committed at `sequence`, wrote to the record.
    public mutating func noteAuthor(_ replica: ReplicaID, sequence: Int64) {
        if replica != author { others = authored }
        author = replica
        authored = sequence
    }

    /// The latest commit that `replica` did not write.
    public func latestByOthers(than replica: ReplicaID) -> Int64 {
        author == replica ? others : authored
    }
}

/// What is stored does not decode: the file was damaged, or written by something else.
public struct DamagedRow: Error, Hashable, Sendable {
    public var record: RecordID?

    public init(record: RecordID? = nil) { self.record = record }
}

/// A connection to a server's tables inside one transaction. All reading and writing of records is here; nothing here
/// decides. Cost of each verb: a few indexed reads or writes.
public struct ServerRows {
    let db: Database

    public init(_ db: Database) { self.db = db }

    /// Loads a record with its body, from the bin if it was deleted.
    public func row(_ id: RecordID) throws -> ServerRow? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT position, collection, unit, fields, stamps, author, authored, others, deleted
                FROM record WHERE id = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [Data(id.bytes)]) else { return nil }
        let isDeleted: Bool = row[8]
        let collection = CollectionName(row[1])
        var record = try decode(id, collection, fields: row[3], stamps: row[4])
        if isDeleted, let body = try bin(id, collection) { record = Join.records(body, record) }
        var loaded = ServerRow(record: record, unit: try unit(row[2], or: id))
        loaded.position = row[0]
        loaded.author = ReplicaID(row[5])
        loaded.authored = row[6]
        loaded.others = row[7]
        loaded.wasReadable = loaded.isReadable
        loaded.formerUnit = loaded.unit
        return loaded
    }

    /// The unit of a record; nil where there is none of that identity.
    public func unit(of id: RecordID) throws -> RecordID? {
        let statement = try db.cachedStatement(sql: "SELECT unit FROM record WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [Data(id.bytes)]) else { return nil }
        return try unit(row[0], or: id)
    }

    private func unit(_ bytes: Data?, or id: RecordID) throws -> RecordID {
        guard let bytes else { return id }
        guard let unit = RecordID(bytes: bytes) else { throw DamagedRow(record: id) }
        return unit
    }

    private func bin(_ id: RecordID, _ collection: CollectionName) throws -> VersionedRecord? {
        let statement = try db.cachedStatement(sql: "SELECT fields, stamps FROM bin WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [Data(id.bytes)]) else { return nil }
        return try decode(id, collection, fields: row[0], stamps: row[1])
    }

    func decode(
        _ id: RecordID, _ collection: CollectionName, fields: String, stamps: String
    ) throws -> VersionedRecord {
        guard let fields = try? JSONParser.parse(fields), let stamps = try? JSONParser.parse(stamps),
            let record = RecordEncoding.decode(id: id, collection: collection, fields: fields, stamps: stamps)
        else { throw DamagedRow(record: id) }
        return record
    }

    /// Stores a record at a new position, which takes the place of its old one, and keeps the number of readable ones.
    public func store(_ row: ServerRow, at position: Int64) throws {
        let id = Data(row.record.id.bytes)
        if row.position != nil {
            try db.cachedStatement(sql: "DELETE FROM record WHERE id = ?").execute(arguments: [id])
        }
        var shown = row.record
        if row.record.isDeleted {
            try store(inBin: row.record)
            shown.atoms = row.record.tombstone
        } else if row.record.atoms[.life] != nil {
            try db.cachedStatement(sql: "DELETE FROM bin WHERE id = ?").execute(arguments: [id])
        }
        let insertion = try HotStatement(
            db,
            """
            INSERT INTO record (position, id, collection, unit, fields, stamps, author, authored, others, deleted)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        try insertion.run(
            .integer(position), .identity(row.record.id), .string(row.record.collection.text),
            row.unit == row.record.id ? .null : .identity(row.unit),
            .text(CanonicalJSON.bytes(RecordEncoding.fields(shown))[...]),
            .text(CanonicalJSON.bytes(RecordEncoding.stamps(shown))[...]), .integer(Int64(row.author.number)),
            .integer(row.authored), .integer(row.others), .integer(row.record.isDeleted ? 1 : 0))
        try count(row)
    }

    private func count(_ row: ServerRow) throws {
        if row.isReadable != row.wasReadable {
            try HotStatement(db, "UPDATE server SET value = value + ? WHERE key = ?")
                .run(.integer(row.isReadable ? 1 : -1), .string(Self.readableKey))
        }
        guard row.isReadable != row.wasReadable || row.formerUnit != row.unit else { return }
        for unit in Set([row.formerUnit, row.unit].compactMap { $0 }) {
            var change: Int64 = 0
            if row.wasReadable, row.formerUnit == unit { change -= 1 }
            if row.isReadable, row.unit == unit { change += 1 }
            let isOwn = unit == row.record.id
            let before = try size(unit, hasRoot: isOwn ? row.formerUnit == unit : nil)
            try setSize(before + change, of: unit, hasRoot: isOwn ? row.unit == unit : nil)
        }
    }

    /// How many readable records a unit has: what `unit_size` says, else 1 where its root is there.
    /// - Parameter hasRoot: whether it is, where the caller knows.
    private func size(_ unit: RecordID, hasRoot: Bool?) throws -> Int64 {
        var size: Int64?
        try HotStatement(db, "SELECT readable FROM unit_size WHERE unit = ?").forEachRow(.identity(unit)) { row in
            size = row.integer(0)
            return true
        }
        return try size ?? (hasRoot ?? self.hasRoot(unit) ? 1 : 0)
    }

    private func setSize(_ size: Int64, of unit: RecordID, hasRoot: Bool?) throws {
        if try size == 1 && hasRoot ?? self.hasRoot(unit) {
            try HotStatement(db, "DELETE FROM unit_size WHERE unit = ?").run(.identity(unit))
        } else {
            try HotStatement(db, "INSERT OR REPLACE INTO unit_size (unit, readable) VALUES (?, ?)")
                .run(.identity(unit), .integer(size))
        }
    }

    private func hasRoot(_ unit: RecordID) throws -> Bool {
        var hasRoot = false
        try HotStatement(db, "SELECT unit IS NULL FROM record WHERE id = ?").forEachRow(.identity(unit)) { row in
            hasRoot = row.integer(0) == 1
            return true
        }
        return hasRoot
    }

    private func store(inBin record: VersionedRecord) throws {
        let insert = try db.cachedStatement(sql: "INSERT OR REPLACE INTO bin (id, fields, stamps) VALUES (?, ?, ?)")
        try insert.execute(arguments: [
            Data(record.id.bytes), CanonicalJSON.text(RecordEncoding.fields(record)),
            CanonicalJSON.text(RecordEncoding.stamps(record)),
        ])
    }

    /// The latest commit in a unit that `replica` did not write.
    public func latestInUnit(_ unit: RecordID, byOthersThan replica: ReplicaID) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                SELECT max(CASE WHEN author = ?1 THEN others ELSE authored END) FROM record WHERE unit = ?2 OR id = ?2
                """)
        return try Int64.fetchOne(statement, arguments: [replica.number, Data(unit.bytes)]) ?? 0
    }
}
