import NIOCore
import NIOPosix

/// Sends a command to the server that runs on a data folder.
public struct AdminSocketClient: Sendable {
    /// The seconds that a command may take (a backup of a large file).
    public static let answerSeconds: Int64 = 3_600
    /// The most bytes of an answer.
    public static let maximumAnswerBytes = 16 * 1_024 * 1_024

    private let path: String

    /// Makes a client for a socket.
    public init(path: String) { self.path = path }

    /// Whether a server listens.
    public func isServed() async -> Bool {
        guard let channel = try? await connect() else { return false }
        try? await channel.executeThenClose { _, _ in }
        return true
    }

    /// Sends a command and returns the answer.
    ///
    /// - Throws: `AdminSocketError.notRunning`, `.noAnswer`.
    public func send(_ command: AdminCommand) async throws(AdminSocketError) -> AdminReply {
        guard let channel = try? await connect() else { throw .notRunning }
        let deadline = channel.channel.eventLoop.scheduleTask(in: .seconds(Self.answerSeconds)) {
            channel.channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        let bytes: [UInt8]?
        do {
            bytes = try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(bytes: command.line + [0x0A]))
                var bytes: [UInt8] = []
                for try await buffer in inbound {
                    bytes += buffer.readableBytesView
                    guard bytes.count <= Self.maximumAnswerBytes else { return nil }
                }
                return bytes
            }
        } catch {
            throw .noAnswer
        }
        guard let bytes, let reply = AdminReply(bytes: bytes) else { throw .noAnswer }
        return reply
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
    }
}
