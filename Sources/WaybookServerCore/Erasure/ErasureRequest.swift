import WaybookModel
import WaybookStore

/// Somebody's wish that a person, or what tells of one, be erased.
public struct ErasureRequest: Hashable, Sendable {
    public var record: RecordID
    public var reason: ErasureReason
    /// Who asks; nil for whoever works on the server's machine.
    public var by: RecordID?
    /// The device that it comes from.
    public var replica: ReplicaID?

    public init(record: RecordID, reason: ErasureReason, by: RecordID? = nil, replica: ReplicaID? = nil) {
        self.record = record
        self.reason = reason
        self.by = by
        self.replica = replica
    }
}

/// An erasure within the work of one set: what is to be done with it when the set is stored.
struct ErasureWork {
    var request: ErasureRequest
    var unit: RecordID
    var collection: CollectionName
    var stamp: Stamp
    var milliseconds: Int64
    /// What is shredded, by collection: its traces go.
    var records: [RecordID: CollectionName]
    /// The units that hold any of it.
    var units: Set<RecordID>

    /// The units that went whole.
    var wholeUnits: Set<RecordID> { units.filter { records[$0] != nil } }

    func entry(sequence: Int64) -> ErasureEntry {
        ErasureEntry(
            record: request.record, unit: unit, collection: collection, stamp: stamp, sequence: sequence,
            milliseconds: milliseconds, reason: request.reason, by: request.by, replica: request.replica,
            records: records.count)
    }
}
