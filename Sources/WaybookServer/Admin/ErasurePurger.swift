import Logging
import ServiceLifecycle
import WaybookServerCore

/// Takes the bytes of erased people out of the server's files while the server runs: looks every few seconds.
struct ErasurePurger: Service {
    /// How often it looks.
    static let pause = Duration.seconds(5)

    let purge: ErasurePurge
    let threads: ServerThreads
    let logger: Logger

    init(_ purge: ErasurePurge, threads: ServerThreads, logger: Logger) {
        self.purge = purge
        self.threads = threads
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await performIfDue()
                } catch {
                    // A full disk or a busy file: it stays due.
                    logger.warning("removing the bytes of an erasure was put off")
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    private func performIfDue() async throws {
        guard try await threads.readers.runIfActive({ [purge] in try purge.isDue() }) else { return }
        // On the writer's thread: commits wait there anyway, and are answered after it.
        if try await threads.writer.runIfActive({ [purge] in try purge.perform() }) {
            logger.info("removed the bytes of an erasure")
        }
    }
}
