/// The textual forms of typed values (`protocol/1-model.md#types`). Pure checks: no calendar of the system is asked.
public enum ValueForm {
    /// The most digits of a decimal.
    public static let maximumDecimalDigits = 34

    /// Text without control characters other than line feed and tab.
    public static func isPlainText(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F || $0 == "\n" || $0 == "\t" }
    }

    /// Plain text without line feeds and tabs either.
    public static func isOneLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// Canonical exact decimal: `-?digits[.digits]`; no leading zero but one before the point, no trailing zero after
    /// it, no `-0`.
    public static func isDecimal(_ text: String) -> Bool {
        canonicalDecimal(text) == text
    }

    /// Brings a decimal into canonical form; nil if it is none.
    public static func canonicalDecimal(_ text: String) -> String? {
        let negative = text.utf8.first == UInt8(ascii: "-")
        let unsigned = text.utf8.first == UInt8(ascii: "+") || negative ? text.dropFirst() : text[...]
        let parts = unsigned.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, parts.allSatisfy({ isDigits($0) }) else { return nil }
        var integral = whole.drop { $0 == "0" }
        if integral.isEmpty { integral = "0" }
        var fraction = parts.count > 1 ? parts[1] : ""
        while fraction.last == "0" { fraction.removeLast() }
        guard integral.count + fraction.count <= maximumDecimalDigits else { return nil }
        let number = fraction.isEmpty ? String(integral) : "\(integral).\(fraction)"
        return negative && number != "0" ? "-\(number)" : number
    }

    /// `2026-11-21T20:31:47.123Z`.
    public static func isInstant(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 24, bytes[10] == 0x54, bytes[13] == 0x3A, bytes[16] == 0x3A, bytes[19] == 0x2E,
            bytes[23] == 0x5A, let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
            let second = number(bytes[17..<19]), number(bytes[20..<23]) != nil
        else { return false }
        return isDate(String(text.prefix(10))) && hour < 24 && minute < 60 && second < 60
    }

    /// `2026-11-21`, a day that the Gregorian calendar has.
    public static func isDate(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D, let year = number(bytes[0..<4]),
            let month = number(bytes[5..<7]), let day = number(bytes[8..<10])
        else { return false }
        return (1...12).contains(month) && day >= 1 && day <= daysIn(month: month, year: year)
    }

    /// `2026-11-21`, `--11-21`, `2026-11`, `2026`; with a last `L` a day of the Chinese lunar calendar, whose months
    /// have at most 30 days.
    public static func isPartialDate(_ text: String) -> Bool {
        let lunar = text.hasSuffix("L")
        let body = lunar ? String(text.dropLast()) : text
        let bytes = Array(body.utf8)
        switch bytes.count {
        case 4: return number(bytes[...]) != nil
        case 7 where bytes[0] != 0x2D:
            return bytes[4] == 0x2D && number(bytes[0..<4]) != nil && isMonth(bytes[5..<7])
        case 7: return bytes.starts(with: [0x2D, 0x2D]) && bytes[4] == 0x2D && isDay(bytes[2..<4], bytes[5..<7], lunar)
        case 10 where lunar:
            return bytes[4] == 0x2D && bytes[7] == 0x2D && number(bytes[0..<4]) != nil
                && isDay(bytes[5..<7], bytes[8..<10], lunar)
        case 10: return isDate(body)
        default: return false
        }
    }

    static func isBytesReference(_ value: Value) -> Bool {
        guard let entries = value.entries, let digest = entries["sha256"]?.text, let size = entries["size"]?.integer,
            entries["type"]?.text != nil
        else { return false }
        return size >= 0 && digest.utf8.count == 64
            && digest.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Days of a month of the Gregorian calendar, for months 1…12.
    public static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func isMonth(_ digits: ArraySlice<UInt8>) -> Bool {
        number(digits).map { (1...12).contains($0) } ?? false
    }

    private static func isDay(_ month: ArraySlice<UInt8>, _ day: ArraySlice<UInt8>, _ lunar: Bool) -> Bool {
        guard let month = number(month), (1...12).contains(month), let day = number(day) else { return false }
        return day >= 1 && day <= (lunar ? 30 : daysIn(month: month, year: 2000))
    }

    private static func isDigits(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            number = number * 10 + Int(digit - 0x30)
        }
        return number
    }
}
