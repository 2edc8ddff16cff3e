import Synchronization
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookSync
import WaybookTerminal

/// One synchronisation as a person sees it: progress, outcome, what needs them.
struct SyncRound {
    private let workspace: Workspace
    private let reporter: Reporter

    init(_ workspace: Workspace, _ reporter: Reporter) {
        self.workspace = workspace
        self.reporter = reporter
    }

    func run() async throws {
        let before = try SyncBefore(workspace)
        let progress = ProgressTeller(reporter)
        let result = try await Interruption.cancelling {
            try await workspace.sync(language: reporter.scene.language) { report in progress.tell(report, before.status)
            }
        }
        progress.finish()
        let after = try workspace.store.status()
        let news = try before.news(workspace)
        try reporter.json(Self.json(result, after, news, workspace))
        try SyncWords.tell(result, news, before: before, after: after, workspace, reporter)
        guard case .stopped(let stop) = result.report.ending else { return }
        throw FailureWording.stop(stop, result, session: workspace.session)
    }

    static func json(
        _ result: SyncResult, _ status: ClientStatus, _ news: SyncNews, _ workspace: Workspace
    ) -> JSONOutput {
        let report = result.report
        return .object([
            "claims": .list(news.claims.map { $0.json(for: workspace.session.user) }),
            "complete": .bool(report.ending == .upToDate), "conflicts": .int(Int64(status.openConflicts)),
            "departed": .int(Int64(report.departedUnits)),
            "differs": report.differingBuckets.map { .bool($0 > 0) } ?? .null,
            "exchanges": .int(Int64(report.exchanges)), "gone": .int(Int64(report.goneRecords)),
            "handoversToDecide": .int(Int64(news.toDecide)), "lateEdits": .int(Int64(news.lateEdits)),
            "handedOver": .int(Int64(report.handedOverSets)), "mended": .int(Int64(report.mendedRecords)),
            "healingClosed": report.healingClosed.map { .int($0) } ?? .null,
            "pulledAfresh": .bool(report.hasBegunAfresh), "received": .int(Int64(report.receivedRecords)),
            "receivedBytes": .int(Int64(report.receivedBytes)), "refused": .int(Int64(report.refusedSets)),
            "sent": .int(Int64(report.answeredSets)), "sentAgain": .int(Int64(report.setsSentAgain ?? 0)),
            "sentBytes": .int(Int64(report.sentBytes)),
            "unsent": .int(Int64(status.unsentSets)),
        ])
    }
}

/// What is said after a synchronisation.
enum SyncWords {
    static func tell(
        _ result: SyncResult, _ news: SyncNews, before: SyncBefore, after: ClientStatus, _ workspace: Workspace,
        _ reporter: Reporter
    ) throws {
        let report = result.report
        if report.newReplica != nil { reporter.note(Texts.Sync.replicaRenewed(count: report.answeredSets)) }
        if let count = report.setsSentAgain { reporter.note(Texts.Sync.rewound(count: count)) }
        if let closed = report.healingClosed {
            reporter.note(Texts.Sync.cameLate(time: Instant(milliseconds: closed).description))
        }
        if report.hasBegunAfresh { reporter.note(Texts.Sync.pulledAfresh) }
        let (sent, received) = (report.answeredSets, report.receivedRecords)
        switch report.ending {
        case .upToDate where sent == 0 && received == 0: try reporter.say(Texts.Sync.nothingNew)
        case .upToDate: try reporter.say(Texts.Sync.done(sent: sent, received: received))
        case .stopped where report.isAccountDisabled:
            if sent > 0 { try reporter.say(Texts.Sync.sentToHandovers(count: sent)) }
        case .stopped where sent + received > 0:
            reporter.note(Texts.Sync.interrupted(sent: sent, received: received))
        case .stopped: break
        }
        let book = RecordBook(try workspace.asHeard())
        for claim in news.claims { try reporter.say(claim.text(for: workspace.session.user, book)) }
        if news.departedCustomers > 0 { try reporter.say(Texts.Access.departedUnits(count: news.departedCustomers)) }
        if news.toDecide > 0 { try reporter.say(Texts.Handovers.toDecide(count: news.toDecide)) }
        if news.lateEdits > 0 { try reporter.say(Texts.Handovers.lateEdits(count: news.lateEdits)) }
        if report.goneRecords > 0, !before.isFirstPull {
            let count = report.goneRecords
            try reporter.say(
                report.setsSentAgain == nil
                    ? Texts.Sync.goneRecords(count: count) : Texts.Sync.goneWithServer(count: count))
        }
        if report.mendedRecords > 0 { try reporter.say(Texts.Sync.mendedRecords(count: report.mendedRecords)) }
        if let differing = report.differingBuckets, differing > 0 { reporter.note(Texts.Sync.differs) }
        if report.handedOverSets > 0, !report.isAccountDisabled {
            try reporter.say(Texts.Sync.handedOver(count: report.handedOverSets))
        }
        let rejected = after.rejectedSets - before.status.rejectedSets
        if rejected > 0 { try reporter.say(Texts.Sync.newlyRejected(count: rejected)) }
        if after.openConflicts > before.status.openConflicts {
            try reporter.say(Texts.Sync.newConflicts(count: after.openConflicts))
        }
        let shredded = try workspace.store.takeErasureNotice()
        if shredded > 0 { reporter.note(Texts.Privacy.shredded(count: shredded)) }
        let corrected = try workspace.store.takeClockNotice()
        if corrected > 0 { reporter.note(Texts.Sync.clockCorrected(count: corrected)) }
    }
}

/// Shows how far a synchronisation has come. A class, for it is told from the engine's task.
final class ProgressTeller: @unchecked Sendable {
    // `@unchecked`: the line is touched under the lock only.
    private let lock = Mutex(())
    private var line: ProgressLine
    private let reporter: Reporter

    init(_ reporter: Reporter) {
        self.reporter = reporter
        line = reporter.progress()
    }

    func tell(_ report: SyncReport, _ before: ClientStatus) {
        lock.withLock { _ in
            let total = before.unsentSets
            let text =
                if let gathering = report.gathering {
                    Texts.Sync.gathering(
                        rows: Int(clamping: gathering.rows), total: Int(clamping: gathering.total))
                } else if report.answeredSets < total {
                    Texts.Sync.sending(sent: report.answeredSets, total: total)
                } else {
                    Texts.Sync.receivingMore(received: report.receivedRecords)
                }
            line.show(text.spoken, now: reporter.steadyNow)
        }
    }

    func finish() { lock.withLock { _ in line.finish() } }
}
