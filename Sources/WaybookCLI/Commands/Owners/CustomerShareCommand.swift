import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// What somebody may do with a customer that is shared with them.
enum ShareFlag: String, EnumerableFlag {
    case view, edit

    static func help(for value: ShareFlag) -> ArgumentHelp? {
        ArgumentHelp(value == .view ? Texts.HelpOptions.shareView.spoken : Texts.HelpOptions.shareEdit.spoken)
    }
}

/// `waybook customer share RECORD --with PERSON [--view|--edit]`
struct CustomerShareCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "share", abstract: Texts.Help.customerShare.spoken,
            discussion: KindHelp.examples(["waybook customer share 蓝港贸易 --with bo@example.org --edit"]))
    }

    @OptionGroup var target: ReferenceArgument
    @Option(help: ArgumentHelp(Texts.HelpOptions.shareWith.spoken, valueName: "person"))
    var with: String
    @Flag var grade: ShareFlag = .view
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let sharing = try Sharing(target.reference, with: with, options)
        try sharing.set(.string(grade.rawValue)) { customer, person in
            grade == .edit
                ? Texts.Owners.sharedToEdit(customer: customer, person: person)
                : Texts.Owners.sharedToView(customer: customer, person: person)
        }
    }
}

/// `waybook customer unshare RECORD --with PERSON`
struct CustomerUnshareCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "unshare", abstract: Texts.Help.customerUnshare.spoken,
            discussion: KindHelp.examples(["waybook customer unshare 蓝港贸易 --with bo@example.org"]))
    }

    @OptionGroup var target: ReferenceArgument
    @Option(help: ArgumentHelp(Texts.HelpOptions.shareWith.spoken, valueName: "person"))
    var with: String
    @OptionGroup var options: StoreOptions

    func run() async throws {
        try Sharing(target.reference, with: with, options).set(nil) { customer, person in
            Texts.Owners.unshared(customer: customer, person: person)
        }
    }
}

/// One customer, and somebody with whom it is shared or no longer.
private struct Sharing {
    let book: RecordBook
    let customer: ShownRecord
    let person: RecordID
    let reporter: Reporter

    init(_ reference: String, with text: String, _ options: StoreOptions) throws {
        book = RecordBook(try options.open())
        customer = try book.record(reference, in: Customer.collection)
        person = try book.person(text)
        reporter = options.reporter
    }

    /// - Parameter value: nil takes the person out.
    func set(_ value: Value?, _ sentence: (String, String) -> LocalizedText) throws {
        if value != nil, View<Customer>(customer.record).owner == person,
            !customer.pending.contains(FieldPath("owner"))
        {
            let names = (book.name(DirectoryRecord.user, person), book.name(of: customer.record))
            throw CommandFailure("owns-already", Texts.Owners.ownsAlready(person: names.0, customer: names.1))
        }
        let write = Write(path: FieldPath("members", key: person.description), value: value)
        let outcome = try book.workspace.edit(customer.record.id, in: Customer.shape.name, [write])
        try EditReport.check(outcome, of: Customer.collection, book)
        guard let after = try book.workspace.store.record(customer.record.id) else { return }
        try reporter.json(RecordJSON.object(after))
        let name = book.name(of: customer.record)
        try reporter.say(
            outcome == .unchanged
                ? Texts.Records.unchanged(name: name) : sentence(name, book.name(DirectoryRecord.user, person)))
    }
}
