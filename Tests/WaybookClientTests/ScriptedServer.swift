import Hummingbird
import Logging
import NIOCore
import Synchronization
import WaybookClient
import WaybookModel
import WaybookProtocol

/// A server on this machine that answers as a test says, and remembers what it was asked.
final class ScriptedServer: Sendable {
    /// What `POST /v1/exchange` answers.
    struct Answer: Sendable {
        var status: HTTPResponse.Status = .ok
        var coding = ContentCoding.identity
        var body: [UInt8]
        /// Breaks the connection after the body, without ending it.
        var isCut = false

        static func lines(_ lines: [ResponseLine], coding: ContentCoding = .identity, isCut: Bool = false) -> Answer {
            Answer(coding: coding, body: lines.flatMap { $0.bytes + [0x0A] }, isCut: isCut)
        }

        static func problem(_ problem: Problem) -> Answer {
            Answer(status: .init(code: problem.status), body: problem.json(.english))
        }
    }

    struct State {
        var answers: [Answer]
        var requests: [(path: String, headers: HTTPFields, body: [UInt8])] = []
        var wakes: [AsyncStream<Void>.Continuation] = []
        var cutOff: Answer?
        /// What `POST /v1/token` answers; nil for a server that does not know it.
        var successor: String?
    }

    let state: Mutex<State>

    init(_ answers: [Answer]) { state = Mutex(State(answers: answers)) }

    /// The bodies that were sent to a path, unpacked.
    func bodies(_ path: String) throws -> [[UInt8]] {
        try state.withLock { $0.requests.filter { $0.path == path } }.map { request in
            let coding = ContentCoding.ofContent(request.headers[.contentEncoding]) ?? .identity
            var decompressor = try Decompressor(coding, limit: DecompressionLimit(totalBytes: 1 << 24))
            try decompressor.feed(request.body)
            var bytes: [UInt8] = []
            while let piece = try decompressor.next() { bytes += piece }
            try decompressor.finish()
            return bytes
        }
    }

    func headers(_ path: String) -> [HTTPFields] {
        state.withLock { $0.requests.filter { $0.path == path }.map(\.headers) }
    }

    /// Serves while a test runs.
    func serve<Result: Sendable>(
        _ body: @escaping @Sendable (ServerAddress) async throws -> Result
    ) async throws -> Result {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let app = Application(
            router: router(), configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) }, logger: Self.silent)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await app.run() }
            defer { group.cancelAll() }
            var number = 0
            for await found in ports {
                number = found
                break
            }
            return try await body(try ServerAddress("http://127.0.0.1:\(number)"))
        }
    }

    private static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.post("/v1/sign-in") { request, _ in
            _ = try await self.note(request)
            let answer = SignInResponse(
                token: "token-1", replica: 7, user: "0198c2f0-6d1a-7c3e-9a52-3f1b2c4d5e6f", name: "Ada")
            return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(bytes: answer.json)))
        }
        router.post("/v1/sign-out") { request, _ in
            _ = try await self.note(request)
            return Response(status: .noContent)
        }
        router.post("/v1/replica") { request, _ in
            _ = try await self.note(request)
            let body = ByteBuffer(string: #"{"replica":8,"token":"token-2"}"#)
            return Response(status: .ok, body: .init(byteBuffer: body))
        }
        router.post("/v1/token") { request, _ in
            _ = try await self.note(request)
            guard let token = self.state.withLock({ $0.successor }) else { return Response(status: .notFound) }
            return Response(
                status: .ok, body: .init(byteBuffer: ByteBuffer(bytes: TokenResponse(token: token).json)))
        }
        router.get("/v1/devices") { request, _ in
            _ = try await self.note(request)
            return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: #"{"devices":[]}"#)))
        }
        router.get("/v1/events") { _, _ in self.events() }
        router.post("/v1/exchange") { request, _ in try await self.exchange(request) }
        return router
    }

    private func note(_ request: Request) async throws -> [UInt8] {
        let bytes = Array(try await request.body.collect(upTo: 1 << 24).readableBytesView)
        state.withLock { $0.requests.append((request.uri.path, request.headers, bytes)) }
        return bytes
    }

    private func exchange(_ request: Request) async throws -> Response {
        _ = try await note(request)
        let answer = state.withLock { $0.answers.count > 1 ? $0.answers.removeFirst() : $0.answers[0] }
        guard answer.status == .ok else {
            return Response(
                status: answer.status, headers: [.contentType: Problem.mediaType],
                body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
        }
        var headers: HTTPFields = [.contentType: "application/x-ndjson"]
        if answer.coding != .identity { headers[.contentEncoding] = answer.coding.rawValue }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                var compressor = try Compressor(answer.coding)
                try await writer.write(ByteBuffer(bytes: try compressor.compress(answer.body)))
                if answer.isCut {
                    try await writer.write(ByteBuffer(bytes: try compressor.flush()))
                    throw Cut()
                }
                try await writer.write(ByteBuffer(bytes: try compressor.finish()))
                try await writer.finish(nil)
            })
    }

    private struct Cut: Error {}

    /// From now on answers everything with a problem; ends the wake-up streams.
    func cutOff(_ problem: Problem) {
        let wakes = state.withLock { state in
            state.answers = [.problem(problem)]
            state.cutOff = .problem(problem)
            return state.wakes
        }
        for wake in wakes { wake.finish() }
    }

    private func events() -> Response {
        if let answer = state.withLock({ $0.cutOff }) {
            return Response(
                status: answer.status, headers: [.contentType: Problem.mediaType],
                body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
        }
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self)
        state.withLock { $0.wakes.append(wake) }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: "retry: 3000\n\n"))
                for await _ in wakes {
                    try await writer.write(ByteBuffer(string: "event: wake\ndata: {\"after\":1}\n\n"))
                }
                try await writer.finish(nil)
            })
    }

    /// Wakes everyone who listens.
    func wake() { state.withLock { state in for wake in state.wakes { wake.yield() } } }
}
