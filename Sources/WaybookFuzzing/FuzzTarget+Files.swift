import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookServerCore

extension FuzzTarget {
    /// What comes compressed, and files.
    static let files = [
        FuzzTarget("codings", words: ["\u{1f}", "(", "\u{b5}"], examples: ["0hello hello hello", "1hello", "2hello"]) {
            bytes in
            guard let choice = bytes.first else { return false }
            let coding = ContentCoding.allCases[Int(choice) % ContentCoding.allCases.count]
            let body = Array(bytes.dropFirst())
            if let whole = unpacked(body, coding, piece: Int(choice) + 1) {
                try require(whole.count <= unpackedLimit, "more came out than the limit")
                try require(
                    whole == unpacked(body, coding, piece: max(1, body.count)), "pieces unpack to something else")
            }
            var compressor = try Compressor(coding)
            let packed = try compressor.compress(body) + compressor.finish()
            try require(unpacked(packed, coding, piece: 3) == body, "\(coding) does not give back what it was given")
            return true
        },
        FuzzTarget(
            "csv", words: ["\"", "\"\"", ",", ";", "\t", "\r\n", "\n", "\u{feff}", "姓名", "\u{0}"],
            examples: ["0name,city\n\"蓝港, 贸易\",上海\r\n", "1a;b\n\"x\"\"y\";\n", "2\"open\nrest,1\n"]
        ) { bytes in
            guard let choice = bytes.first else { return false }
            let body = Array(bytes.dropFirst())
            let encoding = TextEncoding.allCases[Int(choice) % TextEncoding.allCases.count]
            let whole = try rows(body, encoding, piece: max(1, body.count))
            try require(try rows(body, encoding, piece: Int(choice) % 5 + 1) == whole, "rows depend on how bytes come")
            try require(whole.count <= body.count + 1, "more rows than bytes")
            guard encoding == .utf8, whole.allSatisfy({ (try? $0.cells.get()) != nil }) else { return !whole.isEmpty }
            let cells = whole.compactMap { try? $0.cells.get() }
            let writer = CSVWriter(guardsFormulas: false)
            let written = Array(cells.map { writer.row($0) }.joined().utf8)
            let again = try rows(written, .utf8, piece: max(1, written.count)).map { try $0.cells.get() }
            try require(again == cells, "rows are not read back")
            return true
        },
        FuzzTarget(
            "ledger",
            words: ["\"kind\":", "\"user\":", "\"replica\":", "\"at\":", "\"hash\":", "null", "-1", "4294967295", id],
            examples: [
                #"{"kind":"enabled","user":"\#(id)"}"#, #"{"kind":"void","first":1,"last":2}"#,
                #"{"kind":"device","user":"\#(id)","issued":1,"order":"revoke","replica":16777217}"#,
                #"{"kind":"compacted","lines":7,"mark":"00"}"#, #"{"kind":"from tomorrow","what":[1]}"#,
            ], ledger),
    ]

    private static let id = "0191f5a2-b3c4-7000-8000-000000000001"

    @Sendable private static func ledger(_ bytes: [UInt8]) throws -> Bool {
        guard let value = try? JSONParser.parse(bytes), let fact = SecurityFact(value) else { return false }
        try require(SecurityFact(fact.value) == fact, "a fact is not read back")
        let lines = (1...3).map { LedgerLine(number: $0, at: $0 * 1_000, fact: fact) }
        let written = LedgerLines(lines).bytes
        try require(try LedgerLines(written).lines == lines, "a ledger is not read back")
        // Wherever a disk cuts it, what was whole is there.
        let cut = written.prefix(Int(bytes.reduce(7 as UInt64) { $0 &* 31 &+ UInt64($1) } % UInt64(written.count)))
        let whole = cut.count { $0 == 0x0A }
        try require(try LedgerLines(cut).lines == Array(lines.prefix(whole)), "a torn ledger lost a whole line")
        return true
    }

    private static let unpackedLimit = 1 << 16

    private static func unpacked(_ bytes: [UInt8], _ coding: ContentCoding, piece: Int) -> [UInt8]? {
        do {
            var decompressor = try Decompressor(coding, limit: DecompressionLimit(totalBytes: unpackedLimit))
            var (unpacked, rest): ([UInt8], _) = ([], bytes[...])
            while !rest.isEmpty {
                try decompressor.feed(Array(rest.prefix(piece)))
                rest = rest.dropFirst(piece)
                while let next = try decompressor.next() { unpacked += next }
            }
            try decompressor.finish()
            return unpacked
        } catch {
            return nil
        }
    }

    private static func rows(_ bytes: [UInt8], _ encoding: TextEncoding, piece: Int) throws -> [CSVRow] {
        var rest = bytes[...]
        let limits = CSVLimits(rowBytes: 256, columns: 16, unclosedQuotes: 4)
        var reader = try CSVReader(encoding: encoding, limits: limits) { () throws(ImportFileProblem) in
            defer { rest = rest.dropFirst(piece) }
            return Array(rest.prefix(piece))
        }
        var rows: [CSVRow] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }
}
