import WaybookModel

/// A conflict that nobody has resolved, as the server keeps it.
public struct OpenConflict: Hashable, Sendable {
    public var id: RecordID
    public var loser: OpenLoser
    /// The sequence of the commit in which the loser came to the server.
    public var commit: Int64
}

/// What the server answers to one set.
public enum SetVerdict: Hashable, Sendable {
    /// Taken under `stamp` (not the set's own where it was re-stamped); `outcomes` are the atoms that differ from what
    /// the set wrote.
    case accepted(stamp: Stamp, outcomes: [FieldPath: Atom])
    case rejected(RefusalRule)
}

/// What one write did, for whoever watches the server.
public struct SettledWrite: Sendable {
    public var path: FieldPath
    public var before: Atom?
    public var after: Atom?
    /// Whether the server itself made this write: the revival of a deleted record.
    public var isRevival = false
}

/// The server's side of merging, in memory, for one record: the production ``Arbitration`` and ``LifeArbitration`` with
/// the wiring around them (re-stamping, bases, losers, resolutions, revival, stored verdicts).
public struct MergeServer: Sendable {
    /// What a refused set leaves as it was.
    struct RecordState: Sendable {
        var atoms: [FieldPath: Atom] = [:]
        var conflicts: [OpenConflict] = []
    }

    public var clock = ServerClock()
    public private(set) var sequence: Int64 = 0
    private(set) var state = RecordState()
    private let rules: [FieldPath: AtomRule]
    private let fault: PlantedFault?
    private var verdicts: [ReplicaID: [Int64: SetVerdict]] = [:]
    private var refusedBases: [ReplicaID: [Stamp: [FieldPath: Stamp?]]] = [:]
    private var restamped: [ReplicaID: [Stamp: Stamp]] = [:]
    private var texts: [FieldPath: [Stamp: String]] = [:]
    /// Stamps that the server gave, and the writes whose values stood under them.
    private var identities: [Stamp: Stamp] = [:]
    private var resolutions: [FieldPath: [Stamp: Resolution]] = [:]

    public init(rules: [FieldPath: AtomRule], fault: PlantedFault? = nil) {
        self.rules = rules
        self.fault = fault
    }

    public var atoms: [FieldPath: Atom] { state.atoms }
    public var conflicts: [OpenConflict] { state.conflicts }
    public var isDeleted: Bool { state.atoms[.life]?.value == VersionedRecord.deleted }

    /// The identity of a conflict. Stands in for the UUIDv5 of the protocol: a pure function of the same two things.
    public static func conflictID(path: FieldPath, origin: Stamp) -> RecordID {
        RecordID(high: origin.time, low: UInt64(origin.replica.number) << 32 | mark(of: path))
    }

    private static func mark(of path: FieldPath) -> UInt64 {
        path.text.utf8.reduce(UInt64(5381)) { ($0 &* 33) ^ UInt64($1) } & 0xFFFF_FFFF
    }

    // MARK: - One set

    /// Takes one set, or answers what it answered before.
    /// - Parameter isRefused: whether something outside of arbitration refuses it (a permission, a limit).
    public mutating func receive(
        _ set: ChangeSet, from replica: ReplicaID, isRefused: Bool
    ) -> (verdict: SetVerdict, settled: [SettledWrite]) {
        if let known = verdicts[replica]?[set.number] { return (known, []) }
        let writes = set.changes.flatMap(\.writes)
        let settled = isRefused ? .failure(Refusal(rule: .access)) : settle(set, writes, from: replica)
        let verdict: SetVerdict
        switch settled {
        case .failure(let refusal):
            verdict = .rejected(refusal.rule)
            for write in writes {
                refusedBases[replica, default: [:]][set.stamp, default: [:]][write.path] = write.base
            }
        case .success(let success): verdict = success.verdict
        }
        verdicts[replica, default: [:]][set.number] = verdict
        return (verdict, (try? settled.get())?.settled ?? [])
    }

