import Crypto
import Foundation

/// Files that are on the disk, with their names, when the call returns.
enum DurableFile {
    /// The system refused.
    struct Refused: Error, Hashable {
        var errno: Int32
    }

    /// Makes a file (0600) that must not be there, empty.
    static func make(_ path: String) throws(Refused) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Refused(errno: errno) }
        giveAway(descriptor, path)
        close(descriptor)
    }

    /// What root makes in a folder is the folder's owner's: a command by root must not keep the server from its files.
    private static func giveAway(_ descriptor: Int32, _ path: String) {
        var owner = stat()
        let folder = (path as NSString).deletingLastPathComponent
        guard geteuid() == 0, stat(folder.isEmpty ? "." : folder, &owner) == 0 else { return }
        _ = fchown(descriptor, owner.st_uid, owner.st_gid)
    }

    /// Makes a file (0600) that must not be there, of these bytes.
    static func make(_ path: String, of bytes: [UInt8]) throws(Refused) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Refused(errno: errno) }
        defer { close(descriptor) }
        giveAway(descriptor, path)
        try write(bytes, to: descriptor)
        guard fsync(descriptor) == 0 else { throw Refused(errno: errno) }
        try syncFolder(of: path)
    }

    /// Brings a file's bytes to the disk.
    static func sync(_ path: String) throws(Refused) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Refused(errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Refused(errno: errno) }
    }

    /// Brings the names in a file's folder to the disk.
    static func syncFolder(of path: String) throws(Refused) {
        let folder = (path as NSString).deletingLastPathComponent
        try sync(folder.isEmpty ? "." : folder)
    }

    /// Writes all of the bytes.
    static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) throws(Refused) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Refused(errno: count < 0 ? errno : EIO) }
            rest = rest.dropFirst(count)
        }
    }

    /// Copies a file to one (0600) that must not be there.
    /// - Returns: SHA-256 of what was copied, in hexadecimal digits.
    static func copy(_ path: String, to copy: String) throws -> String {
        let descriptor = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Refused(errno: errno) }
        defer { close(descriptor) }
        giveAway(descriptor, copy)
        var digest = SHA256()
        try read(path) { piece in
            digest.update(data: piece)
            try write(piece, to: descriptor)
        }
        guard fsync(descriptor) == 0 else { throw Refused(errno: errno) }
        try syncFolder(of: copy)
        return digest.finalize().hexadecimal
    }

    /// SHA-256 of a file, in hexadecimal digits, and its size.
    static func hash(_ path: String) throws -> (hash: String, bytes: Int) {
        var (digest, bytes) = (SHA256(), 0)
        try read(path) { piece in
            digest.update(data: piece)
            bytes += piece.count
        }
        return (digest.finalize().hexadecimal, bytes)
    }

    /// Hands over a file's bytes piece by piece.
    static func read(_ path: String, _ body: ([UInt8]) throws -> Void) throws {
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
