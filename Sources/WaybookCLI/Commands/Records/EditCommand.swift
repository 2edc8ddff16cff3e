import ArgumentParser
import WaybookCRM
import WaybookModel
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
        let workspace = try options.open()
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
        guard let after = try workspace.store.record(present.record.id) else { return }
        let reporter = options.reporter
        try reporter.json(RecordJSON.object(after))
        let name = book.name(of: after.record)
        guard outcome != .unchanged else { return try reporter.say(Texts.Records.unchanged(name: name)) }
        let changed = Set(writes.map(\.path)).filter {
            after.record.atoms[$0]?.value != present.record.atoms[$0]?.value
        }
        let fields = changed.sorted().map { path in
            let change = FieldWording.change(path, after.record.atoms[path]?.value, in: kind.name, book.display)
            return after.pending.contains(path) ? "\(change) (\(Texts.Access.requested.spoken))" : change
        }
        try reporter.say(Texts.Records.edited(name: name, fields: fields))
    }
}