    private struct Refusal: Error { var rule: RefusalRule }
    private typealias Settlement = (verdict: SetVerdict, settled: [SettledWrite])

    private mutating func settle(
        _ set: ChangeSet, _ writes: [Write], from replica: ReplicaID
    ) -> Result<Settlement, Refusal> {
        let untouched = (state, sequence, restamped)
        sequence += 1
        let stamp = vettedStamp(of: set, writes, from: replica)
        state.conflicts.removeAll { set.resolves.contains($0.id) }
        var settled: [SettledWrite] = []
        for write in writes {
            let before = state.atoms[write.path]
            let translated = Write(
                path: write.path, value: write.value, base: translatedBase(of: write, from: replica))
            remember(translated, stamp: stamp, resolves: set.resolves)
            switch ruling(on: translated, stamp: stamp, set: set, replica: replica) {
            case .accepted(let decision): take(decision, at: write.path)
            case .refused(let rule, _):
                (state, sequence, restamped) = untouched
                return .failure(Refusal(rule: rule))
            case .clonedStore: preconditionFailure("a simulated replica stamps alone")
            }
            settled.append(SettledWrite(path: write.path, before: before, after: state.atoms[write.path]))
        }
        if !writes.contains(where: { $0.path == .life }), let revival = reviveIfDeleted(by: replica, set) {
            settled.append(revival)
        }
        return .success((.accepted(stamp: stamp, outcomes: outcomes(of: writes, stamp: stamp)), settled))
    }

    private func outcomes(of writes: [Write], stamp: Stamp) -> [FieldPath: Atom] {
        var outcomes: [FieldPath: Atom] = [:]
        for write in writes {
            guard let atom = state.atoms[write.path], atom.value != write.value || atom.stamp != stamp else { continue }
            outcomes[write.path] = atom
        }
        return outcomes
    }

    // MARK: - Stamps and bases

    private mutating func vettedStamp(of set: ChangeSet, _ writes: [Write], from replica: ReplicaID) -> Stamp {
        guard clock.isTooFarAhead(set.stamp) else {
            clock.observe(set.stamp)
            return set.stamp
        }
        let bases = writes.compactMap { translatedBase(of: $0, from: replica) }
        let floor = bases.max() ?? Stamp(milliseconds: 0, counter: 0, replica: replica)
        let given = clock.next(above: floor, for: replica)
        restamped[replica, default: [:]][set.stamp] = given
        return given
    }

    /// The base past refused and re-stamped writes of the same replica.
    private func translatedBase(of write: Write, from replica: ReplicaID) -> Stamp? {
        if fault == .baseIgnored { return nil }
        var base = write.base
        while let named = base {
            if let refused = refusedBases[replica]?[named], fault != .refusedBaseNotTranslated {
                guard let behind = refused[write.path] else { return named }
                base = behind
            } else if let given = restamped[replica]?[named] {
                return given
            } else {
                return named
            }
        }
        return nil
    }

    // MARK: - Rulings

    private mutating func ruling(on write: Write, stamp: Stamp, set: ChangeSet, replica: ReplicaID) -> Ruling {
        var losers = state.conflicts.map(\.loser).filter { $0.path == write.path }
        if fault == .loserNotCarriedOn {
            losers.removeAll { $0.stamp == write.base || $0.origin == write.base }
        }
        var present = state.atoms[write.path]
        if fault == .originIgnored, let atom = present { present?.origin = atom.stamp }
        // The closures give stamps while `self` is read: the clock is taken out, and put back afterwards.
        var running = clock
        defer { clock = running }
        let serverStamp: (Stamp) -> Stamp = { running.next(above: $0) }
        if write.path == .life {
            let life = LifeArbitration(present: present, losers: losers, serverStamp: serverStamp)
            return life.ruling(
                on: write, stamp: stamp, hasUnseen: hasUnseen(by: replica, readThrough: set.readThrough),
                knowsDelete: knowsDelete(replica, readThrough: set.readThrough))
        }
        let (known, resolved) = (texts[write.path] ?? [:], resolutions[write.path] ?? [:])
        let arbitration = Arbitration(
            rule: rules[write.path] ?? .unknown, path: write.path, present: present, losers: losers,
            serverStamp: serverStamp, textAt: { known[$0] }, resolutionAt: { resolved[$0] })
        return arbitration.ruling(on: write, stamp: stamp, resolution: resolution(write, resolves: set.resolves))
    }

