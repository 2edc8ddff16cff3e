import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook customer list [--where …] [--sort field] [--limit N]`
struct ListCommand<Kind: Entity>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let kind = Kind.collection
        return CommandConfiguration(
            commandName: "list", abstract: Texts.Help.list(kind: kind.label.within).spoken,
            discussion: Texts.Help.listMore.spoken + "\n\n" + KindHelp.examples(Examples.list(kind)))
    }

    @Option(
        name: .customLong("where"), help: ArgumentHelp(Texts.HelpOptions.conditions.spoken, valueName: "conditions"))
    var conditions: String?

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp(Texts.HelpOptions.sort.spoken, valueName: "field"))
    var sort: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.listLimit.spoken, valueName: "count"))
    var limit: Int?

    @Option(
        name: .customLong("fields"), help: ArgumentHelp(Texts.HelpOptions.fields.spoken, valueName: "field,field"))
    var fields: String?

    @Flag(help: ArgumentHelp(Texts.HelpOptions.deleted.spoken))
    var deleted = false

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let kind = Kind.collection
        if let limit, limit < 1 {
            throw CommandFailure("limit-invalid", Texts.Values.limitInvalid, status: .usage)
        }
        let workspace = try options.open()
        let book = RecordBook(workspace)
        var listing = try RecordListing(kind, book, conditions: conditions, sort: sort, deleted: deleted)
        listing.limit = limit ?? (options.json ? nil : RecordListing.shownByDefault)
        let reporter = options.reporter
        if options.json { return try writeJSON(listing, reporter) }
        let columns = try listing.columns(fields)
        var table = TextTable(RecordListing.headings(columns))
        // Read first: the names of what they refer to are looked up in the same store.
        let records = try listing.records()
        let display = book.display
        for record in records { table.append(RecordListing.cells(record, columns, display)) }
        guard !records.isEmpty else { return try reporter.say(Texts.Records.listEmpty(kind: kind.label.within)) }
        try reporter.table(table)
        try tellCount(records.count, listing, reporter)
    }

    private func writeJSON(_ listing: RecordListing, _ reporter: Reporter) throws {
        var writer = JSONListWriter { text in try reporter.scene.output.write(text) }
        try listing.each { record in try writer.append(RecordJSON.object(record)) }
        try writer.finish()
    }

    private func tellCount(_ shown: Int, _ listing: RecordListing, _ reporter: Reporter) throws {
        let total = shown == listing.limit ? try listing.total() : shown
        reporter.note(
            total > shown
                ? Texts.Records.listMore(shown: shown, total: total) : Texts.Records.listCount(count: shown))
    }
}
