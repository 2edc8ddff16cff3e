import Foundation
import Testing
import WaybookModel

@testable import WaybookCRM

@Suite struct CalendarTests {
    private func reading(_ lines: String..., kind: String = "VEVENT") throws -> CalendarReading {
        let text = ["BEGIN:VCALENDAR", "BEGIN:\(kind)"] + lines + ["END:\(kind)", "END:VCALENDAR", ""]
        return try #require(try readings(Array(text.joined(separator: "\r\n").utf8)).first)
    }

    private func entry(_ lines: String, kind: String = "VEVENT") throws -> CalendarEntry {
        try reading("UID:a", lines, kind: kind).entry.get()
    }

    @Test func timesHaveFourForms() throws {
        let day = try #require(CivilDate("2026-11-29"))
        let wall = WallTime(date: day, secondOfDay: 32_400)
        #expect(try entry("DTSTART;VALUE=DATE:20261129").start == .date(day))
        #expect(try entry("DTSTART:20261129T090000Z").start == .utc(try #require(Instant("2026-11-29T09:00:00.000Z"))))
        #expect(try entry("DTSTART;TZID=Asia/Shanghai:20261129T090000").start == .zoned(wall, zone: "Asia/Shanghai"))
        #expect(try entry("DTSTART;TZID=\"a^'b:c\":20261129T090000").start == .zoned(wall, zone: "a\"b:c"))
        #expect(try entry("DTSTART:20261129T090000").start == .floating(wall))
        for bad in ["20260230", "2026", "20261129T250000", "x", "00000101"] {
            #expect(try reading("UID:a", "DTSTART:\(bad)").keptOut == ["DTSTART": 1], "\(bad)")
        }
    }

    @Test func aDurationIsAddedToTheStart() throws {
        #expect(
            try entry("DTSTART:20261129T233000Z\r\nDURATION:PT1H").end
                == .utc(try #require(Instant("2026-11-30T00:30:00.000Z"))))
        #expect(
            try entry("DTSTART;VALUE=DATE:20261129\r\nDURATION:P1W").end == .date(try #require(CivilDate("2026-12-06")))
        )
        #expect(try entry("DTSTART;VALUE=DATE:99991231\r\nDURATION:P1D").end == nil)
        for (text, seconds) in [("-PT15M", -900), ("P1DT2H3M4S", 93_784), ("+P2W", 1_209_600), ("PT0S", 0)] {
            #expect(CalendarDuration.seconds(text) == seconds)
            #expect(CalendarDuration.seconds(CalendarDuration.text(seconds)) == seconds)
        }
        for bad in ["", "P", "PT", "P1", "P1H", "PT1D", "PTT1H", "P99999999999999999999W", "1D", "P1DX"] {
            #expect(CalendarDuration.seconds(bad) == nil, "\(bad)")
        }
    }

    @Test func aTaskIsRead() throws {
        let task = try entry(
            """
            DTSTAMP:20261129T120000Z\r
            DUE:20261201T080000Z\r
            SUMMARY:回电\\, 王伟\r
            DESCRIPTION:one\\n\r
              two\r
            STATUS:in-process\r
            PRIORITY:1\r
            SEQUENCE:3\r
            RRULE:FREQ=YEARLY\r
            BEGIN:VALARM\r
            ACTION:DISPLAY\r
            TRIGGER:-PT15M\r
            DESCRIPTION:x\r
            END:VALARM
            """, kind: "VTODO")
        #expect(task.summary == "回电, 王伟" && task.details == "one\n two" && task.status == .inProcess)
        #expect(task.priority == 1 && task.sequence == 3 && task.isYearly)
        #expect(task.alarms == [CalendarEntry.Alarm(seconds: -900, text: "x")])
        #expect(task.stamp == Instant("2026-11-29T12:00:00.000Z"))
    }

    @Test func aFaultyEntryIsToldByItsLineAndTheOthersGoOn() throws {
        let text = """
            stray
            BEGIN:VCALENDAR
            BEGIN:VTIMEZONE
            TZID:x
            END:VTIMEZONE
            BEGIN:VEVENT
            SUMMARY:nobody
            END:VEVENT
            BEGIN:VTODO
            no colon
            END:VTODO
            BEGIN:VEVENT
            UID:last
            X-A:1
            END:VEVENT
            BEGIN:VEVENT
            UID:open
            END:VCALENDAR
            """
        let read = try readings(Array(text.utf8), chunk: 3)
        let problems = read.map { reading in
            if case .failure(let problem) = reading.entry { problem } else { nil as CalendarProblem? }
        }
        #expect(
            problems == [
                CalendarProblem(line: 1, .outsideCalendar), CalendarProblem(line: 6, .uidMissing),
                CalendarProblem(line: 10, .malformedLine), nil, CalendarProblem(line: 16, .notClosed),
            ])
        #expect(read[3].keptOut == ["X-A": 1])
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let wall = WallTime(date: try #require(CivilDate("2026-11-29")), secondOfDay: 1)
        var entries: [CalendarEntry] = []
        for (index, kind) in CalendarEntry.Kind.allCases.enumerated() {
            var entry = CalendarEntry(kind, uid: "a;,\\\(index)")
            entry.summary = "回访; a, b \\n"
            entry.details = "one\n\ttwo" + String(repeating: "很长", count: 80)
            entry.place = "上海"
            entry.categories = ["a,b", "c"]
            entry.start = index == 0 ? .zoned(wall, zone: "区\"^:;,") : .date(wall.date)
            entry.end = index == 0 ? .floating(wall) : .date(wall.date)
            entry.status = index == 0 ? .tentative : .completed
            entry.completed = index == 0 ? nil : Instant(milliseconds: 1_000)
            entry.isTransparent = index == 0
            entry.isYearly = true
            entry.priority = 9
            entry.sequence = 7
            entry.stamp = Instant(milliseconds: 1_780_000_000_000)
            entry.modified = entry.stamp
            entry.alarms = [
                CalendarEntry.Alarm(seconds: -93_784, text: "a\nb"), CalendarEntry.Alarm(seconds: 0, text: ""),
            ]
            entries.append(entry)
        }
        let bytes = CalendarWriter().bytes(entries, name: "日历")
        let read = try readings(bytes, chunk: 5)
        #expect(read.compactMap { try? $0.entry.get() } == entries && read.allSatisfy { $0.keptOut.isEmpty })
        for line in bytes.split(separator: 0x0A) {
            #expect(line.last == 0x0D && line.count <= 76 && String(validating: line, as: UTF8.self) != nil)
        }
    }
}
