import WaybookModel

/// Runs one scenario on the production merge, wired by ``MergeServer``, and on the oracle beside it.
public struct HistoryRun {
    private let scenario: Scenario
    private var server: MergeServer
    private var oracle: VersionVectorOracle
    private var replicas: [MergeReplica]
    /// The dots of a replica's sets, by the set's number.
    private var dots: [[Int64: [Int]]]
    /// What each replica has taken in.
    private var seen: [Dots]
    private var milliseconds = 20
    /// What happened, in words; filled only when asked for.
    public private(set) var log: [String] = []
    private let isLogging: Bool

    private init(_ scenario: Scenario, fault: PlantedFault?, isLogging: Bool) {
        self.scenario = scenario
        self.isLogging = isLogging
        var rules = Dictionary(uniqueKeysWithValues: scenario.subjects.map { ($0.path, $0.rule) })
        rules[.life] = .register(quiet: false, prefer: [VersionedRecord.alive])
        server = MergeServer(rules: rules, fault: fault)
        oracle = VersionVectorOracle(rules: rules)
        replicas = scenario.skews.enumerated().map { index, skew in
            MergeReplica(id: ReplicaID(UInt32(index + 1)), skewMilliseconds: skew)
        }
        dots = scenario.skews.map { _ in [:] }
        seen = scenario.skews.map { _ in Dots() }
    }

    /// Runs a scenario.
    /// - Returns: the law it breaks, or nil, and what happened.
    public static func run(
        _ scenario: Scenario, fault: PlantedFault? = nil, isLogging: Bool = false, checksBytes: Bool = true
    ) -> (broken: BrokenLaw?, log: [String]) {
        var run = HistoryRun(scenario, fault: fault, isLogging: isLogging)
        do throws(BrokenLaw) {
            try run.begin()
            for step in scenario.steps { try run.take(step) }
            try run.finish(checksBytes: checksBytes)
            return (nil, run.log)
        } catch {
            return (error, run.log + ["broken: \(error)"])
        }
    }

    /// Takes steps away from a failing scenario as long as it still breaks the same law.
    public static func shortest(_ scenario: Scenario, fault: PlantedFault? = nil) -> Scenario {
        let law = run(scenario, fault: fault).broken
        var shortest = scenario
        var hasShrunk = true
        while hasShrunk {
            hasShrunk = false
            for index in shortest.steps.indices.reversed() {
                var shorter = shortest
                shorter.steps.remove(at: index)
                guard run(shorter, fault: fault).broken == law else { continue }
                shortest = shorter
                hasShrunk = true
            }
        }
        return shortest
    }

    private mutating func note(_ text: @autoclosure () -> String) {
        if isLogging { log.append(text()) }
    }

    // MARK: - Beginning and end

    private mutating func begin() throws(BrokenLaw) {
        let seeded: [(FieldPath, Value?)] = scenario.subjects.compactMap { subject in
            guard subject.isSeeded, let value = subject.values[0] else { return nil }
            return (subject.path, value)
        }
        if !seeded.isEmpty {
            make(0, seeded, resolves: [], isRefused: false)
            try everybodyExchanges()
        }
        guard scenario.beginsInConflict else { return }
        for replica in 0..<2 { make(replica, [value(0, replica + 1)], resolves: [], isRefused: false) }
        try everybodyExchanges()
        try everybodyExchanges()
    }

    private func value(_ subject: Int, _ index: Int) -> (FieldPath, Value?) {
        let subject = scenario.subjects[subject % scenario.subjects.count]
        return (subject.path, subject.values[index % subject.values.count])
    }

    private mutating func everybodyExchanges() throws(BrokenLaw) {
        for replica in replicas.indices { try exchange(replica, count: .max, isCut: false, pulls: true) }
    }

