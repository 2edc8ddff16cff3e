import Testing
import WaybookProtocol

@Suite struct ContentCodingTests {
    @Test func theHighestQualityWinsAndZstdAmongEquals() {
        let cases: [(String?, ContentCoding?)] = [
            (nil, .identity), ("", .identity), ("gzip", .gzip), ("zstd", .zstd), ("gzip, zstd", .zstd),
            ("gzip;q=1.0, zstd;q=0.5", .gzip), ("GZIP ; Q=0.8 , zstd;q=0.799", .gzip), ("x-gzip", .gzip),
            ("br", .identity), ("br, identity;q=0", nil), ("*;q=0", nil), ("*", .zstd), ("zstd;q=0, *", .gzip),
            ("gzip;q=0, zstd;q=0", .identity), ("identity;q=0, gzip", .gzip), ("gzip;q=2, identity;q=0", nil),
            ("gzip;q=0.0001, identity;q=0", nil), ("gzip;q=, identity", .identity), (",,,;;q", .identity),
            ("deflate, gzip;q=0.001", .gzip), ("zstd, zstd-wb1", .zstdShared), ("zstd-wb1;q=0.9, zstd", .zstd),
            (ContentCoding.acceptEncoding, .zstdShared), ("*, identity;q=0.1", .zstd), ("zstd-wb2", .identity),
        ]
        for (field, expected) in cases {
            #expect(ContentCoding.negotiate(acceptEncoding: field) == expected, "\(field ?? "none")")
        }
    }

    @Test func onlyOfferedCodingsAreChosen() {
        #expect(ContentCoding.negotiate(acceptEncoding: "zstd, gzip;q=0.5", offered: [.gzip, .identity]) == .gzip)
    }

    @Test func aBodyHasOneKnownCoding() {
        #expect(ContentCoding.ofContent(nil) == .identity)
        #expect(ContentCoding.ofContent(" Gzip\t") == .gzip)
        #expect(ContentCoding.ofContent("zstd") == .zstd)
        #expect(ContentCoding.ofContent("zstd-wb1") == .zstdShared)
        for unknown in ["br", "zstd-wb2", "gzip, zstd", "gzip,gzip", "deflate", "gz ip"] {
            #expect(ContentCoding.ofContent(unknown) == nil)
        }
    }

    @Test func anEndlessFieldIsReadInBoundedTime() {
        let field = String(repeating: "br;q=0.1,", count: 100_000)
        #expect(ContentCoding.negotiate(acceptEncoding: field) == .identity)
    }
}
