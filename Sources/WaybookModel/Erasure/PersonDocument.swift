/// Everything that is held about one person, as one JSON document (`protocol/9-erasure.md#document`).
public struct PersonDocument: Hashable, Sendable {
    /// Names the shape of the document; another shape has another name.
    public static let format = "waybook-person-1"

    private var entries: [String: Value]
    public private(set) var recordCount = 0

    /// - Parameter at: when it was made, milliseconds since 1970.
    public init(about id: RecordID, collection: CollectionName, at milliseconds: Int64) {
        entries = [
            "about": ["id": .string(id.description), "in": .string(collection.text)],
            "format": .string(Self.format), "madeAt": .string(Instant(milliseconds: milliseconds).description),
        ]
    }

    /// Adds a record under a heading: the records themselves, conflicts, what was handed over.
    public mutating func add(_ record: VersionedRecord, to heading: Heading) {
        if heading == .records { recordCount += 1 }
        let writes = record.sortedPaths.compactMap { path -> Value? in
            guard let atom = record.atoms[path] else { return nil }
            return Self.entry(path, atom.value, stamp: atom.origin)
        }
        append(
            [
                "deleted": .bool(record.isDeleted), "id": .string(record.id.description),
                "in": .string(record.collection.text), "values": .list(writes),
            ], to: heading.rawValue)
    }

    /// Adds a value that stood in a record once.
    public mutating func addHistory(of id: RecordID, path: FieldPath, value: Value?, stamp: Stamp) {
        var entry = Self.entry(path, value, stamp: stamp).entries ?? [:]
        entry["id"] = .string(id.description)
        append(.map(entry), to: "history")
    }

    /// Adds something of another shape, such as who holds the person.
    public mutating func append(_ value: Value, to heading: String) {
        entries[heading] = .list((entries[heading]?.elements ?? []) + [value])
    }

    /// The parts that are lists of records.
    public enum Heading: String, Sendable {
        case records, conflicts, handovers
    }

    public var value: Value { .map(entries) }

    /// A value with its place, when it was written, and by which replica.
    private static func entry(_ path: FieldPath, _ value: Value?, stamp: Stamp) -> Value {
        [
            "path": .string(path.text), "replica": .int(Int64(stamp.replica.number)), "value": value ?? .null,
            "written": .string(Instant(milliseconds: Int64(clamping: stamp.milliseconds)).description),
        ]
    }
}
