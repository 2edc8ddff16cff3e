import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook customer add NAME [--set field=value]…`
struct AddCommand<Kind: Entity>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let kind = Kind.collection
        return CommandConfiguration(
            commandName: "add", abstract: Texts.Help.add(kind: kind.label.within).spoken,
            discussion: KindHelp.examples(Examples.add(kind)))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.title.spoken, valueName: Kind.collection.titleField.text))
    var title: String

    @OptionGroup var assignments: AssignmentOptions
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let kind = Kind.collection
        let workspace = try options.openForEntry()
        let book = RecordBook(workspace)
        var writes = try assignments.writes(kind, in: book)
        if !writes.contains(where: { $0.path.field == kind.titleField }) {
            writes += try FieldReader(kind, book).writes(field: kind.titleField.text, text: title)
        }
        try RecordChecks.check(nil, kind, writes, book)
        let added = try workspace.add(writes, to: kind.name)
        try EditReport.check(added.outcome, of: kind, book)
        let reporter = options.reporter
        try book.tell([(kind, added.id)], reporter) {
            guard let record = try workspace.store.record(added.id) else { return }
            try reporter.json(RecordJSON.object(record))
            try reporter.say(
                Texts.Records.added(
                    kind: kind.label.within, name: book.name(of: record.record), id: RecordBook.short(added.id)))
        }
    }
}
