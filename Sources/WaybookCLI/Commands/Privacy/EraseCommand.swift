import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook customer erase RECORD --reason WORD`: a request, which the server decides.
struct EraseCommand<Kind: Entity>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let kind = Kind.collection
        return CommandConfiguration(
            commandName: "erase", abstract: Texts.Help.erase(kind: kind.label.within).spoken,
            discussion: Texts.Help.eraseMore.spoken + "\n\n"
                + KindHelp.examples(["waybook \(kind.name.text) erase 0198c2ef --reason request"]))
    }

    @OptionGroup var target: ReferenceArgument

    @Option(help: ArgumentHelp(Texts.HelpOptions.erasureReason.spoken, valueName: "word"))
    var reason: String

    @Flag(help: ArgumentHelp(Texts.HelpOptions.wholeOrganization.spoken))
    var organization = false

    @Flag(help: ArgumentHelp(Texts.HelpOptions.yes.spoken))
    var yes = false

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let kind = Kind.collection
        let reason = try ErasureWording.reason(reason)
        let workspace = try options.open()
        let book = RecordBook(workspace)
        let shown = try book.anyRecord(target.reference, in: kind)
        let name = book.name(of: shown.record)
        let reporter = options.reporter
        guard !shown.record.isErased || shown.pending.contains(.erased) else {
            try reporter.json(RecordJSON.object(shown))
            return try reporter.say(Texts.Privacy.alreadyErased(name: name))
        }
        if kind.name == Customer.shape.name, View<Customer>(shown.record).kind != .person, !organization {
            throw CommandFailure("organization", Texts.Privacy.organisationNeedsFlag, status: .usage)
        }
        let counts = RecordUnit(workspace.store).counts(of: shown.record.id).map { RecordUnit.phrase($0) }
        reporter.note(Texts.Privacy.eraseWhat(kind: kind.label.within, name: name, kinds: counts))
        try Confirmation.require(
            isGiven: yes, Texts.Privacy.typeTheName, word: name, reporter.scene.language)
        let action = UserAction.erase(shown.record.id, in: kind.name, reason: reason)
        try EditReport.check(try workspace.perform(action), of: kind, book)
        if let after = try workspace.store.record(shown.record.id) { try reporter.json(RecordJSON.object(after)) }
        try reporter.say(Texts.Privacy.requested(kind: kind.label.within, name: name))
    }
}
