import Hummingbird
import Metrics
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// `POST /v1/sign-in` and `POST /v1/sign-out`.
struct SignInRoutes: Sendable {
    let service: SignInService
    let authenticator: Authenticator
    let peer: PeerAddress
    let metrics: PrometheusMetrics
    let cut: @Sendable (ReplicaID) -> Void

    func add(to router: Router<ServerRequestContext>) {
        router.post("/v1/sign-in") { request, context in try await signIn(request, context) }
        router.post("/v1/sign-out") { request, _ in
            let principal = try await authenticator.principal(of: request.headers)
            try await service.signOut(principal)
            cut(principal.replica)
            return Response(status: .noContent)
        }
    }

    private func signIn(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
        guard ContentCoding.ofContent(request.headers[.contentEncoding]) == .identity else {
            throw Problem(.unsupportedCoding)
        }
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true else {
            throw Problem(.unsupportedMediaType)
        }
        let body = try await request.body.collect(upTo: SignInRequest.maximumBytes)
        guard let message = SignInRequest(json: Array(body.readableBytesView)) else { throw Problem(.badRequest) }
        let answer: SignInResponse
        do {
            answer = try await service.signIn(message, address: peer.of(request, context))
        } catch {
            note((error as? Problem)?.code == .slowDown ? "slowed" : "refused")
            throw error
        }
        note("accepted")
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.json)))
    }

    private func note(_ outcome: String) {
        Counter(label: "waybook_sign_ins_total", dimensions: [("outcome", outcome)], factory: metrics).increment()
    }
}
