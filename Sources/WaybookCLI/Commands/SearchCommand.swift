import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook search WORDS`
struct SearchCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "search", abstract: Texts.Help.search.spoken,
            discussion: KindHelp.examples([
                "waybook search 蓝港", "waybook search 8000 --in contact", "waybook search ada lond",
            ])
        )
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.words.spoken, valueName: "words"))
    var words: [String]

    @Option(name: .customLong("in"), help: ArgumentHelp(Texts.HelpOptions.kind.spoken, valueName: "kind"))
    var kind: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.limit.spoken, valueName: "count"))
    var limit = 50

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let workspace = try options.open()
        let book = RecordBook(workspace)
        let kind = try self.kind.map { name in
            guard let found = Catalogue.collection(named: name) else {
                throw CommandFailure(
                    "kind-unknown", Texts.Records.unknownCollection(name: name),
                    hint: Texts.Records.kindsAre(kinds: Catalogue.editable.map(\.name.text)), status: .usage)
            }
            return found.name
        }
        let text = words.joined(separator: " ")
        let answer = try workspace.store.search(text, in: kind, limit: max(1, limit))
        let reporter = options.reporter
        try reporter.json(
            .object([
                "complete": .bool(answer.isComplete), "records": .list(answer.records.map { RecordJSON.object($0) }),
            ]))
        if !answer.isComplete {
            let total = try workspace.store.status().recordCount
            reporter.note(
                Texts.Records.searchIncomplete(done: max(0, total - answer.unindexedCount), total: total))
        }
        guard !answer.records.isEmpty else { return try reporter.say(Texts.Records.searchEmpty(words: text)) }
        var table = TextTable([
            .init(Texts.Words.id.spoken), .init(Texts.Words.collection.spoken), .init(Texts.Words.name.spoken),
            .init(""),
        ])
        let display = book.display
        for record in answer.records {
            let shown = record.record
            let schema = Catalogue.schema[record.collection]
            let more = (schema?.listFields ?? []).filter { $0 != schema?.titleField }.compactMap { schema?[$0] }
            let details = more.map { display.text($0, in: shown) }.filter { !$0.isEmpty }.prefix(3)
            table.append([
                RecordBook.short(record.id), schema?.label.spoken ?? record.collection.text, book.name(of: shown),
                details.joined(separator: "  "),
            ])
        }
        try reporter.table(table)
    }
}
