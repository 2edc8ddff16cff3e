import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// Judges the sets of one or more batches inside one write transaction: the server's one durable commit for all of them.
struct Committer {
    let db: Database
    let rows: ServerRows
    let schema: Schema
    let limits: ExchangeLimits
    let authorship: (ReplicaID) throws -> Authorship?
    /// Who a principal is, by the directory as it stands in this transaction.
    let exchanger: (ExchangePrincipal, Organisation) throws -> Exchanger
    /// Told of each record of the directory that a set changed.
    let onDirectory: (VersionedRecord) throws -> Void
    /// Told of each erasure once it is carried out, with the units that held any of it.
    let onErasure: (ErasureEntry, Set<RecordID>) throws -> Void
    /// What the ledger must say of what was erased in this transaction.
    private(set) var erased: [SecurityFact] = []
    private(set) var mayMeetErased: Bool
    private let mayMeetForetold: Bool
    let mayMeetRemoved: Bool
    private let removalFloor: Int64
    /// Whether any set waits for a record.
    var mayMeetWaiting: Bool
    /// Whether laptops told anything of what the server lost.
    var mayMeetWitness: Bool
    /// What came, or came into somebody's sight, since sets that wait were looked at last.
    var arrived: Set<RecordID> = []
    /// Whether the directory changed since.
    var hasDirectoryChanged = false
    private var organisation: Organisation?
    var clock: ServerClock
    var sequence: Int64
    /// What the batch that was committed last is news about.
    var news = CommitNews()
    private var facts: [SecurityFact] = []
    private var access: [RecordID: UnitAccess] = [:]
    /// The devices that see each scope, once somebody asked.
    var devices: [Scope: [ReplicaID]]?
    /// All timelines that the file knows, once somebody asked.
    var timelines: [Timeline]?

    init(
        db: Database, schema: Schema, limits: ExchangeLimits, clock: ServerClock,
        authorship: @escaping (ReplicaID) throws -> Authorship?,
        exchanger: @escaping (ExchangePrincipal, Organisation) throws -> Exchanger,
        onDirectory: @escaping (VersionedRecord) throws -> Void,
        onErasure: @escaping (ErasureEntry, Set<RecordID>) throws -> Void
    ) throws {
        self.db = db
        rows = ServerRows(db)
        self.schema = schema
        self.limits = limits
        self.clock = clock
        self.authorship = authorship
        self.exchanger = exchanger
        self.onDirectory = onDirectory
        self.onErasure = onErasure
        mayMeetErased = try rows.hasErasures()
        mayMeetForetold = try !ForetoldAccess(db).isEmpty()
        mayMeetWaiting = try !WaitingTable(db).isEmpty()
        mayMeetWitness = try !WitnessTable(db).isEmpty()
        mayMeetRemoved = try RemovalTable(db).hasRemoved()
        removalFloor = try rows.floor()
        sequence = try rows.lastSequence()
    }

    /// Judges a batch set by set. Sets that were judged before get their stored verdict.
    mutating func commit(_ batch: PushBatch) throws -> PushResult {
        var result = PushResult()
        var refused: [RefusalRule: Int] = [:]
        news = CommitNews()
        let replica = batch.principal.replica
        var state =
            try rows.replica(replica)
            ?? ReplicaState(replica: replica)
        state.answered = max(state.answered, batch.answered)
        var old = try oldSets(of: batch, &state)
        for set in batch.sets {
            let hash = SetHash(of: set)
            if set.number <= state.last {
                guard let known = try known(set, hash, replica) else {
                    result.problem = Problem(.fork)
                    break
                }
                let less = try withErasures(known, of: set)
                // Nobody sees what is gone for good; its author is told so all the same.
                let told = try withRemovals(withoutUnseen(less, batch.principal), of: set)
                result.verdicts.append((set.number, told))
                result.removed += try removed(of: set)
                if case .accepted = known {
                    let author = try exchanger(batch.principal, try currentOrganisation())
                    try noteRegained(set, replica, author)
                }
                continue
            }
            guard set.number == state.last + 1 else {
                result.problem = Problem(.gap, expected: state.last + 1)
                break
            }
            let (verdict, deeds) = try judge(set, &state, batch, &old)
            for user in deeds?.disabled ?? [] {
                result.cutOff += try Directory().devices(db, of: user).map(\.replica)
            }
            state.last = set.number
            try rows.storeJudged(
                replica, set.number, hash: hash.bytes, verdict: verdict.isPlain ? nil : verdict.value)
            result.verdicts.append((set.number, verdict))
            if case .rejected(let refusal) = verdict, refusal.rule == .access || refusal.rule == .unknown {
                refused[refusal.rule, default: 0] += 1
            }
            switch verdict {
            case .accepted, .handover: result.hasChanges = true
            case .rejected, .quarantined: break
            }
        }
        try store(old, state)
        if result.problem == nil, let last = batch.witness.last {
            let taken = try take(batch.witness, of: state, by: batch.principal)
            (result.witnessed, result.witnessListed, result.witnessRefused) = (last.number, taken.listed, taken.refused)
        }
        try rows.store(state)
        try rows.forgetJudged(state, kept: limits.keptSets)
        try note(refused, to: batch.principal)
        result.news = news
        return result
    }

