import WaybookModel

/// Moments as people write them.
public enum InstantText {
    /// Reads `now`, an ISO 8601 time with `Z` or an offset, a day with a time of day on the clocks of a zone
    /// (`2026-11-21 15:30`, `tomorrow 9:00`, `明天下午3点半`), a time of today alone, or a day alone, which stands for its
    /// beginning. Nil for anything else.
    public static func read(_ text: String, now: Instant, zone: Zone) -> Instant? {
        let plain = TypedText.plain(text)
        if ["now", "现在", "刚才", "刚刚"].contains(plain.lowercased()) { return now }
        if let instant = Instant(plain) ?? withOffset(plain) { return instant }
        let today = zone.wallTime(at: now).date
        if let day = DateText.date(plain, today: today) { return zone.instant(WallTime(date: day, secondOfDay: 0)) }
        for split in splits(of: plain) {
            guard let seconds = clock(split.clock) else { continue }
            let day = split.day.isEmpty ? today : DateText.date(split.day, today: today)
            if let day { return zone.instant(WallTime(date: day, secondOfDay: seconds)) }
        }
        return nil
    }

    /// `2026-11-21T15:30:00+08:00`, `2026-11-21T15:30Z`.
    private static func withOffset(_ text: String) -> Instant? {
        guard text.count > 11, let date = CivilDate(String(text.prefix(10))) else { return nil }
        var body = String(text.dropFirst(11))
        var offset = 0
        if body.hasSuffix("Z") || body.hasSuffix("z") {
            body.removeLast()
        } else if let mark = body.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            let digits = body[mark...].dropFirst().filter { $0 != ":" }
            guard digits.count == 4, let number = Int(digits), number % 100 < 60, number <= 1_400 else { return nil }
            offset = (number / 100 * 3_600 + number % 100 * 60) * (body[mark] == "-" ? -1 : 1)
            body = String(body[..<mark])
        } else {
            return nil
        }
        let fraction = body.split(separator: ".", maxSplits: 1)
        guard let seconds = clock(String(fraction.first ?? "")) else { return nil }
        let thousandths = fraction.count > 1 ? Int((fraction[1] + "000").prefix(3)) : 0
        guard let thousandths else { return nil }
        let total = date.daysSince1970 * 86_400 + seconds - offset
        return Instant(milliseconds: Int64(total) * 1_000 + Int64(thousandths))
    }

    /// Where the day may end and the time of day begin.
    private static func splits(of text: String) -> [(day: String, clock: String)] {
        var splits = [(day: "", clock: text)]
        for index in text.indices where index > text.startIndex {
            let before = text[text.index(before: index)]
            let isBoundary =
                before.isWhitespace || before == "T" || "天日号一二三四五六末后上下早晚中".contains(before)
                || "上下早晚中".contains(text[index])
            guard isBoundary else { continue }
            var day = String(text[..<index])
            if day.hasSuffix("T") { day.removeLast() }
            splits.append((TypedText.trim(day), TypedText.trim(String(text[index...]))))
        }
        return splits
    }

    /// Seconds since midnight: `15:30`, `9:05:10`, `3pm`, `3:30 pm`, `下午3点半`, `15点20分`.
    static func clock(_ text: String) -> Int? {
        var body = text.lowercased().replacing(" ", with: "")
        var isAfternoon: Bool?
        for (mark, value) in [("pm", true), ("p.m.", true), ("am", false), ("a.m.", false)] where body.hasSuffix(mark) {
            body = String(body.dropLast(mark.count))
            isAfternoon = value
        }
        for (mark, value) in [("下午", true), ("晚上", true), ("中午", true), ("上午", false), ("早上", false)]
        where body.hasPrefix(mark) {
            body = String(body.dropFirst(mark.count))
            isAfternoon = value
        }
        guard var parts = units(of: body, isMarked: isAfternoon != nil), let hour = parts.first else { return nil }
        if let isAfternoon {
            guard hour <= 12 || isAfternoon && hour < 24 else { return nil }
            // Noon is the afternoon's twelve; 中午11点 is before it.
            if isAfternoon, hour < 12, !(text.hasPrefix("中午") && hour > 9) { parts[0] += 12 }
            if !isAfternoon, hour == 12 { parts[0] = 0 }
        }
        guard parts[0] < 24, parts.dropFirst().allSatisfy({ (0..<60).contains($0) }) else { return nil }
        return parts[0] * 3_600 + (parts.count > 1 ? parts[1] * 60 : 0) + (parts.count > 2 ? parts[2] : 0)
    }

    private static func units(of text: String, isMarked: Bool) -> [Int]? {
        if let mark = text.firstIndex(where: { $0 == "点" || $0 == "时" }) {
            guard let hour = ChineseNumber.read(String(text[..<mark])) else { return nil }
            var rest = String(text[text.index(after: mark)...])
            if rest.hasSuffix("分") { rest.removeLast() }
            if rest.isEmpty || rest == "整" { return [hour] }
            if rest == "半" { return [hour, 30] }
            return ChineseNumber.read(rest).map { [hour, $0] }
        }
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = fields.compactMap { $0.count <= 2 && $0.allSatisfy(\.isASCII) ? Int($0) : nil }
        guard numbers.count == fields.count, numbers.count <= 3, numbers.count > 1 || isMarked else { return nil }
        return numbers
    }
}
