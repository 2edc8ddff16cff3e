/// The settling of a record's life: delete against edit (`protocol/3-merge.md#life`). What a person typed outlives a
/// delete that did not know of it: the record lives, and a conflict asks.
public struct LifeArbitration {
    /// The state of `$life`; nil for a record that was never deleted.
    public var present: Atom?
    /// The open losers of `$life`.
    public var losers: [OpenLoser]
    public var serverStamp: (Stamp) -> Stamp

    public init(present: Atom?, losers: [OpenLoser], serverStamp: @escaping (Stamp) -> Stamp) {
        self.present = present
        self.losers = losers
        self.serverStamp = serverStamp
    }

    /// Rules on a delete or a restore.
    /// - Parameters:
    ///   - hasUnseen: for a delete, whether anything in what it deletes was written by another replica and committed
    ///     after what the deleter had read.
    ///   - knowsDelete: for a restore, whether its author had read the present delete, or made it.
    public func ruling(on write: Write, stamp: Stamp, hasUnseen: Bool, knowsDelete: Bool) -> Ruling {
        guard write.value == VersionedRecord.deleted || write.value == VersionedRecord.alive else {
            return .refused(.type, present: present?.value)
        }
        var write = write
        if write.value == VersionedRecord.alive, knowsDelete, let present { write.base = present.origin }
        let isDeleted = present?.value == VersionedRecord.deleted
        if write.value == VersionedRecord.deleted, !isDeleted {
            if hasUnseen { return ungranted(write, stamp: stamp) }
            write.base = present?.origin
        }
        let register = Arbitration(
            rule: .register(quiet: false, prefer: [VersionedRecord.alive]), path: .life, present: present,
            losers: losers, serverStamp: serverStamp)
        return register.ruling(on: write, stamp: stamp)
    }

    /// The record lives on, which is now said under a stamp if it never was; the delete is listed.
    private func ungranted(_ write: Write, stamp: Stamp) -> Ruling {
        let carried = write.base.map { base in losers.filter { $0.isNamed(by: base) } } ?? []
        let listed = OpenLoser(path: .life, value: write.value, stamp: stamp)
        let alive = present ?? Atom(value: VersionedRecord.alive, stamp: serverStamp(stamp))
        return .accepted(Decision(present: alive, outcome: .conflict, listed: listed, closed: carried))
    }

    /// The record comes back to life because something was written to it, or under it. Nil when it is alive.
    /// - Parameter knowsDelete: whether the writer had read the delete, or made it: then nobody is asked.
    public func revival(knowsDelete: Bool) -> Decision? {
        guard let present, present.value == VersionedRecord.deleted else { return nil }
        let alive = Atom(value: VersionedRecord.alive, stamp: serverStamp(present.stamp))
        return Decision(
            present: alive, outcome: knowsDelete ? .merged : .conflict,
            listed: knowsDelete ? nil : OpenLoser(path: .life, atom: present),
            closed: losers.filter { $0.value == VersionedRecord.alive }, retired: [present])
    }
}
