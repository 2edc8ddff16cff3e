import WaybookModel

/// One step of a random history. Holds small numbers only, taken modulo what is there when the step is run, so that a
/// step stays runnable when others are taken away.
public struct HistoryStep: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        /// Writes one or two of the scenario's atoms.
        case edit([Int], values: [Int])
        /// Resolves one open conflict that the replica knows, or (`all`) all of the same atom.
        case resolve(pick: Int, value: Int, all: Bool)
        case delete
        case restore
        /// Sends the first `count` unsent sets; then, unless the answer is cut off, reads verdicts and maybe the feed.
        case exchange(count: Int, isCut: Bool, pulls: Bool)
    }

    public var replica: Int
    public var action: Action
    /// Whether the server refuses the set for a reason of its own.
    public var isRefused = false
    /// Time that passes before it, milliseconds.
    public var elapsed: Int
}

/// What a history is about: which atoms under which rules, which replicas, and what happens.
public struct Scenario: Sendable {
    /// An atom in play: its rule and the values that are written to it (nil removes).
    public struct Subject: Sendable {
        public var path: FieldPath
        public var rule: AtomRule
        public var values: [Value?]
        /// Whether it has a value, known to all, before the history begins.
        public var isSeeded: Bool
    }

    public var subjects: [Subject]
    /// How far each replica's wall clock is off, milliseconds.
    public var skews: [Int]
    /// Whether the history begins with two replicas writing the first atom unaware of each other, everybody told.
    public var beginsInConflict: Bool
    public var steps: [HistoryStep]
}

extension Scenario {
    /// The kinds of atoms that histories are made of: each rule of the table.
    private static let kinds: [(FieldPath, AtomRule, [Value?])] = [
        (FieldPath("city"), .register(quiet: false, prefer: []), ["x", "y", "z"]),
        (FieldPath("seen"), .register(quiet: true, prefer: []), ["x", "y"]),
        (FieldPath("done"), .register(quiet: false, prefer: [true]), [true, false]),
        (FieldPath("state"), .register(quiet: false, prefer: ["v", "w"]), ["v", "w", "x", "y"]),
        (FieldPath("tags", key: "a/b"), .element(quiet: true), [true, nil]),
        (FieldPath("phones", key: "1"), .element(quiet: false), ["x", "y", nil]),
        (FieldPath("phones", key: "1", flag: "optOut"), .register(quiet: true, prefer: [true]), [true, false]),
        (FieldPath("note"), .text, ["a\nb\nc\nd\ne", "A\nb\nc\nd\ne", "a\nb\nc\nd\nE", "a\nb\nC\nd\ne", "q"]),
        (FieldPath("taxNumber"), .immutable, ["x", "y"]),
        (FieldPath("owner"), .served, ["x", "y", "z"]),
    ]

    /// Makes a scenario from a seed.
    /// - Parameter maximumSteps: the most steps, at least 4.
    public init(seed: UInt64, maximumSteps: Int = 12) {
        var random = SeededRandom(seed: seed)
        subjects = []
        for _ in 0..<(random.chance(70) ? 1 : 2) {
            // The plain register and text are where most can go wrong.
            let kind = random.chance(30) ? Self.kinds[random.pick([0, 0, 3, 7])] : random.pick(Self.kinds)
            guard !subjects.contains(where: { $0.path == kind.0 }) else { continue }
            subjects.append(Subject(path: kind.0, rule: kind.1, values: kind.2, isSeeded: random.chance(60)))
        }
        let replicaCount = 2 + random.below(3)
        skews = (0..<replicaCount).map { _ in random.pick([0, 0, 0, -4, 3, 15]) }
        beginsInConflict = random.chance(40)
        steps = []
        let liveliness = random.pick([0, 0, 25])
        for _ in 0..<(4 + random.below(maximumSteps - 3)) {
            steps.append(Self.step(&random, replicas: replicaCount, subjects: subjects.count, lifePercent: liveliness))
        }
    }

    private static func step(
        _ random: inout SeededRandom, replicas: Int, subjects: Int, lifePercent: Int
    ) -> HistoryStep {
        var step = HistoryStep(
            replica: random.below(replicas), action: .restore, isRefused: random.chance(10),
            elapsed: random.pick([0, 1, 1, 2, 8]))
        if random.chance(45) {
            let isPartial = random.chance(40)
            step.action = .exchange(
                count: isPartial ? random.below(4) : 9, isCut: random.chance(12), pulls: random.chance(70))
        } else if random.chance(lifePercent) {
            step.action = random.chance(65) ? .delete : .restore
        } else if random.chance(30) {
            step.action = .resolve(pick: random.below(4), value: random.below(5), all: random.chance(30))
        } else {
            let isBoth = subjects > 1 && random.chance(40)
            let first = random.below(subjects)
            step.action = .edit(isBoth ? [0, 1] : [first], values: [random.below(5), random.below(5)])
        }
        return step
    }
}