    /// Writes an erasure down, and has it told.
    mutating func note(_ erasure: ErasureWork) throws {
        let entry = erasure.entry(sequence: sequence)
        try rows.store(entry, units: erasure.wholeUnits)
        mayMeetErased = true
        erased += erasure.facts(entry)
        try onErasure(entry, erasure.units)
    }

    /// One line a batch and rule: who is refused must not fill the disk.
    private func note(_ refused: [RefusalRule: Int], to principal: ExchangePrincipal) throws {
        for (rule, count) in refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try Audit(db).note(
                .refused, by: principal.user, replica: principal.replica, about: .device(principal.replica),
                at: Int64(clamping: clock.milliseconds),
                detail: [.count: .int(Int64(count)), .reason: .string(rule.rawValue)])
        }
    }

    /// What the security ledger must say before anybody is answered.
    var ledgerFacts: [SecurityFact] {
        facts + AccessFact.facts(of: access) + erased
    }

    /// Stores what the commit used up. To be called once, at the end of the transaction.
    func finish() throws {
        try rows.set("sequence", sequence)
        try clock.store(rows)
    }

    /// The verdict on a set that is not to be judged: it was refused before the server was put back, and must not come to
    /// life by that, or nothing is left of it.
    private func known(
        _ set: ChangeSet, _ bases: [RecordID: [FieldPath: Stamp]], _ old: OldSets?
    ) throws -> Verdict? {
        switch old?.answer(to: set) {
        case .rejected:
            try remember(refused: set, bases)
            return .rejected(Refusal(rule: .before, record: set.changes.first?.id, path: nil))
        case .quarantined:
            try remember(refused: set, bases)
            return .quarantined
        case .accepted, .restamped, .handedOver: return set.isEmpty ? .accepted(stamp: nil, outcomes: []) : nil
        case nil: return nil
        }
    }

    private func known(_ set: ChangeSet, _ hash: SetHash, _ replica: ReplicaID) throws -> Verdict? {
        guard let judged = try rows.judgedSet(replica, set.number), judged.hash == hash.bytes else { return nil }
        guard let stored = judged.verdict else { return .accepted(stamp: nil, outcomes: []) }
        guard let verdict = Verdict(stored) else { throw DamagedRow() }
        return verdict
    }

    private mutating func judge(
        _ set: ChangeSet, _ state: inout ReplicaState, _ batch: PushBatch, _ old: inout OldSets?
    ) throws -> (Verdict, SetDeeds?) {
        let bases = try translatedBases(of: set)
        let (prepared, given) = try prepared(set, bases, state, batch, old)
        var judge = prepared
        if let verdict = try known(set, bases, old) {
            // Whatever became of it before: what is about somebody who was erased must go.
            let told = try judge.refusalOfErased().map { Verdict.rejected($0) } ?? verdict
            old?.count(told, items: 0, of: set)
            return (told, nil)
        }
        let verdict = try judge.verdict()
        old?.count(verdict, items: judge.work.itemCount, of: set, isWaiting: judge.awaits != nil)
        var deeds: SetDeeds?
        switch verdict {
        case .accepted, .handover:
            deeds = try store(judge, of: set)
            try forgetWitness(of: set, given: given)
        case .rejected, .quarantined: break
        }
        if let awaits = judge.awaits {
            // Once the healing was ended its items are all that is left to do.
            if try HealingClosing(db).closed(presentNumber) == nil {
                try wait(judge, of: set, for: awaits, by: batch.principal)
            }
            // What comes after it bears a later stamp, whatever the clocks say: no two of a replica are alike.
            state.vetted = judge.stamp.serverGiven
        }
        guard judge.isApplied else {
            try remember(refused: set, bases)
            return (verdict, deeds)
        }
        // What a replica makes it has, once it has its verdict, which it gets before anything else.
        if case .viewer(let viewer) = judge.exchanger, !viewer.seesEverything {
            for unit in judge.drafts.keys { try rows.setHeld(unit, by: state.replica, .held) }
        }
        if case .accepted = verdict, judge.work.placesRoots || judge.old != nil {
            try noteRegained(set, state.replica, judge.exchanger)
        }
        try noteApplied(judge, of: set)
        state.vetted = judge.stamp
        return (verdict, deeds)
    }

    /// The judge of a set, who has heard nothing of it yet, and the stamp that it was given before the server was put back.
    private mutating func prepared(
        _ set: ChangeSet, _ bases: [RecordID: [FieldPath: Stamp]], _ state: ReplicaState, _ batch: PushBatch,
        _ old: OldSets?
    ) throws -> (judge: SetJudge, given: Stamp?) {
        let vetting = StampVetting(
            milliseconds: clock.milliseconds, aheadMilliseconds: limits.aheadMilliseconds,
            offsetMilliseconds: batch.offsetMilliseconds)
        let given = old?.given(set, vetted: state.vetted, latest: vetting.latest)
        let stamp =
            given
            ?? vetting.stamp(for: set.stamp, vetted: state.vetted, bases: bases.values.lazy.flatMap { $0.values })
        let organisation = try currentOrganisation()
        let author = SetJudge.Author(
            exchanger: try exchanger(batch.principal, organisation), uploader: RecordID(batch.principal.user),
            reader: try rows.reader(state.replica), vettedFloor: try floor(of: state), organisation: { organisation })
        var judge = SetJudge(
            schema: schema, rows: rows, replica: state.replica, clock: clock, set: set, stamp: stamp, bases: bases,
            readThrough: try readThrough(of: set), sequence: sequence + 1, author: author, authorship: authorship)
        judge.old = old?.oldSet(set, stamp: stamp, given: given)
        judge.mayWait = old?.mayWait(set, stamp: stamp) ?? false
        judge.mayMeetErased = mayMeetErased
        judge.isRemoved = isRemoved
        judge.removalFloor = removalFloor
        return (judge, given)
    }

    /// Stores what was judged of a replica's set.
    mutating func store(_ judge: SetJudge, of set: ChangeSet) throws -> SetDeeds {
        let deeds = try store(judge, note: set.note, from: judge.replica)
        if judge.work.changesDirectory {
            organisation = nil
            for record in judge.work.directoryRecords { try onDirectory(record) }
        }
        return deeds
    }

    /// What is to be remembered of a set that was applied.
    func noteApplied(_ judge: SetJudge, of set: ChangeSet) throws {
        try rememberLeftOut(judge, of: set)
        if judge.stamp != set.stamp { try rows.storeGiven(judge.stamp, raw: set.stamp) }
        for change in set.changes where change.isCreating {
            try rows.setRefusedCreation(false, record: change.id, replica: judge.replica)
        }
    }

    /// Stores what was judged, with what the audit and the ledger say of it.
    /// - Parameter replica: the device that it came from; nil for what the server does by itself.
    @discardableResult
    mutating func store(_ judge: SetJudge, note: String?, from replica: ReplicaID?) throws -> SetDeeds {
        clock = judge.clock
        let now = Int64(clamping: clock.milliseconds)
        let by = replica == nil ? nil : judge.user
        let deeds = try SetDeeds(of: judge.work)
        sequence = try judge.work.store(
            SetWork.Cause(by: by, milliseconds: now, note: note, replica: judge.replica))
        for erasure in judge.work.erasures { try carryOut(erasure) }
        try deeds.note(db, by: by, replica: replica, at: now)
        facts += deeds.facts
        access.merge(deeds.access) { $1 }
        news.add(judge.work.news)
        if mayMeetForetold { try restoreForetold(of: judge) }
        try noteMade(judge.work.made)
        if mayMeetWaiting {
            arrived.formUnion(judge.work.arrivals)
            hasDirectoryChanged = hasDirectoryChanged || judge.work.changesDirectory
        }
        return deeds
    }

    /// Makes somebody else answer for units, by the server's own right: one commit for all of them.
    mutating func move(_ units: [RecordID], from: RecordID, to: RecordID?) throws {
        var judge = try serverJudge(as: from)
        try judge.giveAway(units, to: to)
        try store(judge, note: nil, from: nil)
    }

    /// Erases by the server's own right.
    /// - Parameter absent: what is known of the record where there is none of that identity.
    mutating func erase(_ request: ErasureRequest, absent: ServerRow? = nil) throws {
        var judge = try serverJudge(as: request.by ?? RecordID(high: 0, low: 0))
        try judge.erase(request, absent: absent)
        try judge.drawConsequences()
        try store(judge, note: nil, from: nil)
    }

    /// Does an erasure once more.
    mutating func erase(again erasure: RepeatedErasure) throws {
        var judge = try serverJudge(as: erasure.request.by ?? RecordID(high: 0, low: 0))
        try judge.erase(erasure.request, absent: erasure.absent, again: erasure)
        try judge.drawConsequences()
        try store(judge, note: nil, from: nil)
    }

    /// What judges for the server itself.
    mutating func serverJudge(as user: RecordID) throws -> SetJudge {
        let organisation = try currentOrganisation()
        let set = ChangeSet(
            number: 0, stamp: clock.next(above: clock.last), readThrough: 0, wallMilliseconds: 0, changes: [])
        let viewer = Viewer(user: user, role: .admin, scopes: [.everything])
        let author = SetJudge.Author(
            exchanger: .viewer(viewer), uploader: nil, reader: nil, vettedFloor: nil, organisation: { organisation })
        var judge = SetJudge(
            schema: schema, rows: rows, replica: clock.last.replica, clock: clock, set: set, stamp: set.stamp,
            bases: [:], readThrough: 0, sequence: sequence + 1, author: author, authorship: authorship)
        judge.isRemoved = isRemoved
        return judge
    }

    mutating func currentOrganisation() throws -> Organisation {
        if let organisation { return organisation }
        let read = Organisation(try rows.directory())
        organisation = read
        return read
    }

    /// The stamp below which nothing of a replica counts as made when it says: the highest that was vetted, of the
    /// replica or of the one that it is a copy of.
    func floor(of state: ReplicaState) throws -> Stamp? {
        var state = state
        for _ in 0..<100 {
            if let vetted = state.vetted { return vetted }
            guard let older = try state.forkOf.flatMap({ try rows.replica($0) }) else { return nil }
            state = older
        }
        return nil
    }

    /// A verdict makes a laptop hold what it wrote, and no more of the unit, though that may be out of its sight by it, or
    /// since: the next plan takes it away again, or brings it whole.
    private func noteRegained(_ set: ChangeSet, _ replica: ReplicaID, _ exchanger: Exchanger) throws {
        guard let viewer = exchanger.viewer, !viewer.seesEverything else { return }
        for change in set.changes {
            guard let unit = try rows.unit(of: change.id), try !rows.isMember(unit, ofAny: viewer.scopes) else {
                continue
            }
            let state = try rows.held(unit, by: replica)
            guard state == nil || state == .left else { continue }
            try rows.setHeld(unit, by: replica, .behind)
            if var reader = try rows.reader(replica) {
                reader.mustPlan = true
                try rows.store(reader, of: replica)
            }
        }
    }

    /// A verdict given again tells nothing of what its author no longer sees.
    private mutating func withoutUnseen(_ verdict: Verdict, _ principal: ExchangePrincipal) throws -> Verdict {
        let exchanger = try exchanger(principal, try currentOrganisation())
        if exchanger.viewer?.seesEverything == true { return verdict }
        func isSeen(_ id: RecordID) throws -> Bool {
            guard let viewer = exchanger.viewer, let unit = try rows.unit(of: id) else { return false }
            return try rows.isMember(unit, ofAny: viewer.scopes)
        }
        switch verdict {
        case .accepted(let stamp, let outcomes):
            return .accepted(stamp: stamp, outcomes: try outcomes.filter { try isSeen($0.id) })
        case .rejected(var refusal):
            if let id = refusal.record, refusal.present != nil, try !isSeen(id) { refusal.present = nil }
            return .rejected(refusal)
        case .quarantined, .handover: return verdict
        }
    }
}
