import Foundation
import GRDB
import GRDBSQLite
import Synchronization

/// Opens connections to a store file with the settings that make it durable: the only place that does.
struct StoreOpener: Sendable {
    /// How far a commit waits for the disk. Anything but `full` exists to prove that the tests notice.
    enum Synchronous: Int, Sendable {
        case normal = 1
        case full = 2
    }

    /// SQLite's own wait for its short internal locks; writers wait for the writer lock instead.
    private static let busyTimeoutSeconds = 5.0
    /// The size to which a log is cut back when it starts anew, in bytes.
    private static let logSizeLimit = 64 << 20

    let place: StorePlace
    let role: StoreRole
    let migrations: [StoreMigration]
    let synchronous: Synchronous
    let maximumReaderCount: Int
    let log: LogGrowth

    /// Inspects the file, opens it, and brings its tables up to date. Call under the writer lock.
    ///
    /// - Parameter isAlone: whether no other process or `StoreFile` has the file open, so that a log that is not empty
    ///   means that the last user did not close it.
    func open(isAlone: Bool) throws -> DatabasePool {
        let isUnclean = isAlone && place.logSize > 0
        _ = try StoreInspection(
            place: place, role: role, supportedVersion: migrations.count, checksContent: isUnclean
        ).run()
        let pool = try connect()
        try pool.writeWithoutTransaction { db in
            // A log that a failed sync left may have holes on the disk that memory hides: do not build on it.
            if isUnclean { try db.checkpoint(.truncate) }
            try StoreMigrator(migrations: migrations, role: role, context: place.name).run(db)
        }
        return pool
    }

    /// Opens the connections and asserts their settings.
    func connect() throws -> DatabasePool {
        let pool = try DatabasePool(path: place.path, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            // After opening: DatabasePool itself sets NORMAL once `prepareDatabase` has run.
            try db.execute(sql: "PRAGMA synchronous = \(synchronous.rawValue)")
            let found = try Int.fetchOne(db, sql: "PRAGMA synchronous")
            guard found == synchronous.rawValue else { throw StoreFileError(.notDurable, context: place.name) }
            log.watch(db)
        }
        return pool
    }

    private var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "store"
        configuration.maximumReaderCount = maximumReaderCount
        configuration.busyMode = .timeout(Self.busyTimeoutSeconds)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA mmap_size = 0;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA journal_size_limit = \(Self.logSizeLimit);
                    """)
            // Records go when their reader may no longer hold them, and when their person is erased.
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        return configuration
    }
}

/// Counts the pages in the write-ahead log of a writer. A class, because SQLite's hook needs an address that stays.
final class LogGrowth: Sendable {
    private let pages = Atomic<Int>(0)
    private let pagesAtCheckpoint = Atomic<Int>(0)

    /// Has the connection report after each commit. `self` must outlive the connection.
    func watch(_ db: Database) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            db.sqliteConnection,
            { context, _, _, pages in
                // The context is the `LogGrowth` that registered this hook.
                // swift-format-ignore: NeverForceUnwrap
                Unmanaged<LogGrowth>.fromOpaque(context!).takeUnretainedValue().note(Int(pages))
                return SQLITE_OK
            }, context)
    }

    /// Whether the log grew by this many pages since the last checkpoint.
    func isDue(every limit: Int) -> Bool {
        pages.load(ordering: .relaxed) - pagesAtCheckpoint.load(ordering: .relaxed) >= limit
    }

    /// Notes that a checkpoint was tried: with a reader in the way the next try waits for as much growth again.
    func noteCheckpoint() {
        pagesAtCheckpoint.store(pages.load(ordering: .relaxed), ordering: .relaxed)
    }

    private func note(_ count: Int) {
        pages.store(count, ordering: .relaxed)
        if count < pagesAtCheckpoint.load(ordering: .relaxed) { pagesAtCheckpoint.store(0, ordering: .relaxed) }
    }
}
