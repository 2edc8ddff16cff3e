/// The mark of an erasure, `$erased`: an atom like any other to those who store and send it, and the floor of all the
/// others (`protocol/9-erasure.md#mark`). Only the server makes it.
extension VersionedRecord {
    /// Its value where a part of what the server itself had written down went, and the rest may still be decided on. Any
    /// other value is an ``ErasureReason``.
    public static let redacted = Value.string("part")

    /// Whether its person was erased: nothing is written to it any more.
    public var isErased: Bool { atoms[.erased].map { $0.value != Self.redacted } ?? false }

    /// The stamp below which the record has nothing.
    public var erasureFloor: Stamp? { atoms[.erased]?.stamp }

    /// Lets go of what stands below the mark. What the erasure kept stands at it.
    public mutating func dropBelowErasure() {
        guard let floor = erasureFloor else { return }
        atoms = atoms.filter { $0.value.stamp >= floor }
    }
}
