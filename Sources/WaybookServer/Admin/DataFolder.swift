import Foundation
import GRDB
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookStore

/// A server's folder: its file, the lock that tells whether somebody works on it, and the admin socket.
public struct DataFolder: Sendable {
    /// The names of the files that may lie in it besides those that SQLite and the store put beside the database.
    static let databaseName = "server.db"
    static let lockName = "server.lock"

    /// Why a folder is not made a workspace.
    public enum InitialisationError: Error, Hashable, Sendable {
        case alreadyInitialised
        /// Something else lies in it.
        case notEmpty
        /// It cannot be made, or its mode not be set.
        case inaccessible
    }

    /// The absolute path.
    public let path: String
    var databasePath: String { path + "/" + Self.databaseName }
    var lockPath: String { path + "/" + Self.lockName }
    var ledgerPath: String { path + "/" + SecurityLedger.fileName }
    var reachedPath: String { path + "/" + ReachedFile.fileName }

    /// Names a folder; a relative path counts from the working folder.
    public init(_ path: String) {
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        self.path = URL(fileURLWithPath: absolute).standardizedFileURL.path
    }

    /// Whether a server's file is there.
    public var hasStore: Bool { FileManager.default.fileExists(atPath: databasePath) }

    /// Opens the file with the product's tables.
    ///
    /// - Parameter leavesCheckpoints: see `StoreFile.Options`.
    /// - Throws: `AdminFailure` while a restore that was cut off is to be run again, `StoreFileError`.
    public func open(leavesCheckpoints: Bool = false) throws -> StoreFile {
        try requireWholeRestore()
        var options = StoreFile.Options()
        options.leavesCheckpoints = leavesCheckpoints
        return try StoreFile(path: databasePath, role: .server, migrations: ServerSchema.migrations, options: options)
    }

    /// Whether a restore was cut off here, and is to be run again.
    var isHalfRestored: Bool { FileManager.default.fileExists(atPath: path + "/" + ServerRestore.markName) }

    private func requireWholeRestore() throws {
        guard !isHalfRestored else {
            throw AdminFailure(.restoreInterrupted, path)
        }
    }

    /// A file that is open with what lies beside it.
    public struct Opened {
        public let file: StoreFile
        public let ledger: SecurityLedger
        /// How many things the ledger brought up to date.
        public let brought: Int
        /// The timeline that was begun, because the database had gone back.
        public let raised: Timeline?
    }

    /// Opens the file together with the security ledger, and brings the file to what the ledger says: after this a backup
    /// that was put back lets in nobody who was cut off since. A database that went back goes on on a timeline of its own.
    /// Call it with the folder's lock in hand.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - leavesCheckpoints: see `StoreFile.Options`.
    /// - Throws: `AdminFailure`, `SecurityLedgerError`, `StoreFileError`, and what `PutBackGuard` throws.
    public func openGuarded(now: Int64, leavesCheckpoints: Bool = false) throws -> Opened {
        // Before all else: what lies here may be damaged only because it was cut off.
        try requireWholeRestore()
        let reached = try ReachedFile(path: reachedPath)
        let ledger = try SecurityLedger(path: ledgerPath, reached: reached)
        let file = try open(leavesCheckpoints: leavesCheckpoints)
        var random = SystemRandomNumberGenerator()
        let put = PutBackGuard(ledger: ledger, reached: reached, schema: Catalogue.schema, now: now)
        let (raised, brought) = try put.perform(file, random: &random)
        return Opened(file: file, ledger: ledger, brought: brought, raised: raised)
    }

    /// Makes the folder (0700) and in it a workspace with its first administrator, in one transaction.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    /// - Throws: ``InitialisationError``, `DirectoryError`, `StoreFileError`.
    public func initialise(
        workspace: String, admin: AccountEmail, name: String, password: PasswordHash, now: Int64
    ) throws {
        try makeFolder()
        let file = try open()
        var random = SystemRandomNumberGenerator()
        let (epoch, user) = (UserID(now: now, random: &random).text, UserID(now: now, random: &random))
        let secret = randomBytes(32, &random)
        try file.write { db in
            guard try ServerRows(db).text("epoch") == nil else { throw InitialisationError.alreadyInitialised }
            try ExchangeService.initialise(db, epoch: epoch, secret: secret)
            try ServerRows(db).set("workspace", workspace)
            // Every backup has them.
            _ = try Directory().addUser(
                db, id: user, email: admin, name: name, passwordHash: password, role: .admin, now: now)
            try Audit(db).note(.userAdded, about: .user(user.text), at: now)
        }
        try file.close()
    }

    /// The workspace's name; nil in a file that was never made one.
    public static func workspace(_ file: StoreFile) throws -> String? {
        try file.read { db in
            guard try ServerRows(db).text("epoch") != nil else { return nil }
            return try ServerRows(db).text("workspace") ?? ""
        }
    }

    /// Makes the folder, or takes an empty one. One in which an earlier attempt was cut off is taken as well.
    private func makeFolder() throws {
        let manager = FileManager.default
        do {
            if let names = try? manager.contentsOfDirectory(atPath: path) {
                let isOurs = names.allSatisfy {
                    $0.hasPrefix(Self.databaseName) || $0 == Self.lockName || $0 == SecurityLedger.fileName
                }
                guard isOurs else { throw InitialisationError.notEmpty }
                if names.isEmpty { try manager.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path) }
            } else {
                try manager.createDirectory(
                    atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        } catch let error as InitialisationError {
            throw error
        } catch {
            throw InitialisationError.inaccessible
        }
    }
}

/// Tells who works on a data folder: a server for its whole life, a command for as long as it takes. The kernel lets go
/// of it when a process dies.
public final class DataFolderLock: Sendable {
    // A class, because letting go is tied to its end.
    private let descriptor: Int32

    /// Takes the lock of a folder that exists; nil when somebody else has it.
    ///
    /// - Throws: `StoreFileError` when the folder cannot be used.
    public init?(_ folder: DataFolder) throws(StoreFileError) {
        descriptor = Glibc.open(folder.lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreFileError(.inaccessible(errno: errno), context: folder.path) }
        // Where this fails the object ends at once, and with it the descriptor.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
    }

    deinit {
        guard descriptor >= 0 else { return }
        // Closing alone would not do: a child that is just being started has the descriptor too until its program begins.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
