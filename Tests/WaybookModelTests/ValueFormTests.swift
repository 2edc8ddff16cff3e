import Testing
import WaybookModel
import WaybookTesting

@Suite struct ValueFormTests {
    @Test func canonicalDecimalsAreTheirOwnCanonicalForm() {
        var random = SeededRandom(seed: Seeds.first)
        for _ in 0..<20_000 {
            let text = (0..<random.below(8)).map { _ in random.pick(["-", "+", ".", "0", "1", "9", "e", " "]) }.joined()
            guard let canonical = ValueForm.canonicalDecimal(text) else { continue }
            if !ValueForm.isDecimal(canonical) { Issue.record("\(text) gives \(canonical)") }
        }
    }

    @Test func everyDayOfTheGregorianCalendarIsADate() {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        for year in [1900, 2000, 2023, 2024] {
            let days = (1...12).flatMap { month in (1...31).map { "\(year)-\(two(month))-\(two($0))" } }
            #expect(days.filter(ValueForm.isDate).count == (year == 2000 || year == 2024 ? 366 : 365))
        }
    }

    @Test func randomTextNeverTrapsAForm() {
        var random = SeededRandom(seed: Seeds.first)
        for _ in 0..<50_000 {
            let text = (0..<random.below(26)).map { _ in
                random.pick(["-", "0", "2", "1", "T", ":", ".", "Z", "L", "é", "上"])
            }.joined()
            _ = (
                ValueForm.isDate(text), ValueForm.isInstant(text), ValueForm.isPartialDate(text),
                ValueForm.isPlainText(text)
            )
        }
    }

    @Test func plainTextHasNoControlCharactersButLineFeedAndTab() {
        #expect(ValueForm.isPlainText("上海\n\tx") && !ValueForm.isPlainText("\r") && !ValueForm.isPlainText("\u{7F}"))
    }
}
