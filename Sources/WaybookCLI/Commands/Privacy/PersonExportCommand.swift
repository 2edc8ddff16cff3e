import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook customer export RECORD --out FILE`: everything that this laptop holds about one person.
struct PersonExportCommand<Kind: Entity>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let kind = Kind.collection
        return CommandConfiguration(
            commandName: "export", abstract: Texts.Help.exportPerson(kind: kind.label.within).spoken,
            discussion: Texts.Privacy.exportIsPart.spoken + "\n\n"
                + KindHelp.examples(["waybook \(kind.name.text) export 0198c2ef --out person.json"]))
    }

    @OptionGroup var target: ReferenceArgument

    @Option(help: ArgumentHelp(Texts.HelpOptions.personFile.spoken, valueName: "file"))
    var out: String

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let kind = Kind.collection
        let workspace = try options.open()
        let shown = try RecordBook(workspace).anyRecord(target.reference, in: kind)
        guard let document = try workspace.store.person(shown.record.id, at: workspace.device.now()) else { return }
        try PrivateFile.create(out, with: CanonicalJSON.bytes(document.value) + [UInt8(ascii: "\n")])
        let reporter = options.reporter
        try reporter.json(.object(["file": .string(out), "records": .int(Int64(document.recordCount))]))
        try reporter.say(Texts.Privacy.exported(records: document.recordCount, path: out))
        reporter.note(Texts.Privacy.exportIsPart)
    }
}
