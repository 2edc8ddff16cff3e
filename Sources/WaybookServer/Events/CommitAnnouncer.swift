import Logging
import NIOPosix
import Synchronization
import WaybookModel
import WaybookServerCore

/// Wakes those whom a commit concerns: who holds a scope that it touched, or that a unit left. The device that wrote it is
/// not woken. Nobody who waits for a verdict waits for this: it is found out on a reader's thread.
final class CommitAnnouncer: Sendable {
    private let hub: EventHub
    private let service: ExchangeService
    private let threads: ServerThreads
    private let last: Mutex<Int64>

    init(hub: EventHub, service: ExchangeService, threads: ServerThreads) throws {
        self.hub = hub
        self.service = service
        self.threads = threads
        last = Mutex(try service.lastSequence())
    }

    /// Tells of one transaction.
    /// - Parameter commits: what each author changed; nil for the server itself.
    func announce(_ commits: [(author: ReplicaID?, news: CommitNews)]) {
        // Should the reading fail, the earlier sequence is announced once more: that wakes, and wakes nobody in vain.
        let present = try? service.lastSequence()
        let before = last.withLock { last in
            defer { last = max(last, present ?? last) }
            return last
        }
        guard hub.count > 0 else { return }
        threads.readers.submit { [self] state in
            guard case .active = state else { return }
            let audiences = commits.map { commit in
                // Who cannot be found out is woken: a wake-up too many costs an exchange, one too few a morning.
                (commit.author, (try? service.audience(of: commit.news)) ?? { _ in true })
            }
            hub.announce(after: before) { principal in
                audiences.contains { author, isFor in author != principal.replica && isFor(principal.user) }
            }
        }
    }

    /// Tells everybody that the directory changed.
    func announceDirectory() {
        var news = CommitNews()
        news.changesDirectory = true
        announce([(nil, news)])
    }
}
