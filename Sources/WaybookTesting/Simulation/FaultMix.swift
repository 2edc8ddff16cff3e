/// What happens in one history, and how often: each seed draws a mix of its own, most things of it left out, because
/// faults hide each other (Groce et al., “Swarm testing”, 2012).
struct FaultMix {
    /// How often each verb is drawn, in relation to the others.
    var weights: [(verb: SimulatedVerb, weight: Int)]
    /// How many exchanges in a hundred do not just arrive.
    var brokenPercent: Int
    /// How many synchronisations in a hundred are stopped at a chunk's border, to go on later.
    var pausedPercent: Int
    /// How many steps in a hundred begin a rush.
    var rushPercent: Int
    /// How many edits in a hundred the server refuses.
    var refusedPercent: Int
    var hasMachines: Bool
    var hasOldAndNewSchemas: Bool
    var hasOldProtocols: Bool
    /// The longest pause between two steps, milliseconds.
    var longestPause: Int

    /// What is in most histories.
    private static let usual: [(SimulatedVerb, ClosedRange<Int>)] = [
        (.make, 2...4), (.hang, 2...5), (.write, 20...50), (.sync, 16...40),
    ]
    /// What is in a history half of the time.
    private static let groups: [[(SimulatedVerb, ClosedRange<Int>)]] = [
        [(.flag, 1...5), (.tag, 1...5)],
        [(.resolve, 2...10)],
        [(.move, 1...4)],
        [(.delete, 1...4), (.restore, 1...3)],
        [(.assign, 1...8)],
        [(.share, 1...6)],
        [(.claim, 1...6), (.assign, 1...3)],
        [(.decide, 1...4)],
        [(.erase, 1...2), (.purge, 1...2)],
        [(.retry, 1...4), (.discard, 1...2)],
        [(.again, 1...8)],
        [(.role, 1...3)],
        [(.team, 1...4)],
        [(.disable, 1...3), (.books, 1...4)],
        [(.clock, 1...4)],
        [(.reboot, 1...3)],
        [(.freeze, 1...3)],
        [(.copy, 2...5), (.putCopy, 2...6)],
        [(.clone, 1...4)],
        [(.lose, 1...1)],
        [(.spoil, 1...2)],
        [(.restart, 1...3)],
        [(.reopen, 1...3)],
        [(.backup, 2...5), (.putBack, 1...3)],
        [(.away, 1...1)],
    ]
    private static let machines: [(SimulatedVerb, ClosedRange<Int>)] = [(.power, 2...8), (.disk, 2...8)]

    init(_ random: inout SeededRandom) {
        func draw(_ list: [(SimulatedVerb, ClosedRange<Int>)]) -> [(SimulatedVerb, Int)] {
            list.map { ($0.0, $0.1.lowerBound + random.below($0.1.count)) }
        }
        var drawn = draw(Self.usual)
        // Some histories have few kinds of things, some many.
        let density = random.pick([15, 30, 50, 70])
        for group in Self.groups where random.chance(density) { drawn += draw(group) }
        hasMachines = random.chance(25)
        if hasMachines { for one in Self.machines where random.chance(70) { drawn += draw([one]) } }
        pausedPercent = random.pick([0, 0, 20, 50])
        if pausedPercent > 0 { drawn.append((.go, 6 + random.below(12))) }
        weights = drawn.map { (verb: $0.0, weight: $0.1) }
        brokenPercent = random.pick([0, 10, 25, 50])
        rushPercent = random.pick([0, 0, 3, 8])
        refusedPercent = random.pick([0, 0, 4, 12])
        hasOldAndNewSchemas = random.chance(30)
        hasOldProtocols = random.chance(15)
        longestPause = random.pick([3, 1_000, 30_000, 600_000])
    }
}
