import WaybookModel

/// The server's own clock: each stamp is above every stamp the server took and bears the server's bit.
public struct ServerClock: Hashable, Sendable {
    /// The most that an accepted stamp may be ahead, milliseconds. Tiny here, so that histories cross it.
    public static let maximumAheadMilliseconds: UInt64 = 6

    private var last = Stamp(milliseconds: 0, counter: 0, replica: ReplicaID(0))
    /// The server's wall clock, milliseconds.
    public var wallMilliseconds: UInt64 = 0

    public init() {}

    /// Whether a stamp is too far ahead to be taken as it is.
    public func isTooFarAhead(_ stamp: Stamp) -> Bool {
        stamp.milliseconds > max(wallMilliseconds, last.milliseconds) + Self.maximumAheadMilliseconds
    }

    /// Makes sure that the next stamp is above `stamp`.
    public mutating func observe(_ stamp: Stamp) {
        if stamp > last { last = stamp }
    }

    /// Gives the next stamp above everything seen, with bit 15 of the counter set.
    /// - Parameter replica: the server, or the author of a set that is re-stamped.
    public mutating func next(above floor: Stamp, for replica: ReplicaID = ReplicaID(0)) -> Stamp {
        observe(floor)
        let now = max(wallMilliseconds, last.milliseconds)
        if now == last.milliseconds, last.counter == .max {
            last = Stamp(milliseconds: now + 1, counter: Stamp.serverBit, replica: replica)
        } else {
            let counter = now == last.milliseconds ? last.counter + 1 : 0
            last = Stamp(milliseconds: now, counter: counter | Stamp.serverBit, replica: replica)
        }
        return last
    }
}
