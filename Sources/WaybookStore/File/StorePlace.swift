import Foundation

/// A store's path, with what lies beside it: `-wal`, `-shm`, `.lock` (writers), `.open` (who has it open) and `.ballast`
/// (room for a full disk).
struct StorePlace: Hashable, Sendable {
    /// The path of the database file.
    let path: String

    /// The file's name without folders: what errors may show.
    var name: String { (path as NSString).lastPathComponent }
    var logPath: String { path + "-wal" }
    var lockPath: String { path + ".lock" }
    var openPath: String { path + ".open" }
    private var ballastPath: String { path + ".ballast" }
    private var folder: String { (path as NSString).deletingLastPathComponent }

    /// The size of the database file in bytes, 0 if there is none.
    var databaseSize: Int { Self.size(of: path) }
    /// The size of the write-ahead log in bytes, 0 if there is none. After a clean close it is 0.
    var logSize: Int { Self.size(of: logPath) }

    /// Makes the folder (0700) and its missing parents. An existing folder keeps its mode: it may be shared on purpose.
    func makeFolder() throws(StoreFileError) {
        guard !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StoreFileError(.inaccessible(errno: errno), context: name)
        }
        try sync((folder as NSString).deletingLastPathComponent)
    }

    /// Makes an empty database file (0600) if there is none, and narrows the mode of one that is there. SQLite gives
    /// `-wal` and `-shm` the mode of the database file.
    func makeFile() throws(StoreFileError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            // By path and not by descriptor: closing one would drop the locks that SQLite holds in this process.
            guard errno == EEXIST, chmod(path, 0o600) == 0 else {
                throw StoreFileError(.inaccessible(errno: errno), context: name)
            }
            return
        }
        close(descriptor)
        try sync(folder)
    }

    /// The room that is kept for a full disk, in bytes: SQLite writes a log and its index even to open a file for reading.
    static let ballastBytes = 192 << 10

    /// Keeps the room, where there is some. Without it nothing may be written: changes would use up what opening the file
    /// needs.
    /// - Returns: false where the disk is too full for it. That it cannot be kept for another reason is no failure.
    @discardableResult
    func layBallast() -> Bool {
        guard Self.size(of: ballastPath) != Self.ballastBytes else { return true }
        // Looked at first, so as not to take the room from a reader for a moment.
        var disk = statvfs()
        guard statvfs(folder.isEmpty ? "." : folder, &disk) == 0 else { return true }
        let blockBytes = max(1, Int(clamping: disk.f_frsize))
        let blocks = (Self.ballastBytes + blockBytes - 1) / blockBytes
        guard Int(clamping: disk.f_bavail) >= blocks else { return false }
        let descriptor = open(ballastPath, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno != ENOSPC && errno != EDQUOT }
        defer { close(descriptor) }
        do {
            try DurableFile.write([UInt8](repeating: 0xB0, count: Self.ballastBytes), to: descriptor)
            return true
        } catch {
            unlink(ballastPath)
            return error.errno != ENOSPC && error.errno != EDQUOT
        }
    }

    /// Gives the room up, because the disk is full. Returns whether there was any.
    func giveUpBallast() -> Bool { unlink(ballastPath) == 0 }

    /// Makes the names in a folder durable: SQLite does this for its log, not for the database file.
    private func sync(_ folder: String) throws(StoreFileError) {
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreFileError(.inaccessible(errno: errno), context: name) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreFileError(.unconfirmedWrite, context: name) }
    }

    static func size(of path: String) -> Int {
        var info = stat()
        return stat(path, &info) == 0 ? Int(info.st_size) : 0
    }
}
