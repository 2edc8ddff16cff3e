/// How large a value or a record is, counted as its line is read: a record that passes these limits is read by everyone
/// (`protocol/4-exchange.md#limits`).
public struct RecordSize: Hashable, Sendable {
    /// The most JSON values in one value: a set of 1,000 writes then makes a verdict that can be read.
    public static let maximumValuesOfValue = 150
    /// The most JSON values in a record's fields and stamps: half of ``JSONParser/maximumValues``.
    public static let maximumValues = 100_000
    /// The most bytes of a record's paths and texts, as canonical JSON writes them.
    public static let maximumBytes = 4 << 20
    /// What one atom may cost in the stamp groups: list, stamp, commit, list of paths, path, origin.
    private static let valuesOfStampGroup = 6

    public private(set) var values = 0
    public private(set) var bytes = 0

    /// Measures a value. Cost: linear in it.
    public init(of value: Value) { add(value) }

    /// Measures a record. Cost: linear in it.
    public init(of record: VersionedRecord) {
        for (path, atom) in record.atoms {
            values += Self.valuesOfStampGroup
            bytes += 2 * Self.written(path.text)
            if let value = atom.value { add(value) }
        }
    }

    /// Whether every reader can parse the record.
    public var isReadable: Bool { values <= Self.maximumValues && bytes <= Self.maximumBytes }

    /// The bytes of a text as canonical JSON writes it, its quotes apart.
    private static func written(_ text: String) -> Int {
        text.utf8.reduce(0) { $0 + ($1 < 0x20 ? 6 : $1 == 0x22 || $1 == 0x5C ? 2 : 1) }
    }

    private mutating func add(_ value: Value) {
        values += 1
        switch value {
        case .null, .bool, .int: break
        case .string(let text): bytes += Self.written(text)
        case .list(let elements): for element in elements { add(element) }
        case .map(let entries):
            for (key, entry) in entries {
                bytes += Self.written(key)
                add(entry)
            }
        }
    }
}
