import WaybookModel
import WaybookProtocol
import WaybookStore

/// What bases stand for that name what the server refused, left out or gave another stamp (`protocol/4-exchange.md#re-stamping`).
extension Committer {
    /// What was left out stands for its own base, as what was refused does: so what follows on it is known to be passed by.
    func rememberLeftOut(_ judge: SetJudge, of set: ChangeSet) throws {
        for (id, path) in judge.leftOut where path != .erased {
            guard let change = set.changes.first(where: { $0.id == id }),
                try !mayMeetErased || isAboutNobodyErased(change)
            else { continue }
            try rows.storeRefusedBase(judge.bases[id]?[path], stamp: judge.stamp, record: id, path: path)
        }
    }

    func remember(refused set: ChangeSet, _ bases: [RecordID: [FieldPath: Stamp]]) throws {
        for change in set.changes {
            // A path may hold a value: of what is about somebody who was erased none is kept.
            for write in change.writes where try !mayMeetErased || isAboutNobodyErased(change) {
                try rows.storeRefusedBase(
                    bases[change.id]?[write.path], stamp: set.stamp, record: change.id, path: write.path)
            }
            if change.isCreating, try rows.row(change.id) == nil,
                try rows.handedCreation(change.id, by: set.stamp.replica) == nil
            {
                try rows.setRefusedCreation(true, record: change.id, replica: set.stamp.replica)
            }
        }
    }

    /// A base that was refused stands for its own base, one that was re-stamped for the stamp it was given; again and
    /// again, for such writes follow each other.
    func translatedBases(of set: ChangeSet) throws -> [RecordID: [FieldPath: Stamp]] {
        var translated: [RecordID: [FieldPath: Stamp]] = [:]
        for change in set.changes {
            for write in change.writes {
                guard var base = write.base else { continue }
                var stands: Stamp? = base
                var seen: Set<Stamp> = []
                while let next = stands, seen.insert(next).inserted {
                    base = next
                    if let given = try rows.given(raw: next) {
                        stands = given
                    } else if let refused = try rows.refusedBase(next, record: change.id, path: write.path) {
                        stands = refused
                    } else {
                        break
                    }
                }
                if stands != nil { translated[change.id, default: [:]][write.path] = base }
            }
        }
        return translated
    }
}
