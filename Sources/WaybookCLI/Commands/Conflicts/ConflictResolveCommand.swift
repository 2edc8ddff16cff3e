import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// Which of the values holds.
enum ConflictSide: String, ExpressibleByArgument, CaseIterable {
    case current, other, base
}

/// `waybook conflict resolve ID --take current|other|base`, `… --value V`, `… --where CONDITIONS --take …`
struct ConflictResolveCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "resolve", abstract: Texts.Help.conflictResolve.spoken,
            discussion: KindHelp.examples([
                "waybook conflict resolve 5c1f --take other", "waybook conflict resolve 5c1f --value 'Acme AG'",
                "waybook conflict resolve --where 'path=city' --take current",
            ]))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.conflictID.spoken, valueName: "id"))
    var id: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.take.spoken, valueName: "side"))
    var take: ConflictSide?

    @Option(parsing: .unconditional, help: ArgumentHelp(Texts.HelpOptions.value.spoken, valueName: "value"))
    var value: String?

    @Option(
        name: .customLong("where"), help: ArgumentHelp(Texts.HelpOptions.conflictWhere.spoken, valueName: "conditions"))
    var conditions: String?

    @Flag(name: .customLong("dry-run"), help: ArgumentHelp(Texts.HelpOptions.resolveDryRun.spoken))
    var dryRun = false

    @Flag(help: ArgumentHelp(Texts.HelpOptions.unasked.spoken))
    var yes = false

    @OptionGroup var options: StoreOptions

    /// What ArgumentParser cannot know of the options together.
    private func check() throws(CommandFailure) {
        try BulkConditions.check(conditions)
        func usage(_ code: String, _ text: LocalizedText) -> CommandFailure {
            CommandFailure(code, text, status: .usage)
        }
        guard (id == nil) != (conditions == nil) else {
            throw usage("conflict-missing", Texts.Conflict.idOrWhere)
        }
        if conditions != nil, take == nil || value != nil {
            throw usage("choice-missing", Texts.Conflict.bulkNeedsChoice)
        }
        guard (take == nil) != (value == nil) else { throw usage("choice-missing", Texts.Conflict.choiceMissing) }
    }

    func run() async throws {
        try check()
        let workspace = try options.open()
        let book = RecordBook(workspace)
        let shelf = ConflictShelf(book)
        let conflicts = try id.map { [try shelf.conflict($0)] } ?? shelf.open(where: conditions)
        let reporter = options.reporter
        guard !conflicts.isEmpty else {
            try reporter.json(.list([]))
            return try reporter.say(Texts.Conflict.empty)
        }
        let changes = try conflicts.map { conflict in
            Change(id: conflict.about, collection: conflict.collection, writes: try writes(conflict, book))
        }
        if dryRun { return try show(conflicts, changes, book) }
        try BulkConditions.ask(
            Texts.Conflict.reallyResolve(count: conflicts.count), about: conflicts.count, isGiven: yes, reporter,
            unanswered: Texts.Conflict.needsYes(count: conflicts.count), declined: Texts.Conflict.nothingResolved)
        let actions = zip(conflicts, changes).map { UserAction([$1], resolves: [$0.id]) }
        for (conflict, outcome) in zip(conflicts, try workspace.perform(all: actions)) {
            let kind = Catalogue.schema[conflict.collection] ?? Conflict.collection
            try EditReport.check(outcome, of: kind, book)
        }
        try reporter.json(.list(conflicts.map { .string($0.id.description) }))
        if conditions != nil { return try reporter.say(Texts.Conflict.resolvedCount(count: conflicts.count)) }
        for conflict in conflicts {
            try reporter.say(
                Texts.Conflict.resolved(
                    field: conflict.fieldName, record: conflict.recordName, value: conflict.currentText))
        }
    }

    /// Tells what would hold, and stores nothing.
    private func show(_ conflicts: [OpenConflict], _ changes: [Change], _ book: RecordBook) throws {
        let reporter = options.reporter
        try reporter.json(.list(conflicts.map { .string($0.id.description) }))
        for (conflict, change) in zip(conflicts, changes) {
            for write in change.writes {
                let value = FieldWording.value(write.value, at: write.path, in: conflict.collection, book.display)
                try reporter.say(
                    Texts.Conflict.wouldResolve(
                        field: FieldWording.path(write.path, in: conflict.collection), record: conflict.recordName,
                        value: value))
            }
        }
    }

    /// The decided value as a write: also where it is the present one, for a decision stands against other decisions.
    private func writes(_ conflict: OpenConflict, _ book: RecordBook) throws -> [Write] {
        switch take {
        case .current:
            return [
                write(conflict, conflict.path == .life ? conflict.current ?? VersionedRecord.alive : conflict.current)
            ]
        case .other: return [write(conflict, conflict.other)]
        case .base:
            guard let base = conflict.base else {
                throw CommandFailure("base-unknown", Texts.Conflict.baseMissing(id: conflict.shortID))
            }
            return [write(conflict, base)]
        case nil: return try typed(conflict, book)
        }
    }

    /// An element can be gone; a field without a value is null.
    private func write(_ conflict: OpenConflict, _ value: Value?) -> Write {
        Write(path: conflict.path, value: value ?? (conflict.path.isElement ? nil : .null))
    }

    private func typed(_ conflict: OpenConflict, _ book: RecordBook) throws -> [Write] {
        guard let kind = Catalogue.schema[conflict.collection], conflict.path != .life else {
            throw CommandFailure("choice-missing", Texts.Conflict.choiceMissing, status: .usage)
        }
        let current = try book.workspace.store.record(conflict.about)?.record
        return try FieldReader(kind, book).writes(field: conflict.path.text, text: value ?? "", current: current)
    }
}
