import Logging
import ServiceLifecycle
import WaybookServerCore

/// Moves the books of people who were disabled, while the server runs: looks every few seconds, and after a start goes on
/// where the last process ended.
struct BookMover: Service {
    /// How often it looks.
    static let pause = Duration.seconds(3)

    let service: ExchangeService
    let ledger: SecurityLedger?
    let threads: ServerThreads
    let logger: Logger
    /// Called after each commit.
    let onCommit: @Sendable (CommitNews) -> Void

    func run() async throws {
        let moves = BookMove(service, ledger: ledger)
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await moveAll(moves)
                } catch {
                    // A full disk or a busy file: what is left is found again.
                    logger.warning("moving a book was put off")
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    private func moveAll(_ moves: BookMove) async throws {
        for pending in try await threads.readers.runIfActive({ try moves.pending() }) {
            while !Task.isCancelled {
                // One commit at a time on the writer's thread: exchanges take their turns between them.
                let moved = try await threads.writer.runIfActive { try moves.moveSome(pending) }
                guard moved.units > 0 else { break }
                logger.info("moved units of a book", metadata: ["units": "\(moved.units)"])
                onCommit(moved.news)
            }
        }
    }
}
