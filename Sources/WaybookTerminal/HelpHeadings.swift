import WaybookModel

/// Puts the words that ArgumentParser itself writes into the person's language; it has them in English only.
public enum HelpHeadings {
    private static let lineBeginnings: [(en: String, zh: String)] = [
        ("OVERVIEW: ", "概述："), ("USAGE: ", "用法："), ("Usage: ", "用法："), ("Error: ", "错误："), ("Help: ", "帮助："),
        ("ARGUMENTS:", "参数："), ("OPTIONS:", "选项："), ("SUBCOMMANDS:", "子命令："),
    ]
    private static let lineEndings: [(en: String, zh: String)] = [
        ("Show help information.", "显示帮助。"), ("Show the version.", "显示版本。"),
    ]

    /// Returns a help or usage message with its headings in the given language.
    public static func translated(_ message: String, _ language: Language) -> String {
        guard language == .chinese else { return message }
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { translated(line: String($0)) }.joined(separator: "\n")
    }

    private static func translated(line: String) -> String {
        if line.hasPrefix("  See '"), line.hasSuffix("' for detailed help.") {
            let command = line.dropFirst("  See '".count).dropLast("' for detailed help.".count)
            return "  运行 \(command) 查看详细帮助。"
        }
        let error = "Error: "
        if line.hasPrefix(error), let text = ParserWording.text(String(line.dropFirst(error.count))) {
            return "错误：" + text(.chinese)
        }
        var line = line
        if let heading = lineBeginnings.first(where: { line.hasPrefix($0.en) }) {
            line = heading.zh + line.dropFirst(heading.en.count)
        }
        if let ending = lineEndings.first(where: { line.hasSuffix($0.en) }) {
            line = line.dropLast(ending.en.count) + ending.zh
        }
        return line
    }
}
