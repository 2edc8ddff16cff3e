import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook user …`
struct UserCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "user", abstract: Texts.Help.user.spoken,
            subcommands: [
                ListCommand<User>.self, ShowCommand<User>.self, EditCommand<User>.self, HistoryCommand<User>.self,
                UserAddCommand.self, UserInviteCommand.self, UserRoleCommand.self, UserDisableCommand.self,
                UserEnableCommand.self,
            ], aliases: ["用户"])
    }
}

/// `waybook user role WHO ROLE`
struct UserRoleCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "role", abstract: Texts.Help.userRole.spoken,
            discussion: KindHelp.examples(["waybook user role bo@example.org manager"]))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.person.spoken, valueName: "person"))
    var person: String
    @Argument(help: ArgumentHelp(Texts.HelpOptions.userRole.spoken, valueName: "role"))
    var role: String
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let user = try book.record(person, in: User.collection)
        let writes = try FieldReader(User.collection, book).writes(field: "role", text: role)
        try DirectoryEdit(book, options.reporter).edit(user, writes) { name, after in
            let role = User.collection["role"].map { book.display.text($0, in: after) } ?? ""
            return Texts.People.roleRequested(name: name, role: role)
        }
    }
}

/// `waybook user disable WHO [--book-to WHO]`
struct UserDisableCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "disable", abstract: Texts.Help.userDisable.spoken,
            discussion: KindHelp.examples([
                "waybook user disable bo@example.org --book-to cy@example.org", "waybook user disable bo@example.org",
            ]))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.person.spoken, valueName: "person"))
    var person: String
    @Option(name: .customLong("book-to"), help: ArgumentHelp(Texts.HelpOptions.takesBook.spoken, valueName: "person"))
    var bookTo: String?
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let user = try book.record(person, in: User.collection)
        let successor = try bookTo.map { try book.person($0) }
        guard successor != user.record.id else {
            throw CommandFailure("successor-invalid", Texts.People.successorIsSame, status: .usage)
        }
        if let successor { try Responsible.check(successor, try book.organisation()) }
        typealias Field = DirectoryRecord.Field
        let writes = [
            Write(path: FieldPath(Field.status), value: .string(DirectoryRecord.disabled)),
            Write(path: FieldPath(Field.successor), value: successor?.value ?? .null),
        ]
        try DirectoryEdit(book, options.reporter).edit(user, writes) { name, _ in
            Texts.People.disableRequested(name: name, successor: book.holder(successor))
        }
    }
}

/// `waybook user enable WHO`
struct UserEnableCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "enable", abstract: Texts.Help.userEnable.spoken,
            discussion: KindHelp.examples(["waybook user enable bo@example.org"]))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.person.spoken, valueName: "person"))
    var person: String
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let user = try book.record(person, in: User.collection)
        let status = FieldPath(DirectoryRecord.Field.status)
        let writes = [Write(path: status, value: .string(DirectoryRecord.active))]
        try DirectoryEdit(book, options.reporter).edit(user, writes) { name, _ in
            Texts.People.enableRequested(name: name)
        }
    }
}

/// Changes a record of the directory and tells it.
struct DirectoryEdit {
    private let book: RecordBook
    private let reporter: Reporter

    init(_ book: RecordBook, _ reporter: Reporter) {
        self.book = book
        self.reporter = reporter
    }

    func edit(
        _ shown: ShownRecord, _ writes: [Write], _ sentence: (String, VersionedRecord) -> LocalizedText
    ) throws {
        let kind = Catalogue.schema[shown.record.collection] ?? User.collection
        let outcome = try book.workspace.edit(shown.record.id, in: kind.name, writes)
        try EditReport.check(outcome, of: kind, book)
        guard let after = try book.workspace.store.record(shown.record.id) else { return }
        try reporter.json(RecordJSON.object(after))
        let name = book.name(of: shown.record)
        try reporter.say(outcome == .unchanged ? Texts.Records.unchanged(name: name) : sentence(name, after.record))
    }
}
