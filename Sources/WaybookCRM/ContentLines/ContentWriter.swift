/// Writes lines folded at 75 octets, never within a character (RFC 6350 §3.2, RFC 5545 §3.1), each ended by CR LF.
struct ContentWriter {
    /// The longest line, in octets without its end.
    static let lineOctets = 75

    private(set) var bytes: [UInt8] = []

    /// Writes a line: what stands before the value, with its colon, and the value, which is escaped already.
    mutating func line(_ header: String, _ value: [UInt8]) {
        var used = 0
        for byte in Array(header.utf8) + value {
            let isCharacterStart = byte & 0xC0 != 0x80
            if isCharacterStart, used + Self.length(byte) > Self.lineOctets {
                bytes += [Ascii.carriageReturn, Ascii.lineFeed, 0x20]
                used = 1
            }
            bytes.append(byte)
            used += 1
        }
        bytes += [Ascii.carriageReturn, Ascii.lineFeed]
    }

    mutating func line(_ header: String, _ value: String) { line(header, Array(value.utf8)) }

    /// Takes over lines that are laid out already.
    mutating func append(_ lines: [UInt8]) { bytes += lines }

    private static func length(_ first: UInt8) -> Int {
        switch first {
        case 0xC0...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xFF: 4
        default: 1
        }
    }
}
