import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

extension FuzzTarget {
    private static let words = [
        "\"id\":", "\"in\":", "\"fields\":", "\"stamps\":", "\"unit\":", "\"record\":", "\"update\":", "\"set\":",
        "\"changes\":", "\"base\":", "\"new\":true", "\"put\":", "\"remove\":", "\"on\":", "\"wall\":", "\"resolves\":",
        "\"note\":",
        "\"was\":", "\"checkpoint\":", "\"departed\":", "\"gone\":", "\"erased\":", "\"applied\":", "\"error\":",
        "\"head\":", "\"hello\":", "\"again\":", "customer", "$life", "$erased", "0Nvd2eM1k00G40W1", "null",
        "0191f5a2-b3c4-7000-8000-000000000001", "9007199254740991", "9223372036854775807", "-1", "{}", "[]",
    ]
    private static let id = "0191f5a2-b3c4-7000-8000-000000000001"
    private static let stamp = "0Nvd2eM1k00G40W1"

    /// Lines of the exchange in both directions, and the tokens in them.
    static let exchange = [
        FuzzTarget(
            "records", words: words,
            examples: [
                #"{"fields":{"name":"蓝港贸易"},"record":"\#(id)","in":"customer","stamps":[["\#(stamp)",7]]}"#,
                #"{"fields":{"city":"x","tags/a":true},"in":"customer","record":"\#(id)","stamps":"#
                    + #"[["\#(stamp)",3],["\#(stamp)",4,["tags/a","tags/b"],"\#(stamp)"]],"unit":"\#(id)"}"#,
                #"{"fields":{},"in":"contact","stamps":[["\#(stamp)",9,["$life"]]],"unit":"\#(id)","update":"\#(id)"}"#,
            ], records),
        FuzzTarget(
            "sets", words: words,
            examples: [
                #"{"changes":[{"id":"\#(id)","in":"customer","new":true,"put":{"name":"蓝港"}}],"on":0,"set":1,"#
                    + #""stamp":"\#(stamp)","wall":1}"#,
                #"{"changes":[{"base":{"city":"\#(stamp)"},"id":"\#(id)","in":"customer","put":{"city":null,"tags/a":"a"},"remove":["tags/b"]}],"note":"x","#
                    + #""on":4,"resolves":["\#(id)"],"set":2,"stamp":"\#(stamp)","wall":-1,"was":{"at":3,"rejected":true}}"#,
            ], sets),
        FuzzTarget(
            "lines", words: words,
            examples: [
                #"{"hello":{"again":[1,2,3],"answered":2,"last":3,"protocol":[5,7],"replica":1,"schema":1,"timeline":0,"wall":1}}"#,
                #"{"applied":[1,7]}"#, #"{"checkpoint":"abc","sequence":9}"#, #"{"end":{"count":12,"more":true}}"#,
                #"{"departed":"\#(id)","at":1,"by":"\#(id)","reason":"owner"}"#, #"{"error":{"code":"stale"}}"#,
                #"{"set":3,"rejected":{"rule":"unknown","id":"\#(id)"}}"#, #"{"gone":"\#(id)"}"#,
                #"{"erased":"\#(id)"}"#,
            ]
        ) { bytes in
            guard let value = try? JSONParser.parse(bytes) else { return false }
            let (isHello, isVerdict) = (
                try readsBack(value, { Hello($0) }, \.value), try readsBack(value, { Verdict($0) }, \.value)
            )
            return try readsBack(value, { ResponseLine($0) }, \.value) || isHello || isVerdict
        },
        FuzzTarget(
            "pieces", words: ["\n", "\r\n", "\n\n", "{}"], examples: ["5{\"a\":1}\n{\"b\":2}\n\nrest", "1\n\n\n"]
        ) { bytes in
            guard let size = bytes.first else { return false }
            let body = Array(bytes.dropFirst())
            let (whole, pieces) = (lines(body, piece: body.count), lines(body, piece: Int(size % 7) + 1))
            try require(whole.lines == pieces.lines || whole.isTooLong, "lines depend on how they come")
            try require(whole.isTooLong == pieces.isTooLong, "a limit depends on how lines come")
            return true
        },
        FuzzTarget(
            "tokens", words: ["AAAA", "-", "_", "="], examples: ["AB", "AB\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}"]
        ) {
            let secret = CheckpointToken.Secret(bytes: Array(repeating: 7, count: 32), epoch: "epoch")
            let replica = ReplicaID(1 << 24 | 1)
            let text = String(decoding: $0, as: UTF8.self)
            if let token = CheckpointToken(text, of: replica, secret) {
                try require(token.text(secret) == text, "one token has two texts")
            }
            // Nobody guesses a signature: of the same numbers a token is made that bears one.
            guard let made = CheckpointToken(numbers: $0, of: replica) else { return false }
            try require(CheckpointToken(made.text(secret), of: replica, secret) == made, "a token is not read back")
            return true
        },
    ]

    private static func lines(_ bytes: [UInt8], piece: Int) -> (lines: [[UInt8]], isTooLong: Bool) {
        var splitter = LineSplitter(maximumLineBytes: 64)
        var lines: [[UInt8]] = []
        do {
            var rest = bytes[...]
            while !rest.isEmpty {
                try splitter.push(rest.prefix(piece)) { lines.append($0) }
                rest = rest.dropFirst(piece)
            }
        } catch {
            return (lines, true)
        }
        return (lines + [[splitter.hasRemainder ? 1 : 0]], false)
    }

    @Sendable private static func records(_ bytes: [UInt8]) throws -> Bool {
        guard let document = try? JSONDocument(bytes) else { return false }
        let incoming = IncomingRecord.isRecord(document) ? IncomingRecord(document) : nil
        guard case .record(let feed)? = ResponseLine(document.value) else {
            try require(incoming == nil, "a laptop stores a record that is none")
            return false
        }
        let record = feed.record
        try require(incoming?.id == record.id && incoming?.unit == feed.unit, "a laptop stores another record")
        let again = RecordEncoding.decode(
            id: record.id, collection: record.collection, fields: RecordEncoding.fields(record),
            stamps: RecordEncoding.stamps(record))
        try require(again == record, "a record is not read back")
        try require(
            RecordEncoding.canonicalBytes(record) == again.map { RecordEncoding.canonicalBytes($0) },
            "a record has two canonical forms")
        try require(Join.records(record, record) == record, "a record joined with itself is another")
        return true
    }

    @Sendable private static func sets(_ bytes: [UInt8]) throws -> Bool {
        guard let document = try? JSONDocument(bytes), let set = ChangeSetLine.decode(document) else { return false }
        let again = ChangeSetLine.decode(try JSONDocument(ChangeSetLine.bytes(set)))
        try require(again == set, "a set is not read back")
        try require(again.map { SetHash(of: $0) } == SetHash(of: set), "a set has two hashes")
        guard let past = ChangeSetLine.past(document) ?? nil else { return true }
        let told = try JSONDocument(ChangeSetLine.bytes(ChangeSetLine.bytes(set), was: past))
        try require(ChangeSetLine.past(told) == .some(past), "what became of a set is not read back")
        try require(ChangeSetLine.decode(told) == set, "what became of a set changes it")
        return true
    }
}
