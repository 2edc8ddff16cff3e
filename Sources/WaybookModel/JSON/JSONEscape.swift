/// The escapes of JSON's strings (RFC 8259 §7).
enum JSONEscape {
    /// Reads what follows a backslash.
    /// - Parameter position: behind the backslash; then behind the escape, or where it is wrong.
    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int
    ) throws(JSONError) -> Unicode.Scalar {
        let byte = try next(bytes, &position)
        switch byte {
        case 0x22, 0x5C, 0x2F: return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try scalar(bytes, &position)
        default: throw JSONError(reason: .invalidEscape, offset: position)
        }
    }

    private static func next(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int
    ) throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw JSONError(reason: .unexpectedEnd, offset: position) }
        position += 1
        return bytes[position - 1]
    }

    private static func scalar(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int
    ) throws(JSONError) -> Unicode.Scalar {
        let first = try hexQuad(bytes, &position)
        guard first != 0 else { throw JSONError(reason: .nulCharacter, offset: position) }
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == 0x5C, bytes[position + 1] == 0x75 else {
            throw JSONError(reason: .loneSurrogate, offset: position)
        }
        position += 2
        let second = try hexQuad(bytes, &position)
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw JSONError(reason: .loneSurrogate, offset: position) }
        return scalar
    }

    private static func hexQuad(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int
    ) throws(JSONError) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw JSONError(reason: .unexpectedEnd, offset: position) }
            let digit = digits[Int(bytes[position])]
            guard digit < 16 else { throw JSONError(reason: .invalidEscape, offset: position) }
            number = number << 4 | UInt32(digit)
            position += 1
        }
        return number
    }

    /// What each byte stands for as a hexadecimal digit; 16 for none.
    private static let digits: [UInt8] = (0..<256).map { byte in
        Character(Unicode.Scalar(UInt8(byte))).hexDigitValue.map(UInt8.init) ?? 16
    }

    /// Whether an escape that was read is the one that canonical JSON has for its character.
    /// - Parameter start: its backslash.
    static func isCanonical(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, of scalar: Unicode.Scalar) -> Bool {
        guard bytes[start + 1] == UInt8(ascii: "u") else { return bytes[start + 1] != UInt8(ascii: "/") }
        switch scalar.value {
        case 0x08, 0x09, 0x0A, 0x0C, 0x0D: return false
        case 0..<0x20: return !(0x41...0x46).contains(bytes[start + 5])
        default: return false
        }
    }
}

/// Whether bytes are UTF-8 (RFC 3629 §4), without making a string of them.
enum UTF8Check {
    static func isValid(_ slice: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let bytes = UnsafeBufferPointer(rebasing: slice)
        var index = 0
        while index < bytes.count {
            let lead = bytes[index]
            index += 1
            if lead < 0x80 { continue }
            let (more, second) = follow(lead)
            guard more > 0, index + more <= bytes.count, second.contains(bytes[index]) else { return false }
            for offset in 1..<max(more, 1) where bytes[index + offset] & 0xC0 != 0x80 { return false }
            index += more
        }
        return true
    }

    /// How many bytes follow a first one, and what the next one of them may be; none for what begins nothing.
    private static func follow(_ lead: UInt8) -> (count: Int, second: ClosedRange<UInt8>) {
        switch lead {
        case 0xC2...0xDF: (1, 0x80...0xBF)
        case 0xE0: (2, 0xA0...0xBF)
        case 0xED: (2, 0x80...0x9F)
        case 0xE1...0xEF: (2, 0x80...0xBF)
        case 0xF0: (3, 0x90...0xBF)
        case 0xF1...0xF3: (3, 0x80...0xBF)
        case 0xF4: (3, 0x80...0x8F)
        default: (0, 0x80...0xBF)
        }
    }
}
