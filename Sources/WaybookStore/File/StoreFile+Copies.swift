import Foundation
import GRDB

/// Copies of a file that lie beside it: what it was before it was mended. They bear what it bore, so they go with it, and
/// before it counts that something left it.
extension StoreFile {
    private static let copyInfix = ".before-"

    /// Copies the file, as it is now, to one beside it (0600) that is on the disk when this returns.
    /// - Parameter now: milliseconds since 1970; part of the name.
    /// - Returns: its path.
    /// - Throws: `StoreFileError`, also where there is one of this name.
    public func keepCopy(at now: Int64) throws -> String {
        let copy = "\(path)\(Self.copyInfix)\(now)"
        do {
            try DurableFile.make(copy)
            do {
                let queue = try DatabaseQueue(path: copy)
                try read { source in try queue.writeWithoutTransaction { try source.backup(to: $0) } }
                // One file, without a log.
                try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
                try queue.close()
                try DurableFile.sync(copy)
                try DurableFile.syncFolder(of: copy)
            } catch {
                for suffix in ["", "-wal", "-shm", "-journal"] { unlink(copy + suffix) }
                throw error
            }
        } catch let refused as DurableFile.Refused {
            throw StoreFileError(.inaccessible(errno: refused.errno), context: copy)
        } catch {
            throw StoreFileError(error, context: copy) ?? error
        }
        return copy
    }

    /// Removes all copies of a file.
    public static func removeCopies(of path: String) throws(StoreFileError) {
        let folder = (path as NSString).deletingLastPathComponent
        let beginning = (path as NSString).lastPathComponent + copyInfix
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        for name in names where name.hasPrefix(beginning) {
            let copy = (folder as NSString).appendingPathComponent(name)
            guard unlink(copy) == 0 || errno == ENOENT else {
                throw StoreFileError(.inaccessible(errno: errno), context: copy)
            }
        }
    }
}
