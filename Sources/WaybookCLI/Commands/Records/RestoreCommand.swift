import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook customer restore RECORD`
struct RestoreCommand<Kind: Entity>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let kind = Kind.collection
        return CommandConfiguration(
            commandName: "restore", abstract: Texts.Help.restore(kind: kind.label.within).spoken,
            discussion: KindHelp.examples(Examples.restore(kind)))
    }

    @OptionGroup var target: ReferenceArgument
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let kind = Kind.collection
        let workspace = try options.openForEntry()
        let book = RecordBook(workspace)
        let reporter = options.reporter
        let shown = try deletedOrAny(book, kind)
        let name = book.name(of: shown.record)
        guard book.isLocked || shown.record.isDeleted else {
            try reporter.json(RecordJSON.object(shown))
            return try reporter.say(Texts.Records.notDeleted(name: name))
        }
        try EditReport.check(try workspace.restore(shown.record.id, in: kind.name), of: kind, book)
        try book.tell([(kind, shown.record.id)], reporter) {
            if let after = try workspace.store.record(shown.record.id) { try reporter.json(RecordJSON.object(after)) }
            try reporter.say(Texts.Records.restored(kind: kind.label.within, name: name))
        }
    }

    /// A deleted record of that name comes first.
    private func deletedOrAny(_ book: RecordBook, _ kind: CollectionSchema) throws -> ShownRecord {
        guard case .none = try book.find(target.reference, in: kind.name, deleted: true) else {
            return try book.record(target.reference, in: kind, deleted: true)
        }
        return try book.record(target.reference, in: kind)
    }
}
