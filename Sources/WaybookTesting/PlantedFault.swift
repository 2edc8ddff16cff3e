/// A fault that a test plants into the wiring of ``MergeServer``, to prove that ``VersionVectorOracle`` finds it.
public enum PlantedFault: String, CaseIterable, Sendable {
    /// Every write is taken for one that was made on nothing.
    case baseIgnored
    /// A base that was refused stands for itself.
    case refusedBaseNotTranslated
    /// A write on the loser of an open conflict leaves that conflict open.
    case loserNotCarriedOn
    /// The stamp of the write whose value is present is forgotten where the server gave a stamp of its own.
    case originIgnored
}
