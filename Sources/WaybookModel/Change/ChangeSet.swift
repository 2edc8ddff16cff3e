/// A write to one atom.
public struct Write: Hashable, Sendable {
    public var path: FieldPath
    /// The new value; nil removes an element.
    public var value: Value?
    /// The stamp that the atom showed where the write was made; nil when it showed nothing.
    public var base: Stamp?

    public init(path: FieldPath, value: Value?, base: Stamp? = nil) {
        self.path = path
        self.value = value
        self.base = base
    }
}

/// The writes of one change set to one record.
public struct Change: Hashable, Sendable {
    public var id: RecordID
    public var collection: CollectionName
    /// Whether this change creates the record. A write that does not, to an identity that the server does not know, is
    /// refused.
    public var isCreating: Bool
    /// In canonical order of their paths, each path once.
    public var writes: [Write]

    public init(id: RecordID, collection: CollectionName, isCreating: Bool = false, writes: [Write]) {
        self.id = id
        self.collection = collection
        self.isCreating = isCreating
        self.writes = writes.sorted { $0.path < $1.path }
    }
}

/// The changes of one user action: accepted by the server whole or not at all.
public struct ChangeSet: Hashable, Sendable {
    /// The most writes in one set.
    public static let maximumWrites = 1_000
    /// The highest number that a set may have: what is counted on from it stays a number, in every language.
    public static let maximumNumber: Int64 = (1 << 53) - 1
    /// The most bytes that a set's canonical line may have.
    public static let maximumBytes = 1 << 20

    /// Counts the replica's sets from 1, without gaps.
    public var number: Int64
    /// The stamp of every write in the set.
    public var stamp: Stamp
    /// The sequence of the last head that the replica had wholly read when the set was made: what it had certainly seen.
    public var readThrough: Int64
    /// Raw wall time at the making, milliseconds since 1970; evidence only, never used to order.
    public var wallMilliseconds: Int64
    public var changes: [Change]
    /// The conflicts that this set resolves.
    public var resolves: [RecordID]
    /// Why, in the person's words: told to those whom the change moves a customer away from.
    public var note: String?

    /// The most characters of a note.
    public static let maximumNoteCharacters = 200

    public init(
        number: Int64, stamp: Stamp, readThrough: Int64, wallMilliseconds: Int64, changes: [Change],
        resolves: [RecordID] = [], note: String? = nil
    ) {
        self.number = number
        self.stamp = stamp
        self.readThrough = readThrough
        self.wallMilliseconds = wallMilliseconds
        self.changes = changes
        self.resolves = resolves
        self.note = note
    }

    /// Whether it does nothing.
    public var isEmpty: Bool { changes.isEmpty && resolves.isEmpty }

    public var writeCount: Int { changes.reduce(0) { $0 + $1.writes.count } }
}
