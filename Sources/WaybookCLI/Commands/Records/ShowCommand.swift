import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook customer show RECORD`
struct ShowCommand<Kind: Entity>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let kind = Kind.collection
        return CommandConfiguration(
            commandName: "show", abstract: Texts.Help.show(kind: kind.label.within).spoken,
            discussion: KindHelp.examples(Examples.show(kind)))
    }

    @OptionGroup var target: ReferenceArgument
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let workspace = try options.open()
        let book = RecordBook(workspace)
        let shown = try book.anyRecord(target.reference, in: Kind.collection)
        let reporter = options.reporter
        try reporter.json(RecordJSON.object(shown))
        try reporter.lines(RecordSheet(shown, Kind.collection, book).lines(style: reporter.scene.style))
    }
}

/// A record with all its fields, and what belongs to it.
struct RecordSheet {
    private let shown: ShownRecord
    private let kind: CollectionSchema
    private let book: RecordBook

    init(_ shown: ShownRecord, _ kind: CollectionSchema, _ book: RecordBook) {
        self.shown = shown
        self.kind = kind
        self.book = book
    }

    func lines(style: TerminalStyle) -> [String] {
        let name = PlainText.of(book.name(of: shown.record))
        let heading = style.applied(.bold, to: name) + "  \(kind.label.spoken)  \(shown.record.id)"
        return [heading] + notes.map { style.applied(.yellow, to: $0) } + fields + belongings
    }

    private var notes: [String] {
        var notes: [String] = []
        if shown.isUnknownToServer { notes.append("(\(Texts.Records.pendingChange.spoken))") }
        if shown.record.isDeleted { notes.append(Texts.Words.deletedValue.spoken) }
        if shown.pending.contains(.erased) {
            notes.append(Texts.Privacy.requestedHere.spoken)
        } else if shown.record.isErased {
            notes.append(Texts.Privacy.erased.spoken)
        }
        if !shown.conflicts.isEmpty {
            notes.append(Texts.Records.conflictsHere(count: shown.conflicts.count).spoken)
        }
        return notes
    }

    /// One line a field that has a value; values of several lines are indented below.
    private var fields: [String] {
        let unsent = shown.isUnknownToServer ? [] : Set(shown.unsentPaths.map(\.field))
        let requested = Set(shown.pending.map(\.field))
        let rows = kind.fields.compactMap { field -> (label: String, value: String)? in
            var text = value(of: field)
            if text.isEmpty, requested.contains(field.name) {
                text = FieldWording.empty(FieldPath(field.name), in: kind.name)
            }
            guard !text.isEmpty else { return nil }
            let state = requested.contains(field.name) ? Texts.Access.requested : Texts.Records.pendingChange
            let mark = unsent.contains(field.name) ? "  (\(state.spoken))" : ""
            return (field.label.spoken, text + mark)
        }
        let width = rows.map { DisplayWidth.of($0.label) }.max() ?? 0
        let indent = "\n" + String(repeating: " ", count: width + 4)
        return rows.map { row in
            let value = PlainText.of(row.value, keepsLines: true).replacing("\n", with: indent)
            return "  " + DisplayWidth.padded(row.label, to: width) + "  " + value
        }
    }

    private func value(of field: FieldSchema) -> String {
        let text = book.display.text(field, in: shown.record)
        if field.name == "lines", kind.name == Purchase.shape.name,
            let total = try? View<Purchase>(shown.record).total()
        {
            return text + "\n= " + total.display
        }
        return text
    }

    /// How many records of each kind belong to this one.
    private var belongings: [String] {
        let counts = RecordUnit(book.workspace.store).counts(of: shown.record.id)
        guard !counts.isEmpty else { return [] }
        return ["  " + Texts.Records.belonging(kinds: counts.map { RecordUnit.phrase($0) }).spoken]
    }
}
