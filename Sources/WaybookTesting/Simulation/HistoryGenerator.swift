extension SimulatedHistory {
    /// Draws a history from a seed.
    /// - Parameters:
    ///   - steps: how many.
    ///   - laptops: how many at the beginning.
    public init(seed: UInt64, steps count: Int, laptops: Int) {
        var random = SeededRandom(seed: seed)
        let mix = FaultMix(&random)
        self.init(
            people: [], laptops: [], schemas: [], skews: [], customers: random.pick([1, 2, 2, 3, 4, 6]),
            children: random.pick([1, 2, 3, 4, 7]), pageRows: random.pick([1, 3, 8, 40]), hasMachines: mix.hasMachines,
            steps: [])
        drawPeople(&random, mix, laptops)
        var drawing = StepDrawing(mix: mix, history: self)
        steps = (0..<count).map { drawing.step($0, of: count, &random) }
        // By other numbers: the rest of the seeds draws what it drew before there were any.
        if seed % 4 == 3 {
            var others = SeededRandom(seed: seed &+ 1)
            layAbsences(&others)
        }
    }

    /// Months pass at some places, on both sides of which records are deleted, written to and made.
    private mutating func layAbsences(_ random: inout SeededRandom) {
        let rush = Rush(history: self, clones: 0)
        for _ in 0..<2 + random.below(3) {
            let absence = rush.absence(of: random.below(laptops.count), &random)
            guard steps.count > absence.count + customers else { return }
            let place = customers + random.below(steps.count - absence.count - customers)
            for (index, step) in absence.enumerated() { steps[place + index] = step.marked(place + index) }
        }
    }

    private mutating func drawPeople(_ random: inout SeededRandom, _ mix: FaultMix, _ count: Int) {
        // In a third of the histories everybody sees everything; else most see a part.
        let seesAll = random.chance(33)
        people = (0..<max(2, count - random.below(2))).map { index in
            if index == 0 || seesAll { return 0 }
            return index == 1 ? 1 : random.pick([2, 2, 2, 2, 1, 3, 4])
        }
        laptops = (0..<count).map { $0 % people.count }
        schemas = laptops.map { _ in mix.hasOldAndNewSchemas ? random.below(3) : 0 }
        let year = 365 * 86_400_000
        skews = laptops.map { _ in random.pick([0, 0, 0, 90_000, -90_000, 7_200_000, -7_200_000, year, -year]) }
    }
}

/// Draws one step after another.
private struct StepDrawing {
    let mix: FaultMix
    let history: SimulatedHistory
    private let total: Int
    /// The laptops that were copied, and whether the server was backed up: before that nothing can be put back.
    private var copied: Set<Int> = []
    private var isBackedUp = false
    /// The steps of a rush that are still to come, and how many clones were drawn.
    private var due: [SimulatedStep] = []
    private var clones = 0

    init(mix: FaultMix, history: SimulatedHistory) {
        self.mix = mix
        self.history = history
        total = mix.weights.reduce(0) { $0 + $1.weight }
    }

    mutating func step(_ index: Int, of count: Int, _ random: inout SeededRandom) -> SimulatedStep {
        let laptop = random.below(history.laptops.count)
        // Each history begins with customers whom the administrators' laptops make, and that all can meet.
        if index < history.customers {
            return SimulatedStep(.make, actor: index % history.laptops.count, elapsed: 5, [index, index, 0])
        }
        if index < history.customers + history.laptops.count, index < count / 4 {
            return SimulatedStep(.sync, actor: index - history.customers, elapsed: 50)
        }
        if due.isEmpty, random.chance(mix.rushPercent) {
            due = Rush(history: history, clones: clones).steps(of: laptop, &random)
        }
        if !due.isEmpty, random.chance(Self.closePercent) { return note(due.removeFirst().marked(index)) }
        let verb = withWhatItNeeds(draw(&random), laptop)
        let actor = verb.subject == .person ? 1 + random.below(max(1, history.people.count - 1)) : laptop
        let elapsed = random.chance(30) ? random.below(mix.longestPause) : random.below(20)
        return note(SimulatedStep(verb, actor: actor, elapsed: elapsed, numbers(of: verb, mark: index, &random)))
    }

