import Testing
import WaybookModel
import WaybookTesting

@Suite struct InstantTests {
    @Test func knownMomentsHaveTheirTexts() {
        let cases: [(Int64, String)] = [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_795_293_107_123, "2026-11-21T20:31:47.123Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        ]
        for (milliseconds, text) in cases {
            #expect(Instant(milliseconds: milliseconds).description == text)
            #expect(Instant(text)?.milliseconds == milliseconds)
        }
    }

    @Test func aTextIsReadBackAndKeepsTheOrder() {
        var random = SeededRandom(seed: Seeds.first)
        for _ in 0..<10_000 {
            let moments = (0..<2).map { _ in
                Instant(milliseconds: Int64(random.below(315_569_519_999_999)) - 62_167_219_200_000)
            }
            let texts = moments.map(\.description)
            if Instant(texts[0]) != moments[0] || (texts[0] < texts[1]) != (moments[0] < moments[1]) {
                Issue.record("\(texts)")
            }
        }
    }

    @Test func momentsBeyondTheCalendarNeverTrap() {
        #expect(Instant(milliseconds: .max).description == "9999-12-31T23:59:59.999Z")
        #expect(Instant(milliseconds: .min).description == "0000-01-01T00:00:00.000Z")
        #expect(Instant("2026-02-29T00:00:00.000Z") == nil && Instant("") == nil)
    }
}
