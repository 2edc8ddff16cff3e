import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookTerminal

/// `--export FILE` and `--discard`: what becomes of work that is nowhere but in a store that is given up.
struct PartingOptions: ParsableArguments {
    @Option(help: ArgumentHelp(Texts.HelpOptions.export.spoken, valueName: "file"))
    var export: String?

    @Flag(help: ArgumentHelp(Texts.HelpOptions.discard.spoken))
    var discard = false

    /// Writes the work to the file, or lets it go, as was asked; says which.
    /// - Parameter refusal: thrown where there is work and nothing was asked.
    func part(
        with work: KeptWork, _ reporter: Reporter, orRefuse refusal: (KeptWork) -> CommandFailure
    ) throws {
        guard work.count > 0 else { return }
        if let export {
            try work.export(to: export)
            if work.unsent > 0 { try reporter.say(Texts.Session.unsentExported(count: work.unsent, path: export)) }
            if work.rejected > 0 { try reporter.say(Texts.Rejected.exported(count: work.rejected, path: export)) }
        } else if discard {
            if work.unsent > 0 { try reporter.say(Texts.Session.unsentDiscarded(count: work.unsent)) }
            if work.rejected > 0 { try reporter.say(Texts.Session.rejectedDiscarded(count: work.rejected)) }
        } else {
            throw refusal(work)
        }
    }
}
