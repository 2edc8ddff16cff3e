import WaybookModel
import WaybookProtocol
import WaybookStore

/// Sets that had been acknowledged before the server was put back: **what was acknowledged is not refused**, but for what is
/// about somebody who was erased (`protocol/4-exchange.md#old-sets`).
extension SetJudge {
    /// Judges such a set as any other, less what has been settled since.
    mutating func verdict(on old: OldSet) throws -> Verdict {
        try leaveOutWhatIsSettled(old)
        let whole = self
        var verdict = try set.isEmpty ? acceptNothing() : ruling()
        if case .rejected(let refusal) = verdict, refusal.rule == .served, set.changes.contains(where: \.isClaim) {
            self = whole
            for change in set.changes where change.isClaim { leaveOut(change.id) }
            verdict = try set.isEmpty ? acceptNothing() : ruling()
        }
        switch verdict {
        case .accepted(let given, _):
            try tellLeftOut()
            return .accepted(stamp: given, outcomes: work.outcomes)
        case .rejected(let refusal) where old.mayHandOver && refusal.isKept && !isErasure:
            let rest = set
            self = whole
            set = rest
            return try handedOver() ?? verdict
        case .rejected, .quarantined, .handover: return verdict
        }
    }

    /// Keeps it for somebody to decide; nil where there is nothing to keep.
    private mutating func handedOver() throws -> Verdict? {
        do {
            try refuseErased()
            return .handover(try handOver(.restored))
        } catch let refused as Refused {
            return refused.refusal.rule == .erased ? .rejected(refused.refusal) : nil
        }
    }

    private mutating func acceptNothing() -> Verdict {
        isApplied = true
        return .accepted(stamp: stamp == set.stamp ? nil : stamp, outcomes: [])
    }

    // MARK: What is left out

    /// Leaves out a request that history has passed by.
    mutating func passBy(_ id: RecordID, _ path: FieldPath) { leaveOut(id, path) }

    /// Leaves out what has been settled since: whom the ledger lets see what, and erasures that were carried out.
    private mutating func leaveOutWhatIsSettled(_ old: OldSet) throws {
        for change in set.changes {
            if change.isErasure {
                if mayMeetErased, try rows.erasure(of: change.id) != nil { leaveOut(change.id) }
                continue
            }
            guard old.isRuledByLedger else { continue }
            for write in change.writes where try isRuled(write.path, of: change, old) {
                leaveOut(change.id, write.path)
            }
        }
    }

    /// Whether the security ledger has decided this: it tells how it was last, for all that was in the backup.
    private mutating func isRuled(_ path: FieldPath, of change: Change, _ old: OldSet) throws -> Bool {
        guard isToldToLedger(path, in: change.collection), let row = try work.row(change.id) else { return false }
        let wasThere = row.record.atoms.values.contains { $0.commit > 0 && $0.commit < old.start }
        return wasThere || row.record.atoms[path]?.origin.replica.isServer == true
    }

    /// Whether the ledger is told of this whenever it changes.
    private func isToldToLedger(_ path: FieldPath, in collection: CollectionName) -> Bool {
        typealias Field = DirectoryRecord.Field
        switch collection {
        case DirectoryRecord.user: return [Field.role, Field.status, Field.successor].contains(path.field)
        case DirectoryRecord.team: return path == .life || path.field == Field.parent
        case DirectoryRecord.membership: return path == .life || [Field.from, Field.until].contains(path.field)
        default:
            guard case .book(let owner, let members)? = schema[collection]?.access.audience else { return false }
            return path.field == owner || path.field == members
        }
    }

    /// - Parameter path: nil for all that is written to the record.
    private mutating func leaveOut(_ id: RecordID, _ path: FieldPath? = nil) {
        guard let index = set.changes.firstIndex(where: { $0.id == id }) else { return }
        for write in set.changes[index].writes where path == nil || write.path == path {
            leftOut.append((id, write.path))
        }
        set.changes[index].writes.removeAll { path == nil || $0.path == path }
        if set.changes[index].writes.isEmpty { set.changes.remove(at: index) }
    }

    /// The author's store learns what stands instead, where they may see it.
    private mutating func tellLeftOut() throws {
        guard case .viewer(let viewer) = exchanger else { return }
        for (id, path) in leftOut {
            guard let row = try work.row(id), let present = row.record.atoms[path],
                let root = try work.row(row.unit), try standing(of: root.record, viewer) != nil
            else { continue }
            work.outcomes.append(
                OutcomeLine(
                    id: id, collection: row.record.collection, path: path, outcome: .merged,
                    present: present.committed(0), conflict: nil))
        }
    }
}

extension Change {
    /// Whether it asks for a customer of the pool.
    fileprivate var isClaim: Bool { collection == CardRecord.collection }
}

extension Refusal {
    /// Whether what was refused so is kept for somebody to decide, had it been acknowledged before. What is about a record
    /// that is not there, or that the author never saw, is about nothing that anybody could decide on.
    fileprivate var isKept: Bool {
        switch rule {
        case .erased, .before, .depends: false
        case .unknown: path != nil
        case .immutable, .served, .type, .limit, .required, .path, .access: true
        }
    }
}
