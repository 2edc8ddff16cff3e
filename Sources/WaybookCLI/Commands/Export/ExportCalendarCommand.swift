import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook export calendar [--output FILE]`: open tasks, visits to come and birthdays of one's own book.
struct ExportCalendarCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "calendar", abstract: Texts.Help.exportCalendar.spoken,
            discussion: Texts.Help.exportCalendarMore.spoken + "\n\n"
                + KindHelp.examples(["waybook export calendar --output waybook.ics"]))
    }

    @OptionGroup var target: ExportTarget
    @OptionGroup var options: StoreOptions

    func run() async throws {
        try target.check(isJSON: options.json)
        let book = RecordBook(try options.open())
        let reporter = options.reporter
        let shelf = try CalendarShelf(book)
        let name = Texts.Calendars.calendarName(person: book.workspace.session.name).spoken
        try target.write(CalendarWriter().bytes(shelf.entries, name: name), reporter.scene)
        let (tasks, visits, birthdays) = (shelf.tasks.count, shelf.visits.count, shelf.birthdays.count)
        if let output = target.output {
            try reporter.json(
                .object([
                    "birthdays": .int(Int64(birthdays)), "file": .string(output),
                    "lunarLeftOut": .int(Int64(shelf.lunar)), "tasks": .int(Int64(tasks)),
                    "visits": .int(Int64(visits)),
                ]))
            try reporter.say(
                Texts.Calendars.exportedTo(tasks: tasks, visits: visits, birthdays: birthdays, path: output))
        } else {
            reporter.note(Texts.Calendars.exported(tasks: tasks, visits: visits, birthdays: birthdays))
        }
        if shelf.lunar > 0, !options.json { reporter.note(Texts.Calendars.lunarLeftOut(count: shelf.lunar)) }
    }
}

/// What stands in one's calendar.
struct CalendarShelf {
    private(set) var tasks: [CalendarEntry] = []
    private(set) var visits: [CalendarEntry] = []
    private(set) var birthdays: [CalendarEntry] = []
    /// Birthdays of the lunar calendar, which are left out.
    private(set) var lunar = 0
    private let book: RecordBook
    /// The customers that one answers for.
    private let own: Set<RecordID>

    var entries: [CalendarEntry] { tasks + visits + birthdays }

    init(_ book: RecordBook) throws {
        self.book = book
        own = try Self.ids(book, Customer.shape.name) { $0.reference("owner") == book.workspace.session.user }
        try takeTasks()
        try takeVisits()
        try takeBirthdays()
    }

    /// The identities of records, in the order in which they were made.
    private static func ids(
        _ book: RecordBook, _ kind: CollectionName, _ isWanted: (VersionedRecord) -> Bool
    ) throws -> Set<RecordID> {
        var ids: Set<RecordID> = []
        try book.workspace.store.each(RecordQuery(kind)) { if isWanted($0.record) { ids.insert($0.id) } }
        return ids
    }

    private func records(_ kind: CollectionName, _ isWanted: (VersionedRecord) -> Bool) throws -> [VersionedRecord] {
        try Self.ids(book, kind, isWanted).sorted().compactMap { try book.workspace.store.record($0)?.record }
    }

    private func isOwn(_ record: VersionedRecord) -> Bool { record.reference("customer").map(own.contains) ?? false }

    /// Tasks that fall to oneself; those that fall to nobody, of one's own customers.
    private mutating func takeTasks() throws {
        let user = book.workspace.session.user
        let found = try records(FollowUp.shape.name) { task in
            task.reference("assignee").map { $0 == user } ?? isOwn(task)
        }
        for record in found {
            let task = View<FollowUp>(record)
            guard let entry = CalendarEntry(task: task, names(task.customer, task.contact)) else { continue }
            if entry.kind == .event { visits.append(entry) } else { tasks.append(entry) }
        }
    }

    private mutating func takeVisits() throws {
        let now = book.scene.now
        let found = try records(Interaction.shape.name) { interaction in
            guard let time = View<Interaction>(interaction).occurredAt else { return false }
            return time >= now && isOwn(interaction)
        }
        for record in found {
            let interaction = View<Interaction>(record)
            let contact = interaction.contacts.first.flatMap { RecordID($0) }
            let names = names(interaction.customer, contact)
            let entry = CalendarEntry(planned: interaction, names, after: now, in: book.scene.language)
            if let entry { visits.append(entry) }
        }
    }

    private mutating func takeBirthdays() throws {
        let people = try records(Customer.shape.name) { own.contains($0.id) && $0["birthday"] ?? .null != .null }
        for record in people { take(View<Customer>(record).birthday, record, at: nil) }
        let contacts = try records(Contact.shape.name) { contact in
            isOwn(contact) && contact["birthday"] ?? .null != .null && View<Contact>(contact).isActive != false
        }
        for record in contacts { take(View<Contact>(record).birthday, record, at: View<Contact>(record).customer) }
    }

    private mutating func take(_ birthday: PartialDate?, _ record: VersionedRecord, at customer: RecordID?) {
        guard let birthday else { return }
        if birthday.isLunar { return lunar += 1 }
        let entry = CalendarEntry(
            birthday: birthday, of: record, name: book.name(of: record),
            at: customer.flatMap { book.title(Customer.shape.name, $0) }, in: book.scene.language)
        if let entry { birthdays.append(entry) }
    }

    private func names(_ customer: RecordID?, _ contact: RecordID?) -> CalendarEntry.Names {
        let record = customer.flatMap { try? book.workspace.store.record($0)?.record }
        return CalendarEntry.Names(
            customer: customer.flatMap { book.title(Customer.shape.name, $0) },
            contact: contact.flatMap { book.title(Contact.shape.name, $0) },
            place: record.flatMap { VCard(customer: View<Customer>($0)).addresses.first?.line })
    }
}
