/// Steps that meet each other too seldom when each is drawn by itself: each rush is a short row of them, between which others
/// may come.
struct Rush {
    let history: SimulatedHistory
    /// How often a laptop was cloned so far: the last clone goes by the last number.
    var clones: Int

    private static let paused = [0, 0, 0, 0]

    /// Draws one.
    /// - Parameter laptop: whom it is about.
    func steps(of laptop: Int, _ random: inout SeededRandom) -> [SimulatedStep] {
        switch random.below(5) {
        case 0: copies(laptop, &random)
        case 1: twins(laptop, &random)
        case 2: claims(laptop, &random)
        case 3: departure(laptop, &random)
        default: clocks(laptop, &random)
        }
    }

    private func write(_ laptop: Int, _ record: Int, field: Int = 0) -> SimulatedStep {
        SimulatedStep(.write, actor: laptop, elapsed: 10, [record, field, 0, 0])
    }

    private func sync(_ laptop: Int, pause: Int = 0) -> SimulatedStep {
        SimulatedStep(.sync, actor: laptop, elapsed: 50, Self.paused + [pause, pause == 0 ? 0 : 300, 0])
    }

    private func record(_ random: inout SeededRandom) -> Int { random.below(history.customers + history.children) }

    private func other(than laptop: Int, _ random: inout SeededRandom) -> Int {
        let others = (0..<history.laptops.count).filter { history.laptops[$0] != history.laptops[laptop] }
        return others.isEmpty ? laptop : random.pick(others)
    }

    /// A laptop goes on from an older copy with as many sets as it had sent since, or one more, on one value.
    private func copies(_ laptop: Int, _ random: inout SeededRandom) -> [SimulatedStep] {
        let (record, field, count) = (record(&random), random.below(4), 1 + random.below(2))
        let writes = Array(repeating: write(laptop, record, field: field), count: count)
        var steps = [SimulatedStep(.copy, actor: laptop)]
        steps += writes
        steps += [sync(laptop), SimulatedStep(.putCopy, actor: laptop)]
        steps += writes
        if random.chance(50) { steps.append(write(laptop, record, field: field)) }
        steps.append(sync(laptop))
        return steps
    }

    /// Two copies both write, and both send it.
    private func twins(_ laptop: Int, _ random: inout SeededRandom) -> [SimulatedStep] {
        let twin = history.laptops.count + clones
        let record = record(&random)
        let first = random.chance(50) ? laptop : twin
        return [
            SimulatedStep(.clone, actor: laptop), write(laptop, record), write(twin, record), sync(first),
            sync(first == twin ? laptop : twin),
        ]
    }

    /// Two people claim a customer of the pool before either hears of the other.
    private func claims(_ laptop: Int, _ random: inout SeededRandom) -> [SimulatedStep] {
        let (customer, other) = (random.below(history.customers), other(than: laptop, &random))
        return [
            SimulatedStep(.make, actor: 0, [customer, 0, 1]),
            SimulatedStep(.assign, actor: 0, [customer, history.people.count]), sync(0), sync(laptop), sync(other),
            SimulatedStep(.claim, actor: laptop, [customer]), SimulatedStep(.claim, actor: other, [customer]),
            sync(laptop), sync(other),
        ]
    }

    /// A customer leaves a laptop that writes about it while it is told so.
    private func departure(_ laptop: Int, _ random: inout SeededRandom) -> [SimulatedStep] {
        let customer = random.below(history.customers)
        let person = random.below(history.people.count + 1)
        var steps = [
            sync(laptop), SimulatedStep(.assign, actor: 0, [customer, person]), sync(0),
            sync(laptop, pause: 1 + random.below(6)),
            write(laptop, random.chance(50) ? customer : history.customers + random.below(history.children)),
        ]
        // Or its program ends once it was told so, and before what it wrote is answered.
        if random.chance(50) {
            steps.append(SimulatedStep(.go, actor: laptop, [1 + random.below(4)]))
            steps.append(SimulatedStep(.restart, actor: laptop))
        }
        return steps + [SimulatedStep(.go, actor: laptop, [0]), sync(laptop)]
    }

    /// What was deleted goes for good while a laptop is away that wrote to it; then it is made again.
    func absence(of laptop: Int, _ random: inout SeededRandom) -> [SimulatedStep] {
        let (customer, child) = (random.below(history.customers), random.below(history.children))
        let isChild = random.chance(40)
        let gone = isChild ? history.customers + child : customer
        let other = random.below(history.laptops.count)
        let months = SimulatedStep(.away, actor: 0, [random.pick([37, 40, 190]), 1])
        var steps = [sync(laptop), write(laptop, gone)]
        if random.chance(40) { steps.append(SimulatedStep(.hang, actor: laptop, [child, customer, 0])) }
        if random.chance(30) { steps.append(sync(laptop)) }
        steps += [sync(other), SimulatedStep(.delete, actor: other, elapsed: 10, [gone]), sync(other), months]
        if random.chance(60) { steps += [sync(random.below(history.laptops.count)), months] }
        if random.chance(30) { steps.append(SimulatedStep(.restore, actor: other, [gone])) }
        if random.chance(60) {
            let again = isChild ? [child, customer, 0] : [customer, 0, 0]
            steps += [SimulatedStep(isChild ? .hang : .make, actor: other, again), sync(other)]
        }
        return steps + [sync(laptop), sync(other)]
    }

    /// The server's clock is set back, and a laptop's runs far ahead, between two sets.
    private func clocks(_ laptop: Int, _ random: inout SeededRandom) -> [SimulatedStep] {
        let record = record(&random)
        let back = random.pick([0, 1_000, 3_600_000])
        return [
            write(laptop, record), sync(laptop), SimulatedStep(.freeze, actor: 0, [-back, random.below(2)]),
            SimulatedStep(.clock, actor: laptop, [400 * 86_400_000]), write(laptop, record), write(laptop, record),
            sync(laptop), SimulatedStep(.freeze, actor: 0, [0, 0]), SimulatedStep(.clock, actor: laptop, [0]),
        ]
    }
}
