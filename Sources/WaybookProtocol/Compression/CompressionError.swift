/// Why a compressed body cannot be read, or written.
public enum CompressionError: Error, Sendable, Equatable {
    /// The unpacked body is larger than the limit in bytes.
    case tooLarge(limitBytes: Int)
    /// The body unpacks to more than the limit's multiple of its size: a bomb.
    case ratio(limit: Int)
    /// The bytes are not of the coding that was announced, or a checksum is wrong.
    case damaged
    /// Bytes follow the end of the compressed stream. A second member or frame counts as such.
    case trailingBytes
    /// The bytes end before the compressed stream does.
    case truncated
    /// The library had no memory.
    case exhausted
}

/// Bounds what one compressed body may unpack to.
public struct DecompressionLimit: Sendable, Equatable {
    /// The most bytes that may come out.
    public var totalBytes: Int
    /// The most bytes that may come out for each byte that went in.
    public var ratio: Int
    /// The bytes that may come out before the ratio is looked at: short texts of one letter are harmless.
    public var ratioFreeBytes: Int

    /// Makes a limit.
    ///
    /// - Parameters:
    ///   - totalBytes: most bytes out, at least 0.
    ///   - ratio: most bytes out a byte in, at least 1. NDJSON of like records packs about 50 to 1 at best.
    ///   - ratioFreeBytes: bytes out that the ratio does not judge.
    public init(totalBytes: Int, ratio: Int = 200, ratioFreeBytes: Int = 256 * 1_024) {
        precondition(totalBytes >= 0 && ratio >= 1 && ratioFreeBytes >= 0)
        self.totalBytes = totalBytes
        self.ratio = ratio
        self.ratioFreeBytes = ratioFreeBytes
    }
}
