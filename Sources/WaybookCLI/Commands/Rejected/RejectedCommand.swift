import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook rejected …`
struct RejectedCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "rejected", abstract: Texts.Help.rejected.spoken,
            subcommands: [
                RejectedListCommand.self, RejectedShowCommand.self, RejectedRetryCommand.self,
                RejectedDiscardCommand.self, RejectedExportCommand.self,
            ])
    }
}

/// `waybook rejected list`
struct RejectedListCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: Texts.Help.rejectedList.spoken)
    }

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let sets = try RejectedShelf(book).all()
        let reporter = options.reporter
        try reporter.json(.list(sets.map(RejectedShelf.json)))
        guard !sets.isEmpty else { return try reporter.say(Texts.Rejected.empty) }
        for set in sets { try reporter.say("\(set.row)  \(RejectedShelf(book).summary(set).spoken)") }
    }
}

/// `waybook rejected show ID`
struct RejectedShowCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "show", abstract: Texts.Help.rejectedShow.spoken)
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.rejectedID.spoken, valueName: "id"))
    var id: String

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let shelf = RejectedShelf(book)
        let set = try shelf.set(id)
        let reporter = options.reporter
        try reporter.json(RejectedShelf.json(set))
        let time = Moments.text(set.atMilliseconds, zone: reporter.scene.zone)
        try reporter.say(Texts.Rejected.title(id: id, time: time))
        try reporter.say("  " + shelf.summary(set).spoken)
        for change in set.set.changes {
            try reporter.say("  \(FieldWording.kind(change.collection)) \(book.name(of: change))")
            for write in change.writes {
                let field = FieldWording.path(write.path, in: change.collection, book.display)
                let value = FieldWording.value(write.value, at: write.path, in: change.collection, book.display)
                try reporter.say("    \(field) = \(value)")
            }
        }
        try reporter.say(Texts.Rejected.howToGoOn(id: id))
    }
}

/// `waybook rejected retry ID`
struct RejectedRetryCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "retry", abstract: Texts.Help.rejectedRetry.spoken)
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.rejectedID.spoken, valueName: "id"))
    var id: String

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let workspace = try options.open()
        let book = RecordBook(workspace)
        let set = try RejectedShelf(book).set(id)
        let outcomes = try workspace.retryRejected(row: set.row) ?? []
        let kind = set.set.changes.first.flatMap { Catalogue.schema[$0.collection] } ?? Customer.collection
        for outcome in outcomes { try EditReport.check(outcome, of: kind, book) }
        let reporter = options.reporter
        try reporter.json(.object(["retried": .int(Int64(outcomes.count))]))
        try reporter.say(Texts.Rejected.retried(id: id))
    }
}

/// `waybook rejected discard ID`
struct RejectedDiscardCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "discard", abstract: Texts.Help.rejectedDiscard.spoken)
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.rejectedID.spoken, valueName: "id"))
    var id: String

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let workspace = try options.open()
        let set = try RejectedShelf(RecordBook(workspace)).set(id)
        try workspace.store.discardRejected(row: set.row)
        let reporter = options.reporter
        try reporter.json(.object(["discarded": .int(set.row)]))
        try reporter.say(Texts.Rejected.discarded(id: id))
    }
}

/// `waybook rejected export FILE`
struct RejectedExportCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "export", abstract: Texts.Help.rejectedExport.spoken)
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.file.spoken, valueName: "file"))
    var file: String

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let sets = try RejectedShelf(RecordBook(try options.openForUpkeep())).all()
        var bytes: [UInt8] = []
        for set in sets { bytes += set.exportLine + [UInt8(ascii: "\n")] }
        try PrivateFile.create(file, with: bytes)
        let reporter = options.reporter
        try reporter.json(.object(["exported": .int(Int64(sets.count)), "file": .string(file)]))
        try reporter.say(Texts.Rejected.exported(count: sets.count, path: file))
    }
}
