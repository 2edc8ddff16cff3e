import GRDB
import WaybookModel
import WaybookProtocol

/// For how long this replica may show what it holds without having been heard of (`docs/operations.md#lease`).
///
/// A laptop that was lost or kept, and never meets its server again, is not told to delete its copy; after the lease this
/// program no longer shows it. Nothing is removed by it, and what is unsent can be sent and exported at any time.
public struct Lease: Hashable, Sendable {
    private static let dayMilliseconds: Int64 = 86_400_000

    /// The days of the lease.
    public var days: Int
    /// Milliseconds since the server was last heard to the end; nil where it never was.
    public var sinceMilliseconds: Int64?

    public init(days: Int, sinceMilliseconds: Int64?) {
        self.days = days
        self.sinceMilliseconds = sinceMilliseconds
    }

    /// Whether records are no longer shown.
    public var isEnded: Bool { (sinceMilliseconds ?? 0) >= Int64(days) * Self.dayMilliseconds }

    /// Whether the end is near: from day 10 of 14 on, and in that proportion.
    public var isEnding: Bool {
        !isEnded && (sinceMilliseconds ?? 0) >= Int64((days * 5 + 6) / 7) * Self.dayMilliseconds
    }

    /// The whole days that the server was not heard.
    public var daysSince: Int { Int(clamping: (sinceMilliseconds ?? 0) / Self.dayMilliseconds) }
    /// The days that are left, a begun one counted.
    public var daysLeft: Int { max(0, days - daysSince) }
}

extension ClientStore {
    /// How far a time must be beyond the highest one noted to be noted: one write an hour at most.
    private static let noteMilliseconds: Int64 = 3_600_000

    /// How the lease stands. Setting the clock back does not lengthen it: what counts is the highest of the corrected
    /// clock, the stamps made and seen since the last contact, and the times at which this was asked.
    public func lease(at now: ClientTime) throws -> Lease {
        let (lease, time, noted) = try read { tables in
            let time = try tables.leaseTime(now)
            return (try tables.lease(at: time), time, try tables.integer(.leaseSeen) ?? 0)
        }
        // A note that cannot be made, for the disk is full, takes nothing away from what was found.
        if time - noted >= Self.noteMilliseconds { try? write { tables in try tables.set(.leaseSeen, time) } }
        return lease
    }
}

extension ClientTables {
    /// The present time by the server's clock, as far as this device can tell, and never before what it has seen.
    fileprivate func leaseTime(_ now: ClientTime) throws -> Int64 {
        let clock = try anchor().map { Int64(clamping: $0.correctedMilliseconds(at: now)) } ?? now.wallMilliseconds
        let stamp = try stamp(.clock).flatMap { stamp in
            // Those from before the contact may have been made by a clock that ran ahead.
            try self.stamp(.leaseStamp).map { stamp > $0 } ?? (integer(.leaseContact) != nil)
                ? Int64(clamping: stamp.milliseconds) : nil
        }
        return max(clock, stamp ?? .min, try integer(.leaseSeen) ?? .min)
    }

    fileprivate func lease(at time: Int64) throws -> Lease {
        let days = try integer(.leaseDays).map { Int(clamping: $0) } ?? Head.standardLeaseDays
        // A store of an earlier version knows the device's clock at its last sync.
        let contact = try integer(.leaseContact) ?? integer(.lastSync).map { try $0 + (integer(.offset) ?? 0) }
        return Lease(days: days, sinceMilliseconds: contact.map { max(0, time - $0) })
    }

    /// Takes what the head of an answer says. The first one of all begins the lease; later ones renew it only once the
    /// feed was told to its end.
    func takeLease(_ head: Head, asked: ClientTime) throws {
        let (clock, isBeyond) = asked.wallMilliseconds.addingReportingOverflow(head.offsetMilliseconds)
        try set(.headClock, isBeyond ? asked.wallMilliseconds : clock)
        try set(.leaseDays, Int64(head.leaseDays ?? Head.standardLeaseDays))
        if try integer(.leaseContact) == nil { try renewLease() }
    }

    /// Begins the lease anew, from the server's clock at the last head.
    func renewLease() throws {
        guard let clock = try integer(.headClock) else { return }
        try set(.leaseContact, clock)
        try set(.leaseSeen, clock)
        if let stamp = try stamp(.clock) { try set(.leaseStamp, stamp.description) }
    }
}
