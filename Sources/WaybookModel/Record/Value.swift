/// A value of a field: the shapes that canonical JSON has, and no others.
///
/// What a value *means* (an instant, an amount of money, a reference) is said by the field's ``FieldType`` in the schema
/// and never by a tag in the data, so a value of a type that this version does not know survives a round trip unchanged
/// (`protocol/2-invariants.md#i11`). There is no floating point: decimals are exact text.
public enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case string(String)
    case list([Value])
    case map([String: Value])
}

extension Value {
    /// Equality by bytes: two spellings of one character are two values, as they are to a digest. (Swift's own equality
    /// of strings normalises them, which also costs the square of a long run of combining marks.)
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.list(let left), .list(let right)): left == right
        case (.map(let left), .map(let right)): left == right
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let flag): hasher.combine(flag)
        case .int(let number): hasher.combine(number)
        case .string(let text):
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .list(let elements): hasher.combine(elements)
        case .map(let entries): hasher.combine(entries)
        }
    }
}

extension Value {
    /// The text of a string value, else nil.
    public var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The number of an integer value, else nil.
    public var integer: Int64? {
        if case .int(let number) = self { return number }
        return nil
    }

    /// The truth value of a boolean, else nil.
    public var boolean: Bool? {
        if case .bool(let flag) = self { return flag }
        return nil
    }

    /// The elements of a list, else nil.
    public var elements: [Value]? {
        if case .list(let elements) = self { return elements }
        return nil
    }

    /// The entries of a map, else nil.
    public var entries: [String: Value]? {
        if case .map(let entries) = self { return entries }
        return nil
    }
}

/// No `nil` literal on purpose: where a `Value?` is meant it would silently become `.null`, which is a value.
extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: Value...) { self = .list(elements) }
    public init(dictionaryLiteral elements: (String, Value)...) {
        self = .map(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}
