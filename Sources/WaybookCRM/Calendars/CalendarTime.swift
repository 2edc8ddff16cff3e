import WaybookModel

/// When something is (DATE and DATE-TIME, RFC 5545 §3.3.4 and §3.3.5): in whole seconds, in the years 1…9999.
public enum CalendarTime: Sendable, Hashable {
    /// A whole day of no time zone.
    case date(CivilDate)
    /// A moment.
    case utc(Instant)
    /// What the clocks of a zone show; its name is one line of at most ``mostZoneBytes``, not empty, not resolved here.
    case zoned(WallTime, zone: String)
    /// What the clocks show wherever somebody is.
    case floating(WallTime)

    /// The longest name of a zone, in bytes of UTF-8.
    public static let mostZoneBytes = 255

    /// Reads a value: `20261129`, `20261129T120000`, `20261129T120000Z`; nil for anything else.
    /// - Parameter zone: the zone that the property names (TZID).
    init?(_ text: String, zone: String?) {
        if let time = BasicTime(text) {
            switch (time.offsetSeconds, zone) {
            case (.some, _): self = .utc(time.instant)
            case (nil, let zone?) where !zone.isEmpty && zone.utf8.count <= Self.mostZoneBytes:
                self = .zoned(time.wall, zone: zone)
            case (nil, _): self = .floating(time.wall)
            }
        } else if case .date(let year?, let month?, let day?)? = CardDate(text, isText: false),
            let date = CivilDate(year: year, month: month, day: day), !text.utf8.contains(UInt8(ascii: "T"))
        {
            self = .date(date)
        } else {
            return nil
        }
    }

    /// The property's parameters and its value, as in `;VALUE=DATE:20261129`.
    var written: String {
        switch self {
        case .date(let date): ";VALUE=DATE:" + date.description.filter { $0 != "-" }
        case .utc(let instant): ":" + BasicTime.text(instant)
        case .zoned(let wall, let zone): ";TZID=\(ParameterText.quoted(zone)):" + BasicTime.text(wall)
        case .floating(let wall): ":" + BasicTime.text(wall)
        }
    }

    /// So many seconds later, of the same kind; days are counted whole. Nil beyond the years that it has.
    func adding(seconds: Int) -> CalendarTime? {
        switch self {
        case .date(let date): return Self.day(date.daysSince1970 + seconds / 86_400).map { .date($0) }
        case .utc(let instant):
            let wall = WallTime(instant, offsetSeconds: 0)
            return Self.later(wall, seconds).map { later in
                .utc(Instant(milliseconds: Int64(later.date.daysSince1970 * 86_400 + later.secondOfDay) * 1_000))
            }
        case .zoned(let wall, let zone): return Self.later(wall, seconds).map { .zoned($0, zone: zone) }
        case .floating(let wall): return Self.later(wall, seconds).map { .floating($0) }
        }
    }

    private static func later(_ wall: WallTime, _ seconds: Int) -> WallTime? {
        let total = wall.date.daysSince1970 * 86_400 + wall.secondOfDay + seconds
        let days = total >= 0 ? total / 86_400 : (total - 86_399) / 86_400
        return day(days).map { WallTime(date: $0, secondOfDay: total - days * 86_400) }
    }

    private static func day(_ days: Int) -> CivilDate? {
        let date = CivilDate(daysSince1970: days)
        return date.daysSince1970 == days ? date : nil
    }
}
