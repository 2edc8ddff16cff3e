import Foundation
import Testing
import WaybookCRM

@Suite struct CSVReaderTests {
    private func cells(_ text: String, chunk: Int = 1 << 16) throws -> [[String]] {
        try rows(Array(text.utf8), chunk: chunk).map { try $0.cells.get() }
    }

    @Test func readsWhatTheStandardDescribes() throws {
        #expect(try cells("a,b\r\n1,2\r\n") == [["a", "b"], ["1", "2"]])
        #expect(try cells("a,b\n1,2") == [["a", "b"], ["1", "2"]])
        #expect(try cells("\"a\"\"b\",\"x,y\",\"two\r\nlines\"\r\n") == [["a\"b", "x,y", "two\r\nlines"]])
        #expect(try cells(",\n\n\r\n\"\"\n") == [["", ""], [""]])
        #expect(try cells("a\rb\r") == [["a"], ["b"]])
        #expect(try cells("5\" pipe,x") == [["5\" pipe", "x"]])
        #expect(try cells("") == [])
    }

    @Test func aByteOrderMarkIsSkippedInChunksOfAnySize() throws {
        for chunk in 1...5 {
            #expect(try cells("\u{FEFF}名称,b\r\n上海,2", chunk: chunk) == [["名称", "b"], ["上海", "2"]])
        }
    }

    @Test func rowsKnowTheLineOnWhichTheyBegin() throws {
        let text = "h\r\n\"a\r\nb\nc\rd\"\r\n\r\n\nx\ry\n"
        #expect(try rows(Array(text.utf8), chunk: 1).map(\.line) == [1, 2, 8, 9])
    }

    @Test func aFaultyRowIsToldAndTheOthersGoOn() throws {
        let bytes = Array("h,i\n\"a\"b,c\nd,".utf8) + [0xC3, 0x28] + Array("\nlast,row\n".utf8)
        let result = try rows(bytes, chunk: 3)
        #expect(result.map(\.line) == [1, 2, 3, 4])
        #expect(result[1].cells == .failure(.textAfterQuote(column: 1)))
        #expect(result[2].cells == .failure(.textInvalid(column: 2, encoding: .utf8)))
        #expect(result[3].cells == .success(["last", "row"]))
    }

    @Test func aQuoteThatIsNeverClosedCostsOneLine() throws {
        let result = try rows(Array("h,i\na,\"b\nc,d\ne,f\n".utf8), chunk: 2)
        #expect(result.map(\.line) == [1, 2, 3, 4])
        #expect(result[1].cells == .failure(.quoteNotClosed(column: 2, limitBytes: 1 << 20)))
        #expect(result[3].cells == .success(["e", "f"]))
    }

    @Test func limitsHaveNames() throws {
        let limits = CSVLimits(rowBytes: 10, columns: 3, unclosedQuotes: 2)
        let text = "1234567890\n12345678901\n1,2,3\n1,2,3,4\n\"45678901234\n\"45678901234\n\"45678901234\nx\n"
        let result = try rows(Array(text.utf8), chunk: 4, limits: limits)
        #expect(
            result.map(\.cells) == [
                .success(["1234567890"]), .failure(.rowTooLong(limitBytes: 10)), .success(["1", "2", "3"]),
                .failure(.tooManyColumns(limit: 3)), .failure(.quoteNotClosed(column: 1, limitBytes: 10)),
                .failure(.quoteNotClosed(column: 1, limitBytes: 10)), .failure(.tooManyUnclosedQuotes(limit: 2)),
            ])
    }

    @Test func anyBytesGiveRowsWhateverTheChunks() throws {
        let alphabet: [UInt8] = [0x2C, 0x22, 0x22, 0x0A, 0x0D, 0x61, 0x00, 0xE4, 0xB8, 0x8A, 0xFF, 0x81, 0x30, 0x5C]
        let limits = CSVLimits(rowBytes: 24, columns: 4, unclosedQuotes: 5)
        for seed in 0..<3_000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let count = Int.random(in: 0...80, using: &random)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            let encoding = TextEncoding.allCases[Int(seed % 2)]
            let whole = try rows(bytes, encoding: encoding, limits: limits)
            let chunk = Int.random(in: 1...9, using: &random)
            let pieces = try rows(bytes, chunk: chunk, encoding: encoding, limits: limits)
            #expect(whole == pieces, "seed \(seed)")
        }
    }

    /// Python's reader takes the same rows from hostile text; where this one refuses a row, the rows around it agree.
    @Test func agreesWithPythonsReader() throws {
        let program = """
            import csv, io, json, random, sys
            sys.setrecursionlimit(10000)
            out = []
            for seed in range(4000):
                r = random.Random(seed)
                n = r.randrange(60)
                text = ''.join(r.choice(['a', '客', ' ', ',', ',', '"', '"', '""', '","', '\\n', '\\r\\n', '\\r', 'é', "'", '\\u2028', '\\x0b']) for _ in range(n))
                rows = [x for x in csv.reader(io.StringIO(text, newline='')) if x]
                out.append([text, rows])
            json.dump(out, sys.stdout)
            """
        let cases = try JSONDecoder().decode([Case].self, from: python(program))
        var compared = 0
        for one in cases {
            let mine = try rows(Array(one.text.utf8), chunk: 7)
            for (index, row) in mine.enumerated() {
                // After a quote that is never closed Python gives the file's rest as one cell.
                if case .failure(.quoteNotClosed) = row.cells { break }
                guard index < one.rows.count else {
                    Issue.record("a row too many in \(one.text.debugDescription)")
                    break
                }
                if case .success(let cells) = row.cells {
                    #expect(cells == one.rows[index], "\(one.text.debugDescription)")
                    compared += 1
                }
            }
        }
        #expect(cases.count == 4_000)
        #expect(compared > 9_000)
    }

    /// Text, and the rows that Python reads from it.
    private struct Case: Decodable {
        let text: String
        let rows: [[String]]

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            text = try container.decode(String.self)
            rows = try container.decode([[String]].self)
        }
    }
}
