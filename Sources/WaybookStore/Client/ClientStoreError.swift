import WaybookModel

/// Why a replica's store cannot do what it was asked, beyond what ``StoreFileError`` tells of file and disk.
public enum ClientStoreError: Error, Hashable, Sendable {
    /// The store has no replica number yet: sign in first.
    case notSignedIn
    /// A stored row does not read back.
    case damagedRow(RecordID?)
    /// A stored change set does not read back.
    case damagedSet(Int64)
    /// A name in a query is no field's name.
    case malformedName(String)
    /// The answer's checkpoint lies before the stored one.
    case checkpointWentBack
    /// The answer tells a verdict out of order.
    case unexpectedVerdict(Int64)
}
