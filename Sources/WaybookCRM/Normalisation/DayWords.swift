/// Days by words: `today`, `tomorrow`, `friday`, `next friday`, `in 3 days`, `明天`, `下周三`, `三天后`, `月底`, `11-21`.
///
/// A bare weekday is the next one after today. `this` and `本` mean the present week, `next` and `下` the week after it;
/// weeks begin on Monday (ISO 8601). A day without a year is the next such day, today included.
public enum DayWords {
    private static let english = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    private static let chinese: [Character: Int] = [
        "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7, "末": 6,
    ]
    private static let fixed = [
        "today": 0, "tomorrow": 1, "day after tomorrow": 2, "the day after tomorrow": 2, "yesterday": -1, "今天": 0,
        "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3, "昨天": -1, "前天": -2,
    ]

    /// The day that the words mean, or nil.
    public static func day(_ text: String, today: CivilDate) -> CivilDate? {
        let words = ElementKey.fold(text)
        if let days = fixed[words] { return today.adding(days: days) }
        return weekday(words, today: today) ?? distance(words, today: today) ?? ending(words, today: today)
            ?? withoutYear(words, today: today)
    }

    private static func weekday(_ words: String, today: CivilDate) -> CivilDate? {
        var (rest, weeks) = takeWeek(words)
        if rest.isEmpty { return weeks.map { day(1, weeksAhead: $0, today: today) } }
        if rest.hasPrefix("on ") { rest = String(rest.dropFirst(3)) }
        guard let wanted = number(of: rest, inWeek: weeks != nil) else { return nil }
        if let weeks { return day(wanted, weeksAhead: weeks, today: today) }
        let ahead = (wanted - today.weekday + 7) % 7
        return today.adding(days: ahead == 0 ? 7 : ahead)
    }

    private static func day(_ weekday: Int, weeksAhead: Int, today: CivilDate) -> CivilDate {
        today.adding(days: weekday - today.weekday + 7 * weeksAhead)
    }

    /// Takes the words that choose a week off the front.
    private static func takeWeek(_ words: String) -> (rest: String, weeks: Int?) {
        let prefixes = [
            ("next week", 1), ("next ", 1), ("this ", 0), ("下下周", 2), ("下下星期", 2), ("下周", 1), ("下星期", 1),
            ("下礼拜", 1), ("本周", 0), ("这周", 0), ("本星期", 0), ("这星期", 0),
        ]
        for (prefix, weeks) in prefixes where words.hasPrefix(prefix) {
            return (TypedText.trim(String(words.dropFirst(prefix.count))), weeks)
        }
        return (words, nil)
    }

    private static func number(of text: String, inWeek: Bool) -> Int? {
        if text.count >= 3, let index = english.firstIndex(where: { $0.hasPrefix(text) }) { return index + 1 }
        var text = text[...]
        if let prefix = ["周", "星期", "礼拜"].first(where: text.hasPrefix) {
            text = text.dropFirst(prefix.count)
        } else if !inWeek {
            return nil
        }
        return text.count == 1 ? text.first.flatMap { chinese[$0] } : nil
    }

    /// `in 3 days`, `3 weeks`, `+3d`, `3天后`, `两周后`.
    private static func distance(_ words: String, today: CivilDate) -> CivilDate? {
        if words.hasSuffix("后") || words.hasSuffix("之后") || words.hasSuffix("以后") {
            let body = words.prefix { !"之以后".contains($0) }
            for (unit, days) in [("天", 1), ("个星期", 7), ("星期", 7), ("周", 7)] where body.hasSuffix(unit) {
                return ChineseNumber.read(String(body.dropLast(unit.count))).flatMap { ahead($0, days, today) }
            }
            return nil
        }
        var body = words
        for prefix in ["in ", "+"] where body.hasPrefix(prefix) { body = String(body.dropFirst(prefix.count)) }
        guard body != words else { return nil }
        let digits = body.prefix { $0.isASCII && $0.isNumber }
        let unit = TypedText.trim(String(body.dropFirst(digits.count)))
        let days = ["d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7][unit]
        guard let number = Int(digits), let days else { return nil }
        return ahead(number, days, today)
    }

    private static func ahead(_ number: Int, _ days: Int, _ today: CivilDate) -> CivilDate? {
        number <= 10_000 ? today.adding(days: number * days) : nil
    }

    private static func ending(_ words: String, today: CivilDate) -> CivilDate? {
        guard words == "月底" || words == "end of month" || words == "month end" else { return nil }
        return CivilDate(year: today.year, month: today.month, day: 28).map { $0.adding(days: 4) }
            .map { $0.adding(days: -$0.day) }
    }

    private static func withoutYear(_ words: String, today: CivilDate) -> CivilDate? {
        guard let parts = DateText.parts(of: words), parts.year == nil, let month = parts.month, let day = parts.day
        else { return nil }
        // Eight years hold a 29 February, whatever the century.
        return (0...8).lazy.compactMap { CivilDate(year: today.year + $0, month: month, day: day) }
            .first { $0 >= today }
    }
}
