import WaybookModel

/// A day of which parts may be missing, or a text in its place (BDAY and ANNIVERSARY, RFC 6350 §4.3.1 and §6.2.5). A time of day
/// is not kept.
public enum CardDate: Sendable, Hashable {
    /// Year 1…9999, month 1…12, day 1…31; the combinations that RFC 6350 has: all three, year and month, year, month and day,
    /// month, day.
    case date(year: Int?, month: Int?, day: Int?)
    /// One line, not empty, such as `circa 1800` or `农历 08-15`.
    case text(String)

    /// Reads what a card says: `19850412`, `1985-04-12`, `1985-04`, `1985`, `--0415`, `--04-15`, `--04`, `---15`, each perhaps
    /// with a time behind it; anything else is a text. Nil for nothing.
    /// - Parameters:
    ///   - isText: whether the card says that it is a text.
    ///   - omittedYear: the year that stands for none (`X-APPLE-OMIT-YEAR`); year 0 always does.
    init?(_ text: String, isText: Bool, omittedYear: Int? = nil) {
        guard !text.isEmpty else { return nil }
        guard !isText, var parts = Self.parts(text) else {
            self = .text(text)
            return
        }
        if parts.year == 0 || parts.year == omittedYear { parts.year = nil }
        guard Self.isDay(parts) else {
            self = .text(text)
            return
        }
        self = .date(year: parts.year, month: parts.month, day: parts.day)
    }

    /// What a record says; texts of the lunar calendar stay texts.
    public init(_ date: PartialDate) {
        if date.isLunar {
            self = .text("农历 " + date.text.dropLast().drop { $0 == "-" })
        } else {
            self = CardDate(date.text, isText: false) ?? .text(date.text)
        }
    }

    /// What a record can say of it; nil for a month or a day alone, and for texts that are no date.
    public var partialDate: PartialDate? {
        switch self {
        case .text(let text): DateText.partial(text)
        case .date(let year, let month, let day): DateText.make(.init(year: year, month: month, day: day), lunar: false)
        }
    }

    /// The digits of a date, in the basic form of version 4.0 or the extended form of those before.
    func digits(isExtended: Bool) -> String? {
        guard case .date(let year, let month, let day) = self else { return nil }
        let (yyyy, mm, dd) = (year.map { Digits.padded($0, 4) }, month.map(two), day.map(two))
        switch (yyyy, mm, dd) {
        case (let yyyy?, let mm?, let dd?): return isExtended ? "\(yyyy)-\(mm)-\(dd)" : yyyy + mm + dd
        case (let yyyy?, let mm?, nil): return "\(yyyy)-\(mm)"
        case (let yyyy?, nil, _): return yyyy
        case (nil, let mm?, let dd?): return isExtended ? "--\(mm)-\(dd)" : "--\(mm)\(dd)"
        case (nil, let mm?, nil): return "--\(mm)"
        case (nil, nil, let dd?): return "---\(dd)"
        case (nil, nil, nil): return nil
        }
    }

    private func two(_ number: Int) -> String { Digits.padded(number, 2) }

    private typealias Parts = (year: Int?, month: Int?, day: Int?)

    private static func parts(_ text: String) -> Parts? {
        var bytes = Array(text.utf8)
        if let time = bytes.firstIndex(where: { $0 == UInt8(ascii: "T") || $0 == 0x20 }) {
            bytes = Array(bytes[..<time])
        }
        let shape = bytes.map { (0x30...0x39).contains($0) ? UInt8(ascii: "0") : $0 }
        func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1) - 0x30 } }
        switch String(decoding: shape, as: UTF8.self) {
        case "00000000": return (number(0..<4), number(4..<6), number(6..<8))
        case "0000-00-00": return (number(0..<4), number(5..<7), number(8..<10))
        case "0000-00": return (number(0..<4), number(5..<7), nil)
        case "0000": return (number(0..<4), nil, nil)
        case "--0000": return (nil, number(2..<4), number(4..<6))
        case "--00-00": return (nil, number(2..<4), number(5..<7))
        case "--00": return (nil, number(2..<4), nil)
        case "---00": return (nil, nil, number(3..<5))
        default: return nil
        }
    }

    private static func isDay(_ parts: Parts) -> Bool {
        let month = parts.month ?? 1
        guard (1...12).contains(month), parts.year.map({ $0 >= 1 }) ?? true else { return false }
        guard let day = parts.day else { return parts.year != nil || parts.month != nil }
        return day >= 1 && day <= ValueForm.daysIn(month: month, year: parts.year ?? 2000)
    }
}
