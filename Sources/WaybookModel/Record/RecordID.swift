/// The identity of a record: a UUID, version 7 where a device made it up, version 5 where two devices could make
/// "the same" row and must arrive at the same identity (RFC 9562 §5.5, §5.7).
public struct RecordID: Hashable, Sendable {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads 16 bytes; nil when there are not exactly 16.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (index, byte) in bytes.enumerated() {
            if index < 8 { words.0 = words.0 << 8 | UInt64(byte) } else { words.1 = words.1 << 8 | UInt64(byte) }
        }
        self.init(high: words.0, low: words.1)
    }

    /// Reads the text form, 36 characters; capital hexadecimal digits are taken too. Nil for anything else.
    public init?(_ text: String) { self.init(reading: text.utf8) }

    /// Reads the text form as bytes.
    public init?(utf8: ArraySlice<UInt8>) { self.init(reading: utf8) }

    private init?(reading utf8: some Collection<UInt8>) {
        guard utf8.count == 36 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for (index, byte) in utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard digits < 32, let digit = Self.hexDigit(byte) else { return nil }
            if digits < 16 { words.0 = words.0 << 4 | digit } else { words.1 = words.1 << 4 | digit }
            digits += 1
        }
        guard digits == 32 else { return nil }
        self.init(high: words.0, low: words.1)
    }

    /// Reads the one text form that goes over the wire, in lower case; nil for any other.
    public init?(canonical text: String) { self.init(canonicalReading: text.utf8) }

    /// Reads the same as bytes.
    public init?(canonicalUTF8 utf8: ArraySlice<UInt8>) { self.init(canonicalReading: utf8) }

    private init?(canonicalReading utf8: some Collection<UInt8>) {
        guard !utf8.contains(where: { (0x41...0x46).contains($0) }) else { return nil }
        self.init(reading: utf8)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case 0x30...0x39: UInt64(byte - 0x30)
        case 0x41...0x46: UInt64(byte - 0x41 + 10)
        case 0x61...0x66: UInt64(byte - 0x61 + 10)
        default: nil
        }
    }

    /// Makes a version 7 identity (RFC 9562 §5.7).
    /// - Parameters:
    ///   - milliseconds: time since 1970, of which the low 48 bits are used.
    ///   - random: 74 bits are taken from the two words.
    public static func version7(milliseconds: UInt64, random: (UInt64, UInt64)) -> RecordID {
        RecordID(
            high: milliseconds << 16 | 0x7000 | random.0 & 0x0FFF,
            low: 0x8000_0000_0000_0000 | random.1 & 0x3FFF_FFFF_FFFF_FFFF
        )
    }

    /// Makes a version 5 identity from the SHA-1 of namespace and name (RFC 9562 §5.5).
    /// - Parameter digest: at least 16 bytes of SHA-1(namespace bytes, name bytes).
    public static func version5(digest: some Collection<UInt8>) -> RecordID? {
        guard let raw = RecordID(bytes: digest.prefix(16)) else { return nil }
        return RecordID(
            high: raw.high & 0xFFFF_FFFF_FFFF_0FFF | 0x5000,
            low: raw.low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        )
    }

    /// The 16 bytes, big-endian.
    public var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64((7 - $0 % 8) * 8)) }
    }
}

extension RecordID: Comparable {
    public static func < (left: RecordID, right: RecordID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension RecordID: CustomStringConvertible {
    /// The text form: 36 lower-case characters.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
