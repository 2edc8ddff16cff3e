import AsyncHTTPClient
import Foundation
import NIOCore
import NIOSSL
import WaybookModel
import WaybookProtocol

/// A server, spoken to over HTTP (`protocol/openapi.yaml`). Made only by what needs the network; to be closed.
public struct ServerConnection: Sendable {
    /// The bounds of a conversation.
    public struct Limits: Hashable, Sendable {
        public var connectSeconds: Int64 = 10
        /// How long a peer may be silent; the server gives a sign of life each 20 s on a wake-up stream.
        public var silenceSeconds: Int64 = 60
        /// From the first byte of a request to the head of its answer.
        public var answerSeconds: Int64 = 600
        /// Of an answer that is read whole.
        public var bodyBytes = 64 << 10

        public init() {}
    }

    let address: ServerAddress
    let limits: Limits
    let language: Language
    package let client: HTTPClient

    /// - Parameters:
    ///   - authority: a file of certificates (PEM) that are trusted beside the system's.
    ///   - language: what the server's sentences come in.
    public init(
        _ address: ServerAddress, authority: String? = nil, language: Language = .english, limits: Limits = Limits()
    ) throws(WorkspaceError) {
        self.address = address
        self.limits = limits
        self.language = language
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: .seconds(limits.connectSeconds), read: .seconds(limits.silenceSeconds),
                write: .seconds(limits.silenceSeconds)),
            decompression: .disabled)
        // A refused connection is told at once; who waits, and how long, is decided above.
        configuration.connectionPool.retryConnectionEstablishment = false
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authority {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(authority), !certificates.isEmpty else {
                throw WorkspaceError(.authorityUnusable(path: authority))
            }
            tls.additionalTrustRoots = [.certificates(certificates)]
        }
        configuration.tlsConfiguration = tls
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes all connections.
    public func close() async { try? await client.shutdown() }

    /// Opens a connection, hands it over, and closes it whatever happens.
    static func with<Result>(
        _ session: Session, in folder: WorkspaceFolder, language: Language,
        _ body: (ServerConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try ServerConnection(
            session.server, authority: session.hasOwnAuthority ? folder.authorityPath : nil, language: language)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// A request with what all have.
    func request(_ method: HTTPMethodName, _ path: String, token: String? = nil) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address.url(path))
        request.method = method == .get ? .GET : .POST
        request.headers.add(name: "User-Agent", value: "waybook/\(Hello.protocolVersion)")
        request.headers.add(name: "Accept-Language", value: language.rawValue)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        return request
    }

    enum HTTPMethodName { case get, post }

    /// Sends a small JSON body and reads a small answer.
    /// - Throws: ``WorkspaceError`` `unreachable`, `refused` or `notAServer`.
    func post(_ path: String, json: [UInt8], token: String? = nil) async throws -> [UInt8] {
        var request = request(.post, path, token: token)
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: json))
        return try await answer(to: request)
    }

    /// Reads a small answer.
    /// - Throws: ``WorkspaceError`` `unreachable`, `refused` or `notAServer`.
    func get(_ path: String, token: String) async throws -> [UInt8] {
        try await answer(to: request(.get, path, token: token))
    }

    private func answer(to plain: HTTPClientRequest) async throws -> [UInt8] {
        var request = plain
        request.headers.add(name: "Accept", value: "application/json, application/problem+json")
        do {
            let response = try await client.execute(request, timeout: .seconds(limits.silenceSeconds))
            guard (200...299).contains(response.status.code) else { throw try await refusal(response) }
            return Array(try await response.body.collect(upTo: limits.bodyBytes).readableBytesView)
        } catch let error as WorkspaceError {
            throw error
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw WorkspaceError(.unreachable(ConnectionFailure(error)))
        }
    }

    /// What an answer that is no success says.
    func refusal(_ response: HTTPClientResponse) async throws -> WorkspaceError {
        let body = try await response.body.collect(upTo: limits.bodyBytes)
        if let problem = Problem(json: Array(body.readableBytesView)) { return WorkspaceError(.refused(problem)) }
        // A proxy in between answers without the product's problem.
        switch response.status.code {
        case 502, 503, 504: return WorkspaceError(.refused(Problem(.retry)))
        default: return WorkspaceError(.notAServer(status: Int(response.status.code)))
        }
    }
}
