import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook customer assign WHO… --to PERSON|pool`, or by the rules of assignment.
struct CustomerAssignCommand: AsyncParsableCommand {
    /// What stands for nobody.
    static let pool = ["pool", "公海"]

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "assign", abstract: Texts.Help.customerAssign.spoken,
            discussion: Texts.Help.customerAssignMore.spoken + "\n\n"
                + KindHelp.examples([
                    "waybook customer assign 蓝港贸易 --to bo@example.org --reason '转岗'",
                    "waybook customer assign --where 'city=上海' --to pool", "waybook customer assign --by-rules",
                ]))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.reference.spoken, valueName: "record"))
    var customers: [String] = []

    @Option(help: ArgumentHelp(Texts.HelpOptions.assignTo.spoken, valueName: "person"))
    var to: String?

    @Flag(name: .customLong("by-rules"), help: ArgumentHelp(Texts.HelpOptions.byRules.spoken))
    var byRules = false

    @Option(
        name: .customLong("where"), help: ArgumentHelp(Texts.HelpOptions.conditions.spoken, valueName: "conditions"))
    var conditions: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.reason.spoken, valueName: "text"))
    var reason: String?

    @Flag(name: .customLong("dry-run"), help: ArgumentHelp(Texts.HelpOptions.assignDryRun.spoken))
    var dryRun = false

    @Flag(help: ArgumentHelp(Texts.HelpOptions.unasked.spoken))
    var yes = false

    @OptionGroup var options: StoreOptions

    func run() async throws {
        try BulkConditions.check(conditions)
        guard (to != nil) != byRules else {
            throw CommandFailure("destination-unclear", Texts.Owners.destinationUnclear, status: .usage)
        }
        guard customers.isEmpty || conditions == nil, byRules || !customers.isEmpty || conditions != nil else {
            throw CommandFailure("customers-unclear", Texts.Owners.customersUnclear, status: .usage)
        }
        let book = RecordBook(try options.open())
        let organisation = try book.organisation()
        let note = try AssignmentReason.read(reason)
        let targets = try self.targets(book, organisation)
        let plan: [OwnerRequest] =
            if let to {
                try Self.requests(targets, to: Self.destination(to, book, organisation))
            } else {
                try byRule(targets, book, organisation)
            }
        let requests = OwnerRequests(book, options.reporter)
        if dryRun { return try requests.show(plan) }
        try requests.ask(about: plan, isGiven: yes)
        try requests.perform(plan, note: note)
    }

    private func byRule(
        _ targets: [VersionedRecord], _ book: RecordBook, _ organisation: Organisation
    ) throws -> [OwnerRequest] {
        let rules = try AssignmentRules(book, organisation)
        for failure in rules.unreadable { options.reporter.note(failure.text) }
        return rules.requests(targets)
    }

    /// Those that are named, those that match, or those without an active owner.
    private func targets(_ book: RecordBook, _ organisation: Organisation) throws -> [VersionedRecord] {
        guard customers.isEmpty else {
            var records: [VersionedRecord] = []
            for text in customers {
                let record = try book.record(text, in: Customer.collection).record
                if !records.contains(where: { $0.id == record.id }) { records.append(record) }
            }
            return records
        }
        guard let conditions else { return try Orphans(book, organisation).all().map(\.record.record) }
        return try RecordListing(Customer.collection, book, conditions: conditions).records().map(\.record)
    }

    private static func destination(
        _ text: String, _ book: RecordBook, _ organisation: Organisation
    ) throws -> RecordID? {
        if pool.contains(ElementKey.fold(text)) { return nil }
        let id = try book.person(text)
        try Responsible.check(id, organisation)
        return id
    }

    private static func requests(_ customers: [VersionedRecord], to owner: RecordID?) -> [OwnerRequest] {
        customers.map { OwnerRequest(customer: $0, destination: .owner(owner), rule: nil) }
    }
}

/// Reads why somebody does something: one line of at most 200 characters.
enum AssignmentReason {
    static func read(_ text: String?) throws -> String? {
        guard let text else { return nil }
        let line = TypedText.line(text)
        guard line.count <= ChangeSet.maximumNoteCharacters, ValueForm.isOneLine(line) else {
            throw CommandFailure(
                "reason-invalid", Texts.Owners.reasonInvalid(limit: ChangeSet.maximumNoteCharacters), status: .usage)
        }
        return line.isEmpty ? nil : line
    }
}
