import WaybookModel

/// A time as cards and calendars write it: `20261129T120000Z`, `2026-11-29T12:00:00+08:00`, or without zone
/// (RFC 6350 §4.3.5, RFC 5545 §3.3.5). A fraction of a second is left out; second 60 counts as 59.
struct BasicTime: Hashable {
    var wall: WallTime
    /// Seconds ahead of UTC; nil where the text does not say.
    var offsetSeconds: Int?

    init?(_ text: String) {
        var bytes = Array(text.utf8.filter { $0 != Ascii.colon })
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "T")) else { return nil }
        let day = bytes[..<mark].filter { $0 != 0x2D }
        bytes = Array(bytes[(mark + 1)...])
        var zone: ArraySlice<UInt8> = []
        if let start = bytes.firstIndex(where: { Ascii.capital($0) == UInt8(ascii: "Z") || $0 == 0x2B || $0 == 0x2D }) {
            zone = bytes[start...]
            bytes = Array(bytes[..<start])
        }
        if let fraction = bytes.firstIndex(where: { $0 == 0x2E || $0 == Ascii.comma }) {
            bytes = Array(bytes[..<fraction])
        }
        guard day.count == 8, let year = Self.number(day[0..<4]), let month = Self.number(day[4..<6]),
            let dayOfMonth = Self.number(day[6..<8]),
            let date = CivilDate(year: year, month: month, day: dayOfMonth),
            let seconds = Self.secondOfDay(bytes)
        else { return nil }
        wall = WallTime(date: date, secondOfDay: seconds)
        if !zone.isEmpty {
            guard let offset = Self.offset(zone) else { return nil }
            offsetSeconds = offset
        }
        // At UTC too it must be of the years that have a text.
        let utc = WallTime(instant, offsetSeconds: 0)
        guard utc.date.daysSince1970 * 86_400 + utc.secondOfDay == instant.milliseconds / 1_000 else { return nil }
    }

    /// The moment; of a time without zone as if it were UTC.
    var instant: Instant {
        let seconds = wall.date.daysSince1970 * 86_400 + wall.secondOfDay - (offsetSeconds ?? 0)
        return Instant(milliseconds: Int64(seconds) * 1_000)
    }

    /// `20261129T120000`.
    static func text(_ wall: WallTime) -> String {
        wall.date.description.filter { $0 != "-" } + "T" + wall.clock(seconds: true).filter { $0 != ":" }
    }

    /// `20261129T120000Z`.
    static func text(_ instant: Instant) -> String { text(WallTime(instant, offsetSeconds: 0)) + "Z" }

    private static func secondOfDay(_ bytes: [UInt8]) -> Int? {
        guard bytes.count == 6 || bytes.count == 4, let hour = number(bytes[0..<2]), let minute = number(bytes[2..<4]),
            let second = bytes.count == 6 ? number(bytes[4..<6]) : 0, hour < 24, minute < 60, second <= 60
        else { return nil }
        return (hour * 60 + minute) * 60 + min(second, 59)
    }

    private static func offset(_ zone: ArraySlice<UInt8>) -> Int? {
        let digits = zone.dropFirst()
        if let sign = zone.first, Ascii.capital(sign) == UInt8(ascii: "Z") { return digits.isEmpty ? 0 : nil }
        guard digits.count == 2 || digits.count == 4, let hours = number(digits.prefix(2)),
            let minutes = digits.count == 4 ? number(digits.suffix(2)) : 0, hours < 24, minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * 60 * (zone.first == 0x2D ? -1 : 1)
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            number = number * 10 + Int(digit) - 0x30
        }
        return number
    }
}
