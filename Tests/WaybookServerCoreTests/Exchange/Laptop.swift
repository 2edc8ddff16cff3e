import WaybookModel
import WaybookProtocol

@testable import WaybookServerCore

/// A scripted replica: keeps what a client must keep (`protocol/4-exchange.md#replicas`), speaks only in bytes.
final class Laptop {
    // A class: a test's laptops are changed from several closures.

    /// What it holds; a value, so that a test can copy a laptop and put an older copy back.
    struct State {
        var replica: ReplicaID
        var clock: HybridClock
        var issued: Set<Stamp> = []
        var lastSet: Int64 = 0
        var answered: Int64 = 0
        var checkpoint: String?
        var readThrough: Int64 = 0
        var outbox: [ChangeSet] = []
        var rows: [RecordID: VersionedRecord] = [:]
        /// The unit of each row.
        var units: [RecordID: RecordID] = [:]
        var refused: [ChangeSet] = []
        /// What a pull from nothing has told so far; what it does not tell goes at its end.
        var told: Set<RecordID>?
        /// What the last answers took away, in order.
        var departed: [Departure] = []
        var gone: [RecordID: DepartureCause] = [:]
        /// The roots that it was told of as erased after they had left.
        var erased: [RecordID] = []
        var verdicts: [Int64: Verdict] = [:]
        /// The answered sets, with what became of them, and what became of those that are sent again.
        var journal: [Int64: (set: ChangeSet, past: PastAnswer)] = [:]
        var past: [Int64: PastAnswer] = [:]
        var again: AgainSets?
        var timeline: Int?
        /// The latest sequence that a head told.
        var head: Int64 = 0
    }

    var state: State
    let workspace: Workspace
    /// Its wall clock less the true time, milliseconds.
    var skew: Int64 = 0
    private var serial: UInt64 = 0
    /// The lines of the last answer.
    private(set) var answer: [ResponseLine] = []
    /// Whether the last answer said that there is more at once.
    private(set) var hasMore = false
    /// The bytes of the last request and answer.
    private(set) var wire: (request: [UInt8], answer: [UInt8]) = ([], [])

    init(_ workspace: Workspace, _ number: UInt32, skew: Int64 = 0) {
        self.workspace = workspace
        self.skew = skew
        state = State(replica: ReplicaID(number), clock: HybridClock(replica: ReplicaID(number)))
    }

    var wall: UInt64 { UInt64(clamping: Int64(workspace.clock.now) + skew) }

    // MARK: Writing

    func freshID() -> RecordID {
        serial += 1
        return RecordID.version7(
            milliseconds: workspace.clock.now, random: (serial, UInt64(state.replica.number) << 32 | serial))
    }

    /// What is shown: the server's row with the outbox over it.
    func shown(_ id: RecordID) -> VersionedRecord {
        Overlay.shown(state.rows[id], id: id, collection: state.rows[id]?.collection ?? "customer", sets: state.outbox)
    }

    func value(_ id: RecordID, _ path: String) -> Value? { shown(id).atoms[FieldPath(path)]?.value }

    @discardableResult
    func make(_ changes: [Change], resolves: [RecordID] = [], stamp given: Stamp? = nil) -> ChangeSet {
        workspace.clock.advance(10)
        var stamp = given ?? state.clock.tick(milliseconds: wall)
        while given == nil, state.issued.contains(stamp) { stamp = state.clock.tick(milliseconds: wall) }
        state.issued.insert(stamp)
        state.lastSet += 1
        let set = ChangeSet(
            number: state.lastSet, stamp: stamp, readThrough: state.readThrough,
            wallMilliseconds: Int64(clamping: wall), changes: changes, resolves: resolves)
        state.outbox.append(set)
        return set
    }

    func change(_ id: RecordID, _ writes: [String: Value?], new: Bool = false, in collection: CollectionName? = nil)
        -> Change
    {
        let shown = shown(id)
        return Change(
            id: id, collection: collection ?? state.rows[id]?.collection ?? pendingCollection(id) ?? "customer",
            isCreating: new,
            writes: writes.map { path, value in
                Write(path: FieldPath(path), value: value, base: shown.atoms[FieldPath(path)]?.origin)
            })
    }

    private func pendingCollection(_ id: RecordID) -> CollectionName? {
        state.outbox.lazy.flatMap(\.changes).first { $0.id == id }?.collection
    }

    @discardableResult
    func create(_ writes: [String: Value?], in collection: CollectionName = "customer", id: RecordID? = nil) -> RecordID
    {
        let id = id ?? freshID()
        make([change(id, writes, new: true, in: collection)])
        return id
    }

