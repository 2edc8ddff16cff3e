import Foundation

/// The lock that makes one writer and checkpointer of all threads and processes that share a store file.
///
/// It is `flock` on `<file>.lock`, held for one write transaction or one checkpoint, never for the life of a process:
/// SQLite before 3.51.3 can lose the log's reset when two connections write or checkpoint at once
/// (https://www.sqlite.org/wal.html#walresetbug). The kernel lets go of it when a process dies. Another program may
/// take it too: `flock store.db.lock sqlite3 store.db …`.
///
/// Not reentrant: the holder must not ask again. Waiting polls, so a waiter gets in between two transactions of a busy
/// writer without a queue; see ADR-0004 for what that costs.
public struct WriterLock: ~Copyable, Sendable {
    private static let firstPause = Duration.microseconds(100)
    private static let longestPause = Duration.milliseconds(2)

    private let descriptor: Int32
    private let name: String

    /// Opens (or makes, with mode 0600) the lock file.
    ///
    /// - Parameter path: the path of the lock file itself.
    public init(path: String) throws(StoreFileError) {
        name = (path as NSString).lastPathComponent
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreFileError(.inaccessible(errno: errno), context: name) }
    }

    deinit { close(descriptor) }

    /// Runs a body while nobody else holds the lock.
    ///
    /// - Parameter timeout: how long to wait for it; throws `busy` after that.
    public func withLock<T>(timeout: Duration, _ body: () throws -> T) throws -> T {
        try acquire(LOCK_EX, timeout: timeout)
        defer { release() }
        return try body()
    }

    /// Takes the lock if that needs no waiting, and tells whether it did.
    func tryExclusive() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    /// Lets go of the lock.
    func release() { flock(descriptor, LOCK_UN) }

    /// Takes a share of the lock, or turns an exclusive hold into a share.
    func share(timeout: Duration) throws(StoreFileError) { try acquire(LOCK_SH, timeout: timeout) }

    private func acquire(_ kind: Int32, timeout: Duration) throws(StoreFileError) {
        let start = ContinuousClock.now
        var pause = Self.firstPause
        while flock(descriptor, kind | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw StoreFileError(.inaccessible(errno: errno), context: name)
            }
            let waited = ContinuousClock.now - start
            guard waited < timeout else {
                throw StoreFileError(.busy(waitedMilliseconds: waited.wholeMilliseconds), context: name)
            }
            usleep(UInt32(pause / .microseconds(1)))
            pause = min(pause * 2, Self.longestPause)
        }
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
