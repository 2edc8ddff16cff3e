import WaybookModel
import WaybookProtocol
import WaybookStore

/// What hangs on deleted roots, and identities of which nothing else is left (`protocol/4-exchange.md#floor`).
extension Committer {
    /// Whether nothing is left of a record but that it was there once.
    var isRemoved: (RecordID) throws -> Bool {
        guard mayMeetRemoved else { return { _ in false } }
        let table = RemovalTable(db)
        return { try table.isRemoved($0) }
    }

    /// What was made is not gone any more.
    func noteMade(_ records: [RecordID]) throws {
        guard mayMeetRemoved else { return }
        for id in records { try RemovalTable(db).forget(id) }
    }

    /// Deletes records by the server's own right: one commit for all of them.
    mutating func delete(_ records: [RecordID]) throws {
        var judge = try serverJudge(as: RecordID(high: 0, low: 0))
        try judge.setLife(VersionedRecord.deleted, of: records)
        try store(judge, note: nil, from: nil)
    }

    /// Puts roots into the scopes that follow from them now: one commit for all of them.
    mutating func placeInScopes(_ roots: [RecordID]) throws {
        var judge = try serverJudge(as: RecordID(high: 0, low: 0))
        for id in roots {
            guard let root = try judge.work.row(id) else { continue }
            try judge.placeInScopes(root)
        }
        guard judge.work.placesRoots else { return }
        try store(judge, note: nil, from: nil)
    }

    /// The verdict on a set whose answer was lost, with a delete of what is gone since: its author's store, which has that, lets it
    /// go with what hangs on it, by whatever request it hears the verdict.
    mutating func withRemovals(_ verdict: Verdict, of set: ChangeSet) throws -> Verdict {
        guard mayMeetRemoved, case .accepted(let stamp, var outcomes) = verdict else { return verdict }
        for change in set.changes where try isRemoved(change.id) {
            let atom = Atom(value: VersionedRecord.deleted, stamp: clock.give(over: nil), commit: 0)
            outcomes.removeAll { $0.id == change.id }
            outcomes.append(
                OutcomeLine(
                    id: change.id, collection: change.collection, path: .life, outcome: .merged, present: atom,
                    conflict: nil))
        }
        return .accepted(stamp: stamp, outcomes: outcomes)
    }

    /// The records of a set whose answer was lost that are gone since.
    func removed(of set: ChangeSet) throws -> [RecordID] {
        guard mayMeetRemoved else { return [] }
        return try set.changes.map(\.id).filter(RemovalTable(db).isRemoved)
    }
}

extension SetJudge {
    /// Deletes records, or brings them back, by the server's own right and under its stamps.
    mutating func setLife(_ life: Value, of records: [RecordID]) throws {
        for id in records {
            guard let row = try work.row(id) else { continue }
            if let old = row.record.atoms[.life] { work.retire(old, id, .life) }
            work.set(
                Atom(value: life, stamp: giveStamp(over: row.record), commit: work.sequence), at: .life, of: id)
        }
    }

    /// What was deleted because it hung on a root that was deleted comes back with the root.
    mutating func bringBackHidden(_ row: ServerRow) throws {
        guard let life = row.record.atoms[.life], life.commit == work.sequence, !row.record.isDeleted else { return }
        let hidden = try rows.deletedRecords(ofUnit: row.record.id).filter { id in
            // Of what people deleted the origin is theirs, also where the server gave the stamp.
            try work.row(id)?.record.atoms[.life]?.origin.replica.isServer ?? false
        }
        try setLife(VersionedRecord.alive, of: hidden)
    }
}
