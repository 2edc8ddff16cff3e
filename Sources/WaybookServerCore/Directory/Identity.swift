import Foundation
import WaybookProtocol

/// The id of a user: a UUID in its lower-case text form.
public struct UserID: Sendable, Hashable, CustomStringConvertible {
    /// The lower-case UUID.
    public let text: String

    /// Reads an id; nil when it is no UUID.
    public init?(_ text: String) {
        guard let uuid = UUID(uuidString: text) else { return nil }
        self.text = uuid.uuidString.lowercased()
    }

    /// Makes a UUIDv7 (RFC 9562 §5.7).
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - random: the source of the 74 random bits.
    public init(now: Int64, random: inout some RandomNumberGenerator) {
        let high = UInt64(clamping: now) << 16 | 0x7000 | (random.next() as UInt64) & 0x0FFF
        let low = (random.next() as UInt64) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = [high, low].map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        self.text = text
    }

    public var description: String { text }
}

/// An e-mail address in the form in which it is unique: NFC, lower case, without blanks around it.
public struct AccountEmail: Sendable, Hashable {
    /// The normalised text, at most 254 bytes.
    public let text: String

    /// What stands before the `@`: a person's name until somebody gives a better one.
    public var localPart: String { String(text.prefix { $0 != "@" }) }

    /// Normalises an address; nil when it can be none: no single `@`, an empty side, blanks, controls, too long.
    public init?(_ typed: String) {
        let text = typed.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
            .precomposedStringWithCanonicalMapping
        let sides = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, sides.count == 2, sides.allSatisfy({ !$0.isEmpty }),
            text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F && !$0.properties.isWhitespace })
        else { return nil }
        self.text = text
    }
}

/// A password as typed, brought to NFC; prints as `***`.
public struct Password: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The fewest characters of a new password.
    public static let minimumCharacters = InvitationAcceptance.minimumPasswordCharacters
    /// The most bytes of any password.
    public static let maximumBytes = 1_024

    /// UTF-8 of the NFC form.
    public let bytes: [UInt8]
    private let characters: Int

    /// Takes a typed password; nil when it is empty or beyond 1,024 bytes.
    public init?(_ typed: String) {
        let text = typed.precomposedStringWithCanonicalMapping
        guard (1...Self.maximumBytes).contains(text.utf8.count) else { return nil }
        bytes = Array(text.utf8)
        characters = text.count
    }

    /// Whether it may be set as a new password.
    public var isLongEnough: Bool { characters >= Self.minimumCharacters }

    public var description: String { "***" }
    public var debugDescription: String { "***" }
}
