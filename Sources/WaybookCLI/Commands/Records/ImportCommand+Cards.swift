import WaybookCRM
import WaybookModel
import WaybookTerminal

// Cards, which are customers and their contacts.
extension ImportCommand {
    /// Imports the file's cards.
    func importCards(_ book: RecordBook) throws {
        try checkFit()
        let reporter = options.reporter
        let language = reporter.scene.language
        let bytes = try FileBytes(path: file)
        var reader = VCardReader(encoding: try namedEncoding()) { () throws(ImportFileProblem) in try bytes.next() }
        var run = try CardRun(book, isDryRun: dryRun)
        run.keepsFaults = options.json
        if dryRun, !options.json { run.told = { reporter.note($0) } }
        if let errors {
            let faults = try NewFile(errors)
            run.faulty = { fault, source in
                let bytes = VCardFaults.bytes(source, reason: fault.reason(language))
                if !bytes.isEmpty { try faults.append(bytes) }
            }
        }
        var progress = reporter.progress()
        while let entry = try reader.next() {
            try run.take(entry)
            progress.show(Texts.Cards.progress(cards: run.count).spoken, now: reporter.steadyNow)
        }
        try run.flush()
        if !dryRun {
            try book.workspace.indexForSearch { done in
                progress.show(Texts.Import.indexing(done: done).spoken, now: reporter.steadyNow)
            }
        }
        progress.finish()
        if !options.json { tell(run.tally, reporter) }
        try tell(run.report, reporter, besides: run.tally.json)
    }

    /// Throws where something was asked for that cards cannot be asked.
    private func checkFit() throws(CommandFailure) {
        guard Kind.shape.name == Customer.shape.name else {
            throw CommandFailure(
                "cards-are-customers", Texts.Cards.forCustomers, hint: Texts.Cards.forCustomersHint(file: file),
                status: .usage)
        }
        let unfit = [("--map", !map.isEmpty), ("--key", !key.isEmpty), ("--separator", separator != ",")].first(
            where: \.1)
        if let unfit {
            throw CommandFailure("option-unfit", Texts.Cards.optionUnfit(option: unfit.0), status: .usage)
        }
    }

    private func tell(_ tally: CardTally, _ reporter: Reporter) {
        if tally.customers > 0 {
            let sentence = dryRun ? Texts.Cards.customersWouldBeMade : Texts.Cards.customersMade
            reporter.note(sentence(tally.customers))
        }
        if !tally.keptOut.isEmpty { reporter.note(Texts.Cards.keptOut(properties: tally.properties)) }
    }
}
