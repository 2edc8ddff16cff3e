import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// Where the server has something about a record beside the record itself: to be found, and to be taken away when its
/// person is erased (`protocol/9-erasure.md#where`).
extension ServerRows {
    /// The records of a unit, its root among them.
    public func ids(inUnit unit: RecordID) throws -> [RecordID] {
        let statement = try db.cachedStatement(
            sql: "SELECT id FROM record WHERE unit = ?1 UNION SELECT id FROM record WHERE id = ?1")
        return try Data.fetchAll(statement, arguments: [Data(unit.bytes)]).compactMap { RecordID(bytes: $0) }
    }

    /// What hangs on a root and is deleted.
    public func deletedRecords(ofUnit unit: RecordID) throws -> [RecordID] {
        let statement = try db.cachedStatement(sql: "SELECT id FROM record WHERE unit = ? AND deleted = 1 ORDER BY id")
        return try Data.fetchAll(statement, arguments: [Data(unit.bytes)]).compactMap { RecordID(bytes: $0) }
    }

    /// The conflicts about any of these records, closed ones too: they lie in the records' units, and those that were closed
    /// before a record went over into another one in the units that it left.
    public func conflicts(about records: Set<RecordID>, inUnit unit: RecordID) throws -> [RecordID] {
        let statement = try db.cachedStatement(
            sql: "SELECT id, fields FROM record WHERE unit = ? AND collection = '\(ConflictRecord.collection)'")
        return try Row.fetchAll(statement, arguments: [Data(unit.bytes)]).compactMap { row in
            guard let id = RecordID(bytes: row[0] as Data),
                let fields = (try? JSONParser.parse(row[1] as String))?.entries
            else { throw DamagedRow() }
            let about = fields[ConflictRecord.Field.about.text]?.text.flatMap { RecordID($0) }
            return about.map(records.contains) == true ? id : nil
        }
    }

    /// The records of these collections whose text has one of these identities in it, deleted ones too. Cost: reads all
    /// records once for every ``identitiesAtOnce`` of them.
    public func records(in collections: [CollectionName], mentioning ids: [RecordID]) throws -> Set<RecordID> {
        var found: Set<RecordID> = []
        guard !collections.isEmpty else { return found }
        let names = collections.map { "'\($0.text)'" }.joined(separator: ", ")
        for start in stride(from: 0, to: ids.count, by: Self.identitiesAtOnce) {
            let some = ids[start..<min(start + Self.identitiesAtOnce, ids.count)].map(\.description)
            func matches(_ column: String) -> String {
                some.indices.map { "instr(\(column), ?\($0 + 1)) > 0" }.joined(separator: " OR ")
            }
            let rows = try Data.fetchAll(
                db,
                sql: """
                    SELECT id FROM record WHERE collection IN (\(names)) AND (\(matches("fields")))
                    UNION SELECT bin.id FROM bin JOIN record ON record.id = bin.id
                    WHERE record.collection IN (\(names)) AND (\(matches("bin.fields")))
                    """, arguments: StatementArguments(some))
            found.formUnion(rows.compactMap { RecordID(bytes: $0) })
        }
        return found
    }

    /// How many identities one reading looks for.
    static let identitiesAtOnce = 50

    /// Takes away what stood in a record once, what its writes were refused on, and which of them settled conflicts.
    /// - Parameter keeps: whether what stood at a path stays.
    public func removeTraces(of record: RecordID, keeping keeps: (FieldPath) -> Bool) throws {
        let id = Data(record.bytes)
        for table in ["history", "resolution", "refused_base"] {
            let paths = try String.fetchAll(
                db.cachedStatement(sql: "SELECT DISTINCT path FROM \(table) WHERE record = ?"), arguments: [id])
            let delete = try db.cachedStatement(sql: "DELETE FROM \(table) WHERE record = ? AND path = ?")
            for path in paths where FieldPath(parsing: path).map(keeps) != true {
                try delete.execute(arguments: [id, path])
            }
        }
    }

    /// What stood in a record once, and is no longer present.
    public func history(of record: RecordID) throws -> [(path: FieldPath, atom: Atom)] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT path, value, stamp, origin, retired FROM history WHERE record = ? ORDER BY retired, path"),
            arguments: [Data(record.bytes)])
        return try rows.map { row in
            let text: String? = row[1]
            guard let path = FieldPath(parsing: row[0]), let stamp = Stamp(row[2] as String) else {
                throw DamagedRow(record: record)
            }
            let value = try text.map { try JSONParser.parse($0) }
            return (path, Atom(value: value, stamp: stamp, origin: Stamp(row[3] as String), commit: row[4]))
        }
    }

    /// Takes what they tell of these records out of all stored verdicts. Hashes stay: a set that comes again is known.
    /// Cost: reads the stored verdicts that are not plain.
    public func removeTold(about records: Set<RecordID>) throws {
        let rows = try Row.fetchAll(
            db, sql: "SELECT replica, number, verdict FROM accepted_set WHERE verdict IS NOT NULL")
        let update = try db.cachedStatement(sql: "UPDATE accepted_set SET verdict = ? WHERE replica = ? AND number = ?")
        for row in rows {
            guard let stored = try? JSONParser.parse(row[2] as String), let verdict = Verdict(stored) else {
                throw DamagedRow()
            }
            let rest = verdict.withoutValues(of: records)
            guard rest != verdict else { continue }
            let text = rest.isPlain ? nil : CanonicalJSON.text(rest.value)
            try update.execute(arguments: [text, row[0] as Int64, row[1] as Int64])
        }
    }

    /// What stored verdicts tell of these records: what ``removeTold(about:)`` takes out of them.
    public func told(about records: Set<RecordID>) throws -> [Value] {
        var told: [Value] = []
        func add(_ id: RecordID, _ path: FieldPath?, _ value: Value) {
            told.append([
                "id": .string(id.description), "path": path.map { .string($0.text) } ?? .null, "value": value,
            ])
        }
        let rows = try String.fetchAll(db, sql: "SELECT verdict FROM accepted_set WHERE verdict IS NOT NULL")
        for text in rows {
            guard let stored = try? JSONParser.parse(text), let verdict = Verdict(stored) else { throw DamagedRow() }
            switch verdict {
            case .accepted(_, let outcomes):
                for line in outcomes where records.contains(line.id) {
                    if let value = line.present.value { add(line.id, line.path, value) }
                }
            case .rejected(let refusal):
                if let id = refusal.record, records.contains(id), let value = refusal.present {
                    add(id, refusal.path, value)
                }
            case .quarantined, .handover: break
            }
        }
        return told
    }

    /// What people wrote about a unit's moves.
    public func notes(about unit: RecordID) throws -> [String] {
        try String.fetchAll(
            db.cachedStatement(sql: "SELECT note FROM departure WHERE unit = ? AND note IS NOT NULL"),
            arguments: [Data(unit.bytes)])
    }

    /// Takes away what people wrote about a unit's moves.
    public func removeNotes(about unit: RecordID) throws {
        try db.cachedStatement(sql: "UPDATE departure SET note = NULL WHERE unit = ? AND note IS NOT NULL")
            .execute(arguments: [Data(unit.bytes)])
    }
}