    private mutating func finish(checksBytes: Bool) throws(BrokenLaw) {
        try everybodyExchanges()
        try everybodyExchanges()
        for replica in replicas {
            guard replica.outbox.isEmpty else { throw BrokenLaw(law: "exchange", detail: "a set stays unsent") }
            let isEqual =
                replica.row.atoms.count == server.atoms.count
                && replica.row.atoms.allSatisfy { path, atom in
                    let there = server.atoms[path]
                    return there?.value == atom.value && there?.stamp == atom.stamp && there?.origin == atom.origin
                }
            guard isEqual else { throw BrokenLaw(law: "convergence", detail: "\(replica.id) differs from the server") }
        }
        guard checksBytes else { return }
        let bytes = RecordEncoding.canonicalBytes(replicas[0].row)
        guard replicas.allSatisfy({ RecordEncoding.canonicalBytes($0.row) == bytes }) else {
            throw BrokenLaw(law: "encoding", detail: "equal records have different bytes")
        }
    }

    // MARK: - Steps

    private mutating func take(_ step: HistoryStep) throws(BrokenLaw) {
        milliseconds += step.elapsed
        let replica = step.replica % replicas.count
        switch step.action {
        case .exchange(let count, let isCut, let pulls):
            try exchange(replica, count: count, isCut: isCut, pulls: pulls)
        case .edit(let subjects, let values):
            guard !replicas[replica].shown.isDeleted else { return }
            let writes = zip(subjects, values).map { value($0, $1) }
            make(replica, writes, resolves: [], isRefused: step.isRefused)
        case .delete, .restore:
            let isDelete = step.action == .delete
            guard replicas[replica].shown.isDeleted != isDelete else { return }
            let life = isDelete ? VersionedRecord.deleted : VersionedRecord.alive
            make(replica, [(.life, life)], resolves: [], isRefused: step.isRefused)
        case .resolve(let pick, let index, let all):
            resolve(replica, pick: pick, index: index, all: all, isRefused: step.isRefused)
        }
    }

    private mutating func resolve(_ replica: Int, pick: Int, index: Int, all: Bool, isRefused: Bool) {
        let open = replicas[replica].unresolved.sorted { $0.loser.origin < $1.loser.origin }
        guard !open.isEmpty else { return }
        let picked = open[pick % open.count]
        let resolved = all ? open.filter { $0.loser.path == picked.loser.path } : [picked]
        let path = picked.loser.path
        if path == .life {
            let life = index % 2 == 0 ? VersionedRecord.alive : VersionedRecord.deleted
            make(replica, [(.life, life)], resolves: resolved, isRefused: isRefused)
        } else if !replicas[replica].shown.isDeleted,
            let subject = scenario.subjects.first(where: { $0.path == path })
        {
            make(
                replica, [(path, subject.values[index % subject.values.count])], resolves: resolved,
                isRefused: isRefused)
        }
    }

    private mutating func make(
        _ index: Int, _ values: [(FieldPath, Value?)], resolves: [OpenConflict], isRefused: Bool
    ) {
        guard oracle.writes.count + 2 * values.count + 3 < Dots.maximumCount else { return }
        let parents = values.map { parent(index, $0.0) }
        let set = replicas[index].make(
            values, resolves: resolves.map(\.id), isRefused: isRefused, trueMilliseconds: milliseconds)
        note("R\(index + 1) makes set \(set.number): \(Self.words(set))\(isRefused ? ", to be refused" : "")")
        var own: [FieldPath: Int] = [:]
        for ((path, value), parent) in zip(values, parents) {
            var resolved = Dots()
            for conflict in resolves where conflict.loser.path == path {
                if let dot = oracle.dot(at: path, origin: conflict.loser.origin) { resolved.insert(dot) }
            }
            own[path] = oracle.note(
                OracleWrite(
                    author: replicas[index].id, path: path, value: value, parent: parent, resolves: resolved,
                    seen: seen[index], stamp: set.stamp))
        }
        dots[index][set.number] = set.changes.flatMap(\.writes).compactMap { own[$0.path] }
        for dot in own.values { seen[index].insert(dot) }
    }

