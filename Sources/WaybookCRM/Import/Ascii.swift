/// Bytes that mean something in files of separated values, in cards and in calendars.
public enum Ascii {
    /// `,`
    public static let comma: UInt8 = 0x2C
    /// `"`
    public static let quote: UInt8 = 0x22
    /// LF
    public static let lineFeed: UInt8 = 0x0A
    /// CR
    public static let carriageReturn: UInt8 = 0x0D

    /// `:`
    static let colon: UInt8 = 0x3A
    /// `;`
    static let semicolon: UInt8 = 0x3B
    /// `=`
    static let equals: UInt8 = 0x3D
    /// `\`
    static let backslash: UInt8 = 0x5C

    /// Whether the byte is a space or a tab.
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// Whether the byte may stand in the name of a property: a letter, a digit, `-` or `_`, which some write.
    static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(capital(byte)) || byte == 0x2D || byte == 0x5F
    }

    /// The capital of a small ASCII letter; any other byte as it is.
    static func capital(_ byte: UInt8) -> UInt8 { (0x61...0x7A).contains(byte) ? byte - 0x20 : byte }

    /// What a hexadecimal digit counts; nil for any other byte.
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch capital(byte) {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: capital(byte) - 0x41 + 10
        default: nil
        }
    }

    /// Whether the byte ends a line.
    @inline(__always)
    static func isLineEnd(_ byte: UInt8) -> Bool {
        byte == lineFeed || byte == carriageReturn
    }
}
