import Foundation
import Testing
import WaybookCRM

@Suite struct EncodingTests {
    private static let text = "名称,城市\r\n上海沐禾贸易有限公司,上海市\r\n㼆泉,é𠀀€\r\n"

    private func verdict(_ bytes: [UInt8], chunk: Int) -> EncodingDetector.Verdict {
        var detector = EncodingDetector()
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            detector.look(at: Array(bytes[start..<min(bytes.count, start + chunk)]))
        }
        return detector.verdict()
    }

    private func gb18030(_ text: String) throws -> [UInt8] {
        let program = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode().encode('gb18030'))"
        return try Array(python(program, input: Array(text.utf8)))
    }

    @Test func gb18030IsReadInChunksOfAnySize() throws {
        let bytes = try gb18030(Self.text)
        let expected = try rows(Array(Self.text.utf8))
        for chunk in 1...7 {
            #expect(try rows(bytes, chunk: chunk, encoding: .gb18030) == expected)
        }
    }

    /// 0x80, 0xFF and the few code points that moved between editions of the standard are left out.
    @Test func everyCharacterOfTheStandardIsReadAsPythonReadsIt() throws {
        let program = """
            import sys
            for start in range(0x80, 0x30000, 64):
                chars = [chr(c) for c in range(start, start + 64) if not 0xD800 <= c <= 0xF8FF and not 0xFE10 <= c <= 0xFE19 and not 0x9FA6 <= c <= 0x9FCB and c not in (0x1E3F, 0x20087, 0x20089, 0x200CC, 0x215D7, 0x2298F, 0x241FE)]
                if chars:
                    sys.stdout.buffer.write(('%06X,' % start + ''.join(chars) + '\\n').encode('gb18030' if ENCODED else 'utf-8'))
            """
        let encoded = try python(program.replacingOccurrences(of: "ENCODED", with: "True"))
        let plain = try python(program.replacingOccurrences(of: "ENCODED", with: "False"))
        let read = try rows(Array(encoded), chunk: 1_000, encoding: .gb18030)
        let expected = try rows(Array(plain))
        #expect(read.count == expected.count)
        for (left, right) in zip(read, expected) where left != right {
            Issue.record("\(left) is not \(right)")
        }
    }

    @Test func encodingsAreFoundOut() throws {
        let gb = try gb18030(Self.text)
        for chunk in [1, 2, 3, 5, 1_000] {
            #expect(verdict(Array(Self.text.utf8), chunk: chunk) == .text(.utf8))
            #expect(verdict([0xEF, 0xBB, 0xBF] + Array(Self.text.utf8), chunk: chunk) == .text(.utf8))
            #expect(verdict(gb, chunk: chunk) == .text(.gb18030))
            #expect(verdict([0xFF, 0xFE, 0x61, 0x00], chunk: chunk) == .utf16)
            #expect(verdict([0x61, 0xFF, 0xFF, 0x61], chunk: chunk) == .unknown)
        }
        #expect(verdict([], chunk: 1) == .text(.utf8))
        #expect(verdict(Array("plain".utf8), chunk: 2) == .text(.utf8))
    }

    @Test func chineseFarBehindPlainTextIsStillFound() throws {
        let bytes = [UInt8](repeating: 0x61, count: 200_000) + (try gb18030("上海"))
        #expect(verdict(bytes, chunk: 65_536) == .text(.gb18030))
    }

    @Test func bytesWithoutMeaningSpoilTheirRowOnly() throws {
        let bytes = Array("a,b\nc,".utf8) + [0xFF, 0x80] + Array("\n".utf8) + (try gb18030("上海,市\n")) + [0x81]
        let result = try rows(bytes, chunk: 2, encoding: .gb18030)
        #expect(result[1].cells == .failure(.textInvalid(column: 2, encoding: .gb18030)))
        #expect(result[2].cells == .success(["上海", "市"]))
        #expect(result[3].cells == .failure(.textInvalid(column: 1, encoding: .gb18030)))
    }

    @Test func namesOfEncodingsAreReadAsPeopleWriteThem() {
        #expect(TextEncoding(name: "GBK") == .gb18030)
        #expect(TextEncoding(name: "UTF8") == .utf8)
        #expect(TextEncoding(name: "latin1") == nil)
    }

    @Test func theDemosFilesAreTheSameInBothEncodings() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../docs/demo/data").standardizedFileURL.path
        let paths = ["customers-zh.csv", "customers-zh.gb18030.csv"].map { folder + "/" + $0 }
        let read = try paths.map { path in
            let file = try FileBytes(path: path)
            let encoding = try FileBytes.encoding(of: path)
            var reader = try CSVReader(encoding: encoding) { () throws(ImportFileProblem) in try file.next() }
            var all: [CSVRow] = []
            while let row = try reader.next() { all.append(row) }
            return all
        }
        #expect(read[0].count == 41)
        #expect(read[0] == read[1])
    }

    @Test func aMissingFileIsToldWithTheSystemsReason() {
        #expect(throws: ImportFileProblem.unreadable(path: "/nonexistent", reason: "No such file or directory")) {
            try FileBytes.encoding(of: "/nonexistent")
        }
    }
}
