/// Bytes that mean something in files of separated values.
public enum Ascii {
    /// `,`
    public static let comma: UInt8 = 0x2C
    /// `"`
    public static let quote: UInt8 = 0x22
    /// LF
    public static let lineFeed: UInt8 = 0x0A
    /// CR
    public static let carriageReturn: UInt8 = 0x0D

    /// Whether the byte ends a line.
    @inline(__always)
    static func isLineEnd(_ byte: UInt8) -> Bool {
        byte == lineFeed || byte == carriageReturn
    }
}
