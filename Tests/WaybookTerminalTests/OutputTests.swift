import Foundation
import Testing
import WaybookTerminal
import WaybookModel

@Suite struct OutputTests {
    @Test func jsonIsCanonical() throws {
        let value = JSONOutput.object([
            "ä": .null, "b": .list([.int(-1), .bool(true)]), "a": .string("\"\\\u{8}\t\n\u{1}\u{1F}上"),
        ])
        #expect(value.text == #"{"a":"\"\\\b\t\n\u0001\u001f上","b":[-1,true],"ä":null}"#)
        let read = try JSONSerialization.jsonObject(with: Data(value.text.utf8)) as? [String: Any]
        #expect(read?["a"] as? String == "\"\\\u{8}\t\n\u{1}\u{1F}上")
    }

    @Test func listsAreWrittenAsTheyCome() throws {
        var written = ""
        var writer = JSONListWriter { written += $0 }
        try writer.append(.int(1))
        try writer.append(.canonical(#"{"a":2}"#))
        try writer.finish()
        #expect(written == "[\n1,\n{\"a\":2}\n]\n")
        written = ""
        var empty = JSONListWriter { written += $0 }
        try empty.finish()
        #expect(written == "[]\n")
    }

    @Test func progressShowsAfterASecondAndGoesAway() {
        var written: [String] = []
        var line = ProgressLine(isShown: true, width: 10, now: .zero) { written.append($0) }
        line.show("early", now: .milliseconds(999))
        #expect(written.isEmpty)
        line.show("正在发送很多", now: .seconds(1))
        line.show("too soon", now: .milliseconds(1_050))
        line.finish()
        #expect(written == ["\r\u{1B}[K正在发送…", "\r\u{1B}[K"])
    }

    @Test func progressIsForPeopleOnly() {
        var line = ProgressLine(isShown: false, width: 80, now: .zero) { _ in Issue.record("written") }
        line.show("x", now: .seconds(5))
        line.finish()
    }

    @Test func exitCodesAreThree() {
        #expect(ExitStatus(parserCode: 0) == .done)
        #expect(ExitStatus(parserCode: 64) == .usage)
        #expect(ExitStatus(parserCode: 1) == .failed)
        #expect([ExitStatus.done, .failed, .usage].map(\.rawValue) == [0, 1, 2])
    }

    @Test func theStoresFolderIsFoundInOrder() throws {
        let environment = ["WAYBOOK_HOME": "/w", "XDG_DATA_HOME": "/x", "HOME": "/h"]
        #expect(try StoreLocation.resolve(option: "s", environment: environment) == "s")
        #expect(try StoreLocation.resolve(option: "~/s", environment: environment) == "/h/s")
        #expect(try StoreLocation.resolve(option: nil, environment: environment) == "/w")
        #expect(
            try StoreLocation.resolve(option: nil, environment: ["XDG_DATA_HOME": "/x/", "HOME": "/h"]) == "/x/waybook")
        #expect(
            try StoreLocation.resolve(option: nil, environment: ["XDG_DATA_HOME": "x", "HOME": "/h"])
                == "/h/.local/share/waybook")
        #expect(throws: CommandFailure.self) { try StoreLocation.resolve(option: nil, environment: [:]) }
        #expect(throws: CommandFailure.self) {
            try StoreLocation.resolve(option: nil, environment: ["WAYBOOK_HOME": "relative", "HOME": "/h"])
        }
    }

    @Test func aSecretLineIsEditedByCharacters() {
        func typed(_ bytes: [UInt8]) -> SecretLine.Outcome {
            var line = SecretLine()
            var outcome = SecretLine.Outcome.goesOn
            for byte in bytes where outcome == .goesOn { outcome = line.take(byte) }
            return outcome
        }
        #expect(typed(Array("pa密".utf8) + [0x7F, 0x0D]) == .entered("pa"))
        #expect(typed([0x7F, 0x61, 0x15, 0x62, 0x0A]) == .entered("b"))
        #expect(typed([0x61, 0x03]) == .cancelled)
        #expect(typed([0x04]) == .cancelled)
        #expect(typed([UInt8](repeating: 0x61, count: 1_025)) == .tooLong)
    }

    @Test func failuresHaveSentenceHintAndCode() {
        let text = LocalizedText(en: "Not found.", zh: "没有找到。")
        let failure = CommandFailure("not-found", text, hint: LocalizedText(en: "Look.", zh: "找。"))
        #expect(FailureReport.lines(failure, .english, .plain) == ["Error: Not found.", "Try: Look."])
        #expect(FailureReport.lines(failure, .chinese, .plain) == ["错误：没有找到。", "建议：找。"])
        #expect(
            FailureReport.json(failure, .english).text
                == #"{"error":{"code":"not-found","hint":"Look.","message":"Not found."}}"#)
    }

    @Test func theParsersOwnWordsAreTranslated() {
        let help = """
            OVERVIEW: x

            USAGE: waybook <subcommand>

            OPTIONS:
              -h, --help              Show help information.

              See 'waybook help <subcommand>' for detailed help.
            """
        #expect(HelpHeadings.translated(help, .english) == help)
        #expect(
            HelpHeadings.translated(help, .chinese) == """
                概述：x

                用法：waybook <subcommand>

                选项：
                  -h, --help              显示帮助。

                  运行 waybook help <subcommand> 查看详细帮助。
                """)
    }
}
