import Foundation
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Takes commands beside the HTTP server, from the same user on the same machine only.
///
/// Access is decided by the kernel's word on the peer (`SO_PEERCRED`) besides the file's mode. One command a connection.
public struct AdminSocketServer: Service {
    /// The seconds in which a command must have come in.
    public static let commandSeconds: Int64 = 5
    /// The most connections at once.
    public static let maximumConnections = 8

    private let path: String
    private let handle: @Sendable (AdminCommand) async -> AdminReply

    /// Makes the server.
    ///
    /// - Parameters:
    ///   - path: see `AdminSocket.path`.
    ///   - handle: performs a command; called for one at a time a connection.
    public init(path: String, handle: @escaping @Sendable (AdminCommand) async -> AdminReply) {
        self.path = path
        self.handle = handle
    }

    /// Serves until the graceful shutdown, then removes the socket.
    ///
    /// - Throws: `AdminSocketError.alreadyServed`, and the system's errors.
    public func run() async throws {
        if await AdminSocketClient(path: path).isServed() { throw AdminSocketError.alreadyServed }
        let server = try await listen()
        // The socket is this process's own; when it cannot be removed the next start replaces it.
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            try await cancelWhenGracefulShutdown {
                try await withTaskCancellationHandler {
                    try await serve(server)
                } onCancel: {
                    server.channel.close(promise: nil)
                }
            }
        } catch is CancellationError {
            // The end of a stop, not a failure.
        }
    }

    private typealias Peer = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private func listen() async throws -> NIOAsyncChannel<Peer, Never> {
        // Only a socket that has its mode already gets the name by which it is found.
        let fresh = path + "~"
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: fresh, cleanupExistingSocketFile: true) { channel in
                channel.eventLoop.makeCompletedFuture { try Peer(wrappingChannelSynchronously: channel) }
            }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: fresh)
        guard rename(fresh, path) == 0 else { throw IOError(errnoCode: errno, reason: "rename") }
        return server
    }

    private func serve(_ server: NIOAsyncChannel<Peer, Never>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await server.executeThenClose { peers in
                var open = 0
                for try await peer in peers {
                    if open >= Self.maximumConnections {
                        try await group.next()
                        open -= 1
                    }
                    open += 1
                    // One peer that breaks off is no trouble of the others.
                    group.addTask { try? await answer(peer) }
                }
            }
        }
    }

    private func answer(_ peer: Peer) async throws {
        let deadline = peer.channel.eventLoop.scheduleTask(in: .seconds(Self.commandSeconds)) {
            peer.channel.close(promise: nil)
        }
        try await peer.executeThenClose { inbound, outbound in
            guard try await isOwner(peer.channel) else { return }
            var line: [UInt8] = []
            for try await buffer in inbound {
                line += buffer.readableBytesView
                if line.contains(0x0A) || line.count > AdminCommand.maximumLineBytes { break }
            }
            deadline.cancel()
            guard line.last == 0x0A, line.count <= AdminCommand.maximumLineBytes,
                let command = AdminCommand(line: line.dropLast())
            else {
                let reply = AdminReply.failed(AdminFailure(.malformed))
                return try await outbound.write(ByteBuffer(bytes: reply.bytes))
            }
            try await outbound.write(ByteBuffer(bytes: await handle(command).bytes))
        }
    }

    /// Whether the peer is this server's user or root.
    private func isOwner(_ channel: any Channel) async throws -> Bool {
        guard let provider = channel as? any SocketOptionProvider else { return false }
        let credentials: PeerCredentials = try await provider.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: SO_PEERCRED)
        ).get()
        return credentials.uid == geteuid() || credentials.uid == 0
    }
}

/// `struct ucred` of Linux, which Glibc's module does not show (unix(7)).
private struct PeerCredentials: Sendable {
    var pid: pid_t
    var uid: uid_t
    var gid: gid_t
}
