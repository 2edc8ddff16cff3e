import WaybookModel

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
        case .int(let value): CanonicalJSON.append(value, to: &bytes)
        case .string(let value): CanonicalJSON.append(value, to: &bytes)
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
            for (index, key) in CanonicalJSON.sortedKeys(members.keys).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                CanonicalJSON.append(key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                members[key]?.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
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
