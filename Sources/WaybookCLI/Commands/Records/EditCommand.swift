import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook customer edit RECORD --set field=value…`
struct EditCommand<Kind: Entity>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let kind = Kind.collection
        return CommandConfiguration(
            commandName: "edit", abstract: Texts.Help.edit(kind: kind.label.within).spoken,
            discussion: Texts.Help.assignments.spoken + "\n\n" + KindHelp.examples(Examples.edit(kind)))
    }

    @OptionGroup var target: ReferenceArgument
    @OptionGroup var assignments: AssignmentOptions
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let kind = Kind.collection
        let workspace = try options.openForEntry()
        let book = RecordBook(workspace)
        let present = try book.record(target.reference, in: kind)
        guard !assignments.assignments.isEmpty else {
            throw CommandFailure(
                "nothing-to-set", Texts.Records.nothingToSet,
                hint: Texts.Records.nothingToSetHint(kind: kind.name.text), status: .usage)
        }
        let writes = try assignments.writes(kind, in: book, current: present.record)
        try RecordChecks.check(present.record.id, kind, writes, book)
        let outcome = try workspace.edit(present.record.id, in: kind.name, writes)
        try EditReport.check(outcome, of: kind, book)
        try book.tell([(kind, present.record.id)], options.reporter) {
            try show(outcome, writes, over: present.record, book, options.reporter)
        }
    }

    private func show(
        _ outcome: EditOutcome, _ writes: [Write], over present: VersionedRecord, _ book: RecordBook,
        _ reporter: Reporter
    ) throws {
        let kind = Kind.collection
        guard let after = try book.workspace.store.record(present.id) else { return }
        try reporter.json(RecordJSON.object(after))
        let name = book.name(of: after.record)
        guard outcome != .unchanged else { return try reporter.say(Texts.Records.unchanged(name: name)) }
        let changed = Set(writes.map(\.path)).filter {
            after.record.atoms[$0]?.value != present.atoms[$0]?.value
        }
        let fields = changed.sorted().map { path in
            let change = FieldWording.change(path, after.record.atoms[path]?.value, in: kind.name, book.display)
            return after.pending.contains(path) ? "\(change) (\(Texts.Access.requested.spoken))" : change
        }
        try reporter.say(Texts.Records.edited(name: name, fields: fields))
    }
}
