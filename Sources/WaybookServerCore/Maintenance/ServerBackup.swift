import Foundation
import GRDB
import WaybookStore

/// Copies a server's file while it is in use, by SQLite's online backup, and looks the copy through before it counts.
public enum ServerBackup {
    /// Why there is no backup.
    public enum Failure: Error, Hashable, Sendable {
        /// A file of that name is there; a backup never overwrites one.
        case exists
        /// The file cannot be made there.
        case notWritable(errno: Int32)
        /// The copy does not pass SQLite's check.
        case notWhole
    }

    /// Writes a backup that is one file (0600, no log beside it), durable when this returns.
    ///
    /// - Parameter noting: a transaction of its own once the file is made, so that the copy holds what it writes.
    /// - Returns: its size in bytes.
    /// - Throws: ``Failure``, and what reading and writing throw; then no file is left.
    public static func write(
        _ file: StoreFile, to path: String, noting: (Database) throws -> Void = { _ in }
    ) throws -> Int {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw errno == EEXIST ? Failure.exists : .notWritable(errno: errno) }
        close(descriptor)
        do {
            try file.write(noting)
            try copy(file, to: path)
            try sync(path)
            try sync((path as NSString).deletingLastPathComponent)
            return try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        } catch {
            for suffix in ["", "-journal", "-wal", "-shm"] { unlink(path + suffix) }
            throw error
        }
    }

    private static func copy(_ file: StoreFile, to path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try file.read { source in
            try queue.writeWithoutTransaction { try source.backup(to: $0) }
        }
        try queue.writeWithoutTransaction { db in
            // One file, without a log: it can be moved with any tool.
            try db.execute(sql: "PRAGMA journal_mode = DELETE")
            guard try String.fetchAll(db, sql: "PRAGMA integrity_check(1)") == ["ok"] else { throw Failure.notWhole }
        }
        try queue.close()
    }

    private static func sync(_ path: String) throws {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure.notWritable(errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Failure.notWritable(errno: errno) }
    }
}
