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
        // Over memory and not over the collection: unspecialised, a collection costs a call a byte.
        let done: Void? = try chunk.withContiguousStorageIfAvailable { try push(memory: $0, body) }
        if done == nil { try Array(chunk).withUnsafeBufferPointer { try push(memory: $0, body) } }
    }

    private mutating func push(memory: UnsafeBufferPointer<UInt8>, _ body: ([UInt8]) throws -> Void) throws {
        var rest = memory[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            try append(rest[..<end])
            rest = rest[(end + 1)...]
            guard !pending.isEmpty else { continue }
            try body(pending)
            pending.removeAll(keepingCapacity: true)
        }
        try append(rest)
    }

    private mutating func append(_ part: Slice<UnsafeBufferPointer<UInt8>>) throws {
        guard part.count <= maximumLineBytes - pending.count else { throw TooLong() }
        pending.append(contentsOf: part)
    }

    /// Whether bytes of an unfinished line are left: at the end of a stream, a cut.
    public var hasRemainder: Bool { !pending.isEmpty }
}
