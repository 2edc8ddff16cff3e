import Hummingbird
import Metrics
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// `POST /v1/exchange`: streams the request into the conversation, then the conversation into the response.
struct ExchangeRoute: Sendable {
    /// The media type of both bodies.
    static let mediaType = "application/x-ndjson"

    let handler: any ExchangeHandling
    let authenticator: Authenticator
    let sessions: LiveSessions
    let slots: ExchangeSlots
    let limits: ServerLimits

    func add(to router: Router<ServerRequestContext>) {
        router.post("/v1/exchange") { request, context in
            var body = request.body.makeAsyncIterator()
            do {
                return try await exchange(request, &body, context)
            } catch {
                // Nothing is sent before the request's end: ordinary proxies and clients ask for it. The guards bound
                // the size and the time of what is dropped here.
                while try await body.next() != nil {}
                throw error
            }
        }
    }

    private func exchange(
        _ request: Request, _ body: inout RequestBody.AsyncIterator, _ context: ServerRequestContext
    ) async throws -> Response {
        let principal = try await authenticator.exchanger(of: request.headers)
        guard let incoming = ContentCoding.ofContent(request.headers[.contentEncoding]) else {
            throw Problem(.unsupportedCoding)
        }
        guard let outgoing = ContentCoding.negotiate(acceptEncoding: request.headers[.acceptEncoding]) else {
            throw Problem(.notAcceptable)
        }
        guard slots.take(for: principal.replica) else { throw Problem(.slowDown, status: 503, retryAfterSeconds: 2) }
        let lease = try await begin(principal, context)
        try await receive(&body, incoming, lease)
        try await lease.conversation.endOfRequest()
        let first = try await lease.conversation.nextChunk()
        guard !lease.isRevoked else { throw Problem(.revoked) }
        var headers: HTTPFields = [.contentType: Self.mediaType, .vary: "Accept-Encoding"]
        if outgoing != .identity { headers[.contentEncoding] = outgoing.rawValue }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in try await Self.send(first, of: lease, as: outgoing, to: &writer) })
    }

    private func begin(_ principal: Principal, _ context: ServerRequestContext) async throws -> ExchangeLease {
        do {
            let conversation = try await handler.begin(for: principal)
            let channel = context.channel
            let session = sessions.begin(principal.replica) {
                conversation.cancel()
                channel.close(promise: nil)
            }
            return ExchangeLease(conversation, session: session) { [slots] in
                slots.giveBack(principal.replica)
            }
        } catch {
            slots.giveBack(principal.replica)
            throw error
        }
    }

    private func receive(
        _ body: inout RequestBody.AsyncIterator, _ coding: ContentCoding, _ lease: ExchangeLease
    ) async throws {
        do {
            var decompressor = try Decompressor(
                coding,
                limit: DecompressionLimit(totalBytes: limits.unpackedBodyBytes, ratio: limits.unpackingRatio))
            while let buffer = try await body.next() {
                try decompressor.feed(Array(buffer.readableBytesView))
                while let piece = try decompressor.next() { try await lease.conversation.receive(piece) }
            }
            try decompressor.finish()
        } catch let error as CompressionError {
            throw Self.problem(of: error)
        }
    }

    private static func problem(of error: CompressionError) -> Problem {
        switch error {
        case .tooLarge(let limitBytes): Problem(.bodyTooLarge, maximum: Int64(limitBytes))
        case .ratio: Problem(.bodyTooLarge)
        case .damaged, .trailingBytes, .truncated: Problem(.badRequest)
        case .exhausted: Problem(.unavailable, retryAfterSeconds: 5)
        }
    }

    private static func send(
        _ first: [UInt8]?, of lease: ExchangeLease, as coding: ContentCoding, to writer: inout any ResponseBodyWriter
    ) async throws {
        var compressor = try Compressor(coding)
        var chunk = first
        while let bytes = chunk {
            // A revoked device gets no further byte; the connection is being cut as well.
            guard !lease.isRevoked else { throw Problem(.revoked) }
            try await write(try compressor.compress(bytes), to: &writer)
            do {
                chunk = try await lease.conversation.nextChunk()
            } catch {
                let line = errorLine(error as? Problem ?? Problem(.retry))
                try await write(try compressor.compress(line), to: &writer)
                break
            }
        }
        try await write(try compressor.finish(), to: &writer)
        try await writer.finish(nil)
        lease.finish()
    }

    private static func write(_ bytes: [UInt8], to writer: inout any ResponseBodyWriter) async throws {
        if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
    }

    /// The line that ends a response that failed after its status was sent.
    static func errorLine(_ problem: Problem) -> [UInt8] {
        CanonicalJSON.bytes(["error": problem.lineValue]) + [0x0A]
    }
}

/// Counts exchanges against the limits, of all and of one device. A class for what it counts together.
final class ExchangeSlots: Sendable {
    private let taken = Mutex<(all: Int, each: [ReplicaID: Int])>((0, [:]))
    private let maximum: Int
    private let maximumPerDevice: Int

    init(maximum: Int, maximumPerDevice: Int) {
        self.maximum = maximum
        self.maximumPerDevice = maximumPerDevice
    }

    /// The exchanges that run.
    var inHand: Int { taken.withLock { $0.all } }

    func take(for replica: ReplicaID) -> Bool {
        taken.withLock { taken in
            guard taken.all < maximum, taken.each[replica, default: 0] < maximumPerDevice else { return false }
            taken.all += 1
            taken.each[replica, default: 0] += 1
            return true
        }
    }

    func giveBack(_ replica: ReplicaID) {
        taken.withLock { taken in
            taken.all -= 1
            let left = taken.each[replica, default: 1] - 1
            taken.each[replica] = left > 0 ? left : nil
        }
    }
}
