import Testing
import WaybookModel
import WaybookProtocol
import WaybookTesting

@testable import WaybookStore

/// A line is taken for a record exactly where ``ResponseLine`` takes it for the same one.
@Suite struct IncomingRecordTests {
    private static let id = "0198c2ef-6d1a-7c3e-9a52-3f1b2c4d5e6f"
    private static let stamp = "-1SoLAsF---0---1"

    private func line(
        fields: String = "{\"city\":\"Lyon\",\"name\":\"Acme\"}", stamps: String? = nil, id: String = Self.id,
        rest: String = ""
    ) -> String {
        "{\"fields\":\(fields),\"in\":\"customer\",\"record\":\"\(id)\",\"stamps\":\(stamps ?? "[[\"\(Self.stamp)\",7]]")\(rest)}"
    }

    private func check(_ text: String) throws -> IncomingRecord? {
        let document = try JSONDocument(text.utf8)
        let incoming = IncomingRecord(document)
        guard case .record(let feed)? = ResponseLine(document.value) else {
            #expect(incoming == nil, "\(text)")
            return nil
        }
        let told = try #require(incoming, "\(text)")
        #expect(told.id == feed.record.id && told.collection == feed.record.collection && told.unit == feed.unit)
        #expect(told.isWhole == feed.isWhole && told.isDeleted == feed.record.isDeleted)
        #expect(told.highest == feed.record.atoms.values.map(\.stamp).max())
        #expect(try told.record() == feed.record)
        let (fields, stamps) = told.storedTexts
        #expect(Array(fields) == CanonicalJSON.bytes(document.value.entries?["fields"] ?? .null))
        #expect(Array(stamps) == CanonicalJSON.bytes(document.value.entries?["stamps"] ?? .null))
        return told
    }

    @Test func everyFormOfLineIsReadAsItIsElsewhere() throws {
        let other = "-1SoLAsF---1---2"
        #expect(try check(line()) != nil)
        #expect(try check(line(rest: ",\"unit\":\"0198c2ef-6d1a-7c3e-9a52-3f1b2c4d5e70\"")) != nil)
        #expect(try check(line(fields: "{\"$life\":\"deleted\"}"))?.isDeleted == true)
        #expect(try check(line(fields: "{}"))?.highest == nil)
        #expect(try check(line(fields: "{ \"name\":\"Acme\", \"city\":\"Lyon\" }")) != nil)
        #expect(try check(line(fields: "{\"tags/a\\\"b\":true}")) != nil)
        #expect(try check(line(stamps: "[[\"\(Self.stamp)\",7],[\"\(other)\",8,[\"city\"]]]"))?.highest == Stamp(other))
        #expect(try check(line(stamps: "[[\"\(Self.stamp)\",7,null,\"\(other)\"]]")) != nil)
        #expect(try check(line().replacing("\"record\"", with: "\"update\""))?.isWhole == false)
        #expect(try check(line(id: Self.id.uppercased())) != nil)
    }

    @Test func whatIsMalformedIsRefused() throws {
        for text in [
            line(fields: "[]"), line(fields: "{\"a b\":1}"), line(fields: "{\"a/\":1}"), line(stamps: "[]"),
            line(stamps: "[[\"short\",7]]"), line(stamps: "[[\"\(Self.stamp)\",-1]]"), line(stamps: "{}"),
            line(stamps: "[[\"\(Self.stamp)\"]]"), line(stamps: "[[\"\(Self.stamp)\",7,[\"name\"]]]"), line(id: "x"),
            line(rest: ",\"unit\":1"), line().replacing("customer", with: "no name"),
            line().replacing("\"in\"", with: "\"on\""), line().replacing("\"stamps\"", with: "\"stamp\""),
        ] { #expect(try check(text) == nil, "\(text)") }
    }

    @Test func damagedLinesAreJudgedAlike() throws {
        var random = SeededRandom(seed: 1)
        let whole = Array(line(rest: ",\"unit\":\"0198c2ef-6d1a-7c3e-9a52-3f1b2c4d5e70\"").utf8)
        var taken = 0
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0...random.below(2) { bytes[random.below(bytes.count)] = whole[random.below(whole.count)] }
            guard (try? JSONDocument(bytes)) != nil else { continue }
            if try check(String(decoding: bytes, as: UTF8.self)) != nil { taken += 1 }
        }
        #expect(taken > 1_000)
    }
}
