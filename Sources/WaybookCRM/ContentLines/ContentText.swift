/// Which escapes a text knows.
enum EscapeStyle {
    /// `\\ \; \, \n \N`, and `\:`, which others write (RFC 6350 §3.4, RFC 2426 §5, RFC 5545 §3.3.11).
    case standard
    /// `\\ \; \,` alone, as in vCard 2.1; lines are broken in quoted-printable there.
    case legacy
}

/// Texts in cards and calendars: taken apart and cleaned as bytes and scalars, never as characters, for a combining mark makes
/// one character of itself and the sign before it.
enum ContentText {
    /// The most parts of a value.
    static let mostParts = 1_024

    /// Undoes escapes; an escape that is not known stays as it is.
    static func unescaped(_ bytes: [UInt8], _ style: EscapeStyle) -> [UInt8] {
        parts(bytes, at: nil, style).first ?? []
    }

    /// Divides at a sign that is not escaped, and undoes escapes. What is beyond ``mostParts`` stays in the last.
    static func parts(_ bytes: [UInt8], at separator: UInt8?, _ style: EscapeStyle) -> [[UInt8]] {
        nested(bytes, at: nil, then: separator, style).first ?? [[]]
    }

    /// Divides at a first and then at a second sign: the components of a structured value, and the values of each.
    static func nested(
        _ bytes: [UInt8], at outer: UInt8?, then inner: UInt8?, _ style: EscapeStyle
    ) -> [[[UInt8]]] {
        var result: [[[UInt8]]] = [[[]]]
        var part: [UInt8] = []
        var count = 0
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                isEscaped = false
                part += escape(byte, style)
            } else if byte == Ascii.backslash {
                isEscaped = true
            } else if byte == outer || byte == inner, count < mostParts {
                count += 1
                result[result.count - 1][result[result.count - 1].count - 1] = part
                part = []
                if byte == outer { result.append([[]]) } else { result[result.count - 1].append([]) }
            } else {
                part.append(byte)
            }
        }
        if isEscaped { part.append(Ascii.backslash) }
        result[result.count - 1][result[result.count - 1].count - 1] = part
        return result
    }

    private static func escape(_ byte: UInt8, _ style: EscapeStyle) -> [UInt8] {
        switch (byte, style) {
        case (Ascii.backslash, _), (Ascii.semicolon, _), (Ascii.comma, _), (Ascii.colon, .standard): [byte]
        case (UInt8(ascii: "n"), .standard), (UInt8(ascii: "N"), .standard): [Ascii.lineFeed]
        default: [Ascii.backslash, byte]
        }
    }

    /// Escapes a text. Control characters but line feeds and tabs are left out: nothing in a text ends a line of the file.
    /// - Parameter isURI: where commas and semicolons stand for themselves.
    static func escaped(_ text: String, _ style: EscapeStyle, isURI: Bool = false) -> [UInt8] {
        var result: [UInt8] = []
        for byte in clean(Array(text.utf8)).utf8 {
            switch byte {
            case Ascii.backslash: result += [Ascii.backslash, byte]
            case Ascii.comma where !isURI, Ascii.semicolon where !isURI: result += [Ascii.backslash, byte]
            case Ascii.lineFeed where style == .standard: result += [Ascii.backslash, UInt8(ascii: "n")]
            default: result.append(byte)
            }
        }
        return result
    }

    /// Text of several lines: without control characters but line feeds and tabs, without white space around it.
    static func lines(_ bytes: [UInt8]) -> String {
        let scalars = clean(bytes).unicodeScalars
        let front = scalars.drop { $0.properties.isWhitespace }
        guard let last = front.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(front[...last])
    }

    /// Text of one line: as ``lines(_:)``, each run of white space a single space.
    static func line(_ bytes: [UInt8]) -> String {
        var result = String.UnicodeScalarView()
        var isPending = false
        for scalar in clean(bytes).unicodeScalars {
            if scalar.properties.isWhitespace {
                isPending = !result.isEmpty
            } else {
                if isPending { result.append(" ") }
                isPending = false
                result.append(scalar)
            }
        }
        return String(result)
    }

    private static func clean(_ bytes: [UInt8]) -> String {
        var result = String.UnicodeScalarView()
        var isAfterReturn = false
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x0D: result.append("\n")
            case 0x0A: if !isAfterReturn { result.append("\n") }
            case 0x09, 0x20...0x7E, 0x80...0xFEFE, 0xFF00...0x10_FFFF: result.append(scalar)
            default: break
            }
            isAfterReturn = scalar.value == 0x0D
        }
        return String(result)
    }
}
