/// What a replica shows: the server's row with the replica's unsent writes over it (`protocol/4-exchange.md#overlay`).
///
/// The row is kept apart, so incoming data never waits for unsent edits, and an edit that is refused falls back by itself.
public enum Overlay {
    /// Returns `row` with the writes of `sets` to it applied in order. Cost: linear in the writes.
    public static func shown(
        _ row: VersionedRecord?, id: RecordID, collection: CollectionName, sets: some Sequence<ChangeSet>
    ) -> VersionedRecord {
        var shown = row ?? VersionedRecord(id: id, collection: collection)
        for set in sets {
            for change in set.changes where change.id == id {
                apply(change, stamp: set.stamp, to: &shown)
            }
        }
        return shown
    }

    /// Applies one change to a shown record.
    public static func apply(_ change: Change, stamp: Stamp, to record: inout VersionedRecord) {
        for write in change.writes {
            record.atoms[write.path] = Atom(value: write.value, stamp: stamp)
        }
    }
}
