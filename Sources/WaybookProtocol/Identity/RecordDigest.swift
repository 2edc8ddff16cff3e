import Crypto
import WaybookModel

/// The hash over which two sides compare a record (`protocol/1-model.md#digests`).
public enum RecordDigest {
    /// How many buckets records are sorted into.
    public static let buckets = 256
    /// How many bytes of SHA-256 are kept.
    private static let hashBytes = 8

    /// The first 8 bytes of SHA-256 over the canonical bytes, as a number.
    public static func hash(_ record: VersionedRecord) -> UInt64 {
        let digest = SHA256.hash(data: RecordEncoding.canonicalBytes(record))
        return digest.prefix(hashBytes).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The bucket of a record: the last byte of its identity, for the first ones are a time.
    public static func bucket(of id: RecordID) -> Int { Int(id.bytes.last ?? 0) }
}

/// What a set of records comes to, in whatever order they are added.
public struct DigestSums: Hashable, Sendable {
    /// The sum of the hashes in each bucket, modulo 2^64.
    public private(set) var sums = [UInt64](repeating: 0, count: RecordDigest.buckets)

    public init() {}

    public mutating func add(_ record: VersionedRecord) {
        sums[RecordDigest.bucket(of: record.id)] &+= RecordDigest.hash(record)
    }

    /// 16 hexadecimal digits: the first 8 bytes of SHA-256 over the sums, 8 bytes each, highest first.
    public var root: String {
        let bytes = sums.flatMap { sum in (0..<8).map { UInt8(truncatingIfNeeded: sum >> (56 - 8 * UInt64($0))) } }
        return SHA256.hash(data: bytes).prefix(8)
            .map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
