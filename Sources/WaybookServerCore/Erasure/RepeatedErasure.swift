import WaybookModel
import WaybookStore

/// An erasure that stands in the security ledger, to be done again on a file that went back
/// (`protocol/9-erasure.md#again`).
struct RepeatedErasure {
    var request: ErasureRequest
    var unit: RecordID
    var collection: CollectionName
    /// Its stamp: it is done again above that.
    var stamp: Stamp
    /// What it took then; nil where an older program wrote the line.
    var extent: ErasureExtent?

    /// What is known of the record where the file does not have it.
    var absent: ServerRow {
        ServerRow(record: VersionedRecord(id: request.record, collection: collection), unit: unit)
    }
}
