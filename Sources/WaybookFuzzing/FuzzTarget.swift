/// Something that reads what it must not trust: bytes from a network, a disk or a person.
///
/// Whatever the bytes are, it ends, does not trap, and keeps the laws that it states. It is driven by a mutator of the
/// project's own (``Mutator``) and by libFuzzer (`Tests/Fuzz`).
public struct FuzzTarget: Sendable {
    /// As the corpus is named: small letters.
    public let name: String
    /// Words that inputs are made of, for the mutator.
    public let words: [String]
    /// Inputs to begin with.
    public let examples: [[UInt8]]
    private let body: @Sendable ([UInt8]) throws -> Bool

    init(
        _ name: String, words: [String] = [], examples: [String], _ body: @escaping @Sendable ([UInt8]) throws -> Bool
    ) {
        self.name = name
        self.words = words
        self.examples = examples.map { Array($0.utf8) }
        self.body = body
    }

    /// The most bytes of an input; more finds no more here, and costs time.
    public static let maximumBytes = 4_096

    /// Reads an input.
    /// - Returns: whether it was taken for something, and not refused.
    /// - Throws: ``BrokenReading`` where a law does not hold.
    @discardableResult
    public func run(_ input: [UInt8]) throws -> Bool { try body(input) }

    /// All of them.
    public static let all: [FuzzTarget] = texts + documents + exchange + files + typed + cards

    /// The one of that name.
    public static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A law of reading that an input breaks.
public struct BrokenReading: Error, CustomStringConvertible {
    public let law: String

    public var description: String { law }
}

/// Fails where a law does not hold.
func require(_ holds: Bool, _ law: @autoclosure () -> String) throws {
    guard holds else { throw BrokenReading(law: law()) }
}

/// Fails where what was read of an input is not read as the same again from what it is written as.
/// - Returns: whether anything was read.
func readsBack<Input, Read: Equatable>(
    _ input: Input, _ reading: (Input) -> Read?, _ writing: (Read) -> Input
) throws -> Bool {
    guard let read = reading(input) else { return false }
    try require(reading(writing(read)) == read, "\(Read.self) is not read back")
    return true
}
