import Hummingbird
import Metrics

/// Counts requests and their time. Labels are the route as declared, the method and the class of the status: nothing that
/// a peer can choose freely.
struct RequestMetricsMiddleware: RouterMiddleware {
    typealias Context = ServerRequestContext

    let metrics: PrometheusMetrics

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let route = context.endpointPath ?? "other"
        let labels = [("route", route), ("status", "\(response.status.code / 100)xx")]
        Counter(label: "waybook_http_requests_total", dimensions: labels, factory: metrics).increment()
        let timer = Timer(
            label: "waybook_http_request_seconds", dimensions: [("route", route)], factory: metrics)
        timer.record(duration: ContinuousClock.now - start)
        return response
    }
}
