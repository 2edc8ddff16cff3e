/// Unpacks one body, chunk by chunk, in bounded memory.
///
/// Feed a chunk, then take bytes out until `next()` returns nil, then feed the next; after the last one call
/// `finish()`. What comes out is bounded at every step, so that a bomb costs no more than the limit (ADR-0007).
public struct Decompressor: ~Copyable, Sendable {
    /// The most bytes that one call of `next()` returns.
    public static let chunkBytes = 64 * 1_024

    private let limit: DecompressionLimit
    private let stream: any DecompressionStream
    private var input: [UInt8] = []
    private var inputOffset = 0
    private var bytesIn = 0
    private var bytesOut = 0
    private var hasPendingOutput = false

    /// Makes a decompressor of one body.
    ///
    /// - Throws: `exhausted` when the library cannot allocate.
    public init(_ coding: ContentCoding, limit: DecompressionLimit) throws(CompressionError) {
        self.limit = limit
        switch coding {
        case .identity: stream = IdentityInflation()
        case .gzip: stream = try GzipInflation()
        case .zstd: stream = try ZstdInflation()
        case .zstdShared: stream = try SharedZstdInflation()
        }
    }

    /// Takes the next bytes of the body. Everything of the chunk before must have been taken out.
    ///
    /// - Throws: `trailingBytes` after the end of the compressed stream.
    public mutating func feed(_ chunk: [UInt8]) throws(CompressionError) {
        precondition(inputOffset == input.count, "the chunk before is not used up")
        guard !chunk.isEmpty else { return }
        guard !stream.isAtEnd else { throw .trailingBytes }
        input = chunk
        inputOffset = 0
        bytesIn += chunk.count
    }

    /// Returns the next unpacked bytes, at most `chunkBytes`, or nil when another chunk is needed.
    ///
    /// - Throws: any `CompressionError`; the body is then lost.
    public mutating func next() throws(CompressionError) -> [UInt8]? {
        while inputOffset < input.count || hasPendingOutput {
            guard !stream.isAtEnd else {
                if inputOffset < input.count { throw .trailingBytes }
                hasPendingOutput = false
                return nil
            }
            // One byte more than allowed is enough to know that the limit is passed.
            let room = min(Self.chunkBytes, limit.totalBytes - bytesOut + 1)
            let step = try stream.step(input: input[inputOffset...], room: room)
            inputOffset += step.consumed
            hasPendingOutput = step.output.count == room
            bytesOut += step.output.count
            try checkLimits()
            if !step.output.isEmpty { return step.output }
            guard step.consumed > 0 else { break }
        }
        return nil
    }

    /// Confirms that the body was whole.
    ///
    /// - Throws: `truncated` when the compressed stream did not end.
    public mutating func finish() throws(CompressionError) {
        guard try next() == nil else { throw .damaged }
        guard stream.isAtEnd || stream.mayEndAnywhere else { throw .truncated }
    }

    private func checkLimits() throws(CompressionError) {
        guard bytesOut <= limit.totalBytes else { throw .tooLarge(limitBytes: limit.totalBytes) }
        guard bytesOut > limit.ratioFreeBytes else { return }
        let (allowed, overflows) = bytesIn.multipliedReportingOverflow(by: limit.ratio)
        guard overflows || bytesOut <= allowed else { throw .ratio(limit: limit.ratio) }
    }
}

/// One library's stream, seen as steps. A conformance is owned by exactly one `Decompressor`.
protocol DecompressionStream: AnyObject, Sendable {
    /// Whether the compressed stream has reached its own end.
    var isAtEnd: Bool { get }
    /// Whether the end of the body may come at any byte.
    var mayEndAnywhere: Bool { get }
    /// Unpacks into at most `room` bytes.
    func step(input: ArraySlice<UInt8>, room: Int) throws(CompressionError) -> (consumed: Int, output: [UInt8])
}

/// A body that is not compressed: bytes go through, the total is bounded.
final class IdentityInflation: DecompressionStream {
    let isAtEnd = false
    let mayEndAnywhere = true

    func step(input: ArraySlice<UInt8>, room: Int) -> (consumed: Int, output: [UInt8]) {
        let output = Array(input.prefix(room))
        return (output.count, output)
    }
}
