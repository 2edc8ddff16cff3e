import Testing
import WaybookCRM

@Suite struct CSVWriterTests {
    @Test func cellsAreQuotedWhereTheyMustBe() {
        let writer = CSVWriter(hasByteOrderMark: true)
        #expect(writer.beginning == "\u{FEFF}")
        #expect(writer.row(["a", "b,c", "d\"e", "f\r\ng", " h"]) == "a,\"b,c\",\"d\"\"e\",\"f\r\ng\",\" h\"\r\n")
        #expect(writer.row([""]) == "\"\"\r\n")
    }

    @Test func formulasAreDisarmedAndNumbersAreNot() {
        for text in ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "＝1", "'=1", "''+x", "+", "-1-2"] {
            #expect(FormulaGuard.protected(text) == "'" + text)
        }
        for text in ["-5", "+86 120 0000 0001", "-12.50", "a=b", "", "'tis", "'"] {
            #expect(FormulaGuard.protected(text) == text)
        }
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let pieces = ["=", "+", "-", "@", "'", "\"", ",", "\n", "\r\n", "a", "客", " ", "1", "\t", "é"]
        for seed in 0..<2_000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let cells = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in pieces.randomElement(using: &random) }
                    .joined()
            }
            let writer = CSVWriter(hasByteOrderMark: seed % 2 == 0)
            let read = try rows(Array((writer.beginning + writer.row(cells)).utf8), chunk: 3)
            #expect(read.count == 1, "seed \(seed)")
            #expect(try read.first?.cells.get().map(FormulaGuard.unprotected) == cells, "seed \(seed)")
        }
    }
}
