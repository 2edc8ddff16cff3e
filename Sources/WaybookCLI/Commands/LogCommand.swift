import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookTerminal

/// `waybook log CUSTOMER call|visit|… TEXT [--result …] [--next TITLE --due DATE]`
struct LogCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "log", abstract: Texts.Help.log.spoken,
            discussion: KindHelp.examples([
                "waybook log 蓝港贸易 call 确认下季度订单 --result interested",
                "waybook log 蓝港贸易 visit 'Price list handed over' --next 'Send the offer' --due friday",
            ]))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.customer.spoken, valueName: "customer"))
    var customer: String

    @Argument(
        help: ArgumentHelp(
            Texts.HelpOptions.channel.spoken,
            discussion: "call | " + ContactChannel.allCases.map(\.rawValue).joined(separator: " | "),
            valueName: "channel"))
    var channel: String

    @Argument(help: ArgumentHelp(Texts.HelpOptions.logText.spoken, valueName: "text"))
    var text: String

    @Option(
        help: ArgumentHelp(
            Texts.HelpOptions.result.spoken,
            discussion: InteractionOutcome.allCases.map(\.rawValue).joined(separator: " | "), valueName: "outcome"))
    var result: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.content.spoken, valueName: "text"))
    var content: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.contact.spoken, valueName: "contact"))
    var contact: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.occurredAt.spoken, valueName: "time"))
    var at: String?

    @Flag(help: ArgumentHelp(Texts.HelpOptions.inbound.spoken))
    var inbound = false

    @Option(help: ArgumentHelp(Texts.HelpOptions.next.spoken, valueName: "title"))
    var next: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.due.spoken, valueName: "date"))
    var due: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.priority.spoken, valueName: "priority"))
    var priority: String?

    @OptionGroup var options: StoreOptions

    func run() async throws {
        guard next != nil || (due == nil && priority == nil) else {
            throw CommandFailure("next-missing", Texts.Records.nextMissing, status: .usage)
        }
        let workspace = try options.openForEntry()
        let book = RecordBook(workspace)
        let root = try book.record(customer, in: Customer.collection)
        let entry = try entry(book, root.record.id)
        let (changes, outcome) = try workspace.log(entry)
        try EditReport.check(outcome, of: Interaction.collection, book)
        let reporter = options.reporter
        let entered = changes.compactMap { change in
            Catalogue.schema[change.collection].map { (kind: $0, id: change.id) }
        }
        try book.tell(entered, isList: true, reporter) {
            let records = try changes.compactMap { try workspace.store.record($0.id) }
            try reporter.json(.list(records.map { RecordJSON.object($0) }))
            try reporter.say(
                Texts.Records.logged(
                    what: entry.channel.label.spoken, name: book.name(of: root.record), text: entry.subject))
            guard let next = entry.next else { return }
            let due = next.due?.description ?? Texts.Words.none.spoken
            try reporter.say(Texts.Records.loggedNext(title: next.title, due: due))
        }
    }

    private func entry(_ book: RecordBook, _ root: RecordID) throws -> InteractionLog {
        let interaction = FieldReader(Interaction.collection, book)
        let task = FieldReader(FollowUp.collection, book)
        let channel = ElementKey.fold(channel) == "call" ? "phone" : channel
        let next = try next.map { title in
            InteractionLog.Next(
                title: title, due: try task.value("due", due).flatMap { CivilDate($0) },
                priority: try task.value("priority", priority).flatMap { Priority($0) })
        }
        // Both are checked as the fields that they become.
        _ = try interaction.value("subject", text)
        if TypedText.line(text).isEmpty, let field = Interaction.collection["subject"] {
            throw InputProblem.required(field)
        }
        _ = try task.value("title", self.next)
        return InteractionLog(
            customer: root,
            channel: try interaction.value("channel", channel).flatMap { ContactChannel($0) } ?? .other,
            direction: inbound ? .inbound : .outbound, subject: text, content: content,
            outcome: try interaction.value("outcome", result).flatMap { InteractionOutcome($0) },
            contact: try contact.map { try book.record($0, in: Contact.collection).record.id },
            occurredAt: try interaction.value("occurredAt", at).flatMap { Instant($0) } ?? book.workspace.now,
            next: next)
    }
}