    @discardableResult
    func edit(_ id: RecordID, _ writes: [String: Value?], resolves: [RecordID] = []) -> ChangeSet {
        make([change(id, writes)], resolves: resolves)
    }

    func delete(_ id: RecordID) { edit(id, ["$life": "deleted"]) }

    func restore(_ id: RecordID) { edit(id, ["$life": "alive"]) }

    // MARK: Exchanging

    /// What it tells behind its sets of others' writes that the server lost.
    var witness: [WitnessLine] = []

    func hello(pulls: Bool = true) -> Hello {
        Hello(
            schemaVersion: 1, replica: state.replica, wallMilliseconds: Int64(clamping: wall),
            checkpoint: state.checkpoint, lastSet: state.lastSet, answered: state.answered, pulls: pulls,
            timeline: state.checkpoint == nil ? state.timeline : nil, again: state.again)
    }

    func request(pulls: Bool = true, sets: [ChangeSet]) -> [UInt8] {
        var body = CanonicalJSON.bytes(hello(pulls: pulls).value) + [10]
        for set in sets {
            let line = ChangeSetLine.bytes(set)
            body += (state.past[set.number].map { ChangeSetLine.bytes(line, was: $0) } ?? line) + [10]
        }
        for line in witness { body += CanonicalJSON.bytes(line.value) + [10] }
        return body
    }

    /// Sends the outbox, or its first sets, and takes the answer in.
    /// - Parameters:
    ///   - losesAnswer: the server did its part, but nothing came back.
    ///   - keptBytes: after how much of the answer the wire broke.
    /// - Returns: the error line, if there was one.
    @discardableResult
    func sync(
        pulls: Bool = true, first: Int? = nil, losesAnswer: Bool = false, keptBytes: Int? = nil,
        chunkBytes: Int = 1 << 16,
        afterPage: (Int) throws -> Void = { _ in }
    ) throws -> Problem? {
        workspace.clock.advance(10)
        let sets = Array(state.outbox.prefix(first ?? state.outbox.count))
        let body = request(pulls: pulls, sets: sets)
        let bytes = try workspace.exchange(state.replica, body: body, chunkBytes: chunkBytes, afterPage: afterPage)
        wire = (body, bytes)
        if pulls, state.checkpoint == nil { state.told = [] }
        if losesAnswer { return nil }
        return try take(bytes.prefix(keptBytes ?? bytes.count))
    }

    struct Unreadable: Error {
        var line: String
    }

    func take(_ bytes: some Collection<UInt8>) throws -> Problem? {
        answer = []
        var unstored: [ResponseLine] = []
        var lastCheckpoint: (String, Int64)?
        var announced: Int64 = 0
        var whole = Array(bytes)
        whole = Array(whole.prefix((whole.lastIndex(of: 10) ?? -1) + 1))
        for line in whole.split(separator: 10) {
            guard let value = try? JSONParser.parse(line), let read = ResponseLine(value) else {
                throw Unreadable(line: String(decoding: line, as: UTF8.self))
            }
            answer.append(read)
            switch read {
            case .head(let head):
                announced = head.sequence
                state.head = head.sequence
                if let timeline = head.timeline { state.timeline = timeline }
            case .applied(let first, let last):
                for number in first...last { settle(number, .accepted(stamp: nil, outcomes: [])) }
            case .verdict(let number, let verdict): settle(number, verdict)
            case .bucket, .witnessed: break
            case .record, .departed, .gone, .erased: unstored.append(read)
            case .checkpoint(let token, let sequence):
                for line in unstored { store(line) }
                unstored = []
                state.checkpoint = token
                lastCheckpoint = (token, sequence ?? announced)
            case .end(_, let more, _):
                hasMore = more
                if let lastCheckpoint, !more { state.readThrough = lastCheckpoint.1 }
                if let told = state.told, lastCheckpoint != nil {
                    for id in state.rows.keys where !told.contains(id) { forget(id) }
                    state.told = nil
                    if state.again.map({ state.answered >= $0.through }) ?? false { state.again = nil }
                }
            case .error(let problem): return problem
            }
        }
        return nil
    }

    private func store(_ line: ResponseLine) {
        switch line {
        case .record(let record):
            join(record.record)
            state.units[record.record.id] = record.unit
            state.told?.insert(record.record.id)
        case .departed(let departure):
            state.departed.append(departure)
            for (id, unit) in state.units where unit == departure.unit { forget(id) }
        case .gone(let id, let cause):
            forget(id)
            if let cause { state.gone[id] = cause }
        case .erased(let id): state.erased.append(id)
        default: break
        }
    }

    private func forget(_ id: RecordID) {
        state.rows[id] = nil
        state.units[id] = nil
    }

