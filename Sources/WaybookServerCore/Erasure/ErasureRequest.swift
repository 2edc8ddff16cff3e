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
    /// What goes with it and is not here: its identity is remembered, and its traces go.
    var absent: Set<RecordID>
    /// The units that hold any of it.
    var units: Set<RecordID>
    /// What it took, and whom it left, the first time.
    var extent: ErasureExtent
    /// Whether it is done once more, on a file that went back.
    var isRepeated: Bool

    /// All that it takes.
    var taken: Set<RecordID> { absent.union(records.keys) }

    /// The units that went whole; also a root's that is not here, for stores may have held it.
    var wholeUnits: Set<RecordID> {
        let isRootAbsent = unit == request.record && absent.contains(unit)
        return units.filter { records[$0] != nil }.union(isRootAbsent ? [unit] : [])
    }

    /// What the security ledger says of it.
    func facts(_ entry: ErasureEntry) -> [SecurityFact] { extent.facts + [SecurityFact(entry)] }

    func entry(sequence: Int64) -> ErasureEntry {
        ErasureEntry(
            record: request.record, unit: unit, collection: collection, stamp: stamp, sequence: sequence,
            milliseconds: milliseconds, reason: request.reason, by: request.by, replica: request.replica,
            records: records.count)
    }
}
