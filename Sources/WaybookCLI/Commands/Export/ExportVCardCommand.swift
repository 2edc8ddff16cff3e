import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook export vcard [CUSTOMER…|--where …] [--version 3.0] [--output FILE]`
struct ExportVCardCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "vcard", abstract: Texts.Help.exportCards.spoken,
            discussion: Texts.Help.exportCardsMore.spoken + "\n\n"
                + KindHelp.examples([
                    "waybook export vcard 蓝港贸易 --version 3.0 --output cards.vcf",
                    "waybook export vcard --where 'city=上海' > cards.vcf",
                ]))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.cardCustomers.spoken, valueName: "customer"))
    var customers: [String] = []

    @Option(
        name: .customLong("where"), help: ArgumentHelp(Texts.HelpOptions.conditions.spoken, valueName: "conditions"))
    var conditions: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.cardVersion.spoken, valueName: "number"))
    var version = VCardVersion.v4.rawValue

    @OptionGroup var target: ExportTarget
    @OptionGroup var options: StoreOptions

    func run() async throws {
        guard let version = VCardVersion(rawValue: version) else {
            throw CommandFailure("version-unknown", Texts.Cards.exportUnfit(version: version), status: .usage)
        }
        guard customers.isEmpty || conditions == nil else {
            throw CommandFailure("names-and-conditions", Texts.Cards.namesAndConditions, status: .usage)
        }
        try target.check(isJSON: options.json)
        let book = RecordBook(try options.open())
        let reporter = options.reporter
        let cards = try CardShelf(book).cards(of: try chosen(book))
        guard !cards.isEmpty else { throw CommandFailure("nothing-to-export", Texts.Cards.nothingToExport) }
        let writer = VCardWriter(version: version)
        try target.write(cards.flatMap { writer.bytes($0) }, reporter.scene)
        guard let output = target.output else { return }
        try reporter.json(.object(["cards": .int(Int64(cards.count)), "file": .string(output)]))
        try reporter.say(Texts.Cards.exported(count: cards.count, path: output))
    }

    /// The customers that are meant, each once, in their order.
    private func chosen(_ book: RecordBook) throws -> [RecordID] {
        var chosen: [RecordID] = []
        if customers.isEmpty {
            try RecordListing(Customer.collection, book, conditions: conditions, sort: "name").each {
                chosen.append($0.id)
            }
        }
        for name in customers {
            let id = try book.record(name, in: Customer.collection).record.id
            if !chosen.contains(id) { chosen.append(id) }
        }
        return chosen
    }
}

/// The cards of customers and of the people there.
struct CardShelf {
    private let store: ClientStore

    init(_ book: RecordBook) { store = book.workspace.store }

    /// The cards of customers, each followed by those of its contacts by name, without those who are no longer there.
    func cards(of customers: [RecordID]) throws -> [VCard] {
        let contacts = try contacts(of: Set(customers))
        var cards: [VCard] = []
        for id in customers {
            guard let record = try store.record(id)?.record else { continue }
            let customer = View<Customer>(record)
            cards.append(VCard(customer: customer))
            for contact in contacts[id] ?? [] {
                guard let record = try store.record(contact)?.record else { continue }
                cards.append(VCard(contact: View<Contact>(record), at: customer.name))
            }
        }
        return cards
    }

    private func contacts(of customers: Set<RecordID>) throws -> [RecordID: [RecordID]] {
        var contacts: [RecordID: [RecordID]] = [:]
        let order = [RecordQuery.SortKey(FieldSelector("name"), descending: false)]
        try store.each(RecordQuery(Contact.shape.name, sort: order)) { listed in
            let contact = View<Contact>(listed.record)
            guard let customer = contact.customer, customers.contains(customer), contact.isActive != false else {
                return
            }
            contacts[customer, default: []].append(listed.id)
        }
        return contacts
    }
}
