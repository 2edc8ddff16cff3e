import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// Hummingbird's HTTP/1.1 connection between the two guards.
struct GuardedHTTPChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let responder: HTTPChannelHandler.Responder
    private let limits: ServerLimits
    private let census: ConnectionCensus?

    /// Makes the set-up of connections.
    ///
    /// - Parameter census: nil behind a proxy, where all connections come from one address.
    init(responder: @escaping HTTPChannelHandler.Responder, limits: ServerLimits, census: ConnectionCensus?) {
        self.responder = responder
        self.limits = limits
        self.census = census
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        if let census, let address = channel.remoteAddress?.ipAddress {
            guard census.enter(address) else {
                return channel.close().flatMapThrowing { throw ChannelError.ioOnClosedChannel }
            }
            channel.closeFuture.whenComplete { _ in census.leave(address) }
        }
        return channel.eventLoop.makeCompletedFuture {
            let state = ConnectionState()
            let requests = RequestGuard(limits: limits, state: state)
            try channel.pipeline.syncOperations.addHandler(ByteWatch(state: state, requests: requests))
            return NIOLoopBound(requests, eventLoop: channel.eventLoop)
        }.flatMap { bound in
            http(handing: bound).setup(channel: channel, logger: logger)
        }
    }

    func handle(value: Value, logger: Logger) async {
        await HTTP1Channel(responder: responder).handle(value: value, logger: logger)
    }

    private func http(handing requests: NIOLoopBound<RequestGuard>) -> HTTP1Channel {
        HTTP1Channel(
            responder: responder,
            configuration: .init(
                additionalChannelHandlers: [requests.value],
                idleTimeout: nil,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: limits.headerFields)))
    }
}
