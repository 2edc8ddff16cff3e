import Logging
import ServiceLifecycle
import WaybookServerCore

/// Ends the healing of a server that was put back once it has gone on for as long as it may: looks at the start and every hour.
struct HealingCloser: Service {
    let service: ExchangeService
    let ledger: SecurityLedger?
    let threads: ServerThreads
    let logger: Logger
    /// Called after the commit.
    let onCommit: @Sendable (CommitNews) -> Void

    func run() async throws {
        await Hourly.run(logger, warning: "ending a healing was put off") { try await closeIfDue() }
    }

    private func closeIfDue() async throws {
        let done = try await threads.writer.runIfActive { [service, ledger] in
            try service.closeHealingIfDue(ledger: ledger)
        }
        guard let done else { return }
        logger.notice(
            "stopped waiting for laptops after a restore", metadata: ["timeline": "\(done.closed.timeline)"])
        onCommit(done.news)
    }
}
