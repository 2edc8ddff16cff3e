import Hummingbird
import WaybookProtocol

/// `/healthz` (the process answers), `/readyz` (it can serve) and `/metrics`.
struct HealthRoutes: Sendable {
    let isReady: @Sendable () async -> Bool
    let metrics: PrometheusMetrics
    let hub: EventHub
    let slots: ExchangeSlots
    let authenticator: Authenticator
    let peer: PeerAddress

    func add(to router: Router<ServerRequestContext>) {
        router.get("/healthz") { _, _ in Self.text("ok\n") }
        router.get("/readyz") { _, _ in
            guard await isReady() else { throw Problem(.unavailable, retryAfterSeconds: 5) }
            return Self.text("ready\n")
        }
        router.get("/metrics") { request, context in
            try await authorise(request, context)
            metrics.makeMeter(label: "waybook_event_streams", dimensions: []).set(Int64(hub.count))
            metrics.makeMeter(label: "waybook_exchanges_open", dimensions: []).set(Int64(slots.inHand))
            return Self.text(metrics.page(), type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    /// Lets in who is on this machine, and administrators.
    private func authorise(_ request: Request, _ context: ServerRequestContext) async throws {
        if peer.isLoopback(request, context) { return }
        guard request.headers[.authorization] != nil,
            try await authenticator.principal(of: request.headers).isAdmin
        else { throw Problem(.forbidden) }
    }

    private static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        Response(status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
