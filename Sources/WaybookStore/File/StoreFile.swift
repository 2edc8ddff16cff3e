import Foundation
import GRDB
import Synchronization

/// An open store file: durable writes, one writer over all processes, reads that never wait for a writer.
///
/// A write that returned is on the disk (ADR-0004). A class, because connections, lock and their end are one shared
/// thing.
public final class StoreFile: Sendable {
    /// What may be tuned. The defaults serve; durability is not among them.
    public struct Options: Hashable, Sendable {
        /// How long a write or a checkpoint waits for other writers before it throws `busy`.
        public var lockTimeout: Duration
        /// The growth of the write-ahead log, in pages of 4,096 bytes, after which a commit also checkpoints.
        public var checkpointPages: Int
        /// The most reads that run at once.
        public var maximumReaderCount: Int
        /// Whether commits leave it to another program to copy the log back: two that do so at once can damage a file where one is
        /// of SQLite before 3.51.3. Opening and closing, when that program is not there, do it still.
        public var leavesCheckpoints = false

        /// Makes options.
        public init(lockTimeout: Duration = .seconds(10), checkpointPages: Int = 2_000, maximumReaderCount: Int = 5) {
            self.lockTimeout = lockTimeout
            self.checkpointPages = checkpointPages
            self.maximumReaderCount = maximumReaderCount
        }
    }

    /// What a checkpoint achieved.
    public struct CheckpointProgress: Hashable, Sendable {
        /// The pages in the log.
        public let logPages: Int
        /// How many of them are now in the database file. All, unless a reader still needs an older state.
        public let copiedPages: Int
    }

    struct State {
        var pool: DatabasePool?
        var isClosed = false
    }

    private enum Attempt<T> {
        case done(T)
        case poolWasReplaced
    }

    private static let mostAttempts = 3

    /// The path of the database file.
    public var path: String { place.path }
    /// The options that the file was opened with.
    public let options: Options

    let place: StorePlace
    let opener: StoreOpener
    let lock: WriterLock
    private let presence: WriterLock
    let state: Mutex<State>
    /// Set when the disk did not confirm a sync: no further write is acknowledged before the file has been reopened.
    let needsReopening = Atomic<Bool>(false)

    /// Opens a store file, makes it (0600, in a folder of 0700) if it is not there, and applies missing migrations.
    ///
    /// After an unclean end the whole file is checked once (cost: reads it all). Throws a `StoreFileError`; a file that
    /// is refused keeps every byte.
    ///
    /// - Parameters:
    ///   - path: the database file; SQLite's `-wal` and `-shm` and this module's `.lock` and `.open` lie beside it.
    ///   - role: whose store it is.
    ///   - migrations: the frozen list, numbered from 1.
    public convenience init(
        path: String, role: StoreRole, migrations: [StoreMigration], options: Options = Options()
    ) throws {
        try self.init(path: path, role: role, migrations: migrations, options: options, synchronous: .full)
    }

    init(
        path: String, role: StoreRole, migrations: [StoreMigration], options: Options = Options(),
        synchronous: StoreOpener.Synchronous
    ) throws {
        let place = StorePlace(path: path)
        try place.makeFolder()
        let lock = try WriterLock(path: place.lockPath)
        let presence = try WriterLock(path: place.openPath)
        let opener = StoreOpener(
            place: place, role: role, migrations: migrations, synchronous: synchronous,
            maximumReaderCount: options.maximumReaderCount, log: LogGrowth())
        let pool = try lock.withLock(timeout: options.lockTimeout) {
            do {
                let isAlone = presence.tryExclusive()
                if place.databaseSize > 0 || place.logSize == 0 { try place.makeFile() }
                let pool = try Self.open(opener, place, isAlone: isAlone)
                try presence.share(timeout: options.lockTimeout)
                place.layBallast()
                return pool
            } catch {
                throw StoreFileError(error, context: place.name) ?? error
            }
        }
        self.place = place
        self.options = options
        self.opener = opener
        self.lock = lock
        self.presence = presence
        self.state = Mutex(State(pool: pool))
    }

    /// Opens the file; on a full disk once more with the room that was kept for it.
    private static func open(_ opener: StoreOpener, _ place: StorePlace, isAlone: Bool) throws -> DatabasePool {
        do {
            return try opener.open(isAlone: isAlone)
        } catch {
            let known = StoreFileError(error, context: place.name) ?? error as? StoreFileError
            guard known?.code == .diskFull, place.giveUpBallast() else { throw error }
            return try opener.open(isAlone: isAlone)
        }
    }

    deinit {
        // Whoever wants to know whether closing succeeded calls `close()`; nothing acknowledged depends on it.
        try? close()
    }

