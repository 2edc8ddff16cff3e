import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook handover …`
struct HandoverCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "handover", abstract: Texts.Help.handover.spoken,
            subcommands: [
                HandoverListCommand.self, HandoverShowCommand.self, HandoverTakeCommand.self, HandoverDropCommand.self,
            ], aliases: ["移交"])
    }
}

/// `waybook handover list`
struct HandoverListCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list", abstract: Texts.Help.handoverList.spoken,
            discussion: KindHelp.examples(["waybook handover list", "waybook handover list --all --json"]))
    }

    @Flag(help: ArgumentHelp(Texts.HelpOptions.handoverAll.spoken))
    var all = false

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let items = try HandoverShelf(book).items().filter { all || $0.status == .open }
        let reporter = options.reporter
        try reporter.json(.list(items.map(\.json)))
        guard !items.isEmpty else { return try reporter.say(Texts.Handovers.empty) }
        let columns = Handover.collection.listFields.compactMap { Handover.collection[$0] }
        var table = TextTable([.init(Texts.Words.id.spoken)] + columns.map { .init($0.label.spoken) })
        for item in items {
            table.append([RecordBook.short(item.id)] + columns.map { item.cell($0, book) })
        }
        try reporter.table(table)
        reporter.note(Texts.Records.listCount(count: items.count))
    }
}

/// `waybook handover show ID`
struct HandoverShowCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "show", abstract: Texts.Help.handoverShow.spoken,
            discussion: KindHelp.examples(["waybook handover show 0198c2f0"]))
    }

    @OptionGroup var target: ReferenceArgument
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let shelf = HandoverShelf(book)
        let item = try shelf.item(target.reference)
        let reporter = options.reporter
        try reporter.json(item.json)
        for name in ["about", "author", "device", "madeAt", "arrivedAt", "why", "status", "decidedBy", "decidedAt"] {
            guard let field = Handover.collection[FieldName(name)] else { continue }
            let text = item.cell(field, book)
            if !text.isEmpty { try reporter.say("\(field.label.spoken): \(text)") }
        }
        for change in item.changes ?? [] {
            try reporter.say("  \(FieldWording.kind(change.collection)) \(book.name(of: change))")
            for write in change.writes {
                let text = FieldWording.change(write.path, write.value, in: change.collection, book.display)
                try reporter.say("    " + text)
            }
        }
        guard item.status == .open else { return }
        let id = RecordBook.short(item.id)
        switch try shelf.choices(item) {
        case (_, true) where item.isAfterDelete: try reporter.say(Texts.Handovers.howToMakeAnew(id: id))
        case (_, true): try reporter.say(Texts.Handovers.howToGoOn(id: id))
        case (true, false): try reporter.say(Texts.Handovers.howToDrop(id: id))
        case (false, false): try reporter.say(Texts.Handovers.othersDecide)
        }
    }
}

/// `waybook handover take ID`
struct HandoverTakeCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "take", abstract: Texts.Help.handoverTake.spoken,
            discussion: KindHelp.examples([
                "waybook handover take 0198c2f0", "waybook handover take 0198c2f0 --set name='Acme GmbH'",
            ]))
    }

    @OptionGroup var target: ReferenceArgument
    @OptionGroup var assignments: AssignmentOptions
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let shelf = HandoverShelf(book)
        let item = try shelf.open(target.reference)
        let leftOut = try shelf.take(item, setting: assignments)
        if !leftOut.isEmpty { options.reporter.note(Texts.Handovers.leftOut(fields: leftOut)) }
        try shelf.tell(item, options.reporter, Texts.Handovers.taken(id: RecordBook.short(item.id)))
    }
}

/// `waybook handover drop ID`
struct HandoverDropCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "drop", abstract: Texts.Help.handoverDrop.spoken,
            discussion: KindHelp.examples(["waybook handover drop 0198c2f0"]))
    }

    @OptionGroup var target: ReferenceArgument
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let shelf = HandoverShelf(book)
        let item = try shelf.open(target.reference)
        try shelf.decide(item, .dropped, changes: [])
        try shelf.tell(item, options.reporter, Texts.Handovers.dropped(id: RecordBook.short(item.id)))
    }
}
