import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import WaybookProtocol

/// The guard behind the HTTP decoder: refuses hostile requests before the application sees them, and keeps the time.
///
/// One deadline is armed at a time: waiting for a head, for a body, for the next request. All run on the connection's
/// event loop, with which NIO confines a handler; a class because NIO asks for one. ADR-0007 lists the cases.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What the application sees of a request that was cut off here.
    struct Refused: Error {}

    private enum Waiting { case firstHead, head, body, response, nextRequest }

    private let limits: ServerLimits
    private let state: ConnectionState
    private var context: ChannelHandlerContext?
    private var waiting = Waiting.firstHead
    private var deadline: Scheduled<Void>?
    private var stall: Scheduled<Void>?
    private var requestsInHand = 0
    private var isReceiving = false
    private var hasResponseBegun = false
    private var bodyBytes = 0
    private var refusal: Problem?
    private var hasTakenOver = false
    private var language = ProblemLanguage.english

    /// Whether the connection is being closed with a problem: nothing that comes in counts any more.
    var isRefusing: Bool { refusal != nil }

    init(limits: ServerLimits, state: ConnectionState) {
        self.limits = limits
        self.state = state
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        wait(.firstHead, milliseconds: limits.headMilliseconds)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        stall?.cancel()
        self.context = nil
    }

    // MARK: What comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefusing else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            language = .preferred(acceptLanguage: head.headerFields[.acceptLanguage])
            if let problem = HeadRules(limits: limits).problem(of: head) { return refuse(problem) }
            receive(head, context: context)
        case .body(let buffer):
            state.bodyArrived(buffer.readableBytes)
            bodyBytes += buffer.readableBytes
            guard bodyBytes <= limits.bodyBytes else {
                return refuse(Problem(.bodyTooLarge, maximum: Int64(limits.bodyBytes)))
            }
        case .end:
            isReceiving = false
            requestsInHand > 0 ? wait(.response, milliseconds: nil) : waitForNextRequest()
        }
        context.fireChannelRead(data)
    }

    private func receive(_ head: HTTPRequest, context: ChannelHandlerContext) {
        requestsInHand += 1
        isReceiving = true
        bodyBytes = 0
        state.bodyBegins(at: .now())
        wait(.body, milliseconds: limits.bodyMilliseconds)
        if requestsInHand == 1, head.headerFields[.expect]?.lowercased() == "100-continue" {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
    }

    /// Called by `ByteWatch` before the bytes are decoded.
    func bytesArrived() {
        if waiting == .nextRequest { wait(.head, milliseconds: limits.headMilliseconds) }
    }

    /// Called by `ByteWatch` after the bytes were decoded: bytes that made neither head nor body pile up in chunk
    /// extensions and endless heads.
    func checkFraming() {
        guard !isRefusing, state.unaccountedBytes > limits.framingBytes else { return }
        refuse(Problem(isReceiving ? .badRequest : .headersTooLarge))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError, !isRefusing {
            refuse(Problem(error == .headerOverflow ? .headersTooLarge : .badRequest))
        } else if !(error is HTTPParserError) {
            context.fireErrorCaught(error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if hasTakenOver, case ChannelEvent.inputClosed? = event as? ChannelEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: What goes out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !hasTakenOver else {
            promise?.fail(Refused())
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if head.status.kind != .informational { hasResponseBegun = true }
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            hasResponseBegun = false
            requestsInHand -= 1
            if requestsInHand > 0 { return }
            if refusal != nil { takeOver() } else if !isReceiving { waitForNextRequest() }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        stall = nil
        if !context.channel.isWritable {
            stall = schedule(limits.writeStallMilliseconds) { $0.context?.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Refusing

    /// Refuses what is coming in: at once when no response is under way, after the responses in hand otherwise.
    private func refuse(_ problem: Problem) {
        guard refusal == nil, let context else { return }
        refusal = problem
        deadline?.cancel()
        if isReceiving {
            // The application has this request in its hands: it must see an error, never an early end of the body.
            let canAnswer = requestsInHand == 1 && !hasResponseBegun
            if canAnswer { takeOver() }
            context.fireErrorCaught(Refused())
            if !canAnswer { context.close(promise: nil) }
        } else if requestsInHand == 0 {
            takeOver()
        }
    }

    /// Answers the refused request in the application's place, and closes, leaving the peer a moment to read.
    private func takeOver() {
        guard !hasTakenOver, let context, let refusal else { return }
        hasTakenOver = true
        var head = ProblemResponse.head(refusal, language)
        head.headerFields[.connection] = "close"
        let body = ByteBuffer(bytes: refusal.json(language))
        head.headerFields[.contentLength] = String(body.readableBytes)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(mode: .output, promise: nil)
        deadline = schedule(500) { $0.context?.close(promise: nil) }
    }

    // MARK: Deadlines

    private func waitForNextRequest() { wait(.nextRequest, milliseconds: limits.idleMilliseconds) }

    private func wait(_ waiting: Waiting, milliseconds: Int64?) {
        self.waiting = waiting
        deadline?.cancel()
        deadline = milliseconds.flatMap { schedule($0) { $0.deadlinePassed() } }
    }

    private func deadlinePassed() {
        switch waiting {
        case .firstHead where state.unaccountedBytes == 0, .nextRequest: context?.close(promise: nil)
        case .firstHead, .head: refuse(Problem(.tooSlow))
        case .body: checkBody()
        case .response: break
        }
    }

    /// Cuts a body for which the server waited longer than the slowest rate allows; looks again later otherwise.
    private func checkBody() {
        let waited = state.waited(until: .now()).nanoseconds / 1_000_000
        let earned = Int64(bodyBytes) * 1_000 / max(1, limits.slowestBodyBytesPerSecond)
        let left = limits.bodyMilliseconds + earned - waited
        if left <= 0 { refuse(Problem(.tooSlow)) } else { wait(.body, milliseconds: max(left, 10)) }
    }

    private func schedule(_ milliseconds: Int64, _ action: @escaping (RequestGuard) -> Void) -> Scheduled<Void>? {
        guard let loop = context?.eventLoop.assumeIsolated() else { return nil }
        return loop.scheduleTask(in: .milliseconds(milliseconds)) { [weak self] in
            if let self { action(self) }
        }
    }
}
