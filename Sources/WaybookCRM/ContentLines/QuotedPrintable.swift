/// Quoted-printable (RFC 2045 §6.7), as cards of version 2.1 use it. Soft line breaks are gone before it is read.
enum QuotedPrintable {
    /// The longest line that is written, in octets.
    static let lineOctets = 76

    /// Reads it; an `=` that two hexadecimal digits do not follow stays as it is. Total: any bytes give bytes.
    static func decoded(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == Ascii.equals, index + 2 < bytes.count, let high = Ascii.hexDigit(bytes[index + 1]),
                let low = Ascii.hexDigit(bytes[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// Writes a line: what stands before the value, and the value's bytes, in lines of at most ``lineOctets`` that end with
    /// `=` but for the last, each ended by CR LF.
    ///
    /// A space or tab is written out where a line begins or ends with it, and a letter that could be taken for the end of the
    /// card where a line begins with it.
    static func lines(_ header: String, _ value: [UInt8]) -> [UInt8] {
        var result = Array(header.utf8)
        var used = result.count
        if used >= lineOctets, !value.isEmpty { breakLine(&result, &used) }
        for (index, byte) in value.enumerated() {
            let isLast = index == value.count - 1
            var piece = written(byte, isAtStart: used == 0, isLast: isLast)
            // Room for the `=` of a soft break, also behind a space that would then have to be written out.
            if used + piece.count > lineOctets - (isLast ? 0 : 3), used > 0 {
                if result.last == 0x20 {
                    result.removeLast()
                    result += [Ascii.equals, 0x32, 0x30]
                }
                breakLine(&result, &used)
                piece = written(byte, isAtStart: true, isLast: isLast)
            }
            result += piece
            used += piece.count
        }
        return result + [Ascii.carriageReturn, Ascii.lineFeed]
    }

    private static func breakLine(_ result: inout [UInt8], _ used: inout Int) {
        result += [Ascii.equals, Ascii.carriageReturn, Ascii.lineFeed]
        used = 0
    }

    private static func written(_ byte: UInt8, isAtStart: Bool, isLast: Bool) -> [UInt8] {
        let isPlain = (0x21...0x7E).contains(byte) && byte != Ascii.equals
        let isInnerSpace = byte == 0x20 && !isAtStart && !isLast
        let isMark = isAtStart && Ascii.capital(byte) == UInt8(ascii: "E")
        return (isPlain && !isMark) || isInnerSpace ? [byte] : escaped(byte)
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [Ascii.equals, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
