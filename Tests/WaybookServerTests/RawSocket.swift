import Foundation

/// A TCP connection without any manners, for hostile requests. Blocking, on a thread of its own.
final class RawSocket: Sendable {
    private let descriptor: Int32

    init(port: Int, receiveBufferBytes: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBufferBytes {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(descriptor) }

    /// Sends; false when the peer is gone.
    @discardableResult
    func send(_ bytes: some Collection<UInt8>) -> Bool {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads until the text is seen, the peer closes, or the time is up.
    func read(until text: String? = nil, seconds: Int = 30) -> (bytes: [UInt8], isClosed: Bool) {
        var bytes: [UInt8] = []
        let end = ContinuousClock.now + .seconds(seconds)
        repeat {
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(&poll, 1, 50) > 0 else { continue }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return (bytes, true) }
            bytes += buffer[..<count]
            if let text, String(decoding: bytes, as: UTF8.self).contains(text) { return (bytes, false) }
        } while ContinuousClock.now < end
        return (bytes, false)
    }

    /// Whether the peer ends its response: it sends the last chunk or closes. A sign of life is no end.
    func isEnded() -> Bool {
        let read = read(until: "0\r\n\r\n")
        return read.isClosed || read.bytes.suffix(5) == Array("0\r\n\r\n".utf8)[...]
    }
}

/// A response as it was read.
struct RawResponse {
    let status: Int
    let head: String
    let body: [UInt8]
    let isClosed: Bool

    init?(_ read: (bytes: [UInt8], isClosed: Bool)) {
        let separator = Array("\r\n\r\n".utf8)
        guard let range = read.bytes.firstRange(of: separator) else { return nil }
        head = String(decoding: read.bytes[..<range.lowerBound], as: UTF8.self)
        guard head.hasPrefix("HTTP/1.1 "), let status = Int(head.dropFirst(9).prefix(3)) else { return nil }
        self.status = status
        isClosed = read.isClosed
        let rest = Array(read.bytes[range.upperBound...])
        let isChunked = head.lowercased().contains("transfer-encoding: chunked")
        body = isChunked ? Self.unchunked(rest) : rest
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        var body: [UInt8] = []
        while let line = rest.firstRange(of: [0x0D, 0x0A]),
            let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16), size > 0,
            rest.count >= size
        {
            body += rest[line.upperBound...].prefix(size)
            rest = rest[line.upperBound...].dropFirst(size + 2)
        }
        return body
    }
}

/// Runs blocking work away from Swift's few threads, on which the server under test runs too.
func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}
