import Testing
import WaybookModel
import WaybookProtocol
import WaybookTesting

@Suite struct RecordIDTests {
    @Test func theVersion7ExampleOfTheStandardIsMade() {
        // RFC 9562 appendix A.6: time 0x017F22E279B0, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
        let id = RecordID.version7(milliseconds: 0x017F_22E2_79B0, random: (0xCC3, 0x18C4_DC0C_0C07_398F))
        #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test func theVersion5ExampleOfTheStandardIsMade() throws {
        // RFC 9562 appendix A.4: namespace DNS, name "www.example.com".
        let namespace = try #require(RecordID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
        let id = DeterministicID.make(namespace: namespace, name: "www.example.com")
        #expect(id.description == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    }

    @Test func onlyTheThirtySixCharactersAreRead() {
        let text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
        #expect(RecordID(text)?.description == text && RecordID(text.uppercased())?.description == text)
        for bad in [
            "", String(text.dropLast()), text + "0", "{\(text)}", text.replacing("-", with: ""),
            text.replacing("f", with: "g"),
        ] {
            #expect(RecordID(bad) == nil, "\(bad)")
        }
        #expect(RecordID(bytes: [1, 2, 3]) == nil)
    }

    @Test func bytesAndOrderAreThoseOfTheText() throws {
        var random = SeededRandom(seed: Seeds.first)
        for _ in 0..<10_000 {
            let (left, right) = (
                RecordID(high: random.next(), low: random.next()), RecordID(high: random.next(), low: random.next())
            )
            #expect(RecordID(bytes: left.bytes) == left && RecordID(left.description) == left)
            #expect((left < right) == (left.description < right.description))
        }
    }

    @Test func aLaterTimeMakesAGreaterVersion7() {
        let early = RecordID.version7(milliseconds: 1, random: (.max, .max))
        #expect(early < RecordID.version7(milliseconds: 2, random: (0, 0)))
    }
}
