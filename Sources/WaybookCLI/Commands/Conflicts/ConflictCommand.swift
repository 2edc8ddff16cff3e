import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook conflict …`
struct ConflictCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "conflict", abstract: Texts.Help.conflict.spoken, discussion: Texts.Help.conflictMore.spoken,
            subcommands: [ConflictListCommand.self, ConflictShowCommand.self, ConflictResolveCommand.self])
    }
}

/// `waybook conflict list [--where …]`
struct ConflictListCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: Texts.Help.conflictList.spoken)
    }

    @Option(
        name: .customLong("where"), help: ArgumentHelp(Texts.HelpOptions.conflictWhere.spoken, valueName: "conditions"))
    var conditions: String?

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let conflicts = try ConflictShelf(book).open(where: conditions)
        let reporter = options.reporter
        try reporter.json(.list(conflicts.map { $0.json }))
        guard !conflicts.isEmpty else { return try reporter.say(Texts.Conflict.empty) }
        var table = TextTable([
            .init(Texts.Words.id.spoken), .init(Texts.Words.record.spoken), .init(Texts.Words.field.spoken),
            .init(Texts.Conflict.current.spoken), .init(Texts.Conflict.other.spoken), .init(Texts.Words.who.spoken),
        ])
        for conflict in conflicts {
            table.append([
                conflict.shortID, conflict.recordName, conflict.fieldName, conflict.currentText, conflict.otherText,
                conflict.author,
            ])
        }
        try reporter.table(table)
    }
}

/// `waybook conflict show ID`
struct ConflictShowCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "show", abstract: Texts.Help.conflictShow.spoken)
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.conflictID.spoken, valueName: "id"))
    var id: String

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let conflict = try ConflictShelf(book).conflict(id)
        let reporter = options.reporter
        try reporter.json(conflict.json)
        let title =
            conflict.path == .life
            ? Texts.Conflict.deletedAndEdited(record: conflict.recordName)
            : Texts.Conflict.title(field: conflict.fieldName, record: conflict.recordName)
        try reporter.say(title)
        let rows = [
            (Texts.Conflict.current.spoken, conflict.side(conflict.currentText, conflict.rival, conflict.rivalDevice)),
            (Texts.Conflict.other.spoken, conflict.side(conflict.otherText, conflict.author, conflict.device)),
            (Texts.Conflict.base.spoken, conflict.baseText),
        ]
        let width = rows.map { DisplayWidth.of($0.0) }.max() ?? 0
        for row in rows { try reporter.say("  " + DisplayWidth.padded(row.0, to: width) + "  " + row.1) }
        try reporter.say(Texts.Conflict.howToResolve(id: conflict.shortID))
    }
}
