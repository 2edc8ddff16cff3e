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
    /// The most bytes of a line, without its number, and the most atoms: what a record has more goes into others.
    public static let mostLineBytes = 1 << 20
    public static let mostLineAtoms = 500
    /// From so many bytes on a record has several lines.
    private static let splitBytes = 256 << 10

    /// Its number at the laptop; rises from line to line, and is what the answer names.
    public var number: Int64
    public var content: Content

    public init(number: Int64, content: Content) {
        (self.number, self.content) = (number, content)
    }

    /// How many atoms it tells.
    public var atomCount: Int {
        switch content {
        case .atoms(let feed): feed.record.atoms.count
        case .beyond: 0
        }
    }

    /// The line as several of the same number, none of which tells more atoms than a line may.
    public var parted: [WitnessLine] {
        guard case .atoms(let feed) = content, feed.record.atoms.count > Self.mostLineAtoms else { return [self] }
        let atoms = feed.record.atoms.sorted { $0.key < $1.key }
        return stride(from: 0, to: atoms.count, by: Self.mostLineAtoms).map { from in
            let some = atoms[from..<min(from + Self.mostLineAtoms, atoms.count)]
            var part = feed
            part.record.atoms = Dictionary(uniqueKeysWithValues: some.map { ($0.key, $0.value) })
            return WitnessLine(number: number, content: .atoms(part))
        }
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

    /// One of the lines that a record's atoms take: its bytes without the number, and how many atoms it tells.
    public struct Part: Hashable, Sendable {
        public var bytes: [UInt8]
        public var atoms: Int
    }

    /// The lines that a record's atoms take, and how many of these fit in none: an atom is never parted.
    /// - Parameter mostBytes: the most bytes of a line.
    public static func parts(
        of feed: FeedRecord, mostBytes: Int = mostLineBytes
    ) -> (parts: [Part], tooLarge: Int) {
        let atoms = feed.record.atoms.sorted { $0.key < $1.key }
        let most = min(splitBytes, mostBytes)
        func part(_ atoms: some Sequence<(key: FieldPath, value: Atom)>) -> Part {
            var some = feed
            some.record.atoms = Dictionary(uniqueKeysWithValues: atoms.map { ($0.key, $0.value) })
            return Part(bytes: bytes(of: .atoms(some)), atoms: some.record.atoms.count)
        }
        if atoms.count <= mostLineAtoms {
            let whole = part(atoms)
            if whole.bytes.count <= most { return ([whole], 0) }
        }
        var (parts, tooLarge, from, size): ([Part], Int, Int, Int) = ([], 0, 0, 0)
        for (index, atom) in atoms.enumerated() {
            let single = part([atom])
            let isTooLarge = single.bytes.count > mostBytes
            if from < index, isTooLarge || size + single.bytes.count > most || index - from >= mostLineAtoms {
                parts.append(part(atoms[from..<index]))
                (from, size) = (index, 0)
            }
            if isTooLarge {
                tooLarge += 1
                from = index + 1
            } else {
                size += single.bytes.count
            }
        }
        if from < atoms.count { parts.append(part(atoms[from...])) }
        return (parts, tooLarge)
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
