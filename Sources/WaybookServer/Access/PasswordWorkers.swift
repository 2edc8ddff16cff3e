import NIOPosix
import Synchronization

/// Two threads for password hashes and a short queue: at most 92 MiB and two cores, whatever comes in (threats 7, 8).
public final class PasswordWorkers: Sendable {
    /// Hashes at once.
    public static let threads = 2

    /// The queue is full.
    public struct Busy: Error, Sendable {}

    private let pool = NIOThreadPool(numberOfThreads: PasswordWorkers.threads)
    private let maximumInHand: Int
    private let inHand = Mutex(0)
    private let taken = Mutex(0)
    /// The hashes that were taken on since the start: what tells that every answer costs the same.
    var count: Int { taken.withLock { $0 } }

    /// Starts the threads.
    ///
    /// - Parameter maximumWaiting: hashes that may wait beside the two that run.
    public init(maximumWaiting: Int) {
        maximumInHand = Self.threads + maximumWaiting
        pool.start()
    }

    /// Runs one hash.
    ///
    /// - Throws: `Busy` when the queue is full, and what the work throws.
    public func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let isTaken = inHand.withLock { count in
            guard count < maximumInHand else { return false }
            count += 1
            return true
        }
        guard isTaken else { throw Busy() }
        defer { inHand.withLock { $0 -= 1 } }
        taken.withLock { $0 += 1 }
        return try await pool.runIfActive(work)
    }

    /// Stops the threads after the work in hand.
    public func stop() async throws { try await pool.shutdownGracefully() }
}
