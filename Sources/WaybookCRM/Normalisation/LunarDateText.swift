import WaybookModel

/// Days of the Chinese lunar calendar as people write them: `农历八月十五`, `1985年农历八月十五`, `腊月廿三`, `正月初一`,
/// `农历8月15`, `农历 08-15`. They are kept as lunar days; no calendar is computed.
enum LunarDateText {
    private static let marks = ["农历", "阴历", "旧历", "lunar", "(农历)"]
    private static let months = [
        "正月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "冬月", "腊月",
    ]
    private static let otherMonths = ["一月": 1, "十一月": 11, "十二月": 12, "冬月": 11, "腊月": 12]

    /// Nil where the text does not say that it is lunar: by a mark, or by words that only that calendar has.
    static func read(_ text: String) -> PartialDate? {
        var body = text.lowercased().replacing("（", with: "(").replacing("）", with: ")")
        var isMarked = false
        for mark in marks where body.contains(mark) {
            body = body.replacing("(\(mark))", with: "").replacing(mark, with: "")
            isMarked = true
        }
        body = body.filter { !$0.isWhitespace }
        guard !body.contains("闰"), !body.contains("()") else { return nil }
        if isMarked, let parts = DateText.parts(of: body) { return DateText.make(parts, lunar: true) }
        guard isMarked || ["正月", "冬月", "腊月", "初", "廿"].contains(where: body.contains) else { return nil }
        return inWords(body).flatMap { DateText.make($0, lunar: true) }
    }

    private static func inWords(_ text: String) -> DateText.Parts? {
        var rest = text
        var parts = DateText.Parts()
        if let mark = rest.firstIndex(of: "年") {
            guard let year = Int(rest[..<mark]) else { return nil }
            parts.year = year
            rest = String(rest[rest.index(after: mark)...])
        } else {
            let digits = rest.prefix(4)
            if digits.count == 4, let year = Int(digits) {
                parts.year = year
                rest = String(rest.dropFirst(4))
            }
        }
        guard let mark = rest.firstIndex(of: "月") else { return nil }
        let name = String(rest[...mark])
        parts.month = otherMonths[name] ?? months.firstIndex(of: name).map { $0 + 1 } ?? Int(name.dropLast())
        parts.day = day(String(rest[rest.index(after: mark)...]))
        return parts.month == nil || parts.day == nil ? nil : parts
    }

    private static func day(_ text: String) -> Int? {
        var text = text
        if text.hasSuffix("日") || text.hasSuffix("号") { text.removeLast() }
        if let number = Int(text) { return number }
        if text.hasPrefix("初") { return ChineseNumber.read(String(text.dropFirst())) }
        if text.hasPrefix("廿") { return text == "廿" ? 20 : ChineseNumber.digit(text.dropFirst()).map { 20 + $0 } }
        return ChineseNumber.read(text)
    }
}

/// Small numbers in Chinese words.
enum ChineseNumber {
    private static let digits: [Character: Int] = [
        "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    ]

    static func digit(_ text: some StringProtocol) -> Int? {
        text.count == 1 ? text.first.flatMap { digits[$0] } : nil
    }

    /// Reads `三`, `十`, `十五`, `二十`, `三十一`, or ASCII digits.
    static func read(_ text: String) -> Int? {
        if let number = Int(text) { return number >= 0 ? number : nil }
        if let digit = digit(text) { return digit }
        guard let ten = text.firstIndex(of: "十") else { return nil }
        let tens = text[..<ten].isEmpty ? 1 : digit(text[..<ten])
        let rest = text[text.index(after: ten)...]
        let units = rest.isEmpty ? 0 : digit(rest)
        guard let tens, let units else { return nil }
        return tens * 10 + units
    }
}
