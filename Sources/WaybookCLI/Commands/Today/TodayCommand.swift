import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook today [--date DAY] [--for PERSON] [--limit N]`
struct TodayCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "today", abstract: Texts.Help.today.spoken,
            discussion: Texts.Help.todayMore.spoken + "\n\n"
                + KindHelp.examples([
                    "waybook today", "waybook today --date tomorrow", "waybook today --for li@example.org --json",
                ]), aliases: ["今天"])
    }

    @Option(help: ArgumentHelp(Texts.HelpOptions.todayDate.spoken, valueName: "day"))
    var date: String?

    @Option(name: .customLong("for"), help: ArgumentHelp(Texts.HelpOptions.todayFor.spoken, valueName: "person"))
    var person: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.limit.spoken))
    var limit: Int?

    @OptionGroup var options: StoreOptions

    func run() async throws {
        if let limit, limit < 1 {
            throw CommandFailure("limit-invalid", Texts.Values.limitInvalid, status: .usage)
        }
        let book = RecordBook(try options.open())
        let day = try FieldReader(FollowUp.collection, book).value("due", date).flatMap { CivilDate($0) }
        let person = try person.map { try book.record($0, in: User.collection).record.id }
        let desk = Desk(book, of: person ?? book.workspace.session.user, on: day)
        let list = try desk.worklist()
        let reporter = options.reporter
        try reporter.json(.list(list.lines.prefix(limit ?? .max).map { desk.json($0) }))
        let shown = list.lines.prefix(limit ?? RecordListing.shownByDefault)
        if shown.isEmpty {
            try reporter.say(Texts.Today.nothing(day: list.day.description))
        } else {
            var table = TextTable(Desk.headings)
            for line in shown { table.append(desk.cells(line)) }
            try reporter.table(table)
            if shown.count < list.lines.count {
                reporter.note(Texts.Records.listMore(shown: shown.count, total: list.lines.count))
            }
        }
        let undated = try desk.undatedTasks()
        if undated > 0 { reporter.note(Texts.Today.undated(count: undated)) }
    }
}
