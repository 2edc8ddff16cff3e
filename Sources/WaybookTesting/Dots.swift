/// A set of writes: bit *n* stands for the *n*-th write of the history (its dot: replica and number).
public struct Dots: Hashable, Sendable {
    /// The most writes that one history may have.
    public static let maximumCount = 64
    var bits: UInt64 = 0

    public init() {}
    public init(_ dot: Int) { bits = 1 << UInt64(dot) }
    init(bits: UInt64) { self.bits = bits }

    public var isEmpty: Bool { bits == 0 }
    public func contains(_ dot: Int) -> Bool { bits & (1 << UInt64(dot)) != 0 }
    public func union(_ other: Dots) -> Dots { Dots(bits: bits | other.bits) }
    public func subtracting(_ other: Dots) -> Dots { Dots(bits: bits & ~other.bits) }

    public mutating func insert(_ dot: Int) { bits |= 1 << UInt64(dot) }

    /// The members in ascending order.
    public var members: [Int] { (0..<Self.maximumCount).filter(contains) }
}
