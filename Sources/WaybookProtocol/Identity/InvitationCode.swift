import Crypto

/// The code by which a person comes in, or chooses another password: 130 random bits and 10 to check them by, in digits and
/// letters that can be read out, copied by hand and typed (`docs/decisions/0020-invitations.md`).
///
/// The check characters tell a mistake in typing from a code before anybody is asked. The type prints as `***`.
public struct InvitationCode: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// How long after it was made a code is good, in milliseconds (7 days).
    public static let lifetimeMilliseconds: Int64 = 7 * 86_400_000
    /// The most bytes of a text that is looked at for a code.
    public static let maximumBytes = 256

    private static let secretCharacters = 26
    private static let checkCharacters = 2
    private static let groupCharacters = 4
    /// Crockford's base 32: no I, L, O, U.
    private static let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    private let characters: [UInt8]

    /// Makes a new code.
    ///
    /// - Parameter random: a cryptographically secure source.
    public init(random: inout some RandomNumberGenerator) {
        let secret = (0..<Self.secretCharacters).map { _ in Self.letters[Int((random.next() as UInt64) >> 59)] }
        characters = secret + Self.check(of: secret)
    }

    /// Reads a code as somebody typed it: in small letters or wide ones, with or without marks between the groups, `O` for 0,
    /// `I` and `L` for 1.
    ///
    /// - Returns: nil where it cannot be one.
    public init?(_ typed: String) {
        guard typed.utf8.count <= Self.maximumBytes else { return nil }
        var read: [UInt8] = []
        for scalar in typed.unicodeScalars where !Self.isBetweenGroups(scalar) {
            guard let letter = Self.letter(scalar) else { return nil }
            read.append(letter)
        }
        let secret = Array(read.prefix(Self.secretCharacters))
        guard read.count == Self.secretCharacters + Self.checkCharacters, read == secret + Self.check(of: secret) else {
            return nil
        }
        characters = read
    }

    /// The code as it is shown: seven groups of four.
    public var text: String {
        stride(from: 0, to: characters.count, by: Self.groupCharacters)
            .map { String(decoding: characters[$0..<min($0 + Self.groupCharacters, characters.count)], as: UTF8.self) }
            .joined(separator: "-")
    }

    /// SHA-256 of the code without marks: the only form that is stored. A fast hash is right for 130 random bits.
    public var hash: [UInt8] { Array(SHA256.hash(data: characters)) }

    public var description: String { "***" }
    public var debugDescription: String { "***" }

    private static func check(of secret: [UInt8]) -> [UInt8] {
        let digest = Array(SHA256.hash(data: Array("waybook invitation ".utf8) + secret))
        return digest.prefix(checkCharacters).map { letters[Int($0 & 31)] }
    }

    private static func isBetweenGroups(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.properties.isDash
    }

    private static func letter(_ scalar: Unicode.Scalar) -> UInt8? {
        // Wide forms of ASCII, as an input method for Chinese types them.
        let value = (0xFF01...0xFF5E).contains(scalar.value) ? scalar.value - 0xFEE0 : scalar.value
        guard let byte = UInt8(exactly: value), byte < 0x80 else { return nil }
        let upper = (0x61...0x7A).contains(byte) ? byte - 0x20 : byte
        switch upper {
        case UInt8(ascii: "O"): return UInt8(ascii: "0")
        case UInt8(ascii: "I"), UInt8(ascii: "L"): return UInt8(ascii: "1")
        default: return letters.contains(upper) ? upper : nil
        }
    }
}
