import Testing
import WaybookModel

@Suite struct LanguageTests {
    @Test func theFirstVariableThatIsSetDecides() {
        #expect(Language(environment: [:]) == .english)
        #expect(Language(environment: ["LANG": "zh_CN.UTF-8"]) == .chinese)
        #expect(Language(environment: ["LANG": "zh_CN.UTF-8", "LC_ALL": "C"]) == .english)
        #expect(Language(environment: ["LANG": "zh_CN.UTF-8", "LC_ALL": ""]) == .chinese)
        #expect(Language(environment: ["LANG": "en_US.UTF-8", "WAYBOOK_LANG": "zh-Hans"]) == .chinese)
        #expect(Language(environment: ["LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"]) == .chinese)
        #expect(Language(environment: ["LANG": "fr_FR.UTF-8"]) == .english)
    }

    @Test func localeNamesAreRead() {
        #expect(Language(tag: "zh") == .chinese)
        #expect(Language(tag: "ZH_sg@pinyin") == .chinese)
        #expect(Language(tag: "en.UTF-8") == .english)
        #expect(Language(tag: "POSIX") == nil)
        #expect(Language(tag: "") == nil)
    }

    @Test func numbersAreGroupedAndWordsCounted() {
        #expect(Phrase.grouped(0) == "0")
        #expect(Phrase.grouped(999) == "999")
        #expect(Phrase.grouped(4_812) == "4\u{202F}812")
        #expect(Phrase.grouped(-1_234_567) == "-1\u{202F}234\u{202F}567")
        #expect(Phrase.grouped(Int.min) == "-9\u{202F}223\u{202F}372\u{202F}036\u{202F}854\u{202F}775\u{202F}808")
        let one: Phrase = "\(1, one: "record", other: "records")"
        let many: Phrase = "\(4_812, one: "record", other: "records")"
        #expect(one.words == "1 record")
        #expect(many.words == "4\u{202F}812 records")
    }
}
