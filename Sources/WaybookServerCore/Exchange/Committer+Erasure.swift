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
        for id in erasure.absent { try rows.removeTraces(of: id) { _ in false } }
        try rows.removeTold(about: erasure.taken)
        for unit in erasure.wholeUnits { try rows.removeNotes(about: unit) }
        try rows.storeReach(
            of: erasure.request.record, took: erasure.absent, left: erasure.isRepeated ? erasure.extent.left : [])
        try note(erasure)
        try forgetErasedInWitness(erasure)
        try forgetErasedInWaiting()
    }

    /// Whether a change, or what was told of a record, has nothing to do with anybody who was erased.
    /// - Parameter unit: where the record was told to be.
    func isAboutNobodyErased(_ change: Change, in unit: RecordID? = nil) throws -> Bool {
        let about = schema.named(by: [change]).union(unit.map { [$0] } ?? [])
        // Of who had left a unit by then what tells that they were in it stays.
        return try about.allSatisfy { try !isErased($0) || ($0 != change.id && rows.hadLeft(change.id, $0)) }
    }

    private func isErased(_ id: RecordID) throws -> Bool {
        try rows.row(id)?.record.isErased ?? rows.wasErased(id)
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
