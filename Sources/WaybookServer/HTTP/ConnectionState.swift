import NIOCore

/// What the two guards of one connection know together. Confined to the connection's event loop.
///
/// A class because two channel handlers share it.
final class ConnectionState {
    /// Bytes that came in and are neither head nor body yet.
    var unaccountedBytes = 0
    /// Since when the server waits for the peer's bytes; nil while the server itself is not reading.
    private var waitingSince: NIODeadline?
    /// How long the server has waited for the body in hand.
    private var waited: TimeAmount = .zero

    /// Notes that the server wants bytes.
    func readRequested(at now: NIODeadline) {
        if waitingSince == nil { waitingSince = now }
    }

    /// Notes that bytes came.
    func bytesArrived(_ count: Int, at now: NIODeadline) {
        let (sum, overflows) = unaccountedBytes.addingReportingOverflow(count)
        unaccountedBytes = overflows ? .max : sum
        if let since = waitingSince { waited = waited + (now - since) }
        waitingSince = nil
    }

    /// Begins to count the waiting for a new body.
    func bodyBegins(at now: NIODeadline) {
        unaccountedBytes = 0
        waited = .zero
        if waitingSince != nil { waitingSince = now }
    }

    /// Credits body bytes: framing may cost up to eight times what it carries.
    func bodyArrived(_ count: Int) { unaccountedBytes = max(0, unaccountedBytes - 8 * count) }

    /// How long the peer has kept the server waiting for this body.
    func waited(until now: NIODeadline) -> TimeAmount {
        guard let waitingSince else { return waited }
        return waited + (now - waitingSince)
    }
}

/// The guard before the HTTP decoder: counts bytes, sees which side is waiting.
final class ByteWatch: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let state: ConnectionState
    private let requests: RequestGuard

    init(state: ConnectionState, requests: RequestGuard) {
        self.state = state
        self.requests = requests
    }

    func read(context: ChannelHandlerContext) {
        state.readRequested(at: .now())
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        state.bytesArrived(unwrapInboundIn(data).readableBytes, at: .now())
        guard !requests.isRefusing else { return }
        requests.bytesArrived()
        context.fireChannelRead(data)
        requests.checkFraming()
    }
}
