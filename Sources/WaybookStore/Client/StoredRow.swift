import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

extension RecordID {
    /// The 16 bytes as the tables hold them.
    var blob: Data { Data(bytes) }
}

/// A record as the tables hold it, with the unsent writes that lie over it.
struct StoredRow {
    let id: RecordID
    let collection: CollectionName
    /// Its row; nil where there is none yet.
    var row: Int64?
    /// The fields that were shown when the row was read.
    let before: String?
    /// The server's row; nil where the server has none, as far as this replica was told.
    var server: VersionedRecord?
    /// The root of its unit as told or stored; counts where this version does not know the collection.
    var unit: RecordID?
    /// The unit that it leaves with; nil for what stays.
    var leaving: RecordID?
    /// The unsent changes to this record, in order.
    var unsent: [Unsent] = []

    struct Unsent {
        var change: Change
        var stamp: Stamp
        /// Whether it had been accepted before, by a server that was put back: what is later stays above it.
        var isAgain = false
    }

    /// Whether its person was erased, though the server has nothing of it.
    var isErasedUnsent = false

    /// Whether its person was erased: then unsent writes are not shown, and go with their answer.
    var isErased: Bool { server?.isErased ?? isErasedUnsent }

    /// Whether neither the server nor this replica has anything of it.
    var isNothing: Bool { server == nil && (unsent.isEmpty || isErased) }

    /// What is to be shown: the server's row with the unsent changes over it.
    var shown: VersionedRecord {
        var shown = server ?? VersionedRecord(id: id, collection: collection)
        if isErased { return shown }
        for entry in unsent {
            if entry.isAgain {
                for write in entry.change.writes {
                    Join.atom(Atom(value: write.value, stamp: entry.stamp), at: write.path, into: &shown)
                }
            } else {
                Overlay.apply(entry.change, stamp: entry.stamp, to: &shown)
            }
        }
        return shown
    }

    /// Whether the row shows other values than it is to show.
    var isShownOtherwise: Bool {
        before.map { $0 != CanonicalJSON.text(RecordEncoding.fields(shown)) } ?? false
    }

    /// Whether unsent writes lie over the server's row.
    var isOverlaid: Bool { !unsent.isEmpty && !isErased }

    /// The root of its unit, as its row keeps it: nil for the root itself.
    func rootColumn(_ schema: Schema) -> Data? {
        // What is told of a deleted record bears no field: its unit is as it was told.
        let field = schema[collection]?.rootField
        let isTold = schema[collection] == nil || shown.isDeleted && field.map { shown[$0] == nil } ?? false
        let root = isTold ? unit : schema.unit(of: shown)
        return root.flatMap { $0 == id ? nil : $0.blob }
    }

    /// As shown, but with the server's values where unsent writes only ask for others. A record that the server does not
    /// have stands as it is shown.
    func settled(_ schema: Schema) -> VersionedRecord {
        var settled = shown
        guard let server else { return settled }
        for path in unsent.flatMap({ $0.change.writes.map(\.path) })
        where schema.rule(for: path, in: collection) == .served {
            settled.atoms[path] = server.atoms[path]
        }
        return settled
    }
}

