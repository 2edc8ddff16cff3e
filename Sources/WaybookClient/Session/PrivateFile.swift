import Foundation

/// Files for their owner alone (0600), written whole or not at all.
public enum PrivateFile {
    /// Writes a file beside its place, waits for the disk, and puts it there in one step.
    static func replace(_ path: String, with bytes: [UInt8]) throws(WorkspaceError) {
        let draft = path + ".new"
        unlink(draft)
        try write(bytes, to: draft, shown: path)
        guard rename(draft, path) == 0, syncFolder(of: path) else {
            throw WorkspaceError(.fileUnwritable(path: path, reason: reason()))
        }
    }

    /// Makes a new name durable: after a power cut the file is the new one.
    private static func syncFolder(of path: String) -> Bool {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }

    /// Writes a file that does not exist yet.
    public static func create(_ path: String, with bytes: [UInt8]) throws(WorkspaceError) {
        guard access(path, F_OK) != 0 else { throw WorkspaceError(.fileExists(path: path)) }
        try write(bytes, to: path, shown: path)
    }

    private static func write(_ bytes: [UInt8], to path: String, shown: String) throws(WorkspaceError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw WorkspaceError(.fileUnwritable(path: shown, reason: reason())) }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = WorkspaceError(.fileUnwritable(path: shown, reason: reason()))
                unlink(path)
                throw failure
            }
            done += count
        }
        guard fsync(descriptor) == 0 else { throw WorkspaceError(.fileUnwritable(path: shown, reason: reason())) }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
