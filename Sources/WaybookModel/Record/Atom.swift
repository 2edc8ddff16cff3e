/// The present state of one atom: its value and the stamp under which it stands.
public struct Atom: Hashable, Sendable {
    /// The value; nil for an element that was removed.
    public var value: Value?
    /// The stamp that orders this state against others.
    public var stamp: Stamp
    /// The stamp of the write whose value this is. Differs from ``stamp`` only where the server's arbitration gave a
    /// stamp of its own (`protocol/3-merge.md#origin`).
    public var origin: Stamp
    /// The sequence of the commit that put it here; 0 on a replica that was not told.
    public var commit: Int64

    public init(value: Value?, stamp: Stamp, origin: Stamp? = nil, commit: Int64 = 0) {
        self.value = value
        self.stamp = stamp
        self.origin = origin ?? stamp
        self.commit = commit
    }

    /// The same state with another commit.
    public func committed(_ commit: Int64) -> Atom {
        Atom(value: value, stamp: stamp, origin: origin, commit: commit)
    }

    /// Whether a write made on `base` was made on this state.
    public func isNamed(by base: Stamp) -> Bool { base == stamp || base == origin }
}
