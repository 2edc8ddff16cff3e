/// A moment: milliseconds since 1970, UTC. Its text is `2026-11-21T20:31:47.123Z` (RFC 3339). Pure arithmetic on the
/// proleptic Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
public struct Instant: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let milliseconds: Int64

    /// A day of 24 hours, milliseconds.
    public static let dayMilliseconds: Int64 = 86_400_000
    /// The first and the last moment that have a text: those of the years 0…9999.
    private static let earliest: Int64 = -62_167_219_200_000
    private static let latest: Int64 = 253_402_300_799_999

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads the text form; nil for anything else.
    public init?(_ text: String) {
        guard ValueForm.isInstant(text) else { return nil }
        let digits = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64 { digits[range].reduce(0) { $0 * 10 + Int64($1) - 0x30 } }
        let day = Self.days(year: number(0..<4), month: number(5..<7), day: number(8..<10))
        let clock = (number(11..<13) * 60 + number(14..<16)) * 60 + number(17..<19)
        milliseconds = day * Self.dayMilliseconds + clock * 1_000 + number(20..<23)
    }

    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    /// The text form; moments beyond the years 0…9999 show as the first or last of them.
    public var description: String {
        let time = min(max(milliseconds, Self.earliest), Self.latest)
        var day = time / Self.dayMilliseconds
        var rest = time % Self.dayMilliseconds
        if rest < 0 { (day, rest) = (day - 1, rest + Self.dayMilliseconds) }
        let (year, month, date) = Self.civil(day)
        let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60].map { Self.pad($0, 2) }
        let dayText = "\(Self.pad(year, 4))-\(Self.pad(month, 2))-\(Self.pad(date, 2))"
        return "\(dayText)T\(clock.joined(separator: ":")).\(Self.pad(rest % 1_000, 3))Z"
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
