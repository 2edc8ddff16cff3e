import Hummingbird
import Metrics
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// `POST /v1/sign-in`, `POST /v1/invitations/accept` and `POST /v1/sign-out`.
struct SignInRoutes: Sendable {
    let service: SignInService
    let authenticator: Authenticator
    let peer: PeerAddress
    let metrics: PrometheusMetrics
    let cut: @Sendable (ReplicaID) -> Void

    func add(to router: Router<ServerRequestContext>) {
        router.post("/v1/sign-in") { request, context in
            let body = try await JSONBody.read(request, upTo: SignInRequest.maximumBytes)
            guard let message = SignInRequest(json: body) else { throw Problem(.badRequest) }
            return try await counted { try await service.signIn(message, address: peer.of(request, context)) }
        }
        router.post("/v1/invitations/accept") { request, context in
            let body = try await JSONBody.read(request, upTo: InvitationAcceptance.maximumBytes)
            guard let message = InvitationAcceptance(json: body) else { throw Problem(.badRequest) }
            return try await counted {
                let (answer, cutOff) = try await service.accept(message, address: peer.of(request, context))
                for replica in cutOff { cut(replica) }
                return answer
            }
        }
        router.post("/v1/sign-out") { request, _ in
            let principal = try await authenticator.principal(of: request.headers)
            try await service.signOut(principal)
            cut(principal.replica)
            return Response(status: .noContent)
        }
    }

    private func counted(_ signIn: () async throws -> SignInResponse) async throws -> Response {
        let answer: SignInResponse
        do {
            answer = try await signIn()
        } catch {
            note((error as? Problem)?.code == .slowDown ? "slowed" : "refused")
            throw error
        }
        note("accepted")
        return JSONBody.answer(answer.json)
    }

    private func note(_ outcome: String) {
        Counter(label: "waybook_sign_ins_total", dimensions: [("outcome", outcome)], factory: metrics).increment()
    }
}
