import Testing
import WaybookTerminal

@Suite struct TextTableTests {
    @Test func widthsCountWhatATerminalShows() {
        #expect(DisplayWidth.of("abc") == 3)
        #expect(DisplayWidth.of("上海市") == 6)
        #expect(DisplayWidth.of("ＡＢ") == 4)
        #expect(DisplayWidth.of("e\u{301}é") == 2)
        #expect(DisplayWidth.of("👩‍👩‍👧🇨🇳☎️") == 6)
        #expect(DisplayWidth.of("한글") == 4)
        #expect(DisplayWidth.of("𠀀") == 2)
        #expect(DisplayWidth.of("") == 0)
    }

    @Test func textIsCutByWidth() {
        #expect(DisplayWidth.truncated("上海市浦东", to: 7) == "上海市…")
        #expect(DisplayWidth.truncated("上海市浦东", to: 6) == "上海…")
        #expect(DisplayWidth.truncated("上海市", to: 6) == "上海市")
        #expect(DisplayWidth.truncated("abc", to: 0) == "")
        for width in 0...12 {
            #expect(DisplayWidth.of(DisplayWidth.truncated("a上b海c市d", to: width)) <= width)
        }
    }

    @Test func columnsAlignWithChinese() {
        var table = TextTable([.init("名称"), .init("City"), .init("Sum", isNumeric: true)])
        table.append(["上海沐禾", "上海", "7"])
        table.append(["Ada", "London", "1 200"])
        #expect(
            table.lines(width: nil) == [
                "名称      City      Sum",
                "上海沐禾  上海        7",
                "Ada       London  1 200",
            ])
    }

    @Test func aNarrowTerminalCutsTheWidestColumns() {
        var table = TextTable([.init("A"), .init("B"), .init("C")])
        table.append(["x", String(repeating: "上", count: 20), String(repeating: "y", count: 30)])
        for width in 20...80 {
            #expect(table.lines(width: width).allSatisfy { DisplayWidth.of($0) <= width }, "width \(width)")
        }
        #expect(table.lines(width: 3).count == 2)
    }

    @Test func dataCannotSteerTheTerminal() {
        var table = TextTable([.init("A")])
        table.append(["\u{1B}[2Jgone\r\n\u{202E}x"])
        #expect(table.lines(width: nil)[1] == "\u{FFFD}[2Jgone \u{FFFD}x")
        #expect(PlainText.of("a\nb\u{7}", keepsLines: true) == "a\nb\u{FFFD}")
    }

    @Test func rowsOfAnotherLengthAreEvened() {
        var table = TextTable([.init("A"), .init("B")])
        table.append([])
        table.append(["1", "2", "3"])
        #expect(table.lines(width: nil) == ["A  B", "", "1  2"])
    }

    @Test func coloursNeedATerminalAndNoRefusal() {
        #expect(TerminalStyle(isTerminal: true, environment: [:]).isColoured)
        #expect(TerminalStyle(isTerminal: true, environment: ["NO_COLOR": ""]).isColoured)
        #expect(!TerminalStyle(isTerminal: true, environment: ["NO_COLOR": "1"]).isColoured)
        #expect(!TerminalStyle(isTerminal: true, environment: ["TERM": "dumb"]).isColoured)
        #expect(!TerminalStyle(isTerminal: false, environment: [:]).isColoured)
        #expect(TerminalStyle(isColoured: true).applied(.red, to: "x") == "\u{1B}[31mx\u{1B}[0m")
    }
}
