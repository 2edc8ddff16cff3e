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

    /// Reads sums as ``text`` writes them; nil for anything else.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == Self.digits * RecordDigest.buckets else { return nil }
        for bucket in sums.indices {
            var sum: UInt64 = 0
            for digit in digits[bucket * Self.digits..<(bucket + 1) * Self.digits] {
                guard let value = Self.value(ofDigit: digit) else { return nil }
                sum = sum << 4 | value
            }
            sums[bucket] = sum
        }
    }

    /// The hexadecimal digits of one sum.
    private static let digits = 16

    private static func value(ofDigit digit: UInt8) -> UInt64? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(digit - UInt8(ascii: "a")) + 10
        default: nil
        }
    }

    /// 8 bytes for each sum, highest first.
    private var bytes: [UInt8] {
        sums.flatMap { sum in (0..<8).map { UInt8(truncatingIfNeeded: sum >> (56 - 8 * UInt64($0))) } }
    }

    /// All sums in order, each as 16 hexadecimal digits.
    public var text: String { bytes.hexadecimal }

    public mutating func add(_ record: VersionedRecord) {
        sums[RecordDigest.bucket(of: record.id)] &+= RecordDigest.hash(record)
    }

    /// 16 hexadecimal digits: the first 8 bytes of SHA-256 over the sums, 8 bytes each, highest first.
    public var root: String {
        return SHA256.hash(data: bytes).prefix(8).hexadecimal
    }

    /// The buckets in which two sides differ, in order.
    public func differing(from other: DigestSums) -> [Int] { sums.indices.filter { sums[$0] != other.sums[$0] } }
}
