import GRDB
import Logging
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// Runs exchanges on the sync engine: parsing and reading on the readers' threads, commits in groups on the writer's.
public final class ExchangeEngine: ExchangeHandling {
    private let service: ExchangeService
    private let threads: ServerThreads
    private let committer: GroupCommitter
    private let metrics: ExchangeMetrics
    private let ledger: SecurityLedger?
    private let notes: DeviceNotes
    private let refusals: RefusalNotes?

    /// Makes the engine.
    ///
    /// - Parameters:
    ///   - ledger: where it is written down beside the file what must outlive the putting back of a backup.
    ///   - refusals: told of devices that claim to be others.
    ///   - announcer: told of every commit that others want to know of.
    ///   - cut: ends what a device has open; called for those of people whom a commit disabled.
    init(
        service: ExchangeService, ledger: SecurityLedger? = nil, threads: ServerThreads, metrics: ExchangeMetrics,
        announcer: CommitAnnouncer, refusals: RefusalNotes? = nil, logger: Logger,
        cut: @escaping @Sendable (ReplicaID) -> Void = { _ in }
    ) {
        self.ledger = ledger
        self.refusals = refusals
        notes = DeviceNotes(service, threads: threads)
        self.service = service
        self.threads = threads
        self.metrics = metrics
        committer = GroupCommitter(
            threads: threads, metrics: metrics, logger: logger,
            commit: { try service.commit($0, ledger: ledger) },
            onCommit: { committed in
                let news = committed.filter(\.result.hasChanges).map {
                    (author: $0.batch.principal.replica as ReplicaID?, news: $0.result.news)
                }
                if !news.isEmpty { announcer.announce(news) }
                for (batch, result) in committed {
                    // Who disables themselves is given the verdict before anything ends.
                    for replica in result.cutOff where replica != batch.principal.replica { cut(replica) }
                }
            })
    }

    public func begin(for principal: Principal) async throws -> any ExchangeConversation {
        let exchange = ExchangePrincipal(
            replica: principal.replica, user: principal.user.text, kind: principal.isDisabled ? .uploader : .member)
        return EngineConversation(
            service.open(exchange), lastUpload: LastUpload(principal, service: service, ledger: ledger),
            notes: notes, threads: threads, committer: committer, metrics: metrics
        ) { [refusals] in refusals?.noteForgedAuthor(principal) }
    }
}

/// One exchange over HTTP.
final class EngineConversation: ExchangeConversation {
    private let exchange: Mutex<ServerExchange>
    private let lastUpload: LastUpload?
    private let notes: DeviceNotes
    private let chunks = Atomic<Int>(0)
    private let isCancelled = Atomic<Bool>(false)
    private let threads: ServerThreads
    private let committer: GroupCommitter
    private let metrics: ExchangeMetrics
    private let onForgedAuthor: @Sendable () -> Void

    init(
        _ exchange: sending ServerExchange, lastUpload: LastUpload?, notes: DeviceNotes, threads: ServerThreads,
        committer: GroupCommitter, metrics: ExchangeMetrics, onForgedAuthor: @escaping @Sendable () -> Void
    ) {
        self.onForgedAuthor = onForgedAuthor
        self.notes = notes
        self.exchange = Mutex(exchange)
        self.lastUpload = lastUpload
        self.threads = threads
        self.committer = committer
        self.metrics = metrics
    }

    func receive(_ bytes: [UInt8]) async throws {
        metrics.noteReceived(bytes: bytes.count)
        try await commit(try await step { exchange throws(Problem) in try exchange.receive(bytes) })
    }

    func endOfRequest() async throws {
        try await commit(try await step { exchange throws(Problem) in try exchange.endRequest() })
    }

    func nextChunk() async throws -> [UInt8]? {
        let number = chunks.add(1, ordering: .relaxed).newValue
        let chunk = try await step { [lastUpload] exchange in
            // The first chunk holds head and verdicts; what would follow is the feed.
            guard let lastUpload, number > 1, !exchange.isOver else { return try exchange.nextChunk() }
            return number > 2 ? nil : try lastUpload.conclusion(lastSet: exchange.hello?.lastSet ?? 0)
        }
        if let chunk {
            metrics.noteSent(chunk)
        } else {
            let (hello, read, offset) = exchange.withLock { ($0.hello, $0.readThrough, $0.offsetMilliseconds) }
            if let hello { notes.note(hello, readThrough: read, offsetMilliseconds: offset, isComplete: true) }
        }
        return chunk
    }

    func cancel() { isCancelled.store(true, ordering: .releasing) }

    /// Judges the batches that the last step brought to light, one after the other.
    private func commit(_ batch: PushBatch?) async throws {
        var due = batch
        while let batch = due {
            let result = try await committer.commit(batch) { [self] in isCancelled.load(ordering: .acquiring) }
            due = exchange.withLock { $0.note(result) }
        }
    }

    /// One step on a reader's thread. An exchange that was cancelled takes none.
    private func step<Value: Sendable>(
        _ body: @escaping @Sendable (inout ServerExchange) throws -> Value
    ) async throws -> Value {
        do {
            return try await threads.readers.runIfActive { [self] in
                guard !isCancelled.load(ordering: .acquiring) else { throw CancellationError() }
                return try exchange.withLock { try body(&$0) }
            }
        } catch {
            if exchange.withLock({ $0.isOfForgedAuthor }) { onForgedAuthor() }
            throw Problem(storeError: error)
        }
    }
}
