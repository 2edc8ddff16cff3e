import WaybookModel
import WaybookProtocol
import WaybookStore

/// Erasing, and what is written about somebody who was erased (`protocol/9-erasure.md`). The one mechanism: a set asks for
/// it, or the server's own command, or the security ledger after a restore.
extension SetJudge {
    // MARK: What comes too late

    /// Refuses a change that is about somebody who was erased, before anything of it is looked at.
    mutating func refuseErased(_ change: Change, in units: [RecordID]) throws {
        guard mayMeetErased, !change.isErasure, let cause = try erasedCause(of: change, units) else { return }
        throw refusal(.erased, cause, nil)
    }

    /// The same for all changes of a set whose author is not asked what they may see.
    mutating func refuseErased() throws {
        for change in set.changes {
            if change.isErasure { throw refusal(.access, change.id, .erased) }
            try refuseErased(change, in: try units(of: change))
        }
    }

    /// The refusal of a set that is not judged otherwise, where it is about somebody who was erased and its author may know
    /// of them.
    mutating func refusalOfErased() throws -> Refusal? {
        guard mayMeetErased, !isErasure else { return nil }
        do {
            try refuseErased()
            return nil
        } catch let refused as Refused {
            guard let id = refused.refusal.record, try mayKnowErased(id) else { return nil }
            return refused.refusal
        }
    }

    /// Whether the author may know that somebody was erased: they may know of them, or their store comes back from before the
    /// server was put back, and may have held them for all that can be told.
    mutating func mayKnowErased(_ id: RecordID) throws -> Bool {
        let unit = try work.row(id)?.unit ?? id
        return try mayKnow(id, in: unit) || [id, unit].contains { try rows.mayHold(erased: $0, replica) }
    }

    /// The erased record that a change is about: itself, the unit that it goes into, or whom it says that it tells of. Itself
    /// first: its author's store may not know yet in which unit it is. Of what is new it is told last, for nobody knows it.
    private mutating func erasedCause(of change: Change, _ units: [RecordID]) throws -> RecordID? {
        let row = try work.row(change.id)
        if row != nil || !change.isCreating, try isErased(change.id) { return change.id }
        // What hangs on somebody erased and was not erased with them had gone over to another by then.
        for unit in units where unit != row?.unit {
            if try isErased(unit), try !mayGoThrough(unit, change) { return unit }
        }
        for write in change.writes {
            if let subject = schema.subject(of: write, in: change.collection), try isErased(subject) { return subject }
        }
        return try isErased(change.id) ? change.id : nil
    }

    private mutating func isErased(_ id: RecordID) throws -> Bool {
        if let row = try work.row(id) { return row.record.isErased }
        // Put back from a backup of before it was made: the ledger remembers it.
        return try rows.wasErased(id)
    }

    /// Whether a set that had been acknowledged puts a record into an erased unit that it had left again by then: its way on
    /// comes with a later one.
    private func mayGoThrough(_ unit: RecordID, _ change: Change) throws -> Bool {
        try old != nil && rows.hadLeft(change.id, unit)
    }

    // MARK: Erasing

    /// Whether the set asks for nothing but erasures; one that mixes them with anything else is refused.
    var isErasure: Bool { self.set.changes.contains(where: \.isErasure) }

    mutating func applyErasures() throws {
        for change in set.changes {
            if let violation = schema.violation(in: change, strictness: .exchange) {
                throw refusal(violation.rule, change.id, violation.path)
            }
            guard change.isErasure, set.resolves.isEmpty, let reason = ErasureReason(change.writes.first?.value) else {
                throw refusal(.path, change.id, .erased)
            }
            guard let row = try work.row(change.id) else { throw try unknown(change.id) }
            guard row.record.collection == change.collection else { throw refusal(.path, change.id, nil) }
            let request = ErasureRequest(record: change.id, reason: reason, by: user, replica: replica)
            // What was asked for before is so already.
            if !row.record.isErased { try erase(request) }
            tellErased(change.id)
        }
        try drawConsequences()
    }

