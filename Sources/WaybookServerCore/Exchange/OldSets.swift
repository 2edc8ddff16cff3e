import WaybookModel
import WaybookProtocol
import WaybookStore

/// A set that had been acknowledged before the server was put back to an earlier state, as its judge is to know it
/// (`protocol/4-exchange.md#old-sets`).
struct OldSet {
    /// The stamp under which it was accepted.
    var stamp: Stamp
    /// The timeline on which it was answered: what the security ledger ruled of later ones it does not undo.
    var timeline: UInt8
    var ruled: RuledTable
    /// Whether it is kept for somebody to decide where it would be refused.
    var mayHandOver: Bool
}

/// What the server knows of one replica's sets that are sent again, while it judges a batch of them.
struct OldSets {
    /// The most items for others to decide on that one replica's sets make, which would be refused.
    static let mostHandedOver: Int64 = 10_000
    /// How far the stamp of a set that was acknowledged before may be after the moment when the server was put back.
    static let tolerance: Int64 = 120_000

    let timeline: Timeline
    let ruled: RuledTable
    let past: [Int64: PastAnswer]
    var healing: Healing

    /// What became of a set before; nil where that is not told, or not believed: of what was unsent then nothing became.
    func answer(to set: ChangeSet) -> PastAnswer.Answer? {
        set.number <= healing.answered ? past[set.number]?.answer ?? .accepted : nil
    }

    /// The stamp that a set was given before, if it is one that may have been.
    /// - Parameters:
    ///   - vetted: the highest stamp of the replica so far.
    ///   - latest: the latest time that a stamp may tell.
    func given(_ set: ChangeSet, vetted: Stamp?, latest: UInt64) -> Stamp? {
        guard case .restamped(let given) = answer(to: set), given.replica == set.stamp.replica, given.isServerGiven,
            given.milliseconds <= latest, vetted.map({ given > $0 }) ?? true
        else { return nil }
        return given
    }

    /// What the judge is to know; nil for a set that is judged as any other.
    /// - Parameter stamp: the one under which it is judged.
    func oldSet(_ set: ChangeSet, stamp: Stamp, given: Stamp?) -> OldSet? {
        guard answer(to: set) != nil, Int64(clamping: stamp.milliseconds) <= timeline.restored + Self.tolerance else {
            return nil
        }
        return OldSet(
            stamp: given ?? set.stamp, timeline: answeringTimeline(of: set), ruled: ruled,
            mayHandOver: healing.handed < Self.mostHandedOver)
    }

    /// Whether a set that is about a record which is not there is kept until that comes: also one that was unsent by then.
    func mayWait(_ set: ChangeSet, stamp: Stamp) -> Bool {
        set.number <= healing.through && healing.handed < Self.mostHandedOver
            && Int64(clamping: stamp.milliseconds) <= timeline.restored + Self.tolerance
    }

    /// Where it is not told, the first: then all that was ruled since holds.
    func answeringTimeline(of set: ChangeSet) -> UInt8 {
        past[set.number].map { Timeline.number(of: $0.sequence) } ?? Timeline.first
    }

    /// Counts a set that was judged.
    /// - Parameter items: how many it made for others to decide on.
    mutating func count(_ verdict: Verdict, items: Int, of set: ChangeSet, isWaiting: Bool = false) {
        if isWaiting || set.number <= healing.answered { healing.count(verdict, items: Int64(items)) }
    }
}

extension Committer {
    /// Takes note of what a replica sends again; nil where it does not.
    ///
    /// Once on each timeline it may go on behind what it no longer has: the numbers between count as judged.
    mutating func oldSets(of batch: PushBatch, _ state: inout ReplicaState) throws -> OldSets? {
        // A number that was given since was never answered by a server that was put back.
        guard let again = batch.again, let timeline = try presentTimeline(),
            state.replica.timeline != Int(timeline.number)
        else { return nil }
        let table = HealingTable(db)
        let now = Int64(clamping: clock.milliseconds)
        var healing: Healing
        if let known = try table.healing(of: state.replica, on: timeline.number) {
            healing = known
            healing.take(again)
        } else {
            healing = Healing(replica: state.replica, timeline: timeline.number, again: again, began: now)
            healing.trimmed = max(0, again.first - 1 - state.last)
            state.last += healing.trimmed
            try ErasureLog(db).noteReturn(of: state.replica, since: timeline.start)
        }
        return OldSets(timeline: timeline, ruled: RuledTable(db), past: batch.past, healing: healing)
    }

    /// Stores what became of them.
    func store(_ old: OldSets?, _ state: ReplicaState) throws {
        guard var healing = old?.healing else { return }
        let isOver = state.last >= healing.through
        healing.ended = isOver ? healing.ended ?? Int64(clamping: clock.milliseconds) : nil
        try HealingTable(db).store(healing)
    }

    /// How the present timeline began; nil on the first.
    private mutating func presentTimeline() throws -> Timeline? {
        guard presentNumber > Timeline.first else { return nil }
        return try knownTimelines().first { $0.number == presentNumber }
    }

    /// The timeline that the file is on: the server's stamps bear it.
    var presentNumber: UInt8 { UInt8(clamping: clock.last.replica.timeline) }

    private mutating func knownTimelines() throws -> [Timeline] {
        if let timelines { return timelines }
        let known = try TimelineTable(db).all()
        timelines = known
        return known
    }

    /// What of the history that the server has now the author of a set had wholly read.
    ///
    /// A sequence that this server has not reached is a lie, or of a timeline that it knows nothing of: it counts as nothing
    /// read, so that a delete asks rather than hides.
    mutating func readThrough(of set: ChangeSet) throws -> Int64 {
        guard set.readThrough <= sequence else { return 0 }
        let start = Timeline.start(of: presentNumber)
        guard set.readThrough < start else { return set.readThrough }
        let lineage = Lineage(present: presentNumber, timelines: try knownTimelines())
        return lineage.common(timeline: Timeline.number(of: set.readThrough), sequence: set.readThrough) ?? 0
    }
}
