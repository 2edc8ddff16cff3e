import WaybookModel
import WaybookProtocol
import WaybookStore

/// Carrying out what was ruled: state, history, conflicts, and the line that tells the author.
extension SetJudge {
    /// Carries out a ruling: state, history, conflicts, and the line that tells the author.
    mutating func settle(
        _ ruling: Ruling, _ write: Write, _ id: RecordID, losers: [ConflictRecord], candidate: Stamp
    ) throws {
        switch ruling {
        case .refused(.served, let present) where old != nil: try passBy(write, id, present: present)
        case .refused(let rule, let present): throw refusal(rule, id, write.path, present: present)
        case .clonedStore: throw Cloned()
        case .accepted(let decision):
            if decision.present.stamp == candidate { clock.take(candidate) }
            guard let collection = try work.row(id)?.record.collection else { return }
            if try decision.present != work.row(id)?.record.atoms[write.path] {
                work.set(decision.present.committed(work.sequence), at: write.path, of: id)
            }
            for atom in decision.retired { work.retire(atom, id, write.path) }
            for conflict in losers where decision.closed.contains(conflict.loser) {
                try close(conflict, as: "superseded", by: nil)
            }
            var listed: RecordID?
            if let loser = decision.listed, let row = try work.row(id) {
                listed = try list(loser, against: decision, write, row)
            }
            try tell(decision, write, id, collection, listed: listed)
        }
    }

    private mutating func tell(
        _ decision: Decision, _ write: Write, _ id: RecordID, _ collection: CollectionName, listed: RecordID?
    ) throws {
        let present = decision.present
        if present.value == write.value, present.stamp == stamp, decision.outcome == .applied { return }
        toldBytes += present.value.map { RecordSize(of: $0).bytes } ?? 0
        guard toldBytes <= Self.maximumToldBytes else { throw refusal(.limit, id, write.path) }
        work.outcomes.append(
            OutcomeLine(
                id: id, collection: collection, path: write.path, outcome: decision.outcome,
                present: present.committed(0), conflict: listed))
    }

    private mutating func list(
        _ loser: OpenLoser, against decision: Decision, _ write: Write, _ row: ServerRow
    ) throws -> RecordID {
        guard try work.openConflicts(row.record.id, loser.path).count < Self.maximumLosers else {
            throw refusal(.limit, row.record.id, loser.path)
        }
        let id = DeterministicID.conflict(about: row.record.id, loser)
        var fields: [FieldName: Value] = [
            ConflictRecord.Field.about: .string(row.record.id.description),
            ConflictRecord.Field.aboutCollection: .string(row.record.collection.text),
            ConflictRecord.Field.unit: .string(row.unit.description),
            ConflictRecord.Field.path: .string(loser.path.text),
            ConflictRecord.Field.stamp: .string(loser.stamp.description),
            ConflictRecord.Field.origin: .string(loser.origin.description),
            ConflictRecord.Field.foundAt: .string(now),
            ConflictRecord.Field.status: "open",
        ]
        if let value = loser.value { fields[ConflictRecord.Field.value] = .string(CanonicalJSON.text(value)) }
        if let base = write.base, let value = try value(row.record.id, loser.path, at: base) {
            fields[ConflictRecord.Field.baseValue] = .string(CanonicalJSON.text(value))
        }
        if let author = try authorship(loser.origin.replica) {
            fields[ConflictRecord.Field.author] = .string(author.person)
            fields[ConflictRecord.Field.device] = .string(author.device)
        }
        let standing = decision.present.origin.replica
        let revives = write.path == .life && write.value == VersionedRecord.alive
        if let author = try authorship(standing.isServer ? (revives ? replica : row.author) : standing) {
            fields[ConflictRecord.Field.rival] = .string(author.person)
            fields[ConflictRecord.Field.rivalDevice] = .string(author.device)
        }
        let stamp = giveStamp()
        var conflict =
            try work.row(id)
            ?? ServerRow(
                record: VersionedRecord(id: id, collection: ConflictRecord.collection), unit: row.unit)
        for (field, value) in fields {
            conflict.record.atoms[FieldPath(field)] = Atom(value: value, stamp: stamp, commit: work.sequence)
        }
        try work.open(conflict)
        return id
    }
}
