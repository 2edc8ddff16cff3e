import Foundation

/// A connection over a Unix socket that carries frames: four bytes of length, then the bytes. An empty frame ends a
/// body. It stands for HTTP's framing and no more.
struct Wire {
    private let descriptor: Int32
    private static let mostFrameBytes = 64 << 20

    init(descriptor: Int32) { self.descriptor = descriptor }

    static func connect(_ path: String) throws -> Wire {
        let descriptor = try socket()
        let result = try withAddress(path) { Foundation.connect(descriptor, $0, $1) }
        guard result == 0 else { throw Failure("connect \(path): \(errno)") }
        return Wire(descriptor: descriptor)
    }

    /// A socket that takes connections.
    static func listen(_ path: String) throws -> Int32 {
        unlink(path)
        let descriptor = try socket()
        let result = try withAddress(path) { bind(descriptor, $0, $1) }
        guard result == 0, Foundation.listen(descriptor, 1_024) == 0 else { throw Failure("listen \(path): \(errno)") }
        return descriptor
    }

    private static func socket() throws -> Int32 {
        let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure("socket: \(errno)") }
        return descriptor
    }

    private static func withAddress<T>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T
    ) throws -> T {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < room else { throw Failure("path too long: \(path)") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    func close() { _ = Foundation.close(descriptor) }

    func send(_ bytes: [UInt8]) throws {
        var frame: [UInt8] = []
        frame.reserveCapacity(bytes.count + 4)
        withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { frame.append(contentsOf: $0) }
        frame += bytes
        var offset = 0
        while offset < frame.count {
            let sent = frame[offset...].withUnsafeBytes { memory in
                Foundation.send(descriptor, memory.baseAddress, memory.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw Failure("send: \(errno)") }
            offset += sent
        }
    }

    /// The next frame; nil when the other side has gone.
    func receive() throws -> [UInt8]? {
        guard let head = read(4) else { return nil }
        let count = head.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard count <= Self.mostFrameBytes else { throw Failure("frame of \(count) bytes") }
        return count == 0 ? [] : read(count)
    }

    private func read(_ count: Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count {
                let rest = UnsafeMutableBufferPointer(rebasing: buffer[filled...])
                let got = Foundation.read(descriptor, rest.baseAddress, rest.count)
                guard got > 0 else { return }
                filled += got
            }
        }
        return bytes.count == count ? bytes : nil
    }
}