    /// How many steps in a hundred of those that follow while a rush is under way are its own.
    private static let closePercent = 80

    private mutating func note(_ step: SimulatedStep) -> SimulatedStep {
        if step.verb == .copy { copied.insert(step.actor) }
        if step.verb == .clone { clones += 1 }
        return step
    }

    private mutating func withWhatItNeeds(_ verb: SimulatedVerb, _ laptop: Int) -> SimulatedVerb {
        switch verb {
        case .backup,
            .putBack where !isBackedUp:
            isBackedUp = true
            return .backup
        case .copy,
            .putCopy where !copied.contains(laptop):
            copied.insert(laptop)
            return .copy
        default: return verb
        }
    }

    private func draw(_ random: inout SeededRandom) -> SimulatedVerb {
        var left = random.below(total)
        for (verb, weight) in mix.weights {
            if left < weight { return verb }
            left -= weight
        }
        return .sync
    }

    private func numbers(of verb: SimulatedVerb, mark: Int, _ random: inout SeededRandom) -> [Int] {
        let records = history.customers + history.children
        // The first records are met more often: there writes meet each other.
        let hot = min(random.below(records), random.below(records))
        let customer = min(random.below(history.customers), random.below(history.customers))
        let person = random.below(history.people.count)
        switch verb {
        case .make: return [random.below(history.customers), mark, random.chance(80) ? 0 : 1]
        case .hang: return [random.below(history.children), customer, mark]
        case .write: return [hot, min(random.below(4), random.below(4)), mark, misfit(&random)]
        case .flag: return [hot, random.below(2)]
        case .tag: return [hot, random.below(3)]
        case .resolve: return [hot, mark, random.chance(75) ? 0 : 1]
        case .move: return [history.customers + random.below(history.children), customer]
        case .delete, .restore, .erase: return [hot]
        case .assign: return [customer, random.below(history.people.count + 1)]
        case .share: return [customer, person, random.below(3)]
        case .claim: return [customer]
        case .decide: return [random.below(4), random.below(2)]
        case .retry, .discard: return [random.below(4), mark]
        case .sync: return sync(&random)
        case .go: return [pause(&random)]
        case .role: return [random.below(SimulatedVerb.roles.count)]
        case .team: return [random.below(2), random.below(3)]
        case .disable: return [random.below(2), random.below(history.people.count + 1)]
        case .books: return [1 + random.below(40)]
        case .clock, .reboot, .freeze: return [shift(&random), random.below(2)]
        case .away:
            // Half a year in which the server is there takes what was deleted away.
            return [random.pick([2, 20, 31, 100, 200]), mark % 2]
        case .power:
            return [
                random.below(2), random.below(random.pick([8, 60, 200])), random.below(4), random.chance(30) ? 1 : 0,
                random.below(1_000),
            ]
        case .disk: return [random.below(2), random.below(4), random.below(random.pick([3, 30])), random.below(2)]
        case .putBack: return [random.below(4)]
        case .again, .purge, .reopen, .backup, .copy, .putCopy, .clone, .lose, .spoil, .restart: return []
        }
    }

    private func misfit(_ random: inout SeededRandom) -> Int {
        random.chance(mix.refusedPercent) ? 1 + random.below(4) : 0
    }

    private func pause(_ random: inout SeededRandom) -> Int { random.chance(60) ? 1 + random.below(4) : 0 }

    private func way(_ random: inout SeededRandom) -> [Int] {
        guard random.chance(mix.brokenPercent) else { return [0, 0] }
        return [1 + random.below(SimulatedVerb.ways.count - 1), random.below(random.pick([1, 400, 4_000, 30_000]))]
    }

    private func sync(_ random: inout SeededRandom) -> [Int] {
        let first = way(&random)
        let second = way(&random)
        let isPaused = random.chance(mix.pausedPercent)
        let speaks = mix.hasOldProtocols ? random.pick([0, 1, 1, 2, 3]) : 0
        return first + second
            + [isPaused ? 1 + random.below(5) : 0, isPaused ? random.pick([0, 200, 1_500]) : 0, speaks]
    }

    private func shift(_ random: inout SeededRandom) -> Int {
        let size = random.pick([1_000, 100_000, 3_600_000, 400 * 86_400_000])
        return random.below(2 * size) - size
    }
}
