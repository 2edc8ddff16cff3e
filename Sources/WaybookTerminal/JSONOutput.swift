/// What `--json` writes: canonical JSON, so that equal results are equal bytes.
///
/// UTF-8, no white space, keys in ascending order of their UTF-8 bytes, and only the escapes that JSON demands.
public indirect enum JSONOutput: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case string(String)
    case list([JSONOutput])
    case object([String: JSONOutput])
    /// JSON that is canonical already, such as a stored record.
    case canonical(String)

    /// The text, without a line end.
    public var text: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .int(let value): bytes += String(value).utf8
        case .string(let value): Self.write(value, to: &bytes)
        case .canonical(let value): bytes += value.utf8
        case .list(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += #"\""#.utf8
            case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
            case 0x08: bytes += #"\b"#.utf8
            case 0x09: bytes += #"\t"#.utf8
            case 0x0A: bytes += #"\n"#.utf8
            case 0x0C: bytes += #"\f"#.utf8
            case 0x0D: bytes += #"\r"#.utf8
            case 0x00...0x1F:
                bytes += (byte < 0x10 ? #"\u000"# : #"\u00"#).utf8
                bytes += String(byte, radix: 16).utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// Writes a list of results an element a line as they come, in constant memory; the whole is one JSON array.
public struct JSONListWriter {
    private let write: (String) throws -> Void
    private var isEmpty = true

    /// Prepares to write; nothing is written yet.
    public init(write: @escaping (String) throws -> Void) {
        self.write = write
    }

    /// Writes one element.
    public mutating func append(_ element: JSONOutput) throws {
        try write((isEmpty ? "[\n" : ",\n") + element.text)
        isEmpty = false
    }

    /// Ends the array.
    public mutating func finish() throws {
        try write(isEmpty ? "[]\n" : "\n]\n")
    }
}
