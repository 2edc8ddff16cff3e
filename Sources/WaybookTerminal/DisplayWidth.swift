/// How many columns of a terminal a text takes.
public enum DisplayWidth {
    /// Counts the columns of a text: 2 for East Asian wide characters and emoji, 0 for combining marks, else 1.
    public static func of(_ text: some StringProtocol) -> Int {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    /// Counts the columns of one character as people see it.
    public static func of(_ character: Character) -> Int {
        var widest = 0
        for scalar in character.unicodeScalars {
            // Variation selector 16 asks for the emoji form, which is wide.
            // Two regional indicators make a flag.
            let isFlag = (0x1F1E6...0x1F1FF).contains(scalar.value) && character.unicodeScalars.count > 1
            if scalar.value == 0xFE0F || isFlag { return 2 }
            widest = max(widest, of(scalar))
        }
        return widest
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: 0
        default: WideRanges.contains(scalar.value) ? 2 : 1
        }
    }

    /// Cuts a text to at most so many columns; what is cut ends with `…`.
    public static func truncated(_ text: String, to columns: Int) -> String {
        guard of(text) > columns else { return text }
        guard columns > 0 else { return "" }
        var kept = ""
        var used = 0
        for character in text {
            let width = of(character)
            guard used + width <= columns - 1 else { break }
            kept.append(character)
            used += width
        }
        return kept + "…"
    }

    /// Fills a text with spaces to so many columns, behind it or, for numbers, in front of it.
    public static func padded(_ text: String, to columns: Int, atEnd: Bool = true) -> String {
        let spaces = String(repeating: " ", count: max(0, columns - of(text)))
        return atEnd ? text + spaces : spaces + text
    }
}