extension ClientTables {
    /// Reads a record; nil when there is no row.
    func load(_ id: RecordID) throws -> StoredRow? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT row, (SELECT name FROM collection WHERE number = record.collection), fields, stamps, server, unit,
                    leaving
                FROM record WHERE id = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [id.blob]) else { return nil }
        let name: String = row[1]
        let collection = CollectionName(name)
        let (fields, stamps, server): (String, String, String?) = (row[2], row[3], row[4])
        let (unit, leaving) = (RecordID(blob: row[5]), RecordID(blob: row[6]))
        guard let server else {
            let record = try decode(id, collection, fields: fields, stamps: stamps)
            return StoredRow(
                id: id, collection: collection, row: row[0], before: fields, server: record, unit: unit,
                leaving: leaving)
        }
        return StoredRow(
            id: id, collection: collection, row: row[0], before: fields,
            server: server.isEmpty ? nil : try decode(id, collection, fields: server, stamps: stamps),
            unit: unit, leaving: leaving, unsent: try unsent(of: id),
            isErasedUnsent: try server.isEmpty && isErased(id))
    }

    func exists(_ id: RecordID) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM record WHERE id = ?)")
        return try Bool.fetchOne(statement, arguments: [id.blob]) ?? false
    }

    /// Decodes fields and stamps as stored.
    func decode(
        _ id: RecordID, _ collection: CollectionName, fields: String, stamps: String
    ) throws -> VersionedRecord {
        guard let fields = try? JSONParser.parse(fields), let stamps = try? JSONParser.parse(stamps),
            let record = RecordEncoding.decode(id: id, collection: collection, fields: fields, stamps: stamps)
        else { throw ClientStoreError.damagedRow(id) }
        return record
    }

    /// The unsent changes to one record, in order.
    func unsent(of id: RecordID) throws -> [StoredRow.Unsent] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT outbox.number, line, past FROM touched JOIN outbox ON outbox.number = touched.number
                WHERE touched.id = ? ORDER BY outbox.number
                """)
        return try Row.fetchAll(statement, arguments: [id.blob]).compactMap { row in
            let set = try decodeSet(number: row[0], line: row[1])
            let past = PastAnswer(row[2])
            return set.changes.first { $0.id == id }.map { change in
                StoredRow.Unsent(change: change, stamp: past?.stamp(of: set) ?? set.stamp, isAgain: past != nil)
            }
        }
    }

    func decodeSet(number: Int64, line: Data, mayBeEmpty: Bool = false) throws -> ChangeSet {
        guard let line = try? JSONDocument(line), let set = ChangeSetLine.decode(line, mayBeEmpty: mayBeEmpty) else {
            throw ClientStoreError.damagedSet(number)
        }
        return set
    }

    /// Stores a record as it now is; removes its row where neither the server nor this replica has anything of it.
    func save(_ stored: StoredRow) throws {
        let shown = stored.shown
        if stored.isNothing { return try remove(stored) }
        try noteDispute(stored.id, stored.collection, shown)
        let server = stored.server.map { CanonicalJSON.text(RecordEncoding.fields($0)) }
        let stamps = stored.server.map { CanonicalJSON.text(RecordEncoding.stamps($0)) } ?? ""
        let isOverlaid = stored.isOverlaid
        let fields =
            !isOverlaid ? server ?? "{}" : CanonicalJSON.text(RecordEncoding.fields(shown))
        let overlaid = isOverlaid ? server ?? "" : nil
        let unit = stored.rootColumn(schema)
        guard let row = stored.row else {
            return try insert(
                stored.id, stored.collection, unit: unit, isDeleted: shown.isDeleted, fields: fields, stamps: stamps,
                server: overlaid)
        }
        try run(
            "UPDATE record SET unit = ?, deleted = ?, fields = ?, stamps = ?, server = ? WHERE row = ?",
            [unit, shown.isDeleted, fields, stamps, overlaid, row])
        try reindex(row: row, of: stored.id, in: stored.collection, before: stored.before, after: fields)
    }

    func insert(
        _ id: RecordID, _ collection: CollectionName, unit: Data?, isDeleted: Bool, fields: String, stamps: String,
        server: String?
    ) throws {
        try run(
            """
            INSERT INTO record (id, collection, unit, deleted, fields, stamps, server) VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [id.blob, number(of: collection), unit, isDeleted, fields, stamps, server])
    }

    /// Removes a row with all that was derived from it, and its history.
    func remove(_ stored: StoredRow) throws {
        guard let row = stored.row else { return }
        try run("DELETE FROM record WHERE row = ?", [row])
        try run("DELETE FROM history WHERE id = ?", [stored.id.blob])
        try noteDispute(stored.id, stored.collection, nil)
        try reindex(row: row, of: stored.id, in: stored.collection, before: stored.before, after: nil)
        try noteRemovedRow()
    }

    /// The number that stands for a collection in this file; a new one for a name that is met for the first time.
    func number(of collection: CollectionName) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT number FROM collection WHERE name = ?")
        if let number = try Int64.fetchOne(statement, arguments: [collection.text]) { return number }
        try run("INSERT INTO collection (name) VALUES (?)", [collection.text])
        return db.lastInsertedRowID
    }
}
