import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook customer owners RECORD`
struct CustomerOwnersCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "owners", abstract: Texts.Help.customerOwners.spoken,
            discussion: KindHelp.examples(["waybook customer owners 蓝港贸易"]))
    }

    @OptionGroup var target: ReferenceArgument
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let customer = try book.anyRecord(target.reference, in: Customer.collection)
        let reporter = options.reporter
        let query = RecordQuery(
            Assignment.shape.name,
            filter: .compare(FieldSelector("customer"), .equal, .string(customer.record.id.description)),
            sort: [.init(FieldSelector("at"))])
        let entries = try book.workspace.store.list(query)
        try reporter.json(.list(entries.map { RecordJSON.object($0) }))
        let columns = ["at", "from", "to", "by", "cause", "reason"].compactMap { Assignment.collection[$0] }
        var table = TextTable(columns.map { .init($0.label.spoken) })
        for entry in entries { table.append(columns.map { Self.cell($0, entry.record, book) }) }
        if entries.isEmpty {
            try reporter.say(Texts.Owners.noHistory(customer: book.name(of: customer.record)))
        } else {
            try reporter.table(table)
        }
        let owner = View<Customer>(customer.record).owner
        guard !customer.record.isDeleted else {
            return try reporter.say(Texts.Owners.ownerOfDeleted(customer: book.name(of: customer.record)))
        }
        try reporter.say(
            customer.unsentPaths.contains(FieldPath("owner"))
                ? Texts.Owners.requestedOwner(owner: book.holder(owner))
                : Texts.Owners.presentOwner(owner: book.holder(owner)))
    }

    private static func cell(_ field: FieldSchema, _ record: VersionedRecord, _ book: RecordBook) -> String {
        switch field.name {
        case "from", "to": book.holder(record.reference(field.name))
        default: book.display.text(field, in: record)
        }
    }
}

/// `waybook customer orphans`
struct CustomerOrphansCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "orphans", abstract: Texts.Help.customerOrphans.spoken,
            discussion: KindHelp.examples([
                "waybook customer orphans", "waybook customer orphans --json", "waybook customer assign --by-rules",
            ]))
    }

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        let orphans = try Orphans(book, try book.organisation()).all()
        let reporter = options.reporter
        try reporter.json(
            .list(
                orphans.map { orphan in
                    .object([
                        "id": .string(orphan.record.id.description),
                        "name": .string(book.name(of: orphan.record.record)),
                        "owner": orphan.owner.map { .string($0.description) } ?? .null,
                        "reason": .string(orphan.owner == nil ? "pool" : "disabled"),
                    ])
                }))
        guard !orphans.isEmpty else { return try reporter.say(Texts.Owners.noOrphans) }
        var table = TextTable([
            .init(Texts.Words.id.spoken), .init(Texts.Words.name.spoken), .init(Texts.Words.reason.spoken),
        ])
        for orphan in orphans {
            let why = orphan.owner.map { Texts.Owners.ownerInactive(name: book.name(DirectoryRecord.user, $0)) }
            table.append([
                RecordBook.short(orphan.record.id), book.name(of: orphan.record.record),
                (why ?? Texts.Owners.inPool).spoken,
            ])
        }
        try reporter.table(table)
        reporter.note(Texts.Records.listCount(count: orphans.count))
    }
}

/// The customers without an active owner: in the pool, or of somebody who is disabled or whom the directory does not have.
struct Orphans {
    struct Orphan {
        var record: ListedRecord
        /// Nil for the pool.
        var owner: RecordID?
    }

    private let book: RecordBook
    private let organisation: Organisation

    init(_ book: RecordBook, _ organisation: Organisation) {
        self.book = book
        self.organisation = organisation
    }

    func all() throws -> [Orphan] {
        var orphans: [Orphan] = []
        try book.workspace.store.each(RecordQuery(Customer.shape.name)) { record in
            let owner = View<Customer>(record.record).owner
            if let owner, organisation.people[owner]?.isActive == true { return }
            orphans.append(Orphan(record: record, owner: owner))
        }
        return orphans
    }
}
