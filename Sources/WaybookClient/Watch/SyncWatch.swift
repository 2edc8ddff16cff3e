import Synchronization
import WaybookModel
import WaybookStore
import WaybookSync

/// Keeps a workspace in step: syncs when the server has something, when something was edited here (by any process), and
/// now and then in any case, should wake-ups not get through.
public struct SyncWatch: Sendable {
    /// How often is looked for what others may have done unseen.
    public struct Pace: Hashable, Sendable {
        /// For edits by other processes on this device.
        public var localMilliseconds: Int64 = 1_000
        /// For the server's, while wake-ups come.
        public var wokenMilliseconds: Int64 = 300_000
        /// For the server's, while none get through.
        public var pollMilliseconds: Int64 = 30_000
        /// The first pause before the wake-up stream is asked for again, and the longest.
        public var firstRetryMilliseconds: Int64 = 1_000
        public var longestRetryMilliseconds: Int64 = 60_000

        public init() {}
    }

    private let workspace: Workspace
    private let connection: ServerConnection
    private let pace: Pace

    /// Runs until it is cancelled, or until the server says something that a person must act on.
    /// - Parameter synced: told after each round.
    /// - Returns: the last round.
    public static func run(
        _ workspace: Workspace, language: Language, pace: Pace = Pace(),
        synced: @escaping @Sendable (SyncResult) -> Void
    ) async throws -> SyncResult? {
        let lock = try SyncLock(workspace.folder)
        defer { withExtendedLifetime(lock) {} }
        return try await ServerConnection.with(workspace.session, in: workspace.folder, language: language) {
            connection in
            try await SyncWatch(workspace: workspace, connection: connection, pace: pace).run(synced)
        }
    }

    private func run(_ synced: @escaping @Sendable (SyncResult) -> Void) async throws -> SyncResult? {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let (isWoken, gate) = (Flag(), TokenGate())
        return try await withThrowingTaskGroup(of: SyncResult?.self) { group in
            group.addTask {
                try await listen(wake, isWoken, gate)
                return nil
            }
            group.addTask {
                try await lookAtOutbox(wake)
                return nil
            }
            group.addTask {
                try await tick(wake, isWoken)
                return nil
            }
            group.addTask { try await rounds(wakes, gate, synced) }
            wake.yield()
            defer { group.cancelAll() }
            do {
                // Only the rounds end by themselves.
                return try await group.next() ?? nil
            } catch is CancellationError {
                return nil
            }
        }
    }

    private func rounds(
        _ wakes: AsyncStream<Void>, _ gate: TokenGate, _ synced: @Sendable (SyncResult) -> Void
    ) async throws -> SyncResult? {
        var last: SyncResult?
        for await _ in wakes {
            let result = try await workspace.sync(over: connection, progress: nil)
            if result.report.ending == .upToDate, gate.beginRenewal() {
                await workspace.renewToken(over: connection)
                gate.endRenewal()
            }
            try workspace.indexForSearch()
            last = result
            guard !Task.isCancelled else { break }
            synced(result)
            if Self.needsPerson(result.report.ending) { break }
        }
        return last
    }

    /// Whether trying again by itself is of no use.
    public static func needsPerson(_ ending: SyncEnding) -> Bool {
        guard case .stopped(let stop) = ending else { return false }
        switch stop {
        case .unreachable, .later, .invalidAnswer: return false
        case .problem, .timeline, .otherServer, .cancelled: return true
        }
    }

    /// Whether the server said that this device is no longer welcome, or must delete its copy.
    static func isCutOff(_ error: any Error) -> Bool {
        guard let error = error as? WorkspaceError, case .refused(let problem) = error.code else { return false }
        return [.signIn, .revoked, .wipe].contains(problem.code)
    }

    private func listen(
        _ wake: AsyncStream<Void>.Continuation, _ isWoken: Flag, _ gate: TokenGate
    ) async throws {
        var pause = pace.firstRetryMilliseconds
        while true {
            try Task.checkCancellation()
            guard gate.beginOpening() else {
                try await workspace.device.pause(pace.localMilliseconds)
                continue
            }
            let token = try workspace.folder.session()?.token ?? ""
            let began = Flag()
            do {
                try await connection.listen(token: token) { signal in
                    if !began.isSet {
                        gate.endOpening()
                        began.isSet = true
                        isWoken.isSet = true
                        // What came while nobody listened.
                        wake.yield()
                    }
                    if signal == .wake { wake.yield() }
                }
            } catch {
                // The exchange is told the same, and acts on it.
                if Self.isCutOff(error) { wake.yield() }
            }
            gate.endOpening()
            isWoken.isSet = false
            pause = began.isSet ? pace.firstRetryMilliseconds : min(pause * 2, pace.longestRetryMilliseconds)
            let jitter = Int64(workspace.device.random() % UInt64(pause))
            try await workspace.device.pause(pause / 2 + jitter)
        }
    }

    private func lookAtOutbox(_ wake: AsyncStream<Void>.Continuation) async throws {
        var seen = try workspace.store.exchangeStart().lastSet
        while true {
            try await workspace.device.pause(pace.localMilliseconds)
            // Nothing to read where an order to wipe has just been obeyed: the round that obeyed it ends the watch.
            let last = (try? workspace.store.exchangeStart().lastSet) ?? seen
            if last != seen { wake.yield() }
            seen = last
        }
    }

    private func tick(_ wake: AsyncStream<Void>.Continuation, _ isWoken: Flag) async throws {
        var waited: Int64 = 0
        let step = min(pace.pollMilliseconds, pace.wokenMilliseconds)
        while true {
            try await workspace.device.pause(step)
            waited += step
            guard waited >= (isWoken.isSet ? pace.wokenMilliseconds : pace.pollMilliseconds) else { continue }
            waited = 0
            wake.yield()
        }
    }
}

/// A yes or no that several tasks share. A class for what it shares.
final class Flag: Sendable {
    private let value = Mutex(false)

    var isSet: Bool {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
