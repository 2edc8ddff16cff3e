import Testing
import WaybookModel

@testable import WaybookCRM

@Suite struct NormalisationTests {
    @Test(
        "telephone numbers have one key whatever their spelling",
        arguments: [
            ("138 0013 8000", "+8613800138000", true), ("+86 138-0013-8000", "+8613800138000", true),
            ("0086 13800138000", "+8613800138000", true), ("8613800138000", "+8613800138000", true),
            ("１３８００１３８０００", "+8613800138000", true), ("010-12345678", "+861012345678", true),
            ("010-62345678", "+861062345678", true), ("(021) 6234 5678", "+862162345678", true),
            ("0755-8234567", "+867558234567", true), ("010-62345678 转 801", "+861062345678;ext=801", true),
            ("400-820-8820", "+864008208820", true), ("+1 (780) 428-9482", "+17804289482", true),
            ("+44 (0)20 7946 0958", "+442079460958", true), ("+49 711 2842222", "+497112842222", true),
            ("62345678", "62345678", false), ("ask Ada", "ask ada", false), ("12345", "12345", false),
        ])
    func phones(text: String, key: String, isValid: Bool) {
        let number = PhoneNumber(text)
        #expect(number.key == key)
        #expect(number.isValid == isValid)
        if number.isValid { #expect(PhoneNumber(number.key).key == number.key) }
    }

    @Test func phoneDisplay() {
        #expect(PhoneNumber("13800138000").display == "+86 138 0013 8000")
        #expect(PhoneNumber("010-62345678").display == "+86 10 6234 5678")
        #expect(PhoneNumber("13800138000").kind == .mobile)
    }

    @Test func emails() {
        #expect(EmailAddress(" Ada <Ada.L@Example.COM> ").key == "ada.l@example.com")
        #expect(EmailAddress("luísg@embraer.com.br").isValid)
        #expect(!EmailAddress("a@b").isValid && !EmailAddress("a b@c.de").isValid)
        #expect(!EmailAddress("x@\(String(repeating: "a", count: 250)).com").isValid)
    }

    @Test func keysFold() {
        #expect(ElementKey.fold("  ＶＩＰ  客户 ") == "vip 客户")
        #expect(ElementKey.fold("STRASSE") == ElementKey.fold("Straße"))
        #expect(ElementKey.make("WeChat: Ada_01", form: .handle) == "wechat:ada_01")
        #expect(ElementKey.make("   ", form: .text) == nil)
        #expect(TypedText.lines("\u{FEFF} e\u{301}\r\nb ").unicodeScalars.count == 3)
    }

    @Test(
        "amounts are exact, by the minor digits of their currency",
        arguments: [
            ("1,234.50 CNY", 123_450, "CNY"), ("¥88", 8_800, "CNY"), ("￥1，234", 123_400, "CNY"),
            ("88元", 8_800, "CNY"), ("3.5万元", 3_500_000, "CNY"), ("JPY 1500", 1_500, "JPY"),
            ("1.234,50 €", 123_450, "EUR"), ("-12.5 usd", -1_250, "USD"), ("KWD 1.234", 1_234, "KWD"),
            ("0.1", 10, "CNY"), ("US$ 9.99", 999, "USD"), ("-¥5", -500, "CNY"),
        ])
    func amounts(text: String, minor: Int64, currency: String) throws {
        #expect(try Money(typed: text, currency: "CNY") == Money(minorUnits: minor, currency: CurrencyCode(currency)))
    }

    @Test func amountProblems() {
        #expect(throws: MoneyProblem.tooPrecise("CNY")) { try Money(typed: "1.234 CNY", currency: "CNY") }
        #expect(throws: MoneyProblem.tooPrecise("JPY")) { try Money(typed: "1.5 JPY", currency: "CNY") }
        #expect(throws: MoneyProblem.unknownCurrency("abc")) { try Money(typed: "5 abc", currency: "CNY") }
        #expect(throws: MoneyProblem.tooLarge) { try Money(typed: "99999999999999999999", currency: "CNY") }
        #expect(throws: MoneyProblem.notAnAmount) { try Money(typed: "许多", currency: "CNY") }
        #expect(Money(minorUnits: -123_405, currency: "CNY").display == "-1,234.05 CNY")
        #expect(Money(minorUnits: 1_500, currency: "JPY").display == "1,500 JPY")
    }

    @Test(
        "dates in many spellings",
        arguments: [
            ("2026-11-21", "2026-11-21"), ("2026/11/21", "2026-11-21"), ("21.11.2026", "2026-11-21"),
            ("20261121", "2026-11-21"), ("2026年11月21日", "2026-11-21"), ("11-21", "--11-21"), ("2026-11", "2026-11"),
            ("2026", "2026"), ("11月21日", "--11-21"), ("农历八月十五", "--08-15L"), ("腊月廿三", "--12-23L"),
            ("1985年农历八月十五", "1985-08-15L"), ("正月初一", "--01-01L"), ("农历8月15", "--08-15L"),
            ("--02-29", "--02-29"), ("13/11/2026", "2026-11-13"), ("八月十五（农历）", "--08-15L"),
            ("十一月初十", "--11-10L"), ("03/04/2026", nil), ("2026-02-29", nil), ("农历闰四月初一", nil), ("soon", nil),
        ] as [(String, String?)])
    func dates(text: String, canonical: String?) {
        #expect(DateText.partial(text)?.text == canonical)
    }

    /// 21 November 2026 is a Saturday.
    @Test(
        "days by words",
        arguments: [
            ("today", "2026-11-21"), ("Tomorrow", "2026-11-22"), ("friday", "2026-11-27"), ("sat", "2026-11-28"),
            ("next monday", "2026-11-23"), ("明天", "2026-11-22"), ("下周三", "2026-11-25"), ("周日", "2026-11-22"),
            ("本周一", "2026-11-16"), ("下下周五", "2026-12-04"), ("in 3 days", "2026-11-24"), ("两周后", "2026-12-05"),
            ("月底", "2026-11-30"), ("11-20", "2027-11-20"), ("02-29", "2028-02-29"), ("next week", "2026-11-23"),
            ("+10d", "2026-12-01"), ("三天后", "2026-11-24"), ("someday", nil),
        ] as [(String, String?)])
    func words(text: String, day: String?) {
        #expect(DayWords.day(text, today: CivilDate("2026-11-21")!)?.description == day)  // A literal date.
    }

    @Test("days and their numbers agree over 400 years")
    func civilDays() {
        for days in stride(from: -70_000, through: 76_000, by: 37) {
            let date = CivilDate(daysSince1970: days)
            #expect(date.daysSince1970 == days)
            #expect(CivilDate(date.description) == date)
        }
        #expect(CivilDate("2026-11-21")?.weekday == 6)
    }

    @Test func instants() throws {
        let zone = try #require(Zone("Asia/Shanghai"))
        let now = try #require(Instant("2026-11-21T04:00:00.000Z"))
        func read(_ text: String) -> String? { InstantText.read(text, now: now, zone: zone)?.description }
        #expect(read("2026-11-21 15:30") == "2026-11-21T07:30:00.000Z")
        #expect(read("2026-11-21T15:30:00+02:00") == "2026-11-21T13:30:00.000Z")
        #expect(read("2026-11-21T15:30:00.5Z") == "2026-11-21T15:30:00.500Z")
        #expect(read("明天下午3点半") == "2026-11-22T07:30:00.000Z")
        #expect(read("tomorrow 9am") == "2026-11-22T01:00:00.000Z")
        #expect(read("15:30") == "2026-11-21T07:30:00.000Z")
        #expect(read("2026-11-21") == "2026-11-20T16:00:00.000Z")
        #expect(read("25:00") == nil && read("whenever") == nil)
        let paris = try #require(Zone("Europe/Paris"))
        #expect(InstantText.read("2026-03-29 02:30", now: now, zone: paris)?.description == "2026-03-29T01:30:00.000Z")
    }
}
