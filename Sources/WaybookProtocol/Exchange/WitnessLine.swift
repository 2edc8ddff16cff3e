import WaybookModel

/// A line of a request, behind its change sets: what a laptop still holds of others' writes that its server lost
/// (`protocol/4-exchange.md#witness`).
public struct WitnessLine: Hashable, Sendable {
    /// What it tells.
    public enum Content: Hashable, Sendable {
        /// Atoms of one record, as the feed had told them.
        case atoms(FeedRecord)
        /// How many more atoms the laptop had than it may tell.
        case beyond(Int64)
    }

    /// The most atoms that one replica tells on one timeline, and the most bytes of their lines.
    public static let mostAtoms: Int64 = 20_000
    public static let mostBytes: Int64 = 64 << 20
    /// The most atoms that count as more than a replica may tell.
    public static let mostBeyond: Int64 = 1 << 32
    /// The most such lines in one request.
    public static let mostInRequest = 2_000

    /// Its number at the laptop; rises from line to line, and is what the answer names.
    public var number: Int64
    public var content: Content

    public init(number: Int64, content: Content) {
        (self.number, self.content) = (number, content)
    }

    /// The line's value.
    public var value: Value {
        .map(Self.value(of: content).merging(["witness": .int(number)]) { $1 })
    }

    /// The canonical bytes of what a line tells, without its number: as a laptop keeps it.
    public static func bytes(of content: Content) -> [UInt8] { CanonicalJSON.bytes(.map(value(of: content))) }

    /// The canonical bytes of the line, made of those of its content.
    public static func bytes(_ content: some Collection<UInt8>, number: Int64) -> [UInt8] {
        // In canonical order `witness` comes behind all other members.
        content.dropLast() + Array(",\"witness\":\(number)}".utf8)
    }

    private static func value(of content: Content) -> [String: Value] {
        switch content {
        case .atoms(let record): record.value.entries ?? [:]
        case .beyond(let count): ["beyond": .int(count)]
        }
    }

    /// Whether a line of a request is such a one, well-formed or not.
    public static func isWitness(_ line: JSONDocument) -> Bool { line.entry("witness", of: line.root) != nil }

    /// Reads the line; nil where it is malformed.
    public init?(_ value: Value) {
        guard let entries = value.entries, let number = entries.positive("witness").map({ Int64($0) }) else {
            return nil
        }
        if entries["beyond"] != nil {
            guard let count = entries.natural("beyond", maximum: Self.mostBeyond) else { return nil }
            self.init(number: number, content: .beyond(count))
        } else {
            guard entries["record"] == nil, entries["update"] != nil, let record = FeedRecord(entries),
                !record.record.atoms.isEmpty
            else { return nil }
            self.init(number: number, content: .atoms(record))
        }
    }
}