    /// Erases a record and all that it reaches: one stamp above everything there, values gone, traces to go with the commit.
    /// - Parameters:
    ///   - absent: what is known of the record where there is none of that identity.
    ///   - erasure: the one that is done once more.
    mutating func erase(
        _ request: ErasureRequest, absent: ServerRow? = nil, again erasure: RepeatedErasure? = nil
    ) throws {
        guard let target = try work.row(request.record) ?? absent else { return }
        let reach = try ErasureReach(of: target, as: erasure?.extent, schema: schema, rows: rows)
        let all = reach.records.union(reach.conflicts).union(reach.items).sorted()
        var highest = max(clock.last, erasure?.stamp ?? clock.last)
        for id in all {
            for atom in try work.row(id)?.record.atoms.values.map(\.stamp) ?? [] { highest = max(highest, atom) }
        }
        let stamp = clock.next(above: highest)
        clock.take(stamp)
        let shredding = Shredding(schema: schema, stamp: stamp, commit: work.sequence)
        var shredded: [RecordID: CollectionName] = [:]
        var (missing, units): (Set<RecordID>, Set<RecordID>) = ([], [])
        for id in all {
            guard let row = try work.row(id) else {
                if reach.records.contains(id) { missing.insert(id) }
                continue
            }
            if reach.items.contains(id) {
                guard try redact(row, of: reach, wholeUnits: target, shredding, request) else { continue }
            } else {
                try shred(row, shredding, request.reason.value)
            }
            shredded[id] = row.record.collection
            units.insert(row.unit)
        }
        let took = Set(shredded.filter { !ServerRecords.collections.contains($0.value) }.keys).union(missing)
        let extent = ErasureExtent(
            ErasureExtent.Key(record: request.record, stamp: stamp), took: took,
            left: try erasure?.extent?.left ?? left(target, took))
        work.note(
            ErasureWork(
                request: request, unit: target.unit, collection: target.record.collection, stamp: stamp,
                milliseconds: Int64(clamping: clock.milliseconds), records: shredded, absent: missing, units: units,
                extent: extent, isRepeated: erasure != nil))
    }

    /// Who had been in the unit that goes, and is in another.
    private mutating func left(_ target: ServerRow, _ took: Set<RecordID>) throws -> Set<RecordID> {
        guard target.unit == target.record.id else { return [] }
        return try rows.records(thatLeft: target.unit).subtracting(took).filter { id in
            try work.row(id).map { !ServerRecords.collections.contains($0.record.collection) } ?? false
        }
    }

    private mutating func shred(_ row: ServerRow, _ shredding: Shredding, _ mark: Value) throws {
        if let conflict = ConflictRecord(row.record), conflict.isOpen {
            try work.close(
                conflict,
                status: [
                    ConflictRecord.Field.status: "superseded", ConflictRecord.Field.resolvedAt: .string(now),
                ], stamp: shredding.stamp)
        }
        guard var row = try work.row(row.record.id) else { return }
        let present = row.record.atoms[.erased]?.value
        row.record = shredding.shredded(row.record, mark: row.record.isErased ? present ?? mark : mark)
        work.update(row)
    }

    // MARK: What was handed over

    /// Takes what an item tells of erased records out of it; one that tells of nothing else is closed.
    /// - Returns: whether it told of any.
    private mutating func redact(
        _ row: ServerRow, of reach: ErasureReach, wholeUnits target: ServerRow, _ shredding: Shredding,
        _ request: ErasureRequest
    ) throws -> Bool {
        typealias Field = HandoverRecord.Field
        let isWhole = target.unit == request.record && row.record[Field.about]?.text == target.unit.description
        let told = row.record[Field.changes]?.text.flatMap { try? JSONParser.parse($0) }
        guard !isWhole, let changes = told.flatMap(ChangeSetLine.changes) else {
            // What does not read back tells of nobody knows whom.
            try shred(row, shredding, request.reason.value)
            return true
        }
        let rest = changes.filter { change in
            !reach.records.contains(change.id)
                && !change.writes.contains { write in
                    schema.subject(of: write, in: change.collection).map(reach.records.contains) ?? false
                }
        }
        guard rest.count < changes.count else { return false }
        guard !rest.isEmpty else {
            try shred(row, shredding, request.reason.value)
            return true
        }
        try shred(row, shredding, row.record.isErased ? request.reason.value : VersionedRecord.redacted)
        let atom = Atom(
            value: .string(CanonicalJSON.text(ChangeSetLine.value(of: rest))), stamp: shredding.stamp,
            commit: shredding.commit)
        work.set(atom, at: FieldPath(Field.changes), of: row.record.id)
        return true
    }

    /// The author learns with the verdict what the server made of it.
    private mutating func tellErased(_ id: RecordID) {
        guard let row = work.known(id), let mark = row.record.atoms[.erased] else { return }
        work.outcomes.append(
            OutcomeLine(
                id: id, collection: row.record.collection, path: .erased, outcome: .merged,
                present: mark.committed(0), conflict: nil))
    }
}
