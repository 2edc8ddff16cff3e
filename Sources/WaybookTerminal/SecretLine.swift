/// A line that is typed without being shown: decides what each byte does.
public struct SecretLine: Sendable {
    /// What a byte led to.
    public enum Outcome: Sendable, Hashable {
        case goesOn
        case entered(String)
        case cancelled
        case tooLong
    }

    /// The longest password, in bytes.
    public static let byteLimit = 1_024

    private var bytes: [UInt8] = []

    /// Makes an empty line.
    public init() {}

    /// Takes a typed byte: Enter ends, Backspace takes back a character, Ctrl-U the line, Ctrl-C and Ctrl-D cancel.
    public mutating func take(_ byte: UInt8) -> Outcome {
        switch byte {
        case 0x0A, 0x0D:
            return .entered(String(decoding: bytes, as: UTF8.self))
        case 0x03:
            return .cancelled
        case 0x04:
            return bytes.isEmpty ? .cancelled : .entered(String(decoding: bytes, as: UTF8.self))
        case 0x08, 0x7F:
            // A character of UTF-8 is its first byte and the continuation bytes behind it.
            while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
        case 0x15:
            bytes.removeAll()
        default:
            guard bytes.count < Self.byteLimit else { return .tooLong }
            bytes.append(byte)
        }
        return .goesOn
    }
}
