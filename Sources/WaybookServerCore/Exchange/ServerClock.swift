import WaybookModel
import WaybookStore

/// The server's time: physical, but never running back over restarts, and the stamps that arbitration gives.
///
/// What laptops claim never moves it, so their stamps cannot creep ahead of true time bit by bit
/// (`protocol/2-invariants.md#i10`).
public struct ServerClock: Hashable, Sendable {
    /// Milliseconds since 1970, the highest that was read.
    public private(set) var milliseconds: UInt64
    /// The last stamp given.
    public private(set) var last: Stamp

    /// - Parameters:
    ///   - milliseconds: the highest time that was stored.
    ///   - last: the last stamp that was stored, or nil.
    public init(replica: ReplicaID, milliseconds: UInt64, last: Stamp?) {
        self.milliseconds = milliseconds
        self.last = Stamp(
            milliseconds: last?.milliseconds ?? 0, counter: last?.counter ?? Stamp.serverBit, replica: replica)
    }

    /// Reads the wall clock.
    public mutating func advance(to wallMilliseconds: UInt64) {
        milliseconds = max(milliseconds, min(wallMilliseconds, Stamp.latestMilliseconds))
    }

    /// The stamp that would be given next above `floor`; ``take(_:)`` makes it given.
    public func next(above floor: Stamp) -> Stamp {
        let present = Stamp(milliseconds: milliseconds, counter: Stamp.serverBit, replica: last.replica)
        let bound = max(last, Stamp(milliseconds: floor.milliseconds, counter: floor.counter, replica: last.replica))
        return present > bound && present > floor ? present : bound.nextServerGiven()
    }

    /// Notes that a stamp was given.
    public mutating func take(_ stamp: Stamp) {
        if stamp > last { last = stamp }
    }
}

extension Stamp {
    /// The least stamp with the server's bit that is above this one in time and counter.
    func nextServerGiven() -> Stamp {
        if counter == .max { return Stamp(milliseconds: milliseconds + 1, counter: Self.serverBit, replica: replica) }
        return Stamp(milliseconds: milliseconds, counter: max(counter + 1, Self.serverBit), replica: replica)
    }
}

extension ServerClock {
    /// Gives the next stamp of the server's own.
    /// - Parameter record: what is written over: the stamp lies above all that it bears too, for a laptop's clock may be ahead
    ///   by as much as is allowed, and replicas join by stamps.
    mutating func give(over record: VersionedRecord? = nil) -> Stamp {
        let given = next(above: max(last, record?.highestStamp ?? last))
        take(given)
        return given
    }

    /// The clock as the server's file keeps it, brought up to the wall clock.
    init(_ rows: ServerRows, milliseconds: UInt64) throws {
        let timeline = UInt32(clamping: try rows.number("timeline") ?? 0)
        self.init(
            replica: ReplicaID(timeline << 24), milliseconds: UInt64(clamping: try rows.number("clock") ?? 0),
            last: try rows.text("stamp").flatMap { Stamp($0) })
        advance(to: milliseconds)
    }

    /// Keeps it in the server's file.
    func store(_ rows: ServerRows) throws {
        try rows.set("clock", Int64(clamping: milliseconds))
        try rows.set("stamp", last.description)
    }
}
