import Testing
import WaybookModel
import WaybookTesting

@Suite struct JSONDocumentTests {
    @Test func aTextIsCanonicalWhereItWouldBeWrittenSo() throws {
        let cases: [(String, Bool)] = [
            ("{\"a\":1,\"b\":[true,null]}", true), ("{\"b\":1,\"a\":2}", false), ("{\"a\": 1}", false), (" 1", false),
            ("1 ", false), ("-0", false), ("0", true), ("-1", true), ("\"\\u001f\"", true), ("\"\\u001F\"", false),
            ("\"\\n\"", true), ("\"\\u000a\"", false), ("\"\\/\"", false), ("\"\\\"\\\\\"", true),
            ("\"\\u00e9\"", false),
            ("{\"a\":1,\"é\":2}", true), ("{\"é\":1,\"a\":2}", false), ("{\"a\\\"\":1,\"a#\":2}", true),
            ("{\"a#\":1,\"a\\\"\":2}", false), ("{\"a\":1,\"ab\":2}", true), ("{\"\":1,\"a\":2}", true),
        ]
        for (text, isCanonical) in cases {
            #expect(try JSONDocument(text.utf8).isCanonical == isCanonical, "\(text)")
        }
    }

    @Test func whatIsSaidOfRandomTextsIsTrue() throws {
        var random = SeededRandom(seed: Seeds.first)
        var document = JSONDocument()
        for _ in 0..<20_000 {
            let bytes = RandomValue.damagedJSON(&random)
            guard (try? document.read(bytes)) != nil else { continue }
            let written = CanonicalJSON.bytes(document.value)
            #expect(document.isCanonical == (written == bytes), "\(bytes)")
            try document.read(written)
            #expect(document.isCanonical && document.bytes == written)
        }
    }

    @Test func twoSpellingsOfOneKeyAreOneKey() {
        for text in [
            "{\"e\u{301}\":1,\"é\":2}", "{\"b\":1,\"a\":2,\"b\":3}", "{\"a\":1,\"b\":2,\"a\":3,\"c\":4}",
            "{\"a\":1,\"b\":2,\"\\u0061\":3}", "{\"é\":1,\"b\":2,\"a\":3,\"é\":4}",
        ] {
            do throws(JSONError) {
                _ = try JSONDocument(text.utf8)
                Issue.record("\(text) was taken")
            } catch {
                #expect(error.reason == .duplicateKey, "\(text): \(error)")
            }
        }
    }

    @Test func bytesAreTakenForTextWhereSwiftTakesThem() {
        var random = SeededRandom(seed: Seeds.first)
        let leads: [UInt8] = [0x41, 0xC2, 0xDF, 0xE0, 0xE4, 0xED, 0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xC0, 0x80]
        for _ in 0..<50_000 {
            var bytes: [UInt8] = []
            for _ in 0..<1 + random.below(3) {
                bytes.append(leads[random.below(leads.count)])
                for _ in 0..<random.below(4) { bytes.append(UInt8(0x80 + random.below(0x48))) }
            }
            let isTaken = (try? JSONDocument([0x22] + bytes + [0x22])) != nil
            #expect(isTaken == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
        }
    }

    @Test func partsAreFoundWithoutTheRest() throws {
        let document = try JSONDocument("{\"a\":{\"x\":[1,\"zw\\u00e9i\",{}]},\"b\":\"text\",\"c\":false}".utf8)
        let a = try #require(document.entry("a", of: document.root))
        let list = try #require(document.entry("x", of: a))
        let elements = document.elements(list)
        #expect(elements.map { document.value($0) } == [1, "zwéi", [:]])
        #expect(document.integer(elements[0]) == 1 && document.text(elements[1]) == "zwéi")
        #expect(document.plainBytes(elements[1]) == nil && document.isMap(elements[2]) && document.isList(list))
        let b = try #require(document.entry("b", of: document.root))
        #expect(document.isText(b, "text") && !document.isText(b, "tex") && document.text(b) == "text")
        #expect(String(decoding: document.bytes[document.range(b)], as: UTF8.self) == "\"text\"")
        #expect(String(decoding: document.bytes[document.range(a)], as: UTF8.self) == "{\"x\":[1,\"zw\\u00e9i\",{}]}")
        #expect(document.entry("d", of: document.root) == nil && document.entry("x", of: list) == nil)
    }
}
