import Hummingbird
import WaybookProtocol
import WaybookServerCore

/// `GET /v1/events`: server-sent events that say only "something after N for you" (`protocol/4-http.md`).
struct EventsRoute: Sendable {
    let hub: EventHub
    let authenticator: Authenticator
    let limits: ServerLimits

    func add(to router: Router<ServerRequestContext>) {
        router.get("/v1/events") { request, _ in
            let principal = try await authenticator.principal(of: request.headers)
            let stream = EventStream(hub: hub, subscription: try hub.subscribe(principal))
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream"],
                body: ResponseBody { writer in
                    // The writer is used by one task at a time: the closure below ends before this one goes on.
                    let shared = WriterBox(writer)
                    try? await request.body.consumeWithCancellationOnInboundClose { _ in
                        try await serve(stream, shared)
                    }
                    try await shared.finish()
                })
        }
    }

    private func serve(_ stream: EventStream, _ writer: WriterBox) async throws {
        defer { stream.end() }
        try await writer.write("retry: 3000\n\n")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    try await Task.sleep(for: .milliseconds(limits.heartbeatMilliseconds))
                    hub.tick(stream.subscription)
                }
            }
            for await _ in stream.subscription.ticks {
                // Spread, and let what comes meanwhile coalesce.
                try await Task.sleep(for: .milliseconds(Int64.random(in: 0...max(0, limits.wakeJitterMilliseconds))))
                let after = hub.take(stream.subscription)
                try await writer.write(after.map { "event: wake\ndata: {\"after\":\($0)}\n\n" } ?? ": \n\n")
            }
            group.cancelAll()
        }
    }
}

/// A subscription that ends when its response is dropped, written or not. A class for its `deinit`.
final class EventStream: Sendable {
    let subscription: EventHub.Subscription
    private let hub: EventHub

    init(hub: EventHub, subscription: EventHub.Subscription) {
        self.hub = hub
        self.subscription = subscription
    }

    func end() { hub.unsubscribe(subscription) }
    deinit { end() }
}

/// Carries the response's writer into the task that writes.
///
/// `@unchecked Sendable`: the response's closure awaits the task before it touches the writer again, so that only one
/// task uses it at any time.
private final class WriterBox: @unchecked Sendable {
    private var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    func write(_ text: String) async throws { try await writer.write(ByteBuffer(string: text)) }
    func finish() async throws { try await writer.finish(nil) }
}
