import Testing
import WaybookModel

@testable import WaybookTerminal

@Suite struct QuestionTests {
    @Test func onlyYesIsYes() {
        for answer in ["y", " Yes ", "YES", "是"] { #expect(Question.isYes(answer)) }
        for answer in [nil, "", "n", "no", "yess", "否"] { #expect(!Question.isYes(answer)) }
    }

    @Test func theParsersErrorsAreSaidInChinese() {
        let pairs = [
            ("Error: Unexpected argument 'x'", "错误：多余的参数：'x'"),
            ("Error: Missing one of: '--a', '--b'", "错误：缺少以下参数之一：'--a', '--b'"),
            ("Error: Unknown option '-x'", "错误：未知选项：'-x'"),
            (
                "Error: The value 'm' is invalid for '<role>'. Please provide one of 'a', 'b' or 'c'.",
                "错误：'m' 不是 '<role>' 的有效值，可用值：'a', 'b', 'c'。"
            ),
            (
                "Error: The option '--json' does not take any value, but '1' was specified.",
                "错误：选项 '--json' 不接受值，却给出了 '1'。"
            ),
            ("Error: Something else", "错误：Something else"),
        ]
        for (english, chinese) in pairs {
            #expect(HelpHeadings.translated(english, .chinese) == chinese)
            #expect(HelpHeadings.translated(english, .english) == english)
        }
        #expect(ParserWording.text("Unknown option '-x'")?(.english) == "Unknown option '-x'")
    }
}
