import Synchronization
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookSync
import WaybookTerminal

/// `waybook sync --watch`: a line each time that something came or went, until Ctrl-C.
struct SyncWatching {
    private let workspace: Workspace
    private let reporter: Reporter

    init(_ workspace: Workspace, _ reporter: Reporter) {
        self.workspace = workspace
        self.reporter = reporter
    }

    func run() async throws {
        reporter.note(Texts.Sync.watching)
        let teller = Teller(workspace, reporter, try SyncBefore(workspace))
        let last = try await Interruption.cancelling {
            try await SyncWatch.run(workspace, language: reporter.scene.language) { result in teller.tell(result) }
        }
        guard let last, case .stopped(let stop) = last.report.ending, stop != .cancelled else { return }
        throw FailureWording.stop(stop, last, session: workspace.session)
    }

    /// Remembers what was said, so that a lost connection is told once.
    private final class Teller: Sendable {
        private let workspace: Workspace
        private let reporter: Reporter
        private let state: Mutex<(before: SyncBefore, isCut: Bool)>

        init(_ workspace: Workspace, _ reporter: Reporter, _ before: SyncBefore) {
            self.workspace = workspace
            self.reporter = reporter
            state = Mutex((before, false))
        }

        func tell(_ result: SyncResult) {
            state.withLock { state in
                guard let after = try? SyncBefore(workspace) else { return }
                let report = result.report
                if SyncWatch.needsPerson(report.ending) { return }
                if report.ending != .upToDate {
                    if !state.isCut { reporter.note(Texts.Sync.connectionLost) }
                } else if report.answeredSets + report.receivedRecords > 0 || state.isCut {
                    tell(result, since: state.before, after.status)
                }
                state = (after, report.ending != .upToDate)
            }
        }

        private func tell(_ result: SyncResult, since before: SyncBefore, _ after: ClientStatus) {
            guard let news = try? before.news(workspace) else { return }
            try? SyncWords.tell(result, news, before: before, after: after, workspace, reporter)
            try? reporter.json(SyncRound.json(result, after, news, workspace))
        }
    }
}
