/// Writes values as canonical JSON: one value has exactly one text, on every replica.
///
/// UTF-8 without white space; keys of a map in ascending order of their UTF-8 bytes; integers plain; escapes only
/// `\" \\ \b \f \n \r \t` and `\u00XX` for the other control characters. Source: `protocol/1-model.md#canonical-json`.
public enum CanonicalJSON {
    /// Returns the canonical bytes of `value`. Cost: linear in its size, and a sort of the keys of each map.
    public static func bytes(_ value: Value) -> [UInt8] {
        var output: [UInt8] = []
        append(value, to: &output)
        return output
    }

    /// Returns the canonical text of `value`.
    public static func text(_ value: Value) -> String {
        String(decoding: bytes(value), as: UTF8.self)
    }

    /// Appends the canonical bytes of `value` to `output`.
    public static func append(_ value: Value, to output: inout [UInt8]) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .int(let number): append(number, to: &output)
        case .string(let text): append(text, to: &output)
        case .list(let elements): append(list: elements, to: &output)
        case .map(let entries): append(map: entries, to: &output)
        }
    }

    /// Appends a decimal integer.
    public static func append(_ number: Int64, to output: inout [UInt8]) {
        output.append(contentsOf: String(number).utf8)
    }

    /// Appends a quoted and escaped string.
    public static func append(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var runStart = 0
            for index in utf8.indices where needsEscape[Int(utf8[index])] {
                output.append(contentsOf: utf8[runStart..<index])
                appendEscape(utf8[index], to: &output)
                runStart = index + 1
            }
            output.append(contentsOf: utf8[runStart...])
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func append(list elements: [Value], to output: inout [UInt8]) {
        output.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            append(element, to: &output)
        }
        output.append(UInt8(ascii: "]"))
    }

    private static func append(map entries: [String: Value], to output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        for (index, key) in sortedKeys(entries.keys).enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            append(key, to: &output)
            output.append(UInt8(ascii: ":"))
            append(entries[key] ?? .null, to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    /// Sorts keys by their UTF-8 bytes (Swift's own order of strings is by Unicode normal form).
    public static func sortedKeys(_ keys: some Sequence<String>) -> [String] {
        keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static let needsEscape: [Bool] = (0..<256).map { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: output.append(byte)
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case 0x09: output.append(UInt8(ascii: "t"))
        default:
            output.append(contentsOf: "u00".utf8)
            output.append(digits[Int(byte >> 4)])
            output.append(digits[Int(byte & 15)])
        }
    }
}
