import Hummingbird
import WaybookProtocol
import WaybookServerCore

/// `POST /v1/invitations`: administrators add and invite people. Who accepts comes in by ``SignInRoutes``.
struct InvitationRoutes: Sendable {
    let service: InvitationService
    let authenticator: Authenticator

    func add(to router: Router<ServerRequestContext>) {
        router.post("/v1/invitations") { request, _ in
            let principal = try await authenticator.principal(of: request.headers)
            let body = try await JSONBody.read(request, upTo: InvitationRequest.maximumBytes)
            guard let message = InvitationRequest(json: body) else { throw Problem(.badRequest) }
            return JSONBody.answer(try await service.invite(message, by: principal).json)
        }
    }
}
