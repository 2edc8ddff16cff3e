import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookSync

/// What a synchronisation came to, with the reason where the server was not reached.
public struct SyncResult: Sendable {
    public var report: SyncReport
    public var failure: ConnectionFailure?
}

extension Workspace {
    /// How many rows the search index takes in at once after a sync.
    static let indexBatch = 10_000

    /// Sends what is unsent and fetches what is new, then brings the search index up to date.
    /// - Parameter progress: told after each exchange.
    public func sync(
        language: Language, progress: (@Sendable (SyncReport) -> Void)? = nil
    ) async throws -> SyncResult {
        let lock = try SyncLock(folder)
        defer { withExtendedLifetime(lock) {} }
        return try await syncLocked(language: language, progress: progress)
    }

    private func syncLocked(
        language: Language, progress: (@Sendable (SyncReport) -> Void)?
    ) async throws -> SyncResult {
        let result = try await ServerConnection.with(session, in: folder, language: language) { connection in
            let result = try await sync(over: connection, progress: progress)
            if result.report.ending == .upToDate { await renewToken(over: connection) }
            return result
        }
        try indexForSearch()
        return result
    }

    /// Synchronises, and compares all that is held with the server: what differs is taken from there anew, and nothing unsent
    /// is touched.
    /// - Parameter mayReplaceAll: whether everything may be read anew, where more differs than is mended one by one.
    public func compare(
        mayReplaceAll: Bool, language: Language, progress: (@Sendable (SyncReport) -> Void)? = nil
    ) async throws -> SyncResult {
        // No other sync may come between them.
        let lock = try SyncLock(folder)
        defer { withExtendedLifetime(lock) {} }
        try store.requestComparison()
        let first = try await syncLocked(language: language, progress: progress)
        guard mayReplaceAll, first.report.ending == .upToDate, (first.report.differingBuckets ?? 0) > 0 else {
            return first
        }
        try store.beginFreshPull(isReplacing: true, at: device.now())
        var last = try await syncLocked(language: language, progress: progress)
        // That done it is due.
        if last.report.ending == .upToDate {
            last = try await syncLocked(language: language, progress: progress)
            last.report.hasReplacedAll = true
        }
        last.report.mendedRecords += first.report.mendedRecords
        return last
    }

    /// The same over a connection that is open, without the search index.
    package func sync(
        over connection: ServerConnection, progress: (@Sendable (SyncReport) -> Void)?
    ) async throws -> SyncResult {
        // Read anew: a fork in an earlier round of a long watch has changed both.
        guard let session = try folder.session() else { throw WorkspaceError(.notSignedIn) }
        let transport = HTTPTransport(connection, token: session.token, replica: session.replica) { replica, token in
            var renewed = session
            renewed.replica = replica
            renewed.token = token
            renewed.tokenSince = device.now().wallMilliseconds
            try folder.write(renewed)
        }
        var surroundings = device.surroundings
        surroundings.pause = { [pause = device.pause] milliseconds in
            // A server that is not there is told at once; one that stumbled, or a line that broke, is tried again.
            if let failure = transport.lastFailure, failure != .broken, !transport.hasMet { throw CancellationError() }
            try await pause(milliseconds)
        }
        let engine = SyncEngine(store, over: transport, surroundings)
        var report = try await engine.synchronise(progress: progress)
        if report.ending == .stopped(.cancelled), !Task.isCancelled { report.ending = .stopped(.unreachable) }
        if case .stopped(.problem(let problem)) = report.ending, problem.code == .wipe {
            try wipe()
            throw WorkspaceError(.refused(problem))
        }
        try noteAccount(after: report)
        return SyncResult(report: report, failure: transport.lastFailure)
    }

    /// The note in the store that the account was disabled at the last sync.
    private static let disabledNote = "accountDisabled"

    /// Whether the server said at the last sync that the account is disabled.
    public func isAccountDisabled() throws -> Bool { try store.note(Self.disabledNote) == "yes" }

    /// Remembers what the server said of the account; a sync that did not reach it says nothing.
    private func noteAccount(after report: SyncReport) throws {
        let isHeard: Bool =
            switch report.ending {
            case .upToDate, .stopped(.problem): true
            case .stopped: false
            }
        guard isHeard, try isAccountDisabled() != report.isAccountDisabled else { return }
        try store.setNote(Self.disabledNote, to: report.isAccountDisabled ? "yes" : "no")
    }

    /// Obeys the order to delete what this device holds: the sign-in and the records, the unsent ones too.
    private func wipe() throws {
        folder.removeSession()
        try store.close()
        try folder.removeStore()
    }

    /// Takes what waits into the search index.
    public func indexForSearch(progress: ((Int) -> Void)? = nil) throws {
        var done = 0
        while try store.indexForSearch(atMost: Self.indexBatch) {
            if Task.isCancelled { return }
            done += Self.indexBatch
            progress?(done)
        }
    }
}
