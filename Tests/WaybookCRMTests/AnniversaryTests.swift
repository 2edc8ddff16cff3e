import Testing
import WaybookModel

@testable import WaybookCRM

/// Days that come again each year. The lunar days are those of published calendars (Hong Kong Observatory, Gregorian-lunar conversion tables).
@Suite struct AnniversaryTests {
    private func isOn(_ date: String, _ day: String) throws -> Bool {
        let anniversary = try #require(PartialDate(date).flatMap { Anniversary($0) })
        let day = try #require(CivilDate(day))
        let isOn = anniversary.isOn(day)
        if isOn { #expect(Anniversary.endings(on: day).contains { date.hasSuffix($0) }) }
        return isOn
    }

    @Test func aCivilDay() throws {
        #expect(try isOn("1986-12-01", "2026-12-01") && isOn("--12-01", "2026-12-01"))
        #expect(try !isOn("1986-12-01", "2026-12-02"))
        #expect(try isOn("2000-02-29", "2024-02-29") && !isOn("2000-02-29", "2024-02-28"))
        #expect(try isOn("2000-02-29", "2026-02-28") && !isOn("2000-02-29", "2026-03-01"))
    }

    @Test(arguments: [
        ("--01-01L", "2024-02-10"), ("--01-01L", "2025-01-29"), ("1985-01-01L", "2026-02-17"),
        ("--01-01L", "2027-02-06"),
        ("--08-15L", "2025-10-06"), ("--08-15L", "2026-09-25"), ("--05-05L", "2026-06-19"), ("--12-08L", "2026-01-26"),
    ])
    func aLunarDay(date: String, day: String) throws { #expect(try isOn(date, day)) }

    @Test func aLunarDayIsNotInTheLeapMonth() throws {
        // 2025 had a sixth month from 25 June and a leap one from 25 July.
        #expect(try isOn("--06-01L", "2025-06-25") && !isOn("--06-01L", "2025-07-25"))
    }

    @Test func theThirtiethOfAShortMonthIsKeptOnTheTwentyNinth() throws {
        // The twelfth month that ended on 28 January 2025 had 29 days, the one that ended on 9 February 2024 had 30.
        #expect(try isOn("--12-30L", "2025-01-28") && isOn("--12-30L", "2024-02-09"))
        #expect(try !isOn("--12-30L", "2024-02-08"))
    }

    @Test func whatHasNoDayComesNever() {
        #expect(PartialDate("1985").flatMap { Anniversary($0) } == nil)
        #expect(PartialDate("1985-03").flatMap { Anniversary($0) } == nil)
    }

    @Test func howOldSomebodyBecomes() throws {
        let day = try #require(CivilDate("2026-12-01"))
        #expect(PartialDate("1986-12-01").flatMap { Anniversary($0) }?.years(on: day) == 40)
        #expect(PartialDate("--12-01").flatMap { Anniversary($0) }?.years(on: day) == nil)
        #expect(PartialDate("2030-12-01").flatMap { Anniversary($0) }?.years(on: day) == nil)
    }
}
