import WaybookModel
import WaybookProtocol
import WaybookStore

/// Judges the sets of one or more batches inside one write transaction: the server's one durable commit for all of them.
struct Committer {
    let rows: ServerRows
    let schema: Schema
    let limits: ExchangeLimits
    let authorship: (ReplicaID) throws -> Authorship?
    var clock: ServerClock
    private(set) var sequence: Int64

    init(
        rows: ServerRows, schema: Schema, limits: ExchangeLimits, clock: ServerClock,
        authorship: @escaping (ReplicaID) throws -> Authorship?
    ) throws {
        self.rows = rows
        self.schema = schema
        self.limits = limits
        self.clock = clock
        self.authorship = authorship
        sequence = try rows.lastSequence()
    }

    /// Judges a batch set by set. Sets that were judged before get their stored verdict.
    mutating func commit(_ batch: PushBatch) throws -> PushResult {
        var result = PushResult()
        let replica = batch.principal.replica
        var state =
            try rows.replica(replica)
            ?? ReplicaState(replica: replica)
        state.answered = max(state.answered, batch.answered)
        for set in batch.sets {
            let hash = SetHash(of: set)
            if set.number <= state.last {
                guard let known = try known(set, hash, replica) else {
                    result.problem = Problem(.fork)
                    break
                }
                result.verdicts.append((set.number, known))
                continue
            }
            guard set.number == state.last + 1 else {
                result.problem = Problem(.gap, expected: state.last + 1)
                break
            }
            let verdict = try judge(set, &state, batch)
            state.last = set.number
            try rows.storeJudged(
                replica, set.number, hash: hash.bytes, verdict: verdict.isPlain ? nil : verdict.value,
                answered: state.answered, kept: limits.keptSets)
            result.verdicts.append((set.number, verdict))
            if case .accepted = verdict { result.hasChanges = true }
        }
        try rows.store(state)
        return result
    }

    /// Stores what the commit used up. To be called once, at the end of the transaction.
    func finish() throws {
        try rows.set("sequence", sequence)
        try rows.set("clock", Int64(clamping: clock.milliseconds))
        try rows.set("stamp", clock.last.description)
    }

    private func known(_ set: ChangeSet, _ hash: SetHash, _ replica: ReplicaID) throws -> Verdict? {
        guard let judged = try rows.judgedSet(replica, set.number), judged.hash == hash.bytes else { return nil }
        guard let stored = judged.verdict else { return .accepted(stamp: nil, outcomes: []) }
        guard let verdict = Verdict(stored) else { throw DamagedRow() }
        return verdict
    }

    private mutating func judge(
        _ set: ChangeSet, _ state: inout ReplicaState, _ batch: PushBatch
    ) throws -> Verdict {
        let bases = try translatedBases(of: set)
        let vetting = StampVetting(
            milliseconds: clock.milliseconds, aheadMilliseconds: limits.aheadMilliseconds,
            offsetMilliseconds: batch.offsetMilliseconds)
        let stamp = vetting.stamp(
            for: set.stamp, vetted: state.vetted, bases: bases.values.lazy.flatMap { $0.values })
        var judge = SetJudge(
            schema: schema, rows: rows, replica: state.replica, clock: clock, set: set, stamp: stamp, bases: bases,
            sequence: sequence + 1, authorship: authorship)
        let verdict = try judge.verdict()
        if case .accepted = verdict {
            clock = judge.clock
            state.vetted = stamp
            sequence = try judge.work.store()
            if stamp != set.stamp { try rows.storeGiven(stamp, raw: set.stamp) }
            for change in set.changes where change.isCreating {
                try rows.setRefusedCreation(false, record: change.id, replica: state.replica)
            }
        } else {
            try remember(refused: set, bases)
        }
        return verdict
    }

    private func remember(refused set: ChangeSet, _ bases: [RecordID: [FieldPath: Stamp]]) throws {
        for change in set.changes {
            for write in change.writes {
                try rows.storeRefusedBase(
                    bases[change.id]?[write.path], stamp: set.stamp, record: change.id, path: write.path)
            }
            if change.isCreating, try rows.row(change.id) == nil {
                try rows.setRefusedCreation(true, record: change.id, replica: set.stamp.replica)
            }
        }
    }

    /// A base that was refused stands for its own base, one that was re-stamped for the stamp it was given; again and
    /// again, for such writes follow each other.
    private func translatedBases(of set: ChangeSet) throws -> [RecordID: [FieldPath: Stamp]] {
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
