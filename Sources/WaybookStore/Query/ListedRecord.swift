import Foundation
import GRDB
import WaybookModel

/// A record in a list: what is shown of it, without stamps.
public struct ListedRecord: Hashable, Sendable {
    public var id: RecordID
    public var collection: CollectionName
    /// The shown values by path.
    public var fields: [String: Value]
    /// Whether unsent writes lie over it.
    public var isUnsent: Bool
    /// Whether an open conflict is about it.
    public var isConflicted: Bool

    /// The record, for code that reads records; its stamps are all zero and say nothing.
    public var record: VersionedRecord { Self.record(id: id, collection: collection, fields: fields) }

    static func record(id: RecordID, collection: CollectionName, fields: [String: Value]) -> VersionedRecord {
        let stamp = Stamp(milliseconds: 0, counter: 0, replica: ReplicaID(0))
        var record = VersionedRecord(id: id, collection: collection)
        for (text, value) in fields {
            if let path = FieldPath(parsing: text) { record.atoms[path] = Atom(value: value, stamp: stamp) }
        }
        return record
    }

    /// Reads `row, id, collection, fields` and, where there are more columns, `unsent, conflicted`.
    init(row: Row) throws {
        guard let id = RecordID(blob: row[1]) else { throw ClientStoreError.damagedRow(nil) }
        let (name, text): (String, String) = (row[2], row[3])
        guard let fields = (try? JSONParser.parse(text))?.entries else { throw ClientStoreError.damagedRow(id) }
        self.id = id
        collection = CollectionName(name)
        self.fields = fields
        isUnsent = row.count > 4 ? row[4] : false
        isConflicted = row.count > 5 ? row[5] : false
    }
}

extension RecordID {
    init?(blob: Data?) {
        guard let blob else { return nil }
        self.init(bytes: blob)
    }
}

/// A record as shown, with the stamps of its atoms and what is to be known of it.
public struct ShownRecord: Hashable, Sendable {
    public var record: VersionedRecord
    /// The root of its unit; its own identity for a root.
    public var unit: RecordID
    /// Whether it and its root are alive.
    public var isVisible: Bool
    /// Whether the server has none of it yet, as far as this replica was told.
    public var isUnknownToServer: Bool
    /// The paths that unsent writes lie over, in order.
    public var unsentPaths: [FieldPath]
    /// Those of them that ask the server for something which it may grant to somebody else first.
    public var pending: [FieldPath]
    /// The open conflicts about it that no unsent set resolves.
    public var conflicts: [RecordID]
}
