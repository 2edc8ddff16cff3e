import WaybookModel
import WaybookProtocol
import WaybookStore

/// What an erasure reaches, found before anything is changed (`protocol/9-erasure.md#reach`).
struct ErasureReach {
    /// What is shredded and closed: the unit, or the record; and what tells of it wherever that lies.
    var records: Set<RecordID> = []
    /// The conflicts about any of it.
    var conflicts: Set<RecordID> = []
    /// What was handed over about the units of any of it.
    var items: Set<RecordID> = []

    /// Cost: reads the unit; where there are contacts in it, or one is named, all records once.
    /// - Parameters:
    ///   - target: what is named; perhaps a record of which nothing is here but what laptops told.
    ///   - extent: what the erasure took the first time, where it is done once more.
    init(of target: ServerRow, as extent: ErasureExtent? = nil, schema: Schema, rows: ServerRows) throws {
        let unit = target.unit
        records = unit == target.record.id ? Set(try rows.ids(inUnit: unit)) : []
        if let extent { try follow(extent, inUnit: unit, schema: schema, rows: rows) }
        records.insert(target.record.id)
        records.formUnion(try Self.tellers(of: records, target, schema: schema, rows: rows))
        var units: [RecordID: Set<RecordID>] = [:]
        for id in records {
            // What waits for a record is about that, until its unit is known.
            items.formUnion(try rows.items(about: id))
            units[try rows.unit(of: id) ?? (id == target.record.id ? unit : id), default: []].insert(id)
            for left in try rows.leftUnits(of: id) { units[left.unit, default: []].insert(id) }
        }
        for (unit, inIt) in units {
            conflicts.formUnion(try rows.conflicts(about: inIt, inUnit: unit))
            items.formUnion(try rows.items(about: unit))
        }
        try takeUnmade(schema: schema, rows: rows)
        if unit == target.record.id, try rows.unit(of: ServerMadeID.card(of: unit)) != nil {
            records.insert(ServerMadeID.card(of: unit))
        }
        records.subtract(conflicts)
        items.subtract(records)
    }

    /// Takes whom the erasure took, wherever they are, and leaves who had gone over to another unit, with the questions about
    /// them. Whom neither list names is taken: it was gone by then, or the erasure's file did not know it.
    private mutating func follow(
        _ extent: ErasureExtent, inUnit unit: RecordID, schema: Schema, rows: ServerRows
    ) throws {
        let left = extent.left.subtracting(extent.took)
        records.subtract(try rows.conflicts(about: left, inUnit: unit))
        records.subtract(left)
        for id in extent.took {
            // A line must not take a person of the directory, nor another customer without what hangs on it.
            if let row = try rows.row(id)?.record {
                guard schema[row.collection]?.rootField != nil, !ServerRecords.collections.contains(row.collection)
                else { continue }
            }
            records.insert(id)
        }
    }

    /// Takes what the items were to make of them, which will never be, and what waits for that.
    private mutating func takeUnmade(schema: Schema, rows: ServerRows) throws {
        var (rest, creations): ([RecordID], [Change]) = (items.sorted(), [])
        while let item = rest.popLast() {
            let text = try rows.row(item)?.record[HandoverRecord.Field.changes]?.text
            let changes = text.flatMap { try? JSONParser.parse($0) }.flatMap(ChangeSetLine.changes) ?? []
            creations += try changes.filter { try $0.isCreating && rows.row($0.id) == nil }
            // One that was looked at before may name what only this one makes.
            while let index = creations.firstIndex(where: { isOfTaken($0, schema) }) {
                let made = creations.remove(at: index).id
                records.insert(made)
                let found = Set(try rows.items(about: made)).subtracting(items)
                items.formUnion(found)
                rest += found.sorted()
            }
        }
    }

    private func isOfTaken(_ change: Change, _ schema: Schema) -> Bool {
        !schema.named(by: [change]).subtracting([change.id]).isDisjoint(with: records)
    }

    /// The records that name one of these as whom they tell of.
    private static func tellers(
        of records: Set<RecordID>, _ target: ServerRow, schema: Schema, rows: ServerRows
    ) throws -> Set<RecordID> {
        let fields = schema.subjectFields
        let kinds = Set(fields.values.joined().compactMap(\.tellsOf))
        let subjects = try records.filter { id in
            let row = try rows.row(id) ?? (id == target.record.id ? target : nil)
            return row.map { kinds.contains($0.record.collection) } ?? false
        }
        guard !subjects.isEmpty else { return [] }
        let collections = fields.keys.sorted { $0.text < $1.text }
        let candidates = try rows.records(in: collections, mentioning: subjects.sorted()).subtracting(records)
        return try candidates.filter { id in
            try rows.row(id)?.record.tells(ofAny: subjects, by: schema) ?? false
        }
    }
}
