import Foundation
import Testing
import WaybookModel
import WaybookTesting

@testable import WaybookProtocol

/// Holds zstd-wb1 against its description (`protocol/6-http.md#zstd-wb1`), its dictionary and its vectors.
@Suite struct SharedZstdTests {
    private static let protocolFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("protocol")
    private static let dictionary = protocolFolder.appendingPathComponent("dictionary/zstd-wb1.dictionary")
    private static let vectors = protocolFolder.appendingPathComponent("vectors/coding/zstd-wb1.json")

    @Test func theProgramHoldsTheDictionaryOfTheProtocol() throws {
        #expect(SharedDictionary.bytes == Array(try Data(contentsOf: Self.dictionary)))
        #expect(SharedDictionary.bytes.count == 16_384)
    }

    @Test func withItsMagicNumberInFrontItIsWhatTheToolsReadAndWrite() throws {
        var random = SeededRandom(seed: 21)
        for sample in CompressionTests.samples + [Array(Self.hello.utf8)] {
            let packed = try CompressionTests.pack(sample, .zstdShared, flushing: false, &random)
            let command = ["zstd", "-D", Self.dictionary.path, "-c", "--single-thread"]
            #expect(try runTool(command + ["-d"], SharedDictionary.magic + packed) == sample)
            // As the page says: no checksum or one, content size or not, dictionary named or not.
            for options in [["-19", "--no-check"], ["-3", "--check", "--no-dictID"]] {
                let theirs = try runTool(command + options, sample)
                #expect(Array(theirs.prefix(4)) == SharedDictionary.magic)
                let bytes = Array(theirs.dropFirst(4))
                #expect(
                    try CompressionTests.unpack(bytes, .zstdShared, limit: CompressionTests.generous, &random) == sample
                )
            }
        }
    }

    @Test func aSmallBodyIsWithoutChecksumAndALargeOneWith() throws {
        var random = SeededRandom(seed: 22)
        for (count, hasChecksum) in [(0, false), (4_096, false), (4_097, true), (300_000, true)] {
            let sample = (0..<count).map { UInt8(truncatingIfNeeded: $0 % 61) }
            let packed = try CompressionTests.pack(sample, .zstdShared, flushing: false, &random)
            // Bit 2 of the frame header's first byte (RFC 8878 §3.1.1.1.1); the lowest two would name a dictionary.
            #expect(packed[0] & 0b100 == (hasChecksum ? 0b100 : 0) && packed[0] & 0b11 == 0, "\(count)")
        }
    }

    @Test func aHelloIsLessThanHalfOfWhatItIsInZstd() throws {
        var random = SeededRandom(seed: 23)
        let shared = try CompressionTests.pack(Array(Self.hello.utf8), .zstdShared, flushing: false, &random)
        let plain = try CompressionTests.pack(Array(Self.hello.utf8), .zstd, flushing: false, &random)
        #expect(shared.count * 2 < plain.count, "\(shared.count) and \(plain.count) bytes")
    }

    @Test func whatTheVectorsHoldIsReadAndRefusedAsTheySay() throws {
        if ProcessInfo.processInfo.environment["WAYBOOK_RECORD_VECTORS"] == "1" { try Self.record() }
        var random = SeededRandom(seed: 24)
        let cases = try #require(try JSONParser.parse(Array(try Data(contentsOf: Self.vectors))).elements)
        #expect(cases.count >= 8)
        for entries in cases.compactMap(\.entries) {
            let comment = entries["comment"]?.text ?? ""
            let packed = try #require(entries["packed"]?.text.flatMap { Data(base64Encoded: $0) })
            let read = try? CompressionTests.unpack(
                Array(packed), .zstdShared, limit: DecompressionLimit(totalBytes: 1 << 20), &random)
            #expect(read.map { String(decoding: $0, as: UTF8.self) } == entries["body"]?.text, "\(comment)")
            #expect((read == nil) == (entries["refused"]?.boolean == true), "\(comment)")
        }
    }

    // MARK: Vectors

    private static let hello = """
        {"hello":{"answered":41,"checkpoint":"ORjHcnRo_yrn","last":43,"protocol":[2,2],"replica":7,"schema":1,\
        "wall":1795293107123}}

        """
    private static let answer = """
        {"head":{"offset":17,"sequence":61}}
        {"applied":[42,43]}
        {"checkpoint":"PRJrv0mC1x9f"}
        {"end":true}

        """

    private static func record() throws {
        var random = SeededRandom(seed: 25)
        func packed(_ text: String, flushing: Bool = false) throws -> [UInt8] {
            try CompressionTests.pack(Array(text.utf8), .zstdShared, flushing: flushing, &random)
        }
        let whole = try packed(hello)
        let long = try packed(String(repeating: answer, count: 60))
        let zeros = String(decoding: [UInt8](repeating: 0x20, count: 1_100_000), as: UTF8.self)
        var flipped = long
        flipped[flipped.count - 1] ^= 1
        let cases: [(String, [UInt8], String?)] = [
            ("a hello", whole, hello), ("an answer", try packed(answer), answer), ("nothing", try packed(""), ""),
            ("a long body, with checksum", long, String(repeating: answer, count: 60)),
            ("a body in several blocks", try packed(hello, flushing: true), hello),
            ("with the magic number of zstd", SharedDictionary.magic + whole, nil),
            ("cut", Array(whole.dropLast()), nil), ("a byte behind the end", whole + [0], nil),
            ("a second frame behind the first", whole + whole, nil), ("a wrong checksum", flipped, nil),
            ("names another dictionary", [0x01, 0x58, 0x07, 0x01, 0x00, 0x00], nil),
            ("more than 200 bytes out for each in", try packed(zeros), nil), ("no bytes", [], nil),
        ]
        let lines = cases.map { comment, packed, body in
            var entries: [String: Value] = [
                "comment": .string(comment), "packed": .string(Data(packed).base64EncodedString()),
            ]
            if let body { entries["body"] = .string(body) } else { entries["refused"] = true }
            return CanonicalJSON.text(.map(entries))
        }
        try FileManager.default.createDirectory(
            at: vectors.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("[\n\(lines.joined(separator: ",\n"))\n]\n".utf8).write(to: vectors, options: .atomic)
    }
}
