import WaybookModel
import WaybookProtocol
import WaybookStore

/// What an erasure takes beside the records that were shredded, in the same transaction.
extension Committer {
    /// Takes the traces away and writes the erasure down.
    mutating func carryOut(_ erasure: ErasureWork) throws {
        for (id, collection) in erasure.records {
            try rows.removeTraces(of: id) { [schema] in schema.erasePolicy(of: $0, in: collection) == .keep }
        }
        try rows.removeTold(about: Set(erasure.records.keys))
        for unit in erasure.wholeUnits { try rows.removeNotes(about: unit) }
        try forgetErasedInWitness(Set(erasure.records.keys))
        try note(erasure.entry(sequence: sequence), units: erasure.units, whole: erasure.wholeUnits)
        try forgetErasedInWaiting()
    }

    /// Whether a refused change has nothing to do with anybody who was erased.
    func isAboutNobodyErased(_ change: Change) throws -> Bool {
        var about = schema.named(by: [change])
        if let unit = try rows.unit(of: change.id) { about.insert(unit) }
        return try about.allSatisfy { id in
            try rows.row(id)?.record.isErased != true && rows.erasure(of: id) == nil
        }
    }

    /// A verdict given again tells of what was erased since, so that the author's store does not take its own writes, which
    /// were applied once, for what stands there.
    func withErasures(_ verdict: Verdict, of set: ChangeSet) throws -> Verdict {
        guard mayMeetErased, case .accepted(let stamp, var outcomes) = verdict else { return verdict }
        for change in set.changes {
            guard let row = try rows.row(change.id), let mark = row.record.atoms[.erased] else { continue }
            outcomes.removeAll { $0.id == change.id }
            outcomes.append(
                OutcomeLine(
                    id: change.id, collection: change.collection, path: .erased, outcome: .merged,
                    present: mark.committed(0), conflict: nil))
        }
        return .accepted(stamp: stamp, outcomes: outcomes)
    }
}
