import Crypto
import Foundation
import WaybookStore

extension DurableFile {
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
}
