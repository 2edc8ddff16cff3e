import ServiceLifecycle
import WaybookServerCore

/// Removes the entries of the audit that are older than they are kept: at the start and once a day.
struct AuditRetention: Service {
    private static let pause = Duration.seconds(86_400)

    private let database: any DirectoryDatabase

    init(_ database: any DirectoryDatabase) { self.database = database }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while true {
                let now = SystemClock.now()
                database.writeLater { try Audit($0).removeExpired(now: now) }
                try? await Task.sleep(for: Self.pause)
                if Task.isCancelled { return }
            }
        }
    }
}
