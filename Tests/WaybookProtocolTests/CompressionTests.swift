import Foundation
import Testing
import WaybookProtocol
import WaybookTesting

@Suite struct CompressionTests {
    static let generous = DecompressionLimit(totalBytes: 64 * 1_024 * 1_024, ratio: 100_000)

    /// Several lengths around the chunk size, of text that packs well and of noise that does not.
    static let samples: [[UInt8]] = {
        var random = SeededRandom(seed: 7)
        let text = Array(String(repeating: #"{"name":"上海贸易","city":"Lyon"}"# + "\n", count: 9_000).utf8)
        let noise = (0..<200_001).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        return [[], [0x0A], Array(text.prefix(65_536)), Array(text.prefix(65_537)), text, noise]
    }()

    @Test func whatIsPackedComesOutAgainWhateverTheChunks() throws {
        var random = SeededRandom(seed: 1)
        for coding in ContentCoding.allCases {
            for sample in Self.samples {
                let packed = try Self.pack(sample, coding, flushing: Bool.random(using: &random), &random)
                #expect(try Self.unpack(packed, coding, limit: Self.generous, &random) == sample)
            }
        }
    }

    @Test func whatWasFlushedCanBeReadAtOnce() throws {
        for coding in ContentCoding.allCases {
            var compressor = try Compressor(coding)
            var decompressor = try Decompressor(coding, limit: Self.generous)
            for line in ["first\n", "second\n"] {
                let packed = try compressor.compress(Array(line.utf8)) + compressor.flush()
                try decompressor.feed(packed)
                var read: [UInt8] = []
                while let piece = try decompressor.next() { read += piece }
                #expect(String(decoding: read, as: UTF8.self) == line)
            }
        }
    }

    @Test func pythonAndTheToolsReadWhatIsPacked() throws {
        var random = SeededRandom(seed: 2)
        let python = [
            "python3", "-c", "import gzip,sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))",
        ]
        for sample in Self.samples {
            let gzip = try Self.pack(sample, .gzip, flushing: true, &random)
            #expect(try runTool(python, gzip) == sample)
            let zstd = try Self.pack(sample, .zstd, flushing: true, &random)
            #expect(try runTool(["zstd", "-d", "-c"], zstd) == sample)
        }
    }

    @Test func whatPythonAndTheToolsPackedIsRead() throws {
        var random = SeededRandom(seed: 3)
        let python = [
            "python3", "-c", "import gzip,sys; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read()))",
        ]
        for sample in Self.samples {
            #expect(try Self.unpack(runTool(python, sample), .gzip, limit: Self.generous, &random) == sample)
            let zstd = try runTool(["zstd", "-19", "-c"], sample)
            #expect(try Self.unpack(zstd, .zstd, limit: Self.generous, &random) == sample)
        }
    }

    @Test func aBombStopsAtTheTotal() throws {
        var random = SeededRandom(seed: 4)
        let limit = DecompressionLimit(totalBytes: 1_000_000, ratio: 1_000_000)
        for coding in ContentCoding.allCases {
            let bomb = try Self.pack(Array(repeating: 0, count: 20_000_000), coding, flushing: false, &random)
            #expect(throws: CompressionError.tooLarge(limitBytes: 1_000_000)) {
                try Self.unpack(bomb, coding, limit: limit, &random)
            }
        }
    }

    @Test func aBodyOfExactlyTheLimitPasses() throws {
        var random = SeededRandom(seed: 5)
        for coding in ContentCoding.allCases {
            let sample = Array(repeating: UInt8(0x61), count: 100_000)
            let packed = try Self.pack(sample, coding, flushing: false, &random)
            let exact = DecompressionLimit(totalBytes: sample.count, ratio: 1_000_000)
            #expect(try Self.unpack(packed, coding, limit: exact, &random).count == sample.count)
            let less = DecompressionLimit(totalBytes: sample.count - 1, ratio: 1_000_000)
            #expect(throws: CompressionError.tooLarge(limitBytes: sample.count - 1)) {
                try Self.unpack(packed, coding, limit: less, &random)
            }
        }
    }

