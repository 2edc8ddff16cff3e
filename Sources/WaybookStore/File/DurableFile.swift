import Foundation

/// Files that are on the disk, with their names, when the call returns.
package enum DurableFile {
    /// The system refused.
    package struct Refused: Error, Hashable {
        package var errno: Int32

        package init(errno: Int32) { self.errno = errno }
    }

    /// Makes a file (0600) that must not be there, empty.
    package static func make(_ path: String) throws(Refused) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Refused(errno: errno) }
        giveAway(descriptor, path)
        close(descriptor)
    }

    /// What root makes in a folder is the folder's owner's: a command by root must not keep the server from its files.
    package static func giveAway(_ descriptor: Int32, _ path: String) {
        var owner = stat()
        let folder = (path as NSString).deletingLastPathComponent
        guard geteuid() == 0, stat(folder.isEmpty ? "." : folder, &owner) == 0 else { return }
        _ = fchown(descriptor, owner.st_uid, owner.st_gid)
    }

    /// Makes a file (0600) that must not be there, of these bytes: whole, or not at all.
    ///
    /// - Parameter isPrivate: whether it is for whoever runs the program alone, also where that is root.
    package static func make(_ path: String, of bytes: [UInt8], isPrivate: Bool = false) throws(Refused) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Refused(errno: errno) }
        defer { close(descriptor) }
        if !isPrivate { giveAway(descriptor, path) }
        do throws(Refused) {
            try write(bytes, to: descriptor)
            guard fsync(descriptor) == 0 else { throw Refused(errno: errno) }
        } catch {
            unlink(path)
            throw error
        }
        try syncFolder(of: path)
    }

    /// Brings a file's bytes to the disk.
    package static func sync(_ path: String) throws(Refused) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Refused(errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Refused(errno: errno) }
    }

    /// Brings the names in a file's folder to the disk.
    package static func syncFolder(of path: String) throws(Refused) {
        let folder = (path as NSString).deletingLastPathComponent
        try sync(folder.isEmpty ? "." : folder)
    }

    /// Writes all of the bytes.
    package static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) throws(Refused) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Refused(errno: count < 0 ? errno : EIO) }
            rest = rest.dropFirst(count)
        }
    }

    /// Hands over a file's bytes piece by piece.
    package static func read(_ path: String, _ body: ([UInt8]) throws -> Void) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Refused(errno: errno) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = buffer.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Refused(errno: errno) }
            guard count > 0 else { return }
            try body(Array(buffer[..<count]))
        }
    }
}
