/// Splits a stream of bytes into lines, whatever the chunks it comes in, in bounded memory.
public struct LineSplitter: Sendable {
    /// A line is longer than the limit.
    public struct TooLong: Error, Hashable, Sendable {}

    private var pending: [UInt8] = []
    private let maximumLineBytes: Int

    /// - Parameter maximumLineBytes: of one line, its line feed apart.
    public init(maximumLineBytes: Int) { self.maximumLineBytes = maximumLineBytes }

    /// Takes the next bytes and gives each line that they complete, without line feed; empty lines are passed over.
    public mutating func push(_ chunk: some Collection<UInt8>, _ body: ([UInt8]) throws -> Void) throws {
        for byte in chunk {
            if byte == UInt8(ascii: "\n") {
                if !pending.isEmpty {
                    try body(pending)
                    pending.removeAll(keepingCapacity: true)
                }
            } else {
                guard pending.count < maximumLineBytes else { throw TooLong() }
                pending.append(byte)
            }
        }
    }

    /// Whether bytes of an unfinished line are left: at the end of a stream, a cut.
    public var hasRemainder: Bool { !pending.isEmpty }
}
