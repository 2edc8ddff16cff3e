/// One timeline of a server's data: where it left the one before, and from which number on it counts.
///
/// Every putting back begins another. Sequences, the numbers of replicas and those of pulls each tell their timeline, so
/// none is given twice.
public struct Timeline: Hashable, Sendable {
    /// Why it began; the names stand in the file and in the ledger.
    public enum Cause: String, Sendable, CaseIterable {
        /// Somebody put a backup back, and said so.
        case command
        /// The database had gone back by itself.
        case found
        /// A backup was served as it was.
        case copy
    }

    /// The first timeline has no number but this, and no parent.
    public static let first: UInt8 = 0

    public var number: UInt8
    /// The timeline that the file was of that was put back.
    public var parent: UInt8
    /// The last sequence of the parent that the file still had.
    public var fork: Int64
    /// When, milliseconds since 1970.
    public var restored: Int64
    /// The last sequence that the parent is known to have had; nil where nobody knows.
    public var reached: Int64?
    public var cause: Cause

    /// What comes before the first sequence of this timeline; nothing is ever committed under it.
    public var start: Int64 { Self.start(of: number) }

    /// Sequences of a timeline lie above this number and below that of the next: 17 thousand million for each.
    public static func start(of number: UInt8) -> Int64 { Int64(number) << sequenceBits }

    /// The bits of a sequence below its timeline's number.
    private static let sequenceBits: Int64 = 34

    /// The timeline that a sequence is of.
    static func number(of sequence: Int64) -> UInt8 { UInt8(clamping: sequence >> sequenceBits) }

    /// The highest sequence that a timeline can have.
    static func end(of number: UInt8) -> Int64 { start(of: number) + ((1 << sequenceBits) - 1) }

    /// Pulls of a timeline have numbers above this.
    public static func pullStart(of number: UInt8) -> Int64 { Int64(number) << 24 }
}

/// Which sequences are part of the history that the server has now: those of its timeline, and of each one before it those
/// up to where the next left it. Pure.
public struct Lineage: Hashable, Sendable {
    private struct Stretch: Hashable {
        var timeline: UInt8
        var sequences: ClosedRange<Int64>
    }

    private let timelines: [UInt8: Timeline]
    private let stretches: [Stretch]

    /// - Parameters:
    ///   - present: the timeline that the server is on.
    ///   - timelines: all that are known, lost ones too.
    public init(present: UInt8, timelines: [Timeline]) {
        self.timelines = Dictionary(timelines.map { ($0.number, $0) }) { first, _ in first }
        stretches = Self.stretches(of: present, self.timelines) ?? []
    }

    /// Whether the server has this sequence, or will give it next.
    public func holds(_ sequence: Int64) -> Bool { stretches.contains { $0.sequences.contains(sequence) } }

    /// The highest sequence up to a given one that is part of the present history and of another timeline's, too: what was
    /// read on that one up to there is what the server has. Nil for a timeline of which nothing is known.
    public func common(timeline: UInt8, sequence: Int64) -> Int64? {
        guard let others = Self.stretches(of: timeline, timelines) else { return nil }
        var highest: Int64 = 0
        for other in others {
            for own in stretches where own.timeline == other.timeline {
                let end = min(own.sequences.upperBound, other.sequences.upperBound, sequence)
                if end >= max(own.sequences.lowerBound, other.sequences.lowerBound) { highest = max(highest, end) }
            }
        }
        return highest
    }

    /// The history that a timeline stands on, the latest part first; nil where a link of it is not known.
    private static func stretches(of timeline: UInt8, _ known: [UInt8: Timeline]) -> [Stretch]? {
        var (number, end) = (timeline, Timeline.end(of: timeline))
        var stretches: [Stretch] = []
        while true {
            let start = Timeline.start(of: number)
            if start <= end { stretches.append(Stretch(timeline: number, sequences: start...end)) }
            if number == Timeline.first { return stretches }
            // A parent is older: whatever a damaged table says, this ends.
            guard let link = known[number], link.parent < number else { return nil }
            (number, end) = (link.parent, min(end, link.fork))
        }
    }
}
