import WaybookModel

/// One reading of the device's clocks, passed in by whoever may read them.
public struct ClientTime: Hashable, Sendable {
    /// The wall clock, milliseconds since 1970; may be set by anyone to anything.
    public var wallMilliseconds: Int64
    /// The clock that counts since the start of the machine, sleep included (CLOCK_BOOTTIME), milliseconds.
    public var bootMilliseconds: Int64
    /// Names the start of the machine that ``bootMilliseconds`` counts from.
    public var bootID: String

    public init(wallMilliseconds: Int64, bootMilliseconds: Int64, bootID: String) {
        self.wallMilliseconds = wallMilliseconds
        self.bootMilliseconds = bootMilliseconds
        self.bootID = bootID
    }
}

/// What an exchange measured: the server's time at one reading of the device's clocks.
///
/// Within one run of the machine time goes on from there by the boot clock, so that mending the wall clock does not
/// shift it a second time (`protocol/1-model.md#clock`).
public struct ClockAnchor: Hashable, Sendable {
    /// The server's clock less the device's wall clock, milliseconds.
    public var offsetMilliseconds: Int64
    /// The reading that it was measured at.
    public var measuredAt: ClientTime

    public init(offsetMilliseconds: Int64, measuredAt: ClientTime) {
        self.offsetMilliseconds = offsetMilliseconds
        self.measuredAt = measuredAt
    }

    /// The server's time at another reading, milliseconds since 1970, never below 0.
    public func correctedMilliseconds(at now: ClientTime) -> UInt64 {
        let measured = measuredAt.wallMilliseconds.addingClamped(offsetMilliseconds)
        let isSameRun = now.bootID == measuredAt.bootID && now.bootMilliseconds >= measuredAt.bootMilliseconds
        let corrected =
            isSameRun
            ? measured.addingClamped(now.bootMilliseconds - measuredAt.bootMilliseconds)
            : now.wallMilliseconds.addingClamped(offsetMilliseconds)
        return UInt64(max(0, corrected))
    }
}

extension Int64 {
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}