    /// Gives up all that it was told, as a laptop does whose token is refused.
    func startAfresh() {
        state.checkpoint = nil
        state.rows = [:]
        state.units = [:]
    }

    var verdictLines: [ResponseLine] {
        answer.filter { line in
            switch line {
            case .applied, .verdict: true
            default: false
            }
        }
    }

    var told: [FeedRecord] {
        answer.compactMap { if case .record(let record) = $0 { record } else { nil } }
    }

    private func join(_ record: VersionedRecord) {
        state.rows[record.id] = state.rows[record.id].map { Join.records($0, record) } ?? record
    }

    private func settle(_ number: Int64, _ verdict: Verdict) {
        state.answered = max(state.answered, number)
        state.verdicts[number] = verdict
        guard let index = state.outbox.firstIndex(where: { $0.number == number }) else { return }
        let set = state.outbox.remove(at: index)
        let past = state.past.removeValue(forKey: number)
        state.journal[number] = (
            set, PastAnswer(sequence: state.head, answer: Self.answer(verdict), isCut: past?.isCut ?? false)
        )
        if case .rejected(let refusal) = verdict, refusal.rule != .before { state.refused.append(set) }
        guard case .accepted(let stamp, let outcomes) = verdict else { return }
        for change in set.changes {
            for write in change.writes
            where !outcomes.contains(where: { $0.id == change.id && $0.path == write.path }) {
                let atom = Atom(value: write.value, stamp: stamp ?? set.stamp)
                join(VersionedRecord(id: change.id, collection: change.collection, atoms: [write.path: atom]))
            }
            state.units[change.id] = state.rows[change.id].flatMap { workspace.service.schema.unit(of: $0) }
        }
        for outcome in outcomes {
            join(
                VersionedRecord(id: outcome.id, collection: outcome.collection, atoms: [outcome.path: outcome.present]))
        }
        if let stamp { state.clock.reset(to: stamp) }
    }

    private static func answer(_ verdict: Verdict) -> PastAnswer.Answer {
        switch verdict {
        case .accepted(let stamp, _): stamp.map { .restamped($0) } ?? .accepted
        case .rejected: .rejected
        case .quarantined: .quarantined
        case .handover: .handedOver
        }
    }

    // MARK: A server that was put back

    /// Goes back behind the server: what it lacks is sent again, and what it has is read anew.
    func rewind(to problem: Problem) {
        guard let expected = problem.expected, let restored = problem.restored else { return }
        let first = state.journal.keys.filter { $0 >= expected }.min() ?? state.answered + 1
        let lost = state.journal.keys.filter { $0 >= first }.sorted()
        state.again = AgainSets(
            first: first, answered: max(state.answered, state.again?.answered ?? 0), through: state.lastSet)
        state.outbox = lost.compactMap { state.journal[$0]?.set } + state.outbox
        for number in lost { state.past[number] = state.journal.removeValue(forKey: number)?.past }
        state.answered = min(state.answered, first - 1)
        state.timeline = restored.number
        startAfresh()
    }

    /// Synchronises, and goes back behind the server if that asks for it.
    /// - Returns: what the server said that it cannot go on from.
    @discardableResult
    func heal(first: Int? = nil, losesAnswer: Bool = false) throws -> Problem? {
        do {
            return try sync(first: first, losesAnswer: losesAnswer)
        } catch let problem as Problem where problem.restored != nil {
            rewind(to: problem)
            return try sync(first: first, losesAnswer: losesAnswer)
        }
    }

    // MARK: Fork

    /// What `fork` asks of it: a number of its own, new numbers, stamps and bases in the outbox.
    func takeNewNumber(_ number: UInt32) throws {
        let (old, new) = (state.replica, ReplicaID(number))
        let unanswered = Set(state.outbox.map(\.stamp))
        try workspace.service.file.write { try workspace.service.noteFork($0, of: old, as: new) }
        func moved(_ stamp: Stamp) -> Stamp {
            Stamp(milliseconds: stamp.milliseconds, counter: stamp.counter, replica: new)
        }
        state.replica = new
        state.lastSet = 0
        state.answered = 0
        state.outbox = state.outbox.map { set in
            state.lastSet += 1
            var set = set
            set.number = state.lastSet
            set.stamp = moved(set.stamp)
            for change in set.changes.indices {
                for write in set.changes[change].writes.indices {
                    guard let base = set.changes[change].writes[write].base, unanswered.contains(base) else { continue }
                    set.changes[change].writes[write].base = moved(base)
                }
            }
            return set
        }
        state.clock = HybridClock(last: moved(state.clock.last))
    }
}
