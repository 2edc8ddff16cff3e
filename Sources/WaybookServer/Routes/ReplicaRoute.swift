import Hummingbird
import WaybookProtocol
import WaybookServerCore

/// `POST /v1/replica`: a new number and token for a store that met its copy.
struct ReplicaRoute: Sendable {
    let service: ForkService
    let authenticator: Authenticator

    func add(to router: Router<ServerRequestContext>) {
        router.post("/v1/replica") { request, _ in
            let principal = try await authenticator.principal(of: request.headers)
            let body = try await JSONBody.read(request, upTo: ForkRequest.maximumBytes)
            guard let message = ForkRequest(json: body) else { throw Problem(.badRequest) }
            return JSONBody.answer(try await service.fork(message, by: principal).json)
        }
    }
}
