import WaybookModel

/// Takes a set's stamp as it is, or gives one in its place (`protocol/4-exchange.md#re-stamping`).
struct StampVetting {
    /// The server's clock, milliseconds since 1970.
    var milliseconds: UInt64
    /// How far ahead of it a stamp may be.
    var aheadMilliseconds: UInt64
    /// The server's clock less the laptop's, milliseconds, as the hello showed it.
    var offsetMilliseconds: Int64

    /// The latest time that a stamp may tell.
    var latest: UInt64 { milliseconds.addingClamped(aheadMilliseconds) }

    /// The stamp under which a set is judged.
    /// - Parameters:
    ///   - vetted: the highest stamp of the replica so far.
    ///   - bases: the translated bases of the set.
    /// - Returns: `raw` itself where it is above `vetted` and not too far ahead. Else the time shifted by the clock
    ///   difference, not beyond the server's clock unless that is what lies above `vetted` and the bases, with the
    ///   server's bit set.
    func stamp(for raw: Stamp, vetted: Stamp?, bases: some Sequence<Stamp>) -> Stamp {
        let isAhead = raw.milliseconds > latest
        let isAbove = vetted.map { raw > $0 } ?? true
        if !isAhead, isAbove { return raw }
        let shifted = min(raw.milliseconds.shiftedClamped(offsetMilliseconds), milliseconds)
        let moved = Stamp(milliseconds: shifted, counter: raw.counter, replica: raw.replica).serverGiven
        var floor = vetted ?? Stamp(milliseconds: 0, counter: 0, replica: raw.replica)
        // A base later than any stamp that was ever taken names nothing, and must not carry the clock away.
        for base in bases where base.milliseconds <= latest { floor = max(floor, base) }
        if moved > floor { return moved }
        return Stamp(milliseconds: floor.milliseconds, counter: floor.counter, replica: raw.replica).nextServerGiven()
    }
}

extension UInt64 {
    fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    fileprivate func shiftedClamped(_ offset: Int64) -> UInt64 {
        if offset >= 0 { return addingClamped(UInt64(offset)) }
        return self > offset.magnitude ? self - offset.magnitude : 0
    }
}