    /// The write whose value a replica shows.
    private func parent(_ index: Int, _ path: FieldPath) -> Int? {
        for unsent in replicas[index].outbox.reversed() {
            let writes = unsent.set.changes.flatMap(\.writes)
            if let place = writes.firstIndex(where: { $0.path == path }) {
                return dots[index][unsent.set.number]?[place]
            }
        }
        return replicas[index].row.atoms[path].flatMap { oracle.dot(at: path, origin: $0.origin) }
    }

    // MARK: - Exchanges

    private mutating func exchange(_ index: Int, count: Int, isCut: Bool, pulls: Bool) throws(BrokenLaw) {
        server.clock.wallMilliseconds = UInt64(milliseconds)
        let sent = replicas[index].outbox.prefix(count)
        let unsentCount = replicas[index].outbox.count
        note("R\(index + 1) sends \(sent.count) of \(unsentCount), \(isCut ? "cut off" : pulls ? "pulls" : "no pull")")
        var verdicts: [SetVerdict] = []
        for unsent in sent {
            let (verdict, settled) = server.receive(unsent.set, from: replicas[index].id, isRefused: unsent.isRefused)
            verdicts.append(verdict)
            try watch(unsent, verdict, settled, index)
        }
        guard !isCut else { return }
        for verdict in verdicts {
            replicas[index].take(
                verdict, vetted: Stamp(milliseconds: UInt64(milliseconds), counter: 0, replica: ReplicaID(0)))
        }
        guard pulls else { return }
        replicas[index].pull(from: server)
        seen[index] = seen[index].union(oracle.arrived)
    }

    private mutating func watch(
        _ unsent: MergeReplica.Unsent, _ verdict: SetVerdict, _ settled: [SettledWrite], _ index: Int
    ) throws(BrokenLaw) {
        let own = dots[index][unsent.set.number] ?? []
        switch verdict {
        case .rejected(let rule):
            if rule == .served, own.allSatisfy({ oracle.isSequential($0) }) {
                throw BrokenLaw(law: "served", detail: "a request made on the present value was refused")
            }
            for dot in own { oracle.refuse(dot) }
        case .accepted(let stamp, _):
            guard !settled.isEmpty else { return }
            try Self.checkStampsRise(settled)
            // A refusal rolls back the whole set, so the oracle hears of its writes only now.
            for (place, write) in settled.enumerated() {
                if write.isRevival {
                    try oracle.revive(because: own[0], after: write.after)
                } else {
                    try oracle.arrive(own[place], stamp: stamp, before: write.before, after: write.after)
                }
            }
            for path in scenario.subjects.map(\.path) + [.life] { try oracle.check(server.conflicts, at: path) }
        }
    }

    private static func checkStampsRise(_ settled: [SettledWrite]) throws(BrokenLaw) {
        for write in settled {
            guard let before = write.before, let after = write.after else { continue }
            let hasChanged = before.value != after.value || before.origin != after.origin
            guard hasChanged ? after.stamp > before.stamp : after.stamp >= before.stamp else {
                throw BrokenLaw(law: "stamps", detail: "\(write.path): the present stamp did not rise")
            }
        }
    }

    private static func words(_ set: ChangeSet) -> String {
        func short(_ stamp: Stamp) -> String { "\(stamp.milliseconds).\(stamp.counter).\(stamp.replica)" }
        let writes = set.changes.flatMap(\.writes).map { write in
            "\(write.path)=\(write.value.map(CanonicalJSON.text) ?? "gone") on \(write.base.map(short) ?? "nothing")"
        }
        let resolves = set.resolves.isEmpty ? "" : ", resolves \(set.resolves.count)"
        return "\(writes.joined(separator: ", ")) @\(short(set.stamp)), read to \(set.readThrough)\(resolves)"
    }
}
