import Logging
import ServiceLifecycle

/// What a running server does at the start and once an hour.
enum Hourly {
    private static let pause = Duration.seconds(3_600)

    /// Works until the server ends. What fails, for the disk is full or the file busy, is warned of and done an hour later.
    static func run(
        _ logger: Logger, warning: Logger.Message, work: @escaping @Sendable () async throws -> Void
    ) async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await work()
                } catch {
                    logger.warning(warning)
                }
                try? await Task.sleep(for: pause)
            }
        }
    }
}
