import Foundation
import GRDB
import WaybookStore

/// Copies a server's file while it is in use, by SQLite's online backup, and opens the copy before it counts.
public enum ServerBackup {
    /// Why there is no backup.
    public enum Failure: Error, Hashable, Sendable {
        /// A file of that name, or of its ledger's, is there; a backup never overwrites one.
        case exists
        /// The file cannot be made there.
        case notWritable(errno: Int32)
        /// The copy does not pass its check.
        case notWhole
        /// The file holds no workspace.
        case notAWorkspace
        /// A log with something in it lies beside the file: somebody uses it, or it was copied from under a server.
        case hasLog
        /// The ledger beside the file is another one's, or older than the file.
        case otherLedger
    }

    /// What the security ledger's copy is called, behind the backup's name.
    public static let ledgerSuffix = ".ledger"

    /// The key in a file that says that it is a backup, wherever it lies.
    static let copyKey = "copy"

    /// Writes a backup that is one file (0600, no log beside it), and a copy of the security ledger beside it; both are
    /// durable when this returns.
    ///
    /// - Parameters:
    ///   - ledger: the file's security ledger.
    ///   - isQuick: leaves the check of the copy's records out.
    ///   - noting: a transaction of its own once the file is made, so that the copy holds what it writes.
    /// - Returns: what the copy was found to be.
    /// - Throws: ``Failure``, and what reading and writing throw; then neither file is left.
    public static func write(
        _ file: StoreFile, to path: String, ledger: SecurityLedger? = nil, isQuick: Bool = false,
        noting: (Database) throws -> Void = { _ in }
    ) throws -> BackupReport {
        let ledgerPath = path + ledgerSuffix
        guard !FileManager.default.fileExists(atPath: ledgerPath) else { throw Failure.exists }
        do {
            try DurableFile.make(path)
        } catch {
            throw error.errno == EEXIST ? Failure.exists : .notWritable(errno: error.errno)
        }
        do {
            try file.write(noting)
            let state = try copy(file, to: path)
            try DurableFile.sync(path)
            // The ledger after the file: it must not lack what the file has.
            if let ledger { try DurableFile.make(ledgerPath, of: try ledger.wholeBytes) }
            let report = try BackupReport(of: path, isQuick: isQuick)
            guard report.faults.isEmpty, report.state == state else { throw Failure.notWhole }
            try DurableFile.syncFolder(of: path)
            return report
        } catch {
            for suffix in ["", "-journal", "-wal", "-shm", ledgerSuffix] { unlink(path + suffix) }
            guard let refused = error as? DurableFile.Refused else { throw error }
            throw Failure.notWritable(errno: refused.errno)
        }
    }

    /// - Returns: the state that was copied, as the source had it.
    private static func copy(_ file: StoreFile, to path: String) throws -> BackupReport.State {
        let queue = try DatabaseQueue(path: path)
        let state = try file.read { source in
            // Read in the transaction that is copied, and before it: the backup goes on in it.
            let state = try BackupReport.State(source)
            try queue.writeWithoutTransaction { try source.backup(to: $0) }
            return state
        }
        try queue.writeWithoutTransaction { db in
            // One file, without a log: it can be moved with any tool.
            try db.execute(sql: "PRAGMA journal_mode = DELETE")
            try ServerRows(db).set(copyKey, 1)
        }
        try queue.close()
        return state
    }
}