    /// Whether the record holds, as present or as an open loser, what another replica committed after `readThrough`.
    /// (Deletes, and lives that the server gave back, hide nothing that a person typed.)
    private func hasUnseen(by replica: ReplicaID, readThrough: Int64) -> Bool {
        state.atoms.contains { path, atom in
            let isMark = path == .life && (atom.value == VersionedRecord.deleted || atom.origin.replica.isServer)
            return atom.commit > readThrough && atom.origin.replica != replica && !isMark
        }
            || state.conflicts.contains {
                $0.commit > readThrough && $0.loser.origin.replica != replica && $0.loser.path != .life
            }
    }

    /// Whether the record is deleted by a delete that this replica had read or made.
    private func knowsDelete(_ replica: ReplicaID, readThrough: Int64) -> Bool {
        guard let life = state.atoms[.life], life.value == VersionedRecord.deleted else { return false }
        return life.commit <= readThrough || life.origin.replica == replica
    }

    /// What a write resolves on its path. Its base is told by the identity of the write that it was made on: one state
    /// can be named by two stamps.
    private func resolution(_ write: Write, resolves: [RecordID]) -> Resolution? {
        let mark = Self.mark(of: write.path)
        let ids = resolves.filter { $0.low & 0xFFFF_FFFF == mark }
        return ids.isEmpty ? nil : Resolution(conflicts: Set(ids), base: write.base.map(identity))
    }

    private func identity(of stamp: Stamp) -> Stamp { identities[stamp] ?? stamp }

    // MARK: - Keeping what was decided

    private mutating func take(_ decision: Decision, at path: FieldPath) {
        let before = state.atoms[path]
        if !decision.closed.isEmpty {
            state.conflicts.removeAll { conflict in decision.closed.contains(conflict.loser) }
        }
        if let listed = decision.listed {
            let came = before.map { $0.origin == listed.origin ? $0.commit : sequence } ?? sequence
            let id = Self.conflictID(path: path, origin: listed.origin)
            state.conflicts.append(OpenConflict(id: id, loser: listed, commit: came))
        }
        var present = decision.present
        present.commit = before.map { $0.stamp == present.stamp ? $0.commit : sequence } ?? sequence
        if present.stamp != present.origin { identities[present.stamp] = present.origin }
        state.atoms[path] = present
        clock.observe(present.stamp)
        if rules[path] == .text, let text = present.value?.text { texts[path, default: [:]][present.stamp] = text }
    }

    private mutating func remember(_ write: Write, stamp: Stamp, resolves: [RecordID]) {
        if rules[write.path] == .text, let text = write.value?.text { texts[write.path, default: [:]][stamp] = text }
        if !resolves.isEmpty, let resolution = resolution(write, resolves: resolves) {
            resolutions[write.path, default: [:]][stamp] = resolution
        }
    }

    private mutating func reviveIfDeleted(by replica: ReplicaID, _ set: ChangeSet) -> SettledWrite? {
        let before = state.atoms[.life]
        var running = clock
        let losers = state.conflicts.map(\.loser).filter { $0.path == .life }
        let life = LifeArbitration(present: before, losers: losers, serverStamp: { running.next(above: $0) })
        guard let decision = life.revival(knowsDelete: knowsDelete(replica, readThrough: set.readThrough)) else {
            return nil
        }
        clock = running
        take(decision, at: .life)
        return SettledWrite(path: .life, before: before, after: state.atoms[.life], isRevival: true)
    }
}