    @Test func aBombStopsAtTheRatio() throws {
        var random = SeededRandom(seed: 6)
        let limit = DecompressionLimit(totalBytes: 1_000_000_000, ratio: 200, ratioFreeBytes: 100_000)
        for coding in [ContentCoding.gzip, .zstd, .zstdShared] {
            let bomb = try Self.pack(Array(repeating: 0, count: 20_000_000), coding, flushing: false, &random)
            #expect(throws: CompressionError.ratio(limit: 200)) {
                try Self.unpack(bomb, coding, limit: limit, &random)
            }
        }
    }

    @Test func everyCutIsTruncation() throws {
        var random = SeededRandom(seed: 8)
        for (coding, flushing) in [
            (ContentCoding.gzip, true), (.zstd, true), (.zstdShared, true), (.zstdShared, false),
        ] {
            let packed = try Self.pack(Array("some customers\n".utf8), coding, flushing: flushing, &random)
            for length in 0..<packed.count {
                #expect(throws: CompressionError.truncated) {
                    try Self.unpack(Array(packed.prefix(length)), coding, limit: Self.generous, &random)
                }
            }
        }
    }

    @Test func bytesAfterTheEndAreRefusedEvenASecondStream() throws {
        var random = SeededRandom(seed: 9)
        for coding in [ContentCoding.gzip, .zstd, .zstdShared] {
            let packed = try Self.pack(Array("abc".utf8), coding, flushing: false, &random)
            for trailer in [[0x00], packed] {
                #expect(throws: CompressionError.trailingBytes) {
                    try Self.unpack(packed + trailer, coding, limit: Self.generous, &random)
                }
            }
        }
    }

    @Test func aFlippedBitIsDamageOrTruncationNeverOtherContent() throws {
        var random = SeededRandom(seed: 10)
        let sample = Array("Müller & Söhne, 上海\n".utf8)
        for coding in [ContentCoding.gzip, .zstd] {
            let packed = try Self.pack(sample, coding, flushing: false, &random)
            for bit in 0..<packed.count * 8 {
                var broken = packed
                broken[bit / 8] ^= 1 << (bit % 8)
                let read = try? Self.unpack(broken, coding, limit: Self.generous, &random)
                #expect(read == nil || read == sample)
            }
        }
    }

    @Test func plainTextIsNotGzip() throws {
        var random = SeededRandom(seed: 11)
        for coding in [ContentCoding.gzip, .zstd, .zstdShared] {
            #expect(throws: CompressionError.damaged) {
                try Self.unpack(Array("{\"hello\":1}\n".utf8), coding, limit: Self.generous, &random)
            }
        }
    }

    static func pack(
        _ bytes: [UInt8], _ coding: ContentCoding, flushing: Bool, _ random: inout SeededRandom
    ) throws -> [UInt8] {
        var compressor = try Compressor(coding)
        var packed: [UInt8] = []
        for chunk in chunks(of: bytes, &random) {
            packed += try compressor.compress(chunk)
            if flushing { packed += try compressor.flush() }
        }
        return packed + (try compressor.finish())
    }

    @discardableResult
    static func unpack(
        _ bytes: [UInt8], _ coding: ContentCoding, limit: DecompressionLimit, _ random: inout SeededRandom
    ) throws -> [UInt8] {
        var decompressor = try Decompressor(coding, limit: limit)
        var unpacked: [UInt8] = []
        for chunk in chunks(of: bytes, &random) {
            try decompressor.feed(chunk)
            while let piece = try decompressor.next() {
                #expect(piece.count <= Decompressor.chunkBytes)
                unpacked += piece
            }
        }
        try decompressor.finish()
        return unpacked
    }

    private static func chunks(of bytes: [UInt8], _ random: inout SeededRandom) -> [[UInt8]] {
        var chunks: [[UInt8]] = []
        var offset = 0
        while offset < bytes.count {
            let size = Int.random(in: 1...(bytes.count > 10_000 ? 70_000 : 9), using: &random)
            chunks.append(Array(bytes[offset..<min(bytes.count, offset + size)]))
            offset += size
        }
        return chunks
    }
}
