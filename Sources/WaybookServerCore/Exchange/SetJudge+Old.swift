import WaybookModel
import WaybookProtocol
import WaybookStore

/// Sets that had been acknowledged before the server was put back: **what was acknowledged is not refused**, but for what is
/// about somebody who was erased, or about a record that is not back (`protocol/4-exchange.md#old-sets`).
extension SetJudge {
    /// Judges such a set as any other, less what has been settled since.
    mutating func verdict(on old: OldSet) throws -> Verdict {
        try leaveOutWhatIsSettled(old)
        let whole = self
        var verdict = try set.isEmpty ? acceptNothing() : ruling()
        if case .rejected(let refusal) = verdict, refusal.rule == .served, set.changes.contains(where: \.isClaim) {
            self = whole
            for change in set.changes where change.isClaim { try leaveOutIfKnown(change.id) }
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
            return try handedOver(.restored) ?? verdict
        case .rejected, .quarantined, .handover: return verdict
        }
    }

    /// Keeps it for somebody to decide; nil where there is nothing to keep.
    mutating func handedOver(_ kind: HandoverKind) throws -> Verdict? {
        do {
            try refuseErased()
            return .handover(try handOver(kind))
        } catch let refused as Refused {
            return refused.refusal.rule == .erased ? .rejected(refused.refusal) : nil
        }
    }

    private mutating func acceptNothing() -> Verdict {
        isApplied = true
        return .accepted(stamp: stamp == set.stamp ? nil : stamp, outcomes: [])
    }

    // MARK: Bases that are not back

    /// The base of a write. Where it is not back yet, and the author had read what stands here, the write came after that
    /// (`protocol/4-exchange.md#old-sets`): else the older of the two would win, whoever comes first.
    mutating func base(of write: Write, _ id: RecordID, _ rule: AtomRule, _ present: Atom?) throws -> Stamp? {
        let base = bases[id]?[write.path]
        guard old != nil, rule == .served, let present, present.commit <= readThrough,
            try !isBaseKnown(base, id, write.path)
        else { return base }
        return present.origin
    }

    /// Whether the state on which a write was made is one that stands here, or has stood.
    private mutating func isBaseKnown(_ base: Stamp?, _ id: RecordID, _ path: FieldPath) throws -> Bool {
        guard let base else { return true }
        return try value(id, path, at: base) != nil
    }

    // MARK: What is left out

    /// Leaves out a request that history has passed by. Of one whose base is not back nobody can say that: it is refused,
    /// and so kept for somebody to decide.
    mutating func passBy(_ write: Write, _ id: RecordID, present: Value?) throws {
        guard try isBaseKnown(write.base, id, write.path) else {
            throw refusal(.served, id, write.path, present: present)
        }
        leaveOut(id, write.path)
    }

    /// Leaves out what has been settled since: whom the ledger lets see what, and erasures that were carried out.
    private mutating func leaveOutWhatIsSettled(_ old: OldSet) throws {
        for change in set.changes {
            if change.isErasure {
                if mayMeetErased, try rows.wasErased(change.id) {
                    let unit = try rows.erasure(of: change.id)?.unit ?? change.id
                    if try mayKnow(change.id, in: unit) { leaveOut(change.id) }
                }
                continue
            }
            for write in change.writes where try isRuled(write.path, of: change, old) {
                try leaveOutIfKnown(change.id, write.path)
            }
        }
    }

    /// Whether the security ledger has decided this since the set was answered: it tells how it was last.
    private func isRuled(_ path: FieldPath, of change: Change, _ old: OldSet) throws -> Bool {
        guard let aspect = aspect(of: path, in: change.collection) else { return false }
        return try old.ruled.isRuled(change.id, aspect, after: old.timeline)
    }

    /// What the ledger is told of whenever this changes; nil where it is told nothing.
    private func aspect(of path: FieldPath, in collection: CollectionName) -> RuledTable.Aspect? {
        typealias Field = DirectoryRecord.Field
        switch collection {
        case DirectoryRecord.user:
            if path.field == Field.role { return .role }
            if [Field.name, Field.email, Field.language, Field.zone].contains(path.field) { return .called }
            return [Field.status, Field.successor].contains(path.field) ? .standing : nil
        case DirectoryRecord.team:
            if path.field == Field.name { return .called }
            return path == .life || path.field == Field.parent ? .entry : nil
        case DirectoryRecord.membership:
            return path == .life || [Field.from, Field.until].contains(path.field) ? .entry : nil
        default:
            guard case .book(let owner, let members)? = schema[collection]?.access.audience else { return nil }
            return path.field == owner || path.field == members ? .access : nil
        }
    }

    /// Whether the author may know that there is such a record. Of what they never saw nothing is left out: they are told
    /// that it is unknown, as of what does not exist.
    mutating func mayKnow(_ id: RecordID, in unit: RecordID) throws -> Bool {
        if case .viewer(let viewer) = exchanger {
            if viewer.seesEverything { return true }
            if let root = try work.row(unit), try standing(of: root.record, viewer) != nil { return true }
        }
        return try hasHeld(unit, record: id)
    }

    private mutating func leaveOutIfKnown(_ id: RecordID, _ path: FieldPath? = nil) throws {
        guard let row = try work.row(id), try mayKnow(id, in: row.unit) else { return }
        leaveOut(id, path)
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
    /// Whether it is about a record that is not there, or that the author never saw.
    var isOfMissing: Bool { rule == .depends || isOfUnknown }

    /// Whether it is about a record that the server does not know, or that the author neither sees nor has held.
    var isOfUnknown: Bool { rule == .unknown && path == nil }

    /// Whether what was refused so is kept for somebody to decide, had it been acknowledged before. What is about a record
    /// that is not there waits for it.
    fileprivate var isKept: Bool {
        switch rule {
        case .erased, .before, .depends: false
        case .unknown: !isOfMissing
        case .immutable, .served, .type, .limit, .required, .path, .access: true
        }
    }
}
