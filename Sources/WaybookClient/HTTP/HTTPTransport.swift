import AsyncHTTPClient
import NIOCore
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookSync

/// Carries exchanges over HTTP: both bodies stream, packed as both sides can.
///
/// A class, for the token changes when the replica takes a new number.
final class HTTPTransport: ExchangeTransport {
    /// What a request is packed with where the server does not read zstd-wb1; every server reads it.
    static let commonCoding = ContentCoding.zstd
    /// The most that an answer may unpack to: far beyond any workspace, but not without end.
    static let answerBytes = 1 << 40
    /// Like records pack about fifty to one; a repeated one far better.
    static let unpackingRatio = 2_000

    private let connection: ServerConnection
    private let state: Mutex<State>
    private let replaced: @Sendable (ReplicaID, String) throws -> Void

    private struct State {
        var token: String
        var replica: ReplicaID
        var failure: ConnectionFailure?
        var hasMet = false
        /// What requests are packed with: the shortest first, until the server refuses it.
        var coding = ContentCoding.zstdShared
    }

    /// - Parameter replaced: stores the number and the token that the server gave after a fork, durably.
    init(
        _ connection: ServerConnection, token: String, replica: ReplicaID,
        replaced: @escaping @Sendable (ReplicaID, String) throws -> Void
    ) {
        self.connection = connection
        self.replaced = replaced
        state = Mutex(State(token: token, replica: replica))
    }

    /// Why the server was last not reached.
    var lastFailure: ConnectionFailure? { state.withLock { $0.failure } }

    /// Whether the server has answered.
    var hasMet: Bool { state.withLock { $0.hasMet } }

    private var token: String { state.withLock { $0.token } }

    func exchange(_ session: ExchangeSession) async throws {
        do {
            try await exchange(session, packedAs: state.withLock { $0.coding })
        } catch is UnknownCoding {
            state.withLock { $0.coding = Self.commonCoding }
            session.beginAnew()
            try await exchange(session, packedAs: Self.commonCoding)
        }
    }

    /// The server does not read what the request was packed with, and has judged nothing (RFC 9110 §15.5.16).
    private struct UnknownCoding: Error {}

    private func exchange(_ session: ExchangeSession, packedAs coding: ContentCoding) async throws {
        let body = ExchangeBody(session, coding: coding)
        var request = connection.exchangeRequest(token: token, coding: coding)
        request.body = .stream(body, length: .unknown)
        do {
            let timeout = TimeAmount.seconds(connection.limits.answerSeconds)
            let response = try await connection.client.execute(request, timeout: timeout)
            guard response.status == .ok else {
                let refusal = try await connection.refusal(response)
                let isUnknown = response.status == .unsupportedMediaType && coding != Self.commonCoding
                throw isUnknown ? UnknownCoding() : refusal
            }
            state.withLock { $0.hasMet = true }
            try await read(response, into: session)
        } catch {
            if error is UnknownCoding { throw error }
            if let failure = body.failure { throw failure }
            throw translated(error)
        }
    }

    private func read(_ response: HTTPClientResponse, into session: ExchangeSession) async throws {
        let coding = ContentCoding.ofContent(response.headers.first(name: "Content-Encoding"))
        guard let coding, response.headers.first(name: "Content-Type")?.contains("ndjson") == true else {
            throw WorkspaceError(.notAServer(status: 200))
        }
        var decompressor = try Decompressor(
            coding, limit: DecompressionLimit(totalBytes: Self.answerBytes, ratio: Self.unpackingRatio))
        for try await buffer in response.body {
            try Task.checkCancellation()
            try decompressor.feed(Array(buffer.readableBytesView))
            while let piece = try decompressor.next() {
                do {
                    try session.receive(piece)
                } catch {
                    throw SessionFailure(cause: error)
                }
            }
        }
        try decompressor.finish()
    }

    /// What the session threw, told apart from what the network did.
    private struct SessionFailure: Error {
        var cause: any Error
    }

    func newReplica() async throws -> ReplicaID {
        do {
            let old = state.withLock { $0.replica }
            let given = try await connection.newReplica(forkOf: old, token: token)
            do {
                try replaced(given.replica, given.token)
            } catch {
                throw SessionFailure(cause: error)
            }
            state.withLock { state in
                state.replica = given.replica
                state.token = given.token
            }
            return given.replica
        } catch {
            throw translated(error)
        }
    }

    /// What the engine decides by. What the session threw goes through as it is; all else is the network's.
    private func translated(_ error: any Error) -> any Error {
        if Task.isCancelled { return CancellationError() }
        switch error {
        case let failure as SessionFailure: return failure.cause
        case let error as WorkspaceError: return translated(error)
        case let error as CompressionError where error != .truncated: return AnswerError.malformedLine
        default: return unreachable(ConnectionFailure(error))
        }
    }

    private func translated(_ error: WorkspaceError) -> any Error {
        switch error.code {
        case .refused(let problem): return TransportFailure.refused(problem)
        case .unreachable(let failure): return unreachable(failure)
        case .notAServer: return AnswerError.malformedLine
        default: return error
        }
    }

    private func unreachable(_ failure: ConnectionFailure) -> TransportFailure {
        state.withLock { $0.failure = failure }
        return .unreachable
    }
}

extension ServerConnection {
    /// The head of an exchange's request (`POST /v1/exchange`).
    package func exchangeRequest(token: String, coding: ContentCoding) -> HTTPClientRequest {
        var request = request(.post, "/v1/exchange", token: token)
        request.headers.add(name: "Content-Type", value: "application/x-ndjson")
        request.headers.add(name: "Content-Encoding", value: coding.rawValue)
        request.headers.add(name: "Accept", value: "application/x-ndjson, application/problem+json")
        request.headers.add(name: "Accept-Encoding", value: ContentCoding.acceptEncoding)
        return request
    }
}
