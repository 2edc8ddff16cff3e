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
            let answer = try await service.renew(principal)
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.json)))
        }
    }
}
