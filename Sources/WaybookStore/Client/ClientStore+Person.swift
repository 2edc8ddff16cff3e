import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

extension ClientStore {
    /// Everything that this replica holds about a person, and an erasure would take: the unit where the record is a root, else
    /// the record and what tells of it; history, conflicts, what was handed over, what is unsent, what was refused, own sets
    /// that were answered, what others had written and a server lost, notes of departures.
    /// - Returns: nil where this replica has nothing of that identity.
    public func person(_ id: RecordID, at now: ClientTime) throws -> PersonDocument? {
        try read { tables in
            let root = try tables.load(id)
            guard let collection = try root?.collection ?? tables.collection(ofAbsent: id) else { return nil }
            var document = PersonDocument(about: id, collection: collection, at: now.wallMilliseconds)
            let ids = try root.map { try tables.idsAbout($0) } ?? [id]
            for id in ids.sorted() {
                guard let stored = try tables.load(id) else { continue }
                document.add(stored.shown, to: Self.heading(stored.collection))
                for entry in try tables.history(of: id, limit: Int(ClientTables.mostHistoryEntries)) {
                    document.addHistory(of: id, path: entry.path, value: entry.value, stamp: entry.stamp)
                }
            }
            try tables.eachSet { heading, set in
                let about = try set.changes.filter { change in
                    try tables.subject(of: change, where: ids.contains) != nil
                }
                if !about.isEmpty { document.append(ChangeSetLine.value(of: about), to: heading) }
            }
            for feed in try tables.witness(about: ids) {
                document.append(ResponseLine.record(feed).value, to: "witnessed")
            }
            for id in ids.sorted() {
                for note in try tables.notes(about: id) { document.append(.string(note), to: "notes") }
            }
            return document
        }
    }

    private static func heading(_ collection: CollectionName) -> PersonDocument.Heading {
        switch collection {
        case ConflictRecord.collection: .conflicts
        case HandoverRecord.collection: .handovers
        default: .records
        }
    }
}

extension ClientTables {
    /// The records about somebody, conflicts and what was handed over among them. Cost: reads the records that may tell of
    /// somebody, the conflicts and the items.
    fileprivate func idsAbout(_ root: StoredRow) throws -> Set<RecordID> {
        let isRoot = schema.unit(of: root.shown) ?? root.id == root.id
        var ids: Set<RecordID> = [root.id]
        if isRoot {
            let unit = try Data.fetchAll(db, sql: "SELECT id FROM record WHERE unit = ?", arguments: [root.id.blob])
            ids.formUnion(unit.compactMap { RecordID(blob: $0) })
        }
        let subjects = ids
        for collection in schema.subjectFields.keys {
            try each(collection) { record in
                if record.tells(ofAny: subjects, by: schema) { ids.insert(record.id) }
            }
        }
        for (collection, field) in [
            (ConflictRecord.collection, ConflictRecord.Field.about),
            (HandoverRecord.collection, HandoverRecord.Field.about),
        ] {
            try each(collection) { record in
                let about = record[field]?.text.flatMap { RecordID($0) }
                if about.map(subjects.contains) == true { ids.insert(record.id) }
            }
        }
        return ids
    }

    private func each(_ collection: CollectionName, _ body: (VersionedRecord) throws -> Void) throws {
        guard let number = try knownNumber(of: collection) else { return }
        let ids = try Data.fetchAll(db, sql: "SELECT id FROM record WHERE collection = \(number)")
        for id in ids.compactMap({ RecordID(blob: $0) }) {
            if let stored = try load(id) { try body(stored.shown) }
        }
    }

    /// The collection of a record of which nothing is here but what others had written and a server lost.
    fileprivate func collection(ofAbsent id: RecordID) throws -> CollectionName? {
        try witness(about: [id]).first { $0.record.id == id }?.record.collection
    }

    /// The unsent sets, the refused ones, and those that were answered.
    fileprivate func eachSet(_ body: (_ heading: String, ChangeSet) throws -> Void) throws {
        for (table, heading) in [("outbox", "unsent"), ("rejected", "refused"), ("journal", "answered")] {
            for row in try Row.fetchAll(db, sql: "SELECT number, line FROM \(table) ORDER BY number") {
                try body(heading, try decodeSet(number: row[0], line: row[1], mayBeEmpty: table != "rejected"))
            }
        }
    }
}
