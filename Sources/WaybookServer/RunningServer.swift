import CoreMetrics
import Logging
import NIOPosix
import ServiceLifecycle
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookStore

/// A whole server over one data folder: the file, the threads, the engine, HTTP, and the admin socket. Everything that
/// decides is made elsewhere; here it is put together.
public struct RunningServer: Sendable {
    /// The workspace's name.
    public let workspace: String

    private let file: StoreFile
    private let lock: DataFolderLock
    private let threads: ServerThreads
    private let workers: PasswordWorkers
    private let options: ServerOptions
    private let services: WaybookHTTPServer.Services
    private let admin: AdminSocketServer
    private let mover: BookMover
    private let purger: ErasurePurger
    private let logger: Logger

    /// Opens a data folder for serving. It belongs to this process until ``run(onListening:)`` returns.
    ///
    /// - Throws: `AdminSocketError.alreadyServed`, `AdminFailure`, `SecurityLedgerError`, `StoreFileError`,
    ///   `ExchangeService.NotInitialised`.
    public init(folder: DataFolder, options: ServerOptions, logger: Logger) async throws {
        lock = try await Self.lock(folder)
        let opened = try folder.openGuarded(now: SystemClock.now(), leavesCheckpoints: options.isReplicated)
        let (file, ledger, brought) = (opened.file, opened.ledger, opened.brought)
        self.file = file
        if ledger.cutBytes > 0 {
            logger.warning("security ledger: cut a torn last line", metadata: ["bytes": "\(ledger.cutBytes)"])
        }
        let begun = try Self.untoldTimelines(file)
        for timeline in begun { Self.warn(of: timeline, logger) }
        if brought > 0 { logger.warning("security ledger: applied after a restore", metadata: ["count": "\(brought)"]) }
        threads = ServerThreads()
        workers = PasswordWorkers(maximumWaiting: options.limits.waitingSignIns)
        self.options = options
        self.logger = logger
        guard let workspace = try DataFolder.workspace(file) else { throw FailureWording.notInitialised(folder) }
        self.workspace = workspace
        let announcer: CommitAnnouncer
        (services, mover, announcer) = try Self.services(file, ledger, threads, workers, options, logger)
        Counter(label: "waybook_timelines_raised_total", factory: services.metrics)
            .increment(by: Int64(begun.count))
        let purge = ErasurePurge(file, now: SystemClock.now)
        // The replicating program begins after this one: now the file is this one's alone.
        if options.isReplicated { try purge.perform() }
        purger = ErasurePurger(purge, threads: threads, logger: logger)
        let administration = Administration(
            file: file, ledger: ledger, now: SystemClock.now, cut: services.cut, changed: announcer.announceDirectory)
        admin = AdminSocketServer(path: try AdminSocket.path(inDataFolder: folder.path)) { [threads] command in
            // Administration waits for the file's writer itself: it does not keep the committing thread.
            let reply = try? await threads.readers.runIfActive { administration.perform(command) }
            return reply ?? .failed(AdminFailure(.busy, folder.path))
        }
    }

    /// Serves until SIGTERM or SIGINT, finishes what is in hand, and closes the file.
    ///
    /// - Parameter onListening: called with the port once connections are taken.
    public func run(onListening: @escaping @Sendable (Int) async -> Void) async throws {
        let server = WaybookHTTPServer(
            options: options, services: services, logger: logger, onListening: onListening)
        let result: Result<Void, any Error>
        do {
            let removal = TombstoneRemoval(mover.service)
            let closer = HealingCloser(
                service: mover.service, ledger: mover.ledger, threads: threads, logger: logger, onCommit: mover.onCommit
            )
            var others: [any Service] = [
                admin, mover, closer, AuditRetention(services.database),
                TombstoneKeeper(removal: removal, threads: threads, logger: logger),
            ]
            // It writes the file anew, and empties the log.
            if !options.isReplicated { others.append(purger) }
            result = .success(try await server.runUntilSignal(with: others))
        } catch {
            result = .failure(error)
        }
        try await workers.stop()
        try await threads.stop()
        try file.close()
        logger.info("stopped")
        try withExtendedLifetime(lock) { try result.get() }
    }

    /// The timelines that this opening began, or that of a command before it.
    private static func untoldTimelines(_ file: StoreFile) throws -> [Timeline] {
        let begun = try file.read { try TimelineTable($0).untold() }
        if !begun.isEmpty { try file.write { try TimelineTable($0).noteTold() } }
        return begun
    }

    /// Nights have no administrator: the server goes on, on numbers of its own, and says so.
    private static func warn(of timeline: Timeline, _ logger: Logger) {
        logger.warning(
            "the database went back to an earlier state: another timeline was begun",
            metadata: [
                "at": "\(Instant(milliseconds: timeline.restored))", "cause": "\(timeline.cause.rawValue)",
                "fork": "\(timeline.fork)", "timeline": "\(timeline.number)",
                "reached": "\(timeline.reached.map(String.init) ?? "unknown")",
            ])
    }

    /// A command that works on the file right now is waited for; another server is not.
    private static func lock(_ folder: DataFolder) async throws -> DataFolderLock {
        let end = ContinuousClock.now + AdminGateway.patience
        let socket = AdminSocketClient(path: try AdminSocket.path(inDataFolder: folder.path))
        while true {
            if let lock = try DataFolderLock(folder) { return lock }
            if await socket.isServed() { throw AdminSocketError.alreadyServed }
            guard ContinuousClock.now < end else { throw AdminFailure(.busy, folder.path) }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private static func services(
        _ file: StoreFile, _ ledger: SecurityLedger, _ threads: ServerThreads, _ workers: PasswordWorkers,
        _ options: ServerOptions, _ logger: Logger
    ) throws -> (WaybookHTTPServer.Services, BookMover, CommitAnnouncer) {
        let authors = Authors()
        let exchange = try ExchangeService(
            file: file, schema: Catalogue.schema, ledger: ledger,
            wallMilliseconds: { UInt64(clamping: SystemClock.now()) },
            authorship: { try authors.authorship($0, of: $1) })
        let database = StoreDatabase(file, threads: threads)
        let (metrics, hub) = (PrometheusMetrics(), EventHub(limits: options.limits))
        let timeline = exchange.timeline
        let sessions = LiveSessions()
        let announcer = try CommitAnnouncer(hub: hub, service: exchange, threads: threads)
        let engine = ExchangeEngine(
            service: exchange, ledger: ledger, threads: threads, metrics: ExchangeMetrics(metrics),
            announcer: announcer, refusals: RefusalNotes(database, now: SystemClock.now), logger: logger
        ) { replica in
            hub.close(replica)
            sessions.cut(replica)
        }
        let mover = BookMover(service: exchange, ledger: ledger, threads: threads, logger: logger) {
            announcer.announce([(nil, $0)])
        }
        let services = WaybookHTTPServer.Services(
            database: database, exchange: engine, hub: hub, sessions: sessions, metrics: metrics,
            signIn: try SignInService(
                database: database, workers: workers, ledger: ledger, now: SystemClock.now, timeline: { timeline }),
            forks: ForkService(
                database: database, ledger: ledger, timeline: timeline, now: SystemClock.now,
                noteFork: { try exchange.noteFork($0, of: $1, as: $2) }),
            ledger: ledger, now: SystemClock.now, isReady: { (try? await database.read { _ in true }) ?? false },
            changed: announcer.announceDirectory)
        return (services, mover, announcer)
    }
}
