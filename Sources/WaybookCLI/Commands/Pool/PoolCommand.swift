import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook pool …`
struct PoolCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "pool", abstract: Texts.Help.pool.spoken,
            subcommands: [PoolListCommand.self, PoolClaimCommand.self], aliases: ["公海"])
    }
}

/// `waybook pool list`
struct PoolListCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list", abstract: Texts.Help.poolList.spoken,
            discussion: KindHelp.examples(["waybook pool list", "waybook pool list --where city=上海 --json"]))
    }

    @Option(
        name: .customLong("where"), help: ArgumentHelp(Texts.HelpOptions.conditions.spoken, valueName: "conditions"))
    var conditions: String?

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        try PoolSight.check(book)
        let listing = try Self.listing(conditions, book)
        let cards = try listing.records().filter { View<CustomerCard>($0.record).isOpen == true }
        let reporter = options.reporter
        try reporter.json(.list(cards.map { RecordJSON.object($0) }))
        guard !cards.isEmpty else { return try reporter.say(Texts.Pool.empty) }
        let columns = try listing.columns(nil)
        var table = TextTable(RecordListing.headings(columns))
        let display = book.display
        for card in cards { table.append(RecordListing.cells(card, columns, display)) }
        try reporter.table(table)
        reporter.note(Texts.Records.listCount(count: cards.count))
    }

    /// A condition on what only customers have is told so.
    private static func listing(_ conditions: String?, _ book: RecordBook) throws -> RecordListing {
        do {
            return try RecordListing(CustomerCard.collection, book, conditions: conditions, sort: "since")
        } catch let failure as CommandFailure where failure.code == "field-unknown" {
            let fields = CustomerCard.collection.listFields.map(\.text)
            throw CommandFailure(
                failure.code, Texts.Pool.fieldUnknown, hint: Texts.Records.fieldsAre(fields: fields),
                status: failure.status)
        }
    }
}

/// Whether the signed-in person sees the pool.
enum PoolSight {
    /// Throws a sentence for a role that does not: an empty list would say that nobody waits there.
    static func check(_ book: RecordBook) throws {
        guard let person = try book.organisation().people[book.workspace.session.user],
            !person.role.seesCards, person.role != .admin
        else { return }
        throw CommandFailure("pool-unseen", Texts.Pool.unseen(role: person.role.label.spoken))
    }
}

/// `waybook pool claim WHO`
struct PoolClaimCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "claim", abstract: Texts.Help.poolClaim.spoken,
            discussion: KindHelp.examples(["waybook pool claim 蓝港贸易", "waybook pool claim 0198c2f0"]))
    }

    @OptionGroup var target: ReferenceArgument
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let workspace = try options.open()
        let book = RecordBook(workspace)
        try PoolSight.check(book)
        let shown = try book.record(target.reference, in: CustomerCard.collection)
        let card = View<CustomerCard>(shown.record)
        let name = book.name(of: shown.record)
        guard card.isOpen == true else { throw CommandFailure("not-in-pool", Texts.Pool.notInPool(customer: name)) }
        if let claimant = card.claimedBy, claimant != workspace.session.user {
            throw CommandFailure(
                "claimed", Texts.Pool.claimedBy(customer: name, person: book.name(DirectoryRecord.user, claimant)))
        }
        let write = Write(path: FieldPath(CardRecord.Field.claimedBy), value: workspace.session.user.value)
        let outcome = try workspace.edit(shown.record.id, in: CustomerCard.shape.name, [write])
        try EditReport.check(outcome, of: CustomerCard.collection, book)
        let reporter = options.reporter
        if let after = try workspace.store.record(shown.record.id) { try reporter.json(RecordJSON.object(after)) }
        try reporter.say(
            outcome == .unchanged ? Texts.Pool.claimedAlready(customer: name) : Texts.Pool.claimed(customer: name))
    }
}
