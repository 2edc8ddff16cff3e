import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook customer delete RECORD`
struct DeleteCommand<Kind: Entity>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let kind = Kind.collection
        return CommandConfiguration(
            commandName: "delete", abstract: Texts.Help.delete(kind: kind.label.within).spoken,
            discussion: KindHelp.examples(Examples.delete(kind)))
    }

    @OptionGroup var target: ReferenceArgument
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let kind = Kind.collection
        let workspace = try options.openForEntry()
        let book = RecordBook(workspace)
        let shown = try book.anyRecord(target.reference, in: kind)
        let name = book.name(of: shown.record)
        let reporter = options.reporter
        guard book.isLocked || !shown.record.isDeleted else {
            try reporter.json(RecordJSON.object(shown))
            return try reporter.say(Texts.Records.alreadyDeleted(name: name))
        }
        let belonging = RecordUnit(workspace.store).counts(of: shown.record.id)
        try EditReport.check(try workspace.delete(shown.record.id, in: kind.name), of: kind, book)
        try book.tell([(kind, shown.record.id)], reporter) {
            if let after = try workspace.store.record(shown.record.id) { try reporter.json(RecordJSON.object(after)) }
            try reporter.say(Texts.Records.deleted(kind: kind.label.within, name: name))
            guard !belonging.isEmpty else { return }
            try reporter.say(Texts.Records.outOfSight(kinds: belonging.map { RecordUnit.phrase($0) }))
        }
    }
}
