import WaybookProtocol

/// Decides, within one synchronisation, when what is held is compared with the server, and which buckets are asked for whole.
/// Pure.
struct Comparison {
    /// More differing buckets than these are not mended unasked: that is no flipped bit, and which side is right is not
    /// known.
    static let mostMended = 32
    /// The most exchanges that ask for buckets.
    static let mostRounds = 6

    /// The buckets to ask for next; nil for none.
    private(set) var wanted: [Int]?
    /// How many buckets differ after all; nil until that is known.
    private(set) var differing: Int?
    private var rounds = 0
    private var isOver = false

    /// What the next exchange that pulls asks for; nil where it does not compare.
    /// - Parameters:
    ///   - isPossible: whether comparing says anything.
    ///   - isDue: whether a comparison is due.
    func buckets(isPossible: Bool, isDue: Bool) -> [Int]? {
        if isOver || !isPossible { return nil }
        return wanted ?? (isDue ? [] : nil)
    }

    /// Takes what an exchange that compared found.
    /// - Parameter differing: nil where the server told no sums, or they say nothing: nothing follows from that.
    mutating func take(_ differing: [Int]?) {
        wanted = nil
        self.differing = differing?.count
        guard let differing, !differing.isEmpty, differing.count <= Self.mostMended, rounds < Self.mostRounds else {
            return isOver = true
        }
        rounds += 1
        wanted = Array(differing.prefix(Hello.mostComparedBuckets))
    }

    /// An exchange that compared did not come to its end.
    mutating func giveUp() { (wanted, differing, isOver) = (nil, nil, true) }
}
