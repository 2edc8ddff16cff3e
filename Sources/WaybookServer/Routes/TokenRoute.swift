import Hummingbird
import WaybookProtocol
import WaybookServerCore

/// `POST /v1/token`: a successor of the token that asks.
struct TokenRoute: Sendable {
    let service: TokenService
    let authenticator: Authenticator

    func add(to router: Router<ServerRequestContext>) {
        router.post("/v1/token") { request, _ in
            let principal = try await authenticator.principal(of: request.headers)
            return JSONBody.answer(try await service.renew(principal).json)
        }
    }
}
