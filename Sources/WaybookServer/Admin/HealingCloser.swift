import Logging
import ServiceLifecycle
import WaybookServerCore

/// Ends the healing of a server that was put back once it has gone on for as long as it may: looks at the start and every hour.
struct HealingCloser: Service {
    private static let pause = Duration.seconds(3_600)

    let service: ExchangeService
    let ledger: SecurityLedger?
    let threads: ServerThreads
    let logger: Logger
    /// Called after the commit.
    let onCommit: @Sendable (CommitNews) -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await closeIfDue()
                } catch {
                    // A full disk or a busy file: it is found again.
                    logger.warning("ending a healing was put off")
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
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
