import WaybookModel

// Entries of records. Each is known by its record's identity, and its number rises with the record's latest stamp, so that a
// program that takes the file again brings what it has up to date.
extension CalendarEntry {
    /// The names that an entry tells beside its record's own values.
    public struct Names: Sendable {
        public var customer: String?
        public var contact: String?
        /// Where the customer is, on one line.
        public var place: String?

        public init(customer: String? = nil, contact: String? = nil, place: String? = nil) {
            self.customer = customer
            self.contact = contact
            self.place = place
        }

        fileprivate var line: String? {
            let names = [contact, customer].compactMap { $0 }
            return names.isEmpty ? nil : names.joined(separator: ", ")
        }
    }

    /// A task; a visit that is planned for a day or a moment is an event. Nil for one that is over.
    /// - Parameter task: with its stamps.
    public init?(task: View<FollowUp>, _ names: Names) {
        guard task.status != .completed, task.status != .canceled else { return nil }
        let moment: CalendarTime? = task.dueAt.map { .utc($0.whole) } ?? task.due.map { .date($0) }
        let isVisit = task.type == .visit && moment != nil
        self.init(isVisit ? .event : .task, of: task.record)
        summary = task.title
        details = Self.details(names.line, task.notes)
        categories = task.tags
        priority = task.priority?.calendarNumber
        if isVisit {
            start = moment
            place = names.place
            status = .confirmed
        } else {
            end = moment
            start = Self.start(task.start, before: moment)
            status = task.status == .inProgress ? .inProcess : .needsAction
        }
    }

    /// A visit, meeting or call that is still to come. Nil for one without a time, and for one before `now`.
    /// - Parameter interaction: with its stamps.
    public init?(planned interaction: View<Interaction>, _ names: Names, after now: Instant, in language: Language) {
        guard let occurredAt = interaction.occurredAt, occurredAt >= now else { return nil }
        self.init(.event, of: interaction.record)
        summary = interaction.subject ?? interaction.channel?.label.text(in: language) ?? names.customer
        details = Self.details(names.line, interaction.content)
        place = interaction.place ?? (interaction.channel == .visit ? names.place : nil)
        categories = interaction.tags
        start = .utc(occurredAt.whole)
        let length = interaction.durationSeconds.map { Instant(milliseconds: occurredAt.milliseconds + $0 * 1_000) }
        if let endedAt = interaction.endedAt ?? length, endedAt > occurredAt { end = .utc(endedAt.whole) }
        status = .confirmed
    }

    /// A birthday, every year. Nil where day or month are not known, and for days of the lunar calendar, which is not computed.
    /// - Parameters:
    ///   - record: whose birthday it is, with its stamps.
    ///   - name: what they are called.
    ///   - customer: the organisation that they are at; nil for none.
    public init?(
        birthday: PartialDate, of record: VersionedRecord, name: String, at customer: String?, in language: Language
    ) {
        guard case .date(let year, let month?, let day?) = CardDate(birthday),
            let date = CivilDate(year: year ?? Self.leapYear, month: month, day: day)
        else { return nil }
        self.init(.event, of: record)
        uid = "\(record.id)-birthday"
        summary = Texts.Calendars.birthday(name: name)(language)
        details = Self.details(customer, nil)
        start = .date(date)
        isYearly = true
        isTransparent = true
    }

    /// A year that has every day, for birthdays without one.
    private static let leapYear = 2000
    /// Numbers count the seconds from 2020 on, so that they fit 31 bits until 2088.
    private static let sequenceStart: Int64 = 1_577_836_800

    private init(_ kind: Kind, of record: VersionedRecord) {
        self.init(kind, uid: record.id.description)
        let moment = Instant(milliseconds: Int64(record.highestStamp?.milliseconds ?? 0)).whole
        stamp = moment
        modified = moment
        sequence = Int(min(max(0, moment.milliseconds / 1_000 - Self.sequenceStart), Int64(Int32.max)))
    }

    private static func details(_ names: String?, _ text: String?) -> String? {
        let parts = [names, text].compactMap { $0 }.filter { !$0.isEmpty }
        return parts.isEmpty ? nil : parts.joined(separator: "\n")
    }

    /// The day on which a task begins, where it is told as its end is and not after it (§3.8.2.3).
    private static func start(_ day: CivilDate?, before end: CalendarTime?) -> CalendarTime? {
        guard let day else { return nil }
        switch end {
        case nil: return .date(day)
        case .date(let last): return day < last ? .date(day) : nil
        default: return nil
        }
    }
}

extension Priority {
    /// PRIORITY (RFC 5545 §3.8.1.9).
    var calendarNumber: Int {
        switch self {
        case .high: 1
        case .medium: 5
        case .low: 9
        }
    }
}

extension Instant {
    /// Without its fraction of a second.
    fileprivate var whole: Instant {
        let rest = milliseconds % 1_000
        return Instant(milliseconds: milliseconds - (rest < 0 ? rest + 1_000 : rest))
    }
}
