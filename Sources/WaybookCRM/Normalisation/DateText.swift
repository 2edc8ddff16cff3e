import WaybookModel

/// Dates as people write them. A day and a month whose order cannot be told (`03/04/2026`) are not guessed.
public enum DateText {
    /// Reads a whole date, `2026-11-21`, `2026/11/21`, `20261121`, `21.11.2026`, `2026年11月21日`; or, where today is
    /// known, the words of ``DayWords``. Nil for anything else.
    public static func date(_ text: String, today: CivilDate? = nil) -> CivilDate? {
        let plain = TypedText.plain(text)
        if let parts = parts(of: plain), let year = parts.year, let month = parts.month, let day = parts.day {
            return CivilDate(year: year, month: month, day: day)
        }
        return today.flatMap { DayWords.day(plain, today: $0) }
    }

    /// Reads a date of which year or day may be missing, perhaps of the lunar calendar: all of the above, `11-21`,
    /// `--11-21`, `11月21日`, `2026-11`, `2026`, `农历八月十五`, `腊月廿三`, `1985-08-15L`. Nil for anything else, as
    /// for a leap month of the lunar calendar, for which the canonical form has no place.
    public static func partial(_ text: String) -> PartialDate? {
        let plain = TypedText.plain(text)
        if let canonical = PartialDate(plain) { return canonical }
        if let lunar = LunarDateText.read(plain) { return lunar }
        guard let parts = parts(of: plain) else { return nil }
        return make(parts, lunar: false)
    }

    struct Parts: Equatable {
        var year: Int?
        var month: Int?
        var day: Int?
    }

    static func make(_ parts: Parts, lunar: Bool) -> PartialDate? {
        let month = parts.month.map { Digits.padded($0, 2) }
        let day = parts.day.map { Digits.padded($0, 2) }
        let text: String
        switch (parts.year.map { Digits.padded($0, 4) }, month, day) {
        case (let year?, let month?, let day?): text = "\(year)-\(month)-\(day)"
        case (let year?, let month?, nil): text = "\(year)-\(month)"
        case (nil, let month?, let day?): text = "--\(month)-\(day)"
        case (let year?, nil, nil): text = year
        default: return nil
        }
        return PartialDate(lunar ? text + "L" : text)
    }

    /// Year, month and day as they stand in digits; nil where they cannot be told apart.
    static func parts(of text: String) -> Parts? {
        if text.contains("月") || text.hasSuffix("年") { return chineseParts(of: text) }
        let digits = text.allSatisfy { $0.isASCII && $0.isNumber }
        if digits, text.count == 8 {
            return parts(of: "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))")
        }
        if digits { return text.count == 4 ? Parts(year: Int(text)) : nil }
        guard let separator = text.first(where: { "-/.".contains($0) }) else { return nil }
        let body = text.hasPrefix("--") ? String(text.dropFirst(2)) : text
        let fields = body.split(separator: separator, omittingEmptySubsequences: false)
        let numbers = fields.compactMap { $0.allSatisfy { $0.isASCII && $0.isNumber } ? Int($0) : nil }
        guard numbers.count == fields.count, (2...3).contains(numbers.count) else { return nil }
        return assign(numbers, firstIsYear: fields[0].count == 4, separator: separator)
    }

    private static func assign(_ numbers: [Int], firstIsYear: Bool, separator: Character) -> Parts? {
        if firstIsYear {
            return Parts(year: numbers[0], month: numbers[1], day: numbers.count == 3 ? numbers[2] : nil)
        }
        if numbers.count == 2 {
            return separator == "."
                ? Parts(month: numbers[1], day: numbers[0]) : Parts(month: numbers[0], day: numbers[1])
        }
        guard numbers[2] >= 1_000 else { return nil }
        if separator == "." || numbers[0] > 12 || numbers[0] == numbers[1] {
            return Parts(year: numbers[2], month: numbers[1], day: numbers[0])
        }
        return numbers[1] > 12 ? Parts(year: numbers[2], month: numbers[0], day: numbers[1]) : nil
    }

    private static func chineseParts(of text: String) -> Parts? {
        var parts = Parts()
        var number = ""
        for character in text where !character.isWhitespace {
            switch character {
            case "年": parts.year = Int(number)
            case "月": parts.month = Int(number)
            case "日", "号": parts.day = Int(number)
            default:
                guard character.isASCII, character.isNumber else { return nil }
                number.append(character)
                continue
            }
            guard !number.isEmpty else { return nil }
            number = ""
        }
        if !number.isEmpty, parts.month != nil, parts.day == nil {
            parts.day = Int(number)
            number = ""
        }
        return number.isEmpty ? parts : nil
    }
}
