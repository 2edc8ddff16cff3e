/// A law of merging that a history breaks.
public struct BrokenLaw: Error, Hashable, Sendable, CustomStringConvertible {
    public var law: String
    public var detail: String
    public var description: String { "\(law): \(detail)" }
}
