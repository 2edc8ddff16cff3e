import Logging
import Metrics
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// Commits the batches of all exchanges in groups: the small ones that wait when the writer is free are judged in one
/// durable transaction, so that commits do not make clients wait in a row. A full batch, a piece of a long push, has a
/// transaction of its own, and groups and full batches take turns: so a few changes wait for one piece of each turn at
/// most, never for a whole push, and a long push goes on however many others come.
///
/// A class, because the queue outlives every caller.
public final class GroupCommitter: Sendable {
    /// The most batches that wait. Each exchange has one at most, so the limit of exchanges is reached first.
    public static let maximumWaiting = 512
    /// The most batches of one transaction: at most so many times 1 MiB, and a bound on how long it takes.
    public static let maximumGroup = 32

    private struct Waiter {
        let batch: PushBatch
        let isAbandoned: @Sendable () -> Bool
        let continuation: CheckedContinuation<PushResult, any Error>
    }

    private struct State {
        var small: [Waiter] = []
        var full: [Waiter] = []
        var wasFull = false
        var isRunning = false

        var count: Int { small.count + full.count }

        mutating func append(_ waiter: Waiter) {
            if waiter.batch.isFull { full.append(waiter) } else { small.append(waiter) }
        }

        /// What is judged next, in one transaction; empty where nobody waits.
        mutating func nextGroup() -> [Waiter] {
            wasFull = !full.isEmpty && (small.isEmpty || !wasFull)
            if wasFull { return [full.removeFirst()] }
            let group = Array(small.prefix(GroupCommitter.maximumGroup))
            small.removeFirst(group.count)
            return group
        }
    }

    private let state = Mutex(State())
    private let threads: ServerThreads
    private let commitBatches: @Sendable ([PushBatch]) throws -> [PushResult]
    private let onCommit: @Sendable ([(batch: PushBatch, result: PushResult)]) -> Void
    private let metrics: ExchangeMetrics
    private let logger: Logger

    /// Makes a committer with nothing in its queue.
    ///
    /// - Parameters:
    ///   - commit: judges batches in one transaction; what it throws was not committed. Called on the writer's thread.
    ///   - onCommit: called there after each transaction, before anybody is answered.
    public init(
        threads: ServerThreads, metrics: ExchangeMetrics, logger: Logger,
        commit: @escaping @Sendable ([PushBatch]) throws -> [PushResult],
        onCommit: @escaping @Sendable ([(batch: PushBatch, result: PushResult)]) -> Void
    ) {
        self.threads = threads
        self.metrics = metrics
        self.logger = logger
        commitBatches = commit
        self.onCommit = onCommit
    }

    /// How many batches wait, without those that are being judged.
    var waitingCount: Int { state.withLock { $0.count } }

    /// Waits until the batch has been judged and the verdicts are durable.
    ///
    /// - Parameter isAbandoned: asked just before the transaction; a batch of a device that was cut off is not judged.
    /// - Throws: `Problem`: `slow-down` when the queue is full, `server-full`, `retry`.
    public func commit(
        _ batch: PushBatch, unless isAbandoned: @escaping @Sendable () -> Bool = { false }
    ) async throws -> PushResult {
        try await withCheckedThrowingContinuation { continuation in
            let waiter = Waiter(batch: batch, isAbandoned: isAbandoned, continuation: continuation)
            let (isTaken, starts) = state.withLock { state in
                guard state.count < Self.maximumWaiting else { return (false, false) }
                state.append(waiter)
                defer { state.isRunning = true }
                return (true, !state.isRunning)
            }
            guard isTaken else {
                return continuation.resume(throwing: Problem(.slowDown, status: 503, retryAfterSeconds: 2))
            }
            if starts { start() }
        }
    }

    private func start() {
        threads.writer.submit { workState in
            guard case .active = workState else { return self.refuseAll() }
            self.commitGroup()
        }
    }

    /// One group, then the thread goes to whoever else waits for it, and the next group to its end of the line.
    private func commitGroup() {
        let group = state.withLock { $0.nextGroup() }
        var live: [Waiter] = []
        for waiter in group {
            if waiter.isAbandoned() {
                waiter.continuation.resume(throwing: Problem(.revoked))
            } else {
                live.append(waiter)
            }
        }
        commit(live)
        let goesOn = state.withLock { state in
            state.isRunning = state.count > 0
            return state.isRunning
        }
        if goesOn { start() }
    }

    private func commit(_ group: [Waiter]) {
        guard !group.isEmpty else { return }
        let start = ContinuousClock.now
        do {
            let results = try commitBatches(group.map(\.batch))
            metrics.noteCommit(batches: group.count, duration: ContinuousClock.now - start)
            let pairs = zip(group, results).map { (batch: $0.batch, result: $1) }
            for pair in pairs { metrics.noteVerdicts(pair.result) }
            noteWitness(results)
            onCommit(pairs)
            for (waiter, result) in zip(group, results) { waiter.continuation.resume(returning: result) }
        } catch {
            fail(group, error)
        }
    }

    /// An operator is to know that something waits for a decision.
    private func noteWitness(_ results: [PushResult]) {
        let listed = results.reduce(0) { $0 + $1.witnessListed }
        let refused = results.reduce(0) { $0 + $1.witnessRefused }
        guard listed + refused > 0 else { return }
        metrics.noteWitness(listed: listed, refused: refused)
        logger.notice(
            "laptops told values that the server lost", metadata: ["listed": "\(listed)", "refused": "\(refused)"])
    }

    /// Nothing was committed. A trouble of the file is everybody's; otherwise one batch is the reason, and the others
    /// must not suffer for it.
    private func fail(_ group: [Waiter], _ error: any Error) {
        let problem = Problem(storeError: error)
        if group.count > 1, !(error is StoreFileError) {
            for waiter in group { commit([waiter]) }
            return
        }
        logger.error(
            "commit failed",
            metadata: [
                "kind": "\(type(of: error))", "code": "\(problem.code.rawValue)", "count": "\(group.count)",
            ])
        for waiter in group { waiter.continuation.resume(throwing: problem) }
    }

    private func refuseAll() {
        let waiting = state.withLock { state in
            defer { state = State() }
            return state.small + state.full
        }
        for waiter in waiting { waiter.continuation.resume(throwing: Problem(.unavailable, retryAfterSeconds: 5)) }
    }
}
