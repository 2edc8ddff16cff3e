import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook team members TEAM`
struct TeamMembersCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "members", abstract: Texts.Help.teamMembers.spoken,
            discussion: KindHelp.examples(["waybook team members 华东", "waybook team members East --json"]))
    }

    @OptionGroup var target: ReferenceArgument
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let team = try book.record(target.reference, in: Team.collection).record
        let times = try TeamTimes(book).all(in: team.id)
        let reporter = options.reporter
        try reporter.json(.list(times.map { RecordJSON.object($0) }))
        guard !times.isEmpty else { return try reporter.say(Texts.People.noMembers(team: book.name(of: team))) }
        let kind = TeamMembership.collection
        let columns = ["user", "from", "until"].compactMap { kind[$0] }
        var table = TextTable(columns.map { .init($0.label.spoken) })
        let display = book.display
        for time in times { table.append(columns.map { display.text($0, in: time.record) }) }
        try reporter.table(table)
    }
}

/// `waybook team join TEAM WHO [--from DAY] [--until DAY]`
struct TeamJoinCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "join", abstract: Texts.Help.teamJoin.spoken,
            discussion: KindHelp.examples(["waybook team join 华东 bo@example.org --from 2026-12-01"]))
    }

    @OptionGroup var target: ReferenceArgument
    @Argument(help: ArgumentHelp(Texts.HelpOptions.person.spoken, valueName: "person"))
    var person: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.firstDay.spoken, valueName: "day"))
    var from: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.lastDay.spoken, valueName: "day"))
    var until: String?
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let team = try book.record(target.reference, in: Team.collection).record
        let user = try book.person(person)
        let names = (team: book.name(of: team), user: book.name(DirectoryRecord.user, user))
        let times = TeamTimes(book)
        let present = try times.current(of: user, in: team.id)
        let reporter = options.reporter
        guard present.isEmpty || from != nil || until != nil else {
            try reporter.json(RecordJSON.object(present[0]))
            return try reporter.say(Texts.People.isMember(person: names.user, team: names.team))
        }
        typealias Field = DirectoryRecord.Field
        let reader = FieldReader(TeamMembership.collection, book)
        var writes = [
            Write(path: FieldPath(Field.user), value: user.value),
            Write(path: FieldPath(Field.team), value: team.id.value),
        ]
        if let from { writes += try reader.writes(field: Field.from.text, text: from) }
        if let until { writes += try reader.writes(field: Field.until.text, text: until) }
        func day(_ field: FieldName) -> CivilDate? {
            writes.first { $0.path == FieldPath(field) }?.value?.text.flatMap { CivilDate($0) }
        }
        try times.check(
            user, in: team.id, from: day(Field.from), until: day(Field.until), person: names.user, team: names.team)
        let added = try book.workspace.add(writes, to: TeamMembership.shape.name)
        try EditReport.check(added.outcome, of: TeamMembership.collection, book)
        if let record = try book.workspace.store.record(added.id) { try reporter.json(RecordJSON.object(record)) }
        try reporter.say(Texts.People.joined(person: names.user, team: names.team))
    }
}

/// `waybook team leave TEAM WHO [--until DAY]`
struct TeamLeaveCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "leave", abstract: Texts.Help.teamLeave.spoken,
            discussion: KindHelp.examples(["waybook team leave 华东 bo@example.org --until 2026-12-31"]))
    }

    @OptionGroup var target: ReferenceArgument
    @Argument(help: ArgumentHelp(Texts.HelpOptions.person.spoken, valueName: "person"))
    var person: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.leaveUntil.spoken, valueName: "day"))
    var until: String?
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let team = try book.record(target.reference, in: Team.collection).record
        let user = try book.person(person)
        let names = (team: book.name(of: team), user: book.name(DirectoryRecord.user, user))
        let times = TeamTimes(book)
        let present = try times.current(of: user, in: team.id)
        guard !present.isEmpty else {
            throw CommandFailure("not-a-member", Texts.People.notMember(person: names.user, team: names.team))
        }
        let last = try FieldReader(TeamMembership.collection, book).value(DirectoryRecord.Field.until, until)
        let outcomes = try book.workspace.perform(all: present.map { times.ending($0, on: last?.text) })
        for outcome in outcomes { try EditReport.check(outcome, of: TeamMembership.collection, book) }
        let reporter = options.reporter
        let after = try present.compactMap { try book.workspace.store.record($0.id) }
        try reporter.json(.list(after.map { RecordJSON.object($0) }))
        try reporter.say(
            last?.text.map { Texts.People.leftAfter(person: names.user, team: names.team, day: $0) }
                ?? Texts.People.left(person: names.user, team: names.team))
    }
}

/// When people were in teams. Days are those of the server's clock, which are UTC.
struct TeamTimes {
    private let book: RecordBook
    private let today: CivilDate

    init(_ book: RecordBook) {
        self.book = book
        today = Zone.utc.wallTime(at: book.workspace.now).date
    }

    /// The times in a team, by their first day.
    func all(in team: RecordID) throws -> [ListedRecord] {
        let query = RecordQuery(
            TeamMembership.shape.name,
            filter: .compare(FieldSelector(DirectoryRecord.Field.team), .equal, .string(team.description)),
            sort: [.init(FieldSelector(DirectoryRecord.Field.from))])
        return try book.workspace.store.list(query)
    }

    /// Those of a person that are not over.
    func current(of user: RecordID, in team: RecordID) throws -> [ListedRecord] {
        try all(in: team).filter { time in
            let view = View<TeamMembership>(time.record)
            return view.user == user && view.until.map { today <= $0 } ?? true
        }
    }

    /// Throws a sentence for a new time that is over, ends before it begins, or lies over another one of the person.
    /// Without a first day it is taken to begin today.
    func check(
        _ user: RecordID, in team: RecordID, from: CivilDate?, until: CivilDate?, person: String, team name: String
    ) throws {
        func refusal(_ code: String, _ text: LocalizedText) -> CommandFailure {
            CommandFailure(code, text, status: .usage)
        }
        let first = from ?? today
        if let until, until < today { throw refusal("day-past", Texts.People.dayPast(day: "\(until)")) }
        if let until, until < first { throw refusal("days-crossed", Texts.People.daysCrossed) }
        let overlapping = try all(in: team).first { time in
            let view = View<TeamMembership>(time.record)
            guard view.user == user else { return false }
            let beginsAfter = view.from.map { from in until.map { $0 < from } ?? false } ?? false
            let endsBefore = view.until.map { $0 < first } ?? false
            return !beginsAfter && !endsBefore
        }
        guard let overlapping else { return }
        let view = View<TeamMembership>(overlapping.record)
        throw CommandFailure(
            "already-member",
            Texts.People.isMemberThen(
                person: person, team: name, from: view.from.map { "\($0)" } ?? "",
                until: view.until.map { "\($0)" } ?? ""))
    }

    /// Ends a time with a day, which still belongs to it; without one at once: yesterday was the last. A time that would
    /// end before it begins is deleted.
    func ending(_ time: ListedRecord, on day: String?) -> UserAction {
        let last = day ?? "\(today.adding(days: -1))"
        if let from = View<TeamMembership>(time.record).from, last < "\(from)" {
            return .delete(time.id, in: time.collection)
        }
        let write = Write(path: FieldPath(DirectoryRecord.Field.until), value: .string(last))
        return UserAction([Change(id: time.id, collection: time.collection, writes: [write])])
    }
}
