import Testing
import WaybookModel

@testable import WaybookCRM

/// Entries of records.
@Suite struct CalendarRecordTests {
    private static let id = RecordID(high: 1 << 44 | 7 << 12, low: 1 << 63)
    private static let names = CalendarEntry.Names(customer: "蓝港贸易", contact: "王伟", place: "上海 南京路 1 号")

    private func record<Kind: Entity>(_ draft: Draft<Kind>, at milliseconds: UInt64 = 1_780_000_000_999) -> View<Kind> {
        var record = VersionedRecord(id: Self.id, collection: Kind.shape.name)
        let stamp = Stamp(milliseconds: milliseconds, counter: 0, replica: ReplicaID(1))
        Overlay.apply(draft.creation(Self.id), stamp: stamp, to: &record)
        return View(record)
    }

    @Test func aTaskIsKnownByItsRecordAndRisesWithItsStamp() throws {
        var draft = Draft<FollowUp>()
        draft.title = "回访"
        draft.due = CivilDate("2026-12-05")
        draft.start = CivilDate("2026-12-01")
        draft.priority = .medium
        draft.status = .inProgress
        draft.notes = "带样品"
        let entry = try #require(CalendarEntry(task: record(draft), Self.names))
        #expect(entry.kind == .task && entry.uid == Self.id.description && entry.summary == "回访")
        #expect(entry.details == "王伟, 蓝港贸易\n带样品" && entry.priority == 5 && entry.status == .inProcess)
        #expect(try entry.end == .date(try #require(draft.due)) && entry.start == .date(try #require(draft.start)))
        #expect(entry.stamp == Instant(milliseconds: 1_780_000_000_000) && entry.modified == entry.stamp)
        let later = try #require(CalendarEntry(task: record(draft, at: 1_780_000_001_000), Self.names))
        #expect(try #require(later.sequence) > (try #require(entry.sequence)))
        // A start that ends after the end, or is told otherwise, is none.
        draft.start = CivilDate("2026-12-06")
        #expect(CalendarEntry(task: record(draft), Self.names)?.start == nil)
        draft.dueAt = Instant("2026-12-05T02:00:00.000Z")
        draft.start = CivilDate("2026-12-01")
        #expect(CalendarEntry(task: record(draft), Self.names)?.start == nil)
        for over in [FollowUpStatus.completed, .canceled] {
            draft.status = over
            #expect(CalendarEntry(task: record(draft), Self.names) == nil)
        }
    }

    @Test func aPlannedVisitIsAnEvent() throws {
        var draft = Draft<FollowUp>()
        draft.title = "拜访"
        draft.type = .visit
        #expect(CalendarEntry(task: record(draft), Self.names)?.kind == .task)
        draft.dueAt = Instant("2026-12-05T02:00:00.500Z")
        let entry = try #require(CalendarEntry(task: record(draft), Self.names))
        #expect(try entry.kind == .event && entry.start == .utc(try #require(Instant("2026-12-05T02:00:00.000Z"))))
        #expect(entry.place == "上海 南京路 1 号" && entry.status == .confirmed)
    }

    @Test func anInteractionToComeIsAnEvent() throws {
        var draft = Draft<Interaction>()
        draft.channel = .visit
        draft.occurredAt = Instant("2026-12-05T02:00:00.000Z")
        draft.durationSeconds = 3_600
        let now = try #require(Instant("2026-12-01T00:00:00.000Z"))
        let entry = try #require(CalendarEntry(planned: record(draft), Self.names, after: now, in: .chinese))
        #expect(try entry.summary == "拜访" && entry.end == .utc(try #require(Instant("2026-12-05T03:00:00.000Z"))))
        #expect(
            CalendarEntry(
                planned: record(draft), Self.names, after: Instant(milliseconds: 1_900_000_000_000), in: .english)
                == nil)
    }

    @Test func aBirthdayComesEveryYear() throws {
        let contact = record(Draft<Contact>()).record
        func entry(_ day: String) throws -> CalendarEntry? {
            CalendarEntry(
                birthday: try #require(PartialDate(day)), of: contact, name: "王伟", at: "蓝港贸易", in: .english)
        }
        let whole = try #require(try entry("1985-04-15"))
        #expect(
            try whole.start == .date(try #require(CivilDate("1985-04-15"))) && whole.isYearly && whole.isTransparent)
        #expect(whole.uid == "\(Self.id)-birthday" && whole.summary == "Birthday of 王伟" && whole.details == "蓝港贸易")
        #expect(try entry("--02-29")?.start == .date(try #require(CivilDate("2000-02-29"))))
        for none in ["1985", "1985-04", "--08-15L", "1985-08-15L"] { #expect(try entry(none) == nil) }
    }
}
