import Foundation
import WaybookStore

/// Files for their owner alone (0600), written whole or not at all.
public enum PrivateFile {
    /// Writes a file beside its place, waits for the disk, and puts it there in one step.
    static func replace(_ path: String, with bytes: [UInt8]) throws(WorkspaceError) {
        let draft = path + ".new"
        unlink(draft)
        do throws(DurableFile.Refused) {
            try DurableFile.make(draft, of: bytes, isPrivate: true)
            guard rename(draft, path) == 0 else { throw DurableFile.Refused(errno: errno) }
            try DurableFile.syncFolder(of: path)
        } catch {
            throw unwritable(path, error)
        }
    }

    /// Writes a file that does not exist yet.
    public static func create(_ path: String, with bytes: [UInt8]) throws(WorkspaceError) {
        do {
            try DurableFile.make(path, of: bytes, isPrivate: true)
        } catch {
            throw error.errno == EEXIST ? WorkspaceError(.fileExists(path: path)) : unwritable(path, error)
        }
    }

    private static func unwritable(_ path: String, _ error: DurableFile.Refused) -> WorkspaceError {
        WorkspaceError(.fileUnwritable(path: path, reason: String(cString: strerror(error.errno))))
    }
}
