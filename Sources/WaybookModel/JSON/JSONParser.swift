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
/// keep one of two duplicate keys silently, which is why this one exists. The grammar is in ``JSONScanner``.
public enum JSONParser {
    /// The deepest nesting of lists and maps that is read.
    public static let maximumDepth = 32
    /// The most values that one text may hold.
    public static let maximumValues = 200_000

    /// The most bytes of a key: as many as a path may have.
    public static let maximumKeyBytes = FieldPath.maximumBytes

    /// Parses one value that fills `bytes` but for white space around it.
    public static func parse(_ bytes: some Collection<UInt8>) throws(JSONError) -> Value {
        try JSONDocument(bytes).value
    }

    /// Parses one value from text.
    public static func parse(_ text: String) throws(JSONError) -> Value { try parse(text.utf8) }
}
