import Hummingbird
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// `GET /v1/devices`, `POST /v1/devices/{replica}/revoke` and `…/wipe`: a person's own devices.
struct DeviceRoutes: Sendable {
    let service: DeviceService
    let authenticator: Authenticator
    let cut: @Sendable (ReplicaID) -> Void

    func add(to router: Router<ServerRequestContext>) {
        router.get("/v1/devices") { request, _ in
            let principal = try await authenticator.principal(of: request.headers)
            let devices = try await service.devices(of: principal).map { Value.map($0.entries) }
            return JSONBody.answer(CanonicalJSON.bytes(["devices": .list(devices)]))
        }
        router.post("/v1/devices/{replica}/revoke") { request, context in
            let principal = try await authenticator.principal(of: request.headers)
            return try await end(try Self.replica(context), .revoke, principal)
        }
        router.post("/v1/devices/{replica}/wipe") { request, context in
            let principal = try await authenticator.principal(of: request.headers)
            let replica = try Self.replica(context)
            let body = try await JSONBody.read(request, upTo: WipeRequest.maximumBytes)
            guard let message = WipeRequest(json: body) else { throw Problem(.badRequest) }
            return try await end(replica, message.moment == .atOnce ? .wipe : .wipeAfterUpload, principal)
        }
    }

    private func end(_ replica: ReplicaID, _ order: DeviceOrder, _ principal: Principal) async throws -> Response {
        try await service.end(replica, order, by: principal)
        cut(replica)
        return Response(status: .noContent)
    }

    private static func replica(_ context: ServerRequestContext) throws -> ReplicaID {
        // Digits alone: another way to write a number is another address.
        guard let text = context.parameters.get("replica"), let number = UInt32(text), String(number) == text else {
            throw Problem(.notFound)
        }
        return ReplicaID(number)
    }
}
