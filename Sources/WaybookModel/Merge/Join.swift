/// The join of two states: per atom, the later stamp wins. Commutative, associative, idempotent; all that replicas ever
/// do with each other's states (`protocol/3-merge.md#join`). What goes beyond it is the server's ``Arbitration``.
public enum Join {
    /// Joins two states of one atom. Equal stamps with unequal values mean a cloned store; the server refuses such a
    /// write before it spreads, and so that the laws hold all the same, the greater canonical encoding is taken.
    public static func atoms(_ left: Atom, _ right: Atom) -> Atom {
        if left.stamp != right.stamp { return left.stamp > right.stamp ? left : right }
        // By bytes, not by `==`: two spellings of one character are equal to Swift and not to a digest.
        let (mine, theirs) = (encoding(left), encoding(right))
        if mine == theirs { return left.commit >= right.commit ? left : right }
        return mine.lexicographicallyPrecedes(theirs) ? right : left
    }

    private static func encoding(_ atom: Atom) -> [UInt8] {
        (atom.value.map { [1] + CanonicalJSON.bytes($0) } ?? [0]) + Array(atom.origin.description.utf8)
    }

    /// Joins two states of one record: atom by atom, and nothing stays below the mark of an erasure.
    public static func records(_ left: VersionedRecord, _ right: VersionedRecord) -> VersionedRecord {
        var joined = left
        joined.atoms.merge(right.atoms, uniquingKeysWith: atoms)
        joined.dropBelowErasure()
        return joined
    }

    /// Joins one atom into a record.
    public static func atom(_ atom: Atom, at path: FieldPath, into record: inout VersionedRecord) {
        if let floor = record.erasureFloor, atom.stamp < floor { return }
        record.atoms[path] = record.atoms[path].map { atoms($0, atom) } ?? atom
        if path == .erased { record.dropBelowErasure() }
    }
}
