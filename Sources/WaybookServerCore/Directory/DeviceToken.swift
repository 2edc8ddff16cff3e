import Crypto

/// The secret of one device: `wb1_`, 32 random bytes, 6 check digits (ADR-0006).
///
/// The check digits let secret scanners and people's mistakes be told apart from tokens without asking the server. The
/// type prints as `***`.
public struct DeviceToken: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What every token begins with.
    public static let prefix = "wb1_"
    /// Characters of a token.
    public static let length = 53

    /// The token as the device sends it.
    public let text: String

    /// Makes a new token.
    ///
    /// - Parameter random: a cryptographically secure source.
    public init(random: inout some RandomNumberGenerator) {
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            let word = random.next() as UInt64
            withUnsafeBytes(of: word.bigEndian) { bytes += $0 }
        }
        let body = Self.prefix + Base64.encode(bytes, .url)
        text = body + Self.checkDigits(of: body)
    }

    /// Reads a token that was sent.
    ///
    /// - Returns: nil when it cannot be one: wrong prefix, length, alphabet or check digits.
    public init?(_ text: String) {
        guard text.utf8.count == Self.length, text.hasPrefix(Self.prefix) else { return nil }
        let body = String(text.dropLast(6))
        guard let secret = Base64.decode(String(body.dropFirst(Self.prefix.count)), .url), secret.count == 32,
            text.hasSuffix(Self.checkDigits(of: body))
        else { return nil }
        self.text = text
    }

    /// SHA-256 of the token: the only form that is stored. A fast hash is right for 256 random bits (ASVS 6.5.2).
    public var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    public var description: String { "***" }
    public var debugDescription: String { "***" }

    private static func checkDigits(of body: String) -> String {
        let checksum = crc32(Array(body.utf8))
        return Base64.encode(withUnsafeBytes(of: checksum.bigEndian) { Array($0) }, .url)
    }
}

/// CRC-32 as gzip and PNG have it (ISO 3309, polynomial 0xEDB88320).
func crc32(_ bytes: [UInt8]) -> UInt32 {
    var checksum = UInt32.max
    for byte in bytes {
        checksum ^= UInt32(byte)
        for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
    }
    return ~checksum
}
