import WaybookModel
import WaybookStore

/// How far an erasure went: what the security ledger says beside it, so that on an older backup it takes the same
/// (`protocol/9-erasure.md#again`). Identities alone.
public struct ErasureExtent: Hashable, Sendable {
    /// Which erasure: whom it named, and its stamp.
    public struct Key: Hashable, Sendable {
        public var record: RecordID
        public var stamp: Stamp
    }

    public var key: Key
    /// The records that it took, but for what the server itself makes.
    public var took: Set<RecordID>
    /// Those that had been in the unit that went, and were in another by then.
    public var left: Set<RecordID>

    init(_ key: Key, took: Set<RecordID> = [], left: Set<RecordID> = []) {
        (self.key, self.took, self.left) = (key, took, left)
    }
}

extension ErasureExtent {
    static let kind = "erasure-extent"
    /// The most identities of one line: some 21 KB. So 10,000 records under one customer are ten lines.
    static let identitiesInLine = 1_000

    /// The facts that say it, no more at a time than a line has; none where nothing but the record itself went.
    var facts: [SecurityFact] {
        guard !left.isEmpty || !took.isSubset(of: [key.record]) else { return [] }
        let all = took.sorted().map { ($0, true) } + left.sorted().map { ($0, false) }
        return stride(from: 0, to: all.count, by: Self.identitiesInLine).map { start in
            let some = all[start..<min(start + Self.identitiesInLine, all.count)]
            return .erasureExtent(
                ErasureExtent(key, took: Set(some.filter(\.1).map(\.0)), left: Set(some.filter { !$0.1 }.map(\.0))))
        }
    }

    /// What the facts of a ledger say of each erasure.
    static func all(in facts: some Sequence<SecurityFact>) -> [Key: ErasureExtent] {
        var found: [Key: ErasureExtent] = [:]
        for case .erasureExtent(let part) in facts {
            found[part.key, default: ErasureExtent(part.key)].took.formUnion(part.took)
            found[part.key]?.left.formUnion(part.left)
        }
        return found
    }

    /// The members of the entry's `fact`.
    var entries: [String: Value] {
        [
            "kind": .string(Self.kind), "left": .string(Self.text(left)), "record": .string(key.record.description),
            "stamp": .string(key.stamp.description), "took": .string(Self.text(took)),
        ]
    }

    /// Reads the members; nil where something is missing or malformed.
    init?(_ entries: [String: Value]) {
        guard let record = entries["record"]?.text.flatMap({ RecordID($0) }),
            let stamp = entries["stamp"]?.text.flatMap({ Stamp($0) }),
            let took = entries["took"]?.text.flatMap({ Self.identities($0) }),
            let left = entries["left"]?.text.flatMap({ Self.identities($0) })
        else { return nil }
        self.init(Key(record: record, stamp: stamp), took: took, left: left)
    }

    private static func text(_ ids: Set<RecordID>) -> String { Base64.encode(ids.sorted().flatMap(\.bytes)) }

    private static func identities(_ text: String) -> Set<RecordID>? {
        guard let bytes = Base64.decode(text), bytes.count.isMultiple(of: 16) else { return nil }
        return Set(stride(from: 0, to: bytes.count, by: 16).compactMap { RecordID(bytes: bytes[$0..<$0 + 16]) })
    }
}
