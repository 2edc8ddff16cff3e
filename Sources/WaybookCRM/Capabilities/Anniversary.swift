import Foundation
import WaybookModel

/// A day that comes again each year, of the civil or of the Chinese lunar calendar.
///
/// Of a year that does not have it, it is kept on the day before: 29 February on the 28th, a lunar month's 30th on its 29th. A lunar day
/// falls into the month of its name, never into the leap month after it.
public struct Anniversary: Hashable, Sendable {
    public let month: Int
    public let day: Int
    public let isLunar: Bool
    private let year: Int?

    /// - Parameter date: nil unless it has a month and a day.
    public init?(_ date: PartialDate) {
        let text = date.isLunar ? String(date.text.dropLast()) : date.text
        let parts = text.split(separator: "-").map { Int($0) }
        guard parts.count >= 2, let month = parts[parts.count - 2], let day = parts[parts.count - 1],
            text.hasPrefix("--") ? parts.count == 2 : parts.count == 3
        else { return nil }
        (self.month, self.day, isLunar) = (month, day, date.isLunar)
        year = parts.count == 3 ? parts[0] : nil
    }

    /// Whether it is on a day.
    public func isOn(_ date: CivilDate) -> Bool {
        guard isLunar else {
            if month == date.month, day == date.day { return true }
            let isKeptBefore = day == 29 && month == 2 && date.month == 2 && date.day == 28
            return isKeptBefore && ValueForm.daysIn(month: 2, year: date.year) == 28
        }
        let today = LunarDay(date)
        guard today.month == month, !today.isLeap else { return false }
        return today.day == day || day == 30 && today.day == 29 && LunarDay(date.adding(days: 1)).day == 1
    }

    /// The endings of canonical partial dates that may be kept on a day: to look for before ``isOn(_:)`` is asked.
    public static func endings(on date: CivilDate) -> [String] {
        func ending(_ month: Int, _ day: Int) -> String { "-\(Digits.padded(month, 2))-\(Digits.padded(day, 2))" }
        let lunar = LunarDay(date)
        var endings = [ending(date.month, date.day), ending(lunar.month, lunar.day) + "L"]
        if date.month == 2, date.day == 28 { endings.append(ending(2, 29)) }
        if lunar.day == 29 { endings.append(ending(lunar.month, 30) + "L") }
        return endings
    }

    /// How many years it is on a day; nil where the year is not known, is to come, or is one of another calendar.
    public func years(on date: CivilDate) -> Int? {
        guard !isLunar, let year, year < date.year else { return nil }
        return date.year - year
    }
}

/// A day of the Chinese lunar calendar, by the system's calendar (ICU).
struct LunarDay: Hashable {
    let month: Int
    let day: Int
    let isLeap: Bool

    init(_ date: CivilDate) {
        var calendar = Calendar(identifier: .chinese)
        calendar.timeZone = .gmt
        let noon = Date(timeIntervalSince1970: Double(date.daysSince1970) * 86_400 + 43_200)
        let parts = calendar.dateComponents([.month, .day], from: noon)
        (month, day, isLeap) = (parts.month ?? 0, parts.day ?? 0, parts.isLeapMonth ?? false)
    }
}
