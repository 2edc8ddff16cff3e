import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook customer import FILE.csv [--map Header=field]… [--dry-run]`, `waybook customer import FILE.vcf [--dry-run]`
struct ImportCommand<Kind: Entity>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let kind = Kind.collection
        return CommandConfiguration(
            commandName: "import", abstract: Texts.Help.importFile(kind: kind.label.within).spoken,
            discussion: Texts.Help.importMore.spoken + "\n\n"
                + (kind.name == Customer.shape.name ? Texts.Help.importCardsMore.spoken + "\n\n" : "")
                + KindHelp.examples(Examples.importFile(kind)))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.file.spoken, valueName: "file"))
    var file: String

    @Option(
        name: .customLong("map"), parsing: .singleValue,
        help: ArgumentHelp(Texts.HelpOptions.map.spoken, valueName: "header=field"))
    var map: [String] = []

    @Option(parsing: .singleValue, help: ArgumentHelp(Texts.HelpOptions.key.spoken, valueName: "field"))
    var key: [String] = []

    @Flag(help: ArgumentHelp(Texts.HelpOptions.dryRun.spoken))
    var dryRun = false

    @Option(help: ArgumentHelp(Texts.HelpOptions.encoding.spoken, valueName: "name"))
    var encoding: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.separator.spoken, valueName: "character"))
    var separator = ","

    @Option(help: ArgumentHelp(Texts.HelpOptions.errors.spoken, valueName: "file"))
    var errors: String?

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let book = RecordBook(try options.open())
        if try CardSniffer.holdsCards(file) { return try importCards(book) }
        try importRows(book)
    }

    private func importRows(_ book: RecordBook) throws {
        let kind = Kind.collection
        let reporter = options.reporter
        let encoding = try chosenEncoding()
        let bytes = try FileBytes(path: file)
        var reader = try CSVReader(encoding: encoding, separator: try separatorByte()) { () throws(ImportFileProblem) in
            try bytes.next()
        }
        let headers = try heading(&reader)
        let mapping = try ColumnMapping(headers: headers, targets: Self.targets(kind), choices: try choices())
        tellColumns(mapping, encoding, reporter)
        let keys = ImportKey(kind, chosen: try key.map { name in try FieldReader.field(named: name, in: kind) })
        var run = ImportRun(kind, book, mapping: mapping, key: keys, isDryRun: dryRun)
        run.keepsFaults = options.json
        if let errors {
            let faults = try FaultFile(errors, headers: headers, language: reporter.scene.language)
            run.faulty = { fault in try faults.write(fault) }
        }
        var progress = reporter.progress()
        while let row = try reader.next() {
            try run.take(row)
            progress.show(Texts.Import.progress(rows: run.rows).spoken, now: reporter.steadyNow)
        }
        try run.flush()
        try book.workspace.indexForSearch { done in
            progress.show(Texts.Import.indexing(done: done).spoken, now: reporter.steadyNow)
        }
        progress.finish()
        try tell(run.report, reporter)
    }

    private func chosenEncoding() throws -> TextEncoding { try namedEncoding() ?? FileBytes.encoding(of: file) }

    /// The encoding that `--encoding` names; nil where nothing is said.
    func namedEncoding() throws(CommandFailure) -> TextEncoding? {
        guard let encoding else { return nil }
        guard let chosen = TextEncoding(name: encoding) else {
            throw CommandFailure("encoding-unknown", Texts.Import.encodingNotRead(name: encoding), status: .usage)
        }
        return chosen
    }

    private func separatorByte() throws(CommandFailure) -> UInt8 {
        let text = separator == "\\t" || separator == "tab" ? "\t" : separator
        guard text.utf8.count == 1, let byte = text.utf8.first, byte < 0x80, ![0x22, 0x0A, 0x0D].contains(byte) else {
            throw CommandFailure(
                "separator-invalid", Texts.Import.separatorInvalid(text: separator), status: .usage)
        }
        return byte
    }

    private func heading(_ reader: inout CSVReader) throws -> [String] {
        guard let row = try reader.next() else { throw ImportFileProblem.empty(path: file) }
        switch row.cells {
        case .success(let cells): return cells
        case .failure(let problem):
            throw CommandFailure("heading-unreadable", Texts.Import.line(number: row.line, reason: problem.text.spoken))
        }
    }

    private func choices() throws(CommandFailure) -> [ColumnChoice] {
        var choices: [ColumnChoice] = []
        for text in map {
            guard let choice = ColumnChoice(argument: text) else {
                throw CommandFailure("map-invalid", Texts.Import.mapInvalid(text: text), status: .usage)
            }
            choices.append(choice)
        }
        return choices
    }

    /// The fields that a column can go to, and the number of another system.
    private static func targets(_ kind: CollectionSchema) -> [ImportTarget] {
        let external = ImportTarget(
            name: ImportKey.externalTarget, labels: ["External ID", "ID", "外部编号", "编号", "客户编号"])
        let fields = kind.fields.filter { $0.access != .server && $0.name != "externalIds" }
        return [external] + fields.map { ImportTarget(name: $0.name.text, labels: [$0.label.en, $0.label.zhHans]) }
    }

    private func tellColumns(_ mapping: ColumnMapping, _ encoding: TextEncoding, _ reporter: Reporter) {
        guard !options.json else { return }
        if encoding != .utf8 { reporter.note(Texts.Import.encodingChosen(name: encoding.displayName)) }
        if dryRun {
            for (header, target) in zip(mapping.headers, mapping.targets) {
                if let target { reporter.note(Texts.Import.columnTaken(header: header, field: target)) }
            }
        }
        let ignored = mapping.ignoredHeaders
        if !ignored.isEmpty { reporter.note(Texts.Import.columnsIgnored(headers: ignored)) }
    }

    /// Tells faults and what was done.
    func tell(_ report: ImportReport, _ reporter: Reporter, besides: [String: JSONOutput] = [:]) throws {
        try reporter.json(report.json(reporter.scene.language, isDryRun: dryRun, more: besides))
        if !options.json {
            for fault in report.faults.prefix(ImportReport.mostTold) {
                reporter.note(Texts.Import.line(number: fault.line, reason: fault.reason.spoken))
            }
            let more = report.refused - min(report.faults.count, ImportReport.mostTold)
            if more > 0 { reporter.note(Texts.Import.reportMore(count: more)) }
            let summary = dryRun ? Texts.Import.dryRun : Texts.Import.done
            try reporter.say(summary(report.created, report.updated, report.unchanged, report.refused))
        }
        if report.refused > 0 { throw CommandEnded(status: .failed) }
    }
}
