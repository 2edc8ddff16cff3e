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
    /// - Parameter isDue: whether a comparison is due.
    func buckets(isDue: Bool) -> [Int]? {
        if isOver { return nil }
        return wanted ?? (isDue ? [] : nil)
    }

    /// Takes what an exchange that compared found.
    /// - Parameter differing: nil where the server told no sums, or they say nothing.
    mutating func take(_ differing: [Int]?) {
        wanted = nil
        guard let differing else { return isOver = true }
        self.differing = differing.count
        guard !differing.isEmpty, differing.count <= Self.mostMended, rounds < Self.mostRounds else {
            return isOver = true
        }
        rounds += 1
        wanted = Array(differing.prefix(Hello.mostComparedBuckets))
    }
}
