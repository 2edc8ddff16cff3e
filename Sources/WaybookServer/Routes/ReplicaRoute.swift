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
            guard ContentCoding.ofContent(request.headers[.contentEncoding]) == .identity else {
                throw Problem(.unsupportedCoding)
            }
            guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true else {
                throw Problem(.unsupportedMediaType)
            }
            let body = try await request.body.collect(upTo: ForkRequest.maximumBytes)
            guard let message = ForkRequest(json: Array(body.readableBytesView)) else { throw Problem(.badRequest) }
            let answer = try await service.fork(message, by: principal)
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.json)))
        }
    }
}
