/// Why a text is not JSON as this product takes it. Carries the offset of the offending byte, never the text itself:
/// what is parsed may be personal data.
public struct JSONError: Error, Hashable, Sendable {
    public enum Reason: String, Sendable {
        case unexpectedEnd, unexpectedByte, duplicateKey, keyTooLong, tooDeep, tooManyValues, notAnInteger, outOfRange,
            invalidUTF8
        case nulCharacter, controlCharacter, loneSurrogate, invalidEscape, trailingBytes
    }

    public var reason: Reason
    /// Offset of the byte at which it was found, from 0.
    public var offset: Int
}

/// Reads JSON strictly and totally: every input gives a value or a ``JSONError``, in time linear in its length.
///
/// Refused beyond the grammar of RFC 8259: duplicate keys, NUL, lone surrogates, numbers with a fraction or an exponent
/// or beyond 64 bits, nesting deeper than ``maximumDepth``, more than ``maximumValues`` values, keys
/// longer than ``maximumKeyBytes``. Foundation's parsers
/// keep one of two duplicate keys silently, which is why this one exists.
public struct JSONParser {
    /// The deepest nesting of lists and maps that is read.
    public static let maximumDepth = 32
    /// The most values that one text may hold.
    public static let maximumValues = 200_000

    /// The most bytes of a key: as many as a path may have.
    public static let maximumKeyBytes = FieldPath.maximumBytes

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var valueCount = 0

    /// Parses one value that fills `bytes` but for white space around it.
    public static func parse(_ bytes: some Collection<UInt8>) throws(JSONError) -> Value {
        let result: Result<Value, JSONError>? = bytes.withContiguousStorageIfAvailable { run($0) }
        if let result { return try result.get() }
        return try Array(bytes).withUnsafeBufferPointer { run($0) }.get()
    }

    /// Parses one value from text.
    public static func parse(_ text: String) throws(JSONError) -> Value {
        var text = text
        let result: Result<Value, JSONError> = text.withUTF8 { run($0) }
        return try result.get()
    }

    private static func run(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<Value, JSONError> {
        var parser = JSONParser(bytes: bytes)
        do throws(JSONError) {
            let value = try parser.value(depth: 0)
            parser.skipWhiteSpace()
            guard parser.position == bytes.count else { throw parser.failure(.trailingBytes) }
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private func failure(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: position) }

    private mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private func peek() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw failure(.unexpectedEnd) }
        return bytes[position]
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try peek() == byte else { throw failure(.unexpectedByte) }
        position += 1
    }

    private mutating func value(depth: Int) throws(JSONError) -> Value {
        valueCount += 1
        guard valueCount <= Self.maximumValues else { throw failure(.tooManyValues) }
        skipWhiteSpace()
        switch try peek() {
        case UInt8(ascii: "{"): return try map(depth: depth + 1)
        case UInt8(ascii: "["): return try list(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .int(try integer())
        default: throw failure(.unexpectedByte)
        }
    }

    private mutating func word(_ word: StaticString, _ value: Value) throws(JSONError) -> Value {
        let length = word.utf8CodeUnitCount
        guard bytes.count - position >= length else { throw failure(.unexpectedEnd) }
        for offset in 0..<length where bytes[position + offset] != word.utf8Start[offset] {
            throw failure(.unexpectedByte)
        }
        position += length
        return value
    }

    private mutating func integer() throws(JSONError) -> Int64 {
        let negative = bytes[position] == UInt8(ascii: "-")
        if negative { position += 1 }
        let first = position
        var number: Int64 = 0
        while position < bytes.count, case let digit = bytes[position] &- 0x30, digit < 10 {
            let (scaled, tooBig) = number.multipliedReportingOverflow(by: 10)
            let (next, overflow) = scaled.subtractingReportingOverflow(Int64(digit))
            guard !tooBig, !overflow else { throw failure(.outOfRange) }
            number = next
            position += 1
        }
        guard position > first else { throw failure(.unexpectedByte) }
        if bytes[first] == 0x30, position - first > 1 { throw failure(.unexpectedByte) }
        if position < bytes.count, [0x2E, 0x65, 0x45].contains(bytes[position]) { throw failure(.notAnInteger) }
        if negative { return number }
        guard number != .min else { throw failure(.outOfRange) }
        return -number
    }

    private mutating func list(depth: Int) throws(JSONError) -> Value {
        guard depth <= Self.maximumDepth else { throw failure(.tooDeep) }
        position += 1
        var elements: [Value] = []
        skipWhiteSpace()
        if try peek() == UInt8(ascii: "]") {
            position += 1
            return .list(elements)
        }
        while true {
            elements.append(try value(depth: depth))
            skipWhiteSpace()
            if try peek() == UInt8(ascii: "]") { break }
            try expect(UInt8(ascii: ","))
        }
        position += 1
        return .list(elements)
    }

    private mutating func map(depth: Int) throws(JSONError) -> Value {
        guard depth <= Self.maximumDepth else { throw failure(.tooDeep) }
        position += 1
        var entries: [String: Value] = [:]
        skipWhiteSpace()
        if try peek() == UInt8(ascii: "}") {
            position += 1
            return .map(entries)
        }
        while true {
            skipWhiteSpace()
            guard try peek() == UInt8(ascii: "\"") else { throw failure(.unexpectedByte) }
            let key = try string()
            guard key.utf8.count <= Self.maximumKeyBytes else { throw failure(.keyTooLong) }
            skipWhiteSpace()
            try expect(UInt8(ascii: ":"))
            guard entries.updateValue(try value(depth: depth), forKey: key) == nil else { throw failure(.duplicateKey) }
            skipWhiteSpace()
            if try peek() == UInt8(ascii: "}") { break }
            try expect(UInt8(ascii: ","))
        }
        position += 1
        return .map(entries)
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = try decoded(bytes[start..<position])
                position += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0x00: throw failure(.nulCharacter)
            case 0x01..<0x20: throw failure(.controlCharacter)
            default: position += 1
            }
        }
        throw failure(.unexpectedEnd)
    }

    private func decoded(_ slice: some Collection<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw failure(.invalidUTF8) }
        return text
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var buffer = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                let text = try decoded(buffer)
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try appendEscape(to: &buffer)
            case 0x00: throw failure(.nulCharacter)
            case 0x01..<0x20: throw failure(.controlCharacter)
            default:
                buffer.append(byte)
                position += 1
            }
        }
        throw failure(.unexpectedEnd)
    }

    private mutating func appendEscape(to buffer: inout [UInt8]) throws(JSONError) {
        let byte = try peek()
        position += 1
        switch byte {
        case 0x22, 0x5C, 0x2F: buffer.append(byte)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"): buffer.append(contentsOf: Array(String(Character(try escapedScalar())).utf8))
        default: throw failure(.invalidEscape)
        }
    }

    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        let first = try hexQuad()
        guard first != 0 else { throw failure(.nulCharacter) }
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == 0x5C, bytes[position + 1] == 0x75 else {
            throw failure(.loneSurrogate)
        }
        position += 2
        let second = try hexQuad()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw failure(.loneSurrogate) }
        return scalar
    }

    private mutating func hexQuad() throws(JSONError) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<4 {
            let byte = try peek()
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw failure(.invalidEscape)
            }
            number = number << 4 | UInt32(digit)
            position += 1
        }
        return number
    }
}
