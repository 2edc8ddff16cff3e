import Foundation
import WaybookModel

/// What a clock on the wall shows.
public struct WallTime: Hashable, Sendable {
    public var date: CivilDate
    /// Seconds since midnight, 0…86 399.
    public var secondOfDay: Int

    public init(date: CivilDate, secondOfDay: Int) {
        self.date = date
        self.secondOfDay = secondOfDay
    }

    init(_ instant: Instant, offsetSeconds: Int) {
        let seconds = Int(instant.milliseconds.floored(by: 1_000)) + offsetSeconds
        let days = Int(Int64(seconds).floored(by: 86_400))
        date = CivilDate(daysSince1970: days)
        secondOfDay = seconds - days * 86_400
    }

    /// `20:31`, or `20:31:47`.
    public func clock(seconds: Bool = false) -> String {
        let text = "\(Digits.padded(secondOfDay / 3_600, 2)):\(Digits.padded(secondOfDay / 60 % 60, 2))"
        return seconds ? "\(text):\(Digits.padded(secondOfDay % 60, 2))" : text
    }
}

extension Int64 {
    fileprivate func floored(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

/// A time zone, passed in by the fronts.
public struct Zone: Hashable, Sendable {
    private let zone: TimeZone

    /// - Parameter identifier: of the IANA database, as `Asia/Shanghai`; nil where the system does not know it.
    public init?(_ identifier: String) {
        guard let zone = TimeZone(identifier: identifier) else { return nil }
        self.zone = zone
    }

    public init(_ zone: TimeZone) { self.zone = zone }

    public static let utc = Zone(TimeZone.gmt)

    public var identifier: String { zone.identifier }

    /// Seconds that the zone's clocks are ahead of UTC at a moment.
    public func offsetSeconds(at instant: Instant) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1_000))
    }

    /// What the zone's clocks show at a moment.
    public func wallTime(at instant: Instant) -> WallTime {
        WallTime(instant, offsetSeconds: offsetSeconds(at: instant))
    }

    /// The moment at which the zone's clocks show a time: the first of two where clocks go back, and as much later as
    /// the gap is long where they go forward.
    public func instant(_ wall: WallTime) -> Instant {
        let seconds = wall.date.daysSince1970 * 86_400 + wall.secondOfDay
        func moment(_ offset: Int) -> Instant { Instant(milliseconds: Int64(seconds - offset) * 1_000) }
        let before = offsetSeconds(at: Instant(milliseconds: Int64(seconds - 86_400) * 1_000))
        let after = offsetSeconds(at: Instant(milliseconds: Int64(seconds + 86_400) * 1_000))
        let early = moment(before)
        let late = moment(after)
        if wallTime(at: early) == wall { return early }
        return wallTime(at: late) == wall ? late : early
    }
}
