#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An open file, read from its beginning in chunks.
///
/// It is a class because it owns a file descriptor that must be closed exactly once.
public final class FileBytes {
    /// How many bytes one read brings at most.
    public static let chunkBytes = 1 << 16

    private let path: String
    private let descriptor: Int32

    /// Opens a file for reading; throws `unreadable` with the system's reason.
    public init(path: String) throws(ImportFileProblem) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Reads the next chunk; empty at the end of the file.
    public func next() throws(ImportFileProblem) -> [UInt8] {
        var failure: Int32 = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: Self.chunkBytes) { buffer, count in
            var got = read(descriptor, buffer.baseAddress, Self.chunkBytes)
            while got < 0, errno == EINTR { got = read(descriptor, buffer.baseAddress, Self.chunkBytes) }
            failure = got < 0 ? errno : 0
            count = max(0, got)
        }
        guard failure == 0 else { throw Self.unreadable(path, failure) }
        return chunk
    }

    /// Finds out the encoding of a file by reading all of it once; throws when it is neither UTF-8 nor GB18030.
    public static func encoding(of path: String) throws(ImportFileProblem) -> TextEncoding {
        let file = try FileBytes(path: path)
        var detector = EncodingDetector()
        var chunk = try file.next()
        while !chunk.isEmpty {
            detector.look(at: chunk)
            chunk = try file.next()
        }
        switch detector.verdict() {
        case .text(let encoding): return encoding
        case .utf16: throw .encodingUTF16(path: path)
        case .unknown: throw .encodingUnknown(path: path)
        }
    }

    private static func unreadable(_ path: String, _ failure: Int32 = errno) -> ImportFileProblem {
        .unreadable(path: path, reason: String(cString: strerror(failure)))
    }
}
