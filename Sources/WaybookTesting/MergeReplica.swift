import WaybookModel

/// A laptop's side of merging, in memory, for one record: the server's row apart, unsent sets over it.
public struct MergeReplica: Sendable {
    public static let collection: CollectionName = "thing"
    public static let record = RecordID(high: 0x0000_0000_0001_7000, low: 0x8000_0000_0000_0001)

    /// A set that the server has not answered.
    public struct Unsent: Sendable {
        public var set: ChangeSet
        /// Whether the server will refuse it for a reason of its own.
        public var isRefused: Bool
    }

    public let id: ReplicaID
    /// The server's row, as far as it was told.
    public private(set) var row = VersionedRecord(id: record, collection: collection)
    public private(set) var outbox: [Unsent] = []
    public private(set) var conflicts: [OpenConflict] = []
    /// The sequence of the last head that was wholly read.
    public private(set) var readThrough: Int64 = 0
    /// How far the wall clock is off, milliseconds; 0 once the server has told.
    public private(set) var skewMilliseconds: Int
    private var clock: HybridClock
    private var issued: Set<Stamp> = []
    private var setCount: Int64 = 0

    public init(id: ReplicaID, skewMilliseconds: Int) {
        self.id = id
        self.skewMilliseconds = skewMilliseconds
        clock = HybridClock(replica: id)
    }

    /// What this replica shows: the row with the unsent sets over it.
    public var shown: VersionedRecord {
        Overlay.shown(row, id: Self.record, collection: Self.collection, sets: outbox.lazy.map(\.set))
    }

    /// The conflicts that no unsent set resolves.
    public var unresolved: [OpenConflict] {
        conflicts.filter { conflict in !outbox.contains { $0.set.resolves.contains(conflict.id) } }
    }

    /// Makes one set of writes on what is shown, and keeps it for sending.
    /// - Returns: the set's number.
    public mutating func make(
        _ values: [(FieldPath, Value?)], resolves: [RecordID], isRefused: Bool, trueMilliseconds: Int
    ) -> ChangeSet {
        let shown = shown
        let writes = values.map { Write(path: $0.0, value: $0.1, base: shown.atoms[$0.0]?.stamp) }
        setCount += 1
        let set = ChangeSet(
            number: setCount, stamp: nextStamp(trueMilliseconds: trueMilliseconds), readThrough: readThrough,
            wallMilliseconds: Int64(trueMilliseconds + skewMilliseconds),
            changes: [Change(id: Self.record, collection: Self.collection, writes: writes)], resolves: resolves)
        outbox.append(Unsent(set: set, isRefused: isRefused))
        return set
    }

    /// A replica whose clock was lowered passes over the stamps that it has given out already.
    private mutating func nextStamp(trueMilliseconds: Int) -> Stamp {
        let milliseconds = UInt64(max(1, trueMilliseconds + skewMilliseconds))
        var stamp = clock.tick(milliseconds: milliseconds)
        while issued.contains(stamp) { stamp = clock.tick(milliseconds: milliseconds) }
        issued.insert(stamp)
        return stamp
    }

    /// Takes the server's verdict on the first unsent set.
    public mutating func take(_ verdict: SetVerdict, vetted: Stamp) {
        guard let set = outbox.first?.set else { return }
        outbox.removeFirst()
        guard case .accepted(let stamp, let outcomes) = verdict else { return }
        for write in set.changes.flatMap(\.writes) {
            join(outcomes[write.path] ?? Atom(value: write.value, stamp: stamp), at: write.path)
        }
        guard stamp != set.stamp else { return }
        skewMilliseconds = 0
        rewriteOutbox(from: set.stamp, to: stamp)
        clock.reset(to: vetted)
    }

    private mutating func rewriteOutbox(from raw: Stamp, to given: Stamp) {
        for index in outbox.indices {
            for change in outbox[index].set.changes.indices {
                for write in outbox[index].set.changes[change].writes.indices
                where outbox[index].set.changes[change].writes[write].base == raw {
                    outbox[index].set.changes[change].writes[write].base = given
                }
            }
        }
    }

    /// Reads everything from the server up to its head. What stands under this replica's own stamps is not told again.
    public mutating func pull(from server: MergeServer) {
        for (path, atom) in server.atoms where atom.commit > readThrough && atom.stamp.replica != id {
            join(atom, at: path)
            clock.observe(atom.stamp)
        }
        conflicts = server.conflicts
        readThrough = server.sequence
    }

    private mutating func join(_ atom: Atom, at path: FieldPath) {
        row.atoms[path] = row.atoms[path].map { Join.atoms($0, atom) } ?? atom
    }
}
