import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// Notes what devices tell of themselves, when the writer has time: at once where something is new, else once a minute a
/// device. Nobody waits for it, and a full disk keeps nobody from syncing.
///
/// A class, for what it remembers is shared by all exchanges.
final class DeviceNotes: Sendable {
    private static let pauseMilliseconds: Int64 = 60_000
    /// The most devices that are remembered; beyond, remembering begins anew.
    private static let maximumRemembered = 10_000

    private struct Known: Equatable {
        var told: Told?
        var purged: Int64?
        var confirmed: Int64?
        var offsetSeconds: Int64
    }

    private let service: ExchangeService
    private let threads: ServerThreads
    private let known = Mutex<[ReplicaID: (Known, at: Int64)]>([:])

    init(_ service: ExchangeService, threads: ServerThreads) {
        self.service = service
        self.threads = threads
    }

    /// - Parameters:
    ///   - readThrough: what the device had wholly read when it asked.
    ///   - offset: the server's clock less the device's, milliseconds.
    ///   - isComplete: whether the exchange came to its end.
    func note(_ hello: Hello, readThrough: Int64, offsetMilliseconds offset: Int64, isComplete: Bool) {
        let now = Int64(clamping: service.now)
        var told = hello.told
        // The age of unsent work grows by itself.
        told?.oldestMilliseconds = nil
        let confirmed = hello.purgedSequence.map { min($0, readThrough) }
        let present = Known(
            told: told, purged: hello.purgedSequence, confirmed: confirmed, offsetSeconds: offset / 1_000)
        let isDue = known.withLock { known in
            if let (last, at) = known[hello.replica], last == present, now - at < Self.pauseMilliseconds {
                return false
            }
            if known.count >= Self.maximumRemembered { known = [:] }
            known[hello.replica] = (present, now)
            return true
        }
        guard isDue else { return }
        threads.writer.submit { [service] state in
            guard case .active = state else { return }
            try? service.file.write { db in
                try Directory().note(
                    db, hello, readThrough: readThrough, offsetMilliseconds: offset, isComplete: isComplete, now: now)
                if let confirmed { try ErasureLog(db).confirm(hello.replica, through: confirmed, now: now) }
            }
        }
    }
}