    /// Runs one write transaction: lock, `BEGIN IMMEDIATE`, body, `COMMIT`, unlock. When it returns, the change is on
    /// the disk; when it throws, nothing was changed (or, after `unconfirmedWrite`, it may be found changed later).
    ///
    /// Throws a `StoreFileError` for what concerns file, disk or lock, and whatever the body throws. The body may run
    /// long, but must not call this store again. Blocks the calling thread.
    public func write<T>(_ body: (Database) throws -> T) throws -> T {
        for _ in 0..<Self.mostAttempts {
            let pool = try currentPool(healing: true)
            if case .done(let value) = try attemptWrite(pool, body) { return value }
        }
        throw StoreFileError(.unconfirmedWrite, context: place.name)
    }

    /// Runs a body on a state that does not change meanwhile, beside any writer. Goes on while the disk is full.
    ///
    /// Throws as `write` does. Blocks the calling thread.
    public func read<T>(_ body: (Database) throws -> T) throws -> T {
        for _ in 0..<Self.mostAttempts {
            let pool = try currentPool(healing: false)
            var bodyHasRun = false
            do {
                return try pool.unsafeRead { db in
                    bodyHasRun = true
                    do { return try readTransaction(db, body) } catch { throw interpreted(error, db) }
                }
            } catch let error as DatabaseError where !bodyHasRun && error.isClosedConnection {
                continue
            } catch {
                throw StoreFileError(error, context: place.name) ?? error
            }
        }
        throw StoreFileError(.closed, context: place.name)
    }

    /// Copies the log into the database file, under the writer lock. `.truncate` also empties the log, and throws
    /// `busy` if a reader needs it for longer than 5 s.
    @discardableResult
    public func checkpoint(_ kind: Database.CheckpointMode = .passive) throws -> CheckpointProgress {
        let pool = try currentPool(healing: true)
        return try pool.writeWithoutTransaction { db in
            try lock.withLock(timeout: options.lockTimeout) { try checkpoint(db, kind) }
        }
    }

    /// Writes the whole file anew, so that it holds what is in it and nothing that was, and empties the log. Throws `busy`
    /// if somebody reads one state for longer than 5 s. Cost: as much memory and disk as the file has; other writes wait.
    /// - Parameter readsGoOn: whether this process's reads go on meanwhile, each on its state; else they wait too.
    public func rewrite(readsGoOn: Bool = false) throws {
        let pool = try currentPool(healing: true)
        func perform(_ db: Database) throws {
            try lock.withLock(timeout: options.lockTimeout) {
                do { try db.execute(sql: "VACUUM") } catch { throw interpreted(error, db) }
                _ = try checkpoint(db, .truncate)
            }
        }
        if readsGoOn {
            try pool.writeWithoutTransaction(perform)
        } else {
            try pool.barrierWriteWithoutTransaction(perform)
        }
    }

    /// Empties the log into the database file and closes all connections, once the reads under way have ended.
    /// A second call does nothing.
    public func close() throws {
        try state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            defer {
                state.pool = nil
                presence.release()
            }
            guard let pool = state.pool else { return }
            try retire(pool)
        }
    }

    /// One state for all that the body reads. `DatabasePool.read` does the same, and has both statements compiled anew for
    /// each read, which takes longer than most reads.
    private func readTransaction<T>(_ db: Database, _ body: (Database) throws -> T) throws -> T {
        try db.cachedStatement(sql: "BEGIN DEFERRED TRANSACTION").execute()
        do {
            let value = try body(db)
            try db.cachedStatement(sql: "COMMIT TRANSACTION").execute()
            return value
        } catch {
            // SQLite may have ended it by itself; what was read is not used, so nothing depends on how it ends.
            if db.isInsideTransaction { try? db.rollback() }
            throw error
        }
    }

    private func attemptWrite<T>(_ pool: DatabasePool, _ body: (Database) throws -> T) throws -> Attempt<T> {
        var bodyHasRun = false
        do {
            return try pool.writeWithoutTransaction { db in
                if needsReopening.load(ordering: .acquiring) { return .poolWasReplaced }
                return try lock.withLock(timeout: options.lockTimeout) {
                    guard place.layBallast() else { throw StoreFileError(.diskFull, context: place.name) }
                    bodyHasRun = true
                    let value = try transaction(db, body)
                    checkpointIfDue(db)
                    return .done(value)
                }
            }
        } catch let error as DatabaseError where !bodyHasRun && error.isClosedConnection {
            return .poolWasReplaced
        }
    }

    private func transaction<T>(_ db: Database, _ body: (Database) throws -> T) throws -> T {
        var value: T?
        do {
            try db.inTransaction(.immediate) {
                value = try body(db)
                return .commit
            }
        } catch {
            throw interpreted(error, db)
        }
        // swift-format-ignore: NeverForceUnwrap
        return value!  // `inTransaction` returned, so the body did.
    }

    /// The commit is durable in the log whatever happens here: a checkpoint that failed is due again with the log's
    /// next growth, and `checkpoint` and `close` report what stands in its way.
    private func checkpointIfDue(_ db: Database) {
        guard !options.leavesCheckpoints, opener.log.isDue(every: options.checkpointPages) else { return }
        opener.log.noteCheckpoint()
        _ = try? checkpoint(db, .passive)
    }
}
