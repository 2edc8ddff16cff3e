import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook customer history RECORD`
struct HistoryCommand<Kind: Entity>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let kind = Kind.collection
        return CommandConfiguration(
            commandName: "history", abstract: Texts.Help.history(kind: kind.label.within).spoken,
            discussion: KindHelp.examples(Examples.history(kind)))
    }

    @OptionGroup var target: ReferenceArgument

    @Option(help: ArgumentHelp(Texts.HelpOptions.limit.spoken, valueName: "count"))
    var limit = 50

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let workspace = try options.open()
        let book = RecordBook(workspace)
        let record = try book.anyRecord(target.reference, in: Kind.collection).record
        let entries = try workspace.store.history(of: record.id, limit: max(1, limit))
        let reporter = options.reporter
        try reporter.json(.list(entries.map(Self.json)))
        guard !entries.isEmpty else { return try reporter.say(Texts.Records.historyEmpty) }
        let own = try workspace.store.replica()
        for entry in entries { try reporter.say(line(entry, book, own)) }
    }

    private func line(_ entry: HistoryEntry, _ book: RecordBook, _ own: ReplicaID?) -> LocalizedText {
        let kind = Kind.collection
        let time = Moments.text(entry.atMilliseconds, zone: book.scene.zone)
        let who = entry.stamp.replica == own ? book.workspace.session.name : Moments.replica(entry.stamp.replica)
        if entry.kind == .created { return Texts.Records.historyCreated(time: time, who: who) }
        let field = FieldWording.path(entry.path, in: kind.name, book.display)
        let value = FieldWording.value(entry.value, at: entry.path, in: kind.name, book.display)
        switch entry.kind {
        case .settled: return Texts.Records.historySettled(time: time, field: field, value: value)
        case .refused: return Texts.Records.historyRefused(time: time, field: field, value: value)
        case .made, .created, .received:
            return Texts.Records.historyLine(time: time, who: who, field: field, value: value)
        }
    }

    private static func json(_ entry: HistoryEntry) -> JSONOutput {
        .object([
            "at": .string(Instant(milliseconds: entry.atMilliseconds).description),
            "kind": .string(entry.kind.rawValue),
            "path": .string(entry.path.text), "replica": .int(Int64(entry.stamp.replica.number)),
            "stamp": .string(entry.stamp.description), "value": RecordJSON.value(entry.value),
        ])
    }
}
