/// Names one atom of a record, the unit in which changes merge: a field (`city`), an element of a set or a map
/// (`tags/vip`), or a flag inside a map's element that merges by itself (`phones/+8613800138000/optOut`).
///
/// Keys are escaped as in a JSON Pointer: `~` as `~0`, `/` as `~1` (RFC 6901 §3).
public struct FieldPath: Hashable, Sendable {
    /// The text as it stands in documents and on the wire.
    public let text: String

    /// The path of the record's life: its value is `"alive"` or `"deleted"`.
    public static let life = FieldPath(unchecked: "$life")
    /// The path of the mark that its person was erased.
    public static let erased = FieldPath(unchecked: "$erased")
    /// The most bytes that a path may have.
    public static let maximumBytes = 512

    private init(unchecked text: String) { self.text = text }

    /// The path of a whole field.
    public init(_ field: FieldName) { text = field.text }

    /// The path of an element of a set or map, by its unescaped key.
    public init(_ field: FieldName, key: String) {
        text = "\(field.text)/\(Self.escape(key))"
    }

    /// The path of a flag inside a map's element.
    public init(_ field: FieldName, key: String, flag: FieldName) {
        text = "\(field.text)/\(Self.escape(key))/\(flag.text)"
    }

    /// Reads a path from outside. Nil unless it is well formed: a field name, at most one key (not empty, properly
    /// escaped), at most one flag name, at most ``maximumBytes`` bytes; or `$life`, or `$erased`.
    public init?(parsing text: String) {
        guard Self.isWellFormed(reading: text.utf8) else { return nil }
        self.text = text
    }

    /// Whether ``init(parsing:)`` takes these bytes.
    public static func isWellFormed(utf8: ArraySlice<UInt8>) -> Bool { isWellFormed(reading: utf8) }

    private static func isWellFormed(reading utf8: some Collection<UInt8>) -> Bool {
        // Most paths are plain names, and paths are read by the million.
        if isWellFormedName(utf8: utf8) { return true }
        guard utf8.count <= maximumBytes else { return false }
        if utf8.elementsEqual(life.text.utf8) || utf8.elementsEqual(erased.text.utf8) { return true }
        // By bytes and not by characters: a combining mark after a slash makes another character of it.
        let parts = utf8.split(separator: slash, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count <= 3, isWellFormedName(utf8: parts[0]) else { return false }
        if parts.count > 1, parts[1].isEmpty || !isEscaped(parts[1]) { return false }
        return parts.count < 3 || isWellFormedName(utf8: parts[2])
    }

    /// The field that the path is in (itself for `$life` and `$erased`).
    public var field: FieldName {
        guard let slash = text.utf8.firstIndex(of: Self.slash) else { return FieldName(text) }
        return FieldName(String(text[..<slash]))
    }

    /// The unescaped key of an element, or nil for a whole field.
    public var key: String? {
        guard let rest = Self.afterSlash(text[...]) else { return nil }
        return Self.unescape(rest[..<(rest.utf8.firstIndex(of: Self.slash) ?? rest.endIndex)])
    }

    /// The flag inside an element, or nil.
    public var flag: FieldName? {
        Self.afterSlash(text[...]).flatMap(Self.afterSlash).map { FieldName(String($0)) }
    }

    /// Whether this is an element of a set or map, or a flag in one.
    public var isElement: Bool { text.utf8.contains(Self.slash) }

    private static let slash = UInt8(ascii: "/")

    /// What follows the first slash; nil where there is none.
    private static func afterSlash(_ text: Substring) -> Substring? {
        text.utf8.firstIndex(of: slash).map { text[text.utf8.index(after: $0)...] }
    }

    private static func escape(_ key: String) -> String {
        guard key.utf8.contains(where: { $0 == 0x7E || $0 == 0x2F }) else { return key }
        var escaped = ""
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func unescape(_ text: Substring) -> String {
        guard text.utf8.contains(0x7E) else { return String(text) }
        var key = ""
        var escaping = false
        for scalar in text.unicodeScalars {
            if escaping {
                key += scalar == "0" ? "~" : "/"
                escaping = false
            } else if scalar == "~" {
                escaping = true
            } else {
                key.unicodeScalars.append(scalar)
            }
        }
        return key
    }

    private static func isEscaped(_ utf8: some Collection<UInt8>) -> Bool {
        var escaping = false
        for byte in utf8 {
            if escaping {
                guard byte == 0x30 || byte == 0x31 else { return false }
                escaping = false
            } else {
                escaping = byte == 0x7E
            }
        }
        return !escaping
    }
}

extension FieldPath: Comparable, CustomStringConvertible {
    /// The order of UTF-8 bytes: the order in which documents list their atoms.
    public static func < (left: FieldPath, right: FieldPath) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    public var description: String { text }
}
