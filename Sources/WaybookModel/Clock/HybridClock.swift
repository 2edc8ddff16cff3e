/// Makes the stamps of one replica: each above the last, whatever the wall clock does.
///
/// A save never fails because of a clock: when time stands still or runs backwards the counter rises, and when the
/// counter is used up the time part does.
public struct HybridClock: Hashable, Sendable {
    public private(set) var last: Stamp
    /// Kept free at the end of the 48 bits, so that a clock beyond it still makes rising stamps: 2³² milliseconds.
    private static let reserveMilliseconds: UInt64 = 1 << 32

    /// - Parameter last: the highest stamp that this replica has made or been told; its replica is the one stamped with.
    public init(last: Stamp) { self.last = last }

    /// Starts a clock that has made no stamp.
    public init(replica: ReplicaID) { last = Stamp(time: 0, replica: replica) }

    /// Makes the next stamp.
    /// - Parameter milliseconds: corrected time since 1970; anything beyond 48 bits counts as the last of them.
    public mutating func tick(milliseconds: UInt64) -> Stamp {
        let now = min(milliseconds, Stamp.latestMilliseconds - Self.reserveMilliseconds)
        if now > last.milliseconds {
            last = Stamp(milliseconds: now, counter: 0, replica: last.replica)
        } else if last.counter < Stamp.serverBit - 1 {
            last = Stamp(milliseconds: last.milliseconds, counter: last.counter + 1, replica: last.replica)
        } else {
            last = Stamp(milliseconds: last.milliseconds + 1, counter: 0, replica: last.replica)
        }
        return last
    }

    /// Lowers or raises the clock to what the server has vetted, so that the next stamp is above it and no more.
    public mutating func reset(to vetted: Stamp) {
        last = Stamp(time: vetted.time, replica: last.replica)
    }

    /// Makes sure that the next stamp is above `stamp`.
    public mutating func observe(_ stamp: Stamp) {
        if stamp.time > last.time { last = Stamp(time: stamp.time, replica: last.replica) }
    }
}
