import WaybookTesting

/// Changes inputs in ways that readers are known to stumble over, the same way for one seed.
public struct Mutator {
    private var random: SeededRandom
    private let words: [[UInt8]]
    private let others: [[UInt8]]

    /// - Parameter others: inputs of which parts are taken over.
    public init(seed: UInt64, words: [String], others: [[UInt8]]) {
        random = SeededRandom(seed: seed)
        self.words = words.map { Array($0.utf8) }
        self.others = others
    }

    private static let bounds = ["0", "-1", "255", "256", "65535", "65536", "2147483648", "9007199254740992", "1e400"]
        .map { Array($0.utf8) }

    /// Returns an input with one to eight changes in it, of at most ``FuzzTarget/maximumBytes``.
    public mutating func mutated(_ input: [UInt8]) -> [UInt8] {
        var input = input
        for _ in 0...Int.random(in: 0..<8, using: &random) { change(&input) }
        return Array(input.prefix(FuzzTarget.maximumBytes))
    }

    private mutating func change(_ input: inout [UInt8]) {
        let place = Int.random(in: 0...input.count, using: &random)
        let end = min(input.count, place + Int.random(in: 0...16, using: &random))
        switch Int.random(in: 0..<9, using: &random) {
        case 0 where place < input.count: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1 where place < input.count: input[place] = UInt8.random(in: 0...255, using: &random)
        case 2: input.removeSubrange(place..<end)
        case 3: input.insert(contentsOf: input[place..<end], at: end)
        case 4: input.removeSubrange(place...)
        case 5: input.insert(contentsOf: others.randomElement(using: &random)?.dropFirst(place) ?? [], at: place)
        case 6: input.replaceSubrange(place..<end, with: Self.bounds.randomElement(using: &random) ?? [])
        case 7: input.insert(UInt8.random(in: 0...255, using: &random), at: place)
        default: input.insert(contentsOf: words.randomElement(using: &random) ?? [0], at: place)
        }
    }
}
