import WaybookModel

/// What the oracle knows of one write: who made it, on what, and what it settles. No base, no stamp but for telling
/// which of two is the later.
public struct OracleWrite: Sendable {
    public var author: ReplicaID
    public var path: FieldPath
    public var value: Value?
    /// The write whose value was shown where this one was made; nil where nothing was.
    public var parent: Int?
    /// The losing writes that it resolves.
    public var resolves: Dots
    /// Every write that its author had taken in when it was made.
    public var seen: Dots
    public var stamp: Stamp
    public var isRefused = false
    /// Its causal past on the same atom; known once it has reached the server.
    public var context = Dots()
}
