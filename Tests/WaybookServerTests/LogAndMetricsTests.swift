import CoreMetrics
import Foundation
import Logging
import Testing

@testable import WaybookServer

@Suite struct LogAndMetricsTests {
    private func logged(_ format: LogFormat, _ log: (Logger) -> Void) -> String {
        let capture = LogCapture()
        log(
            Logger(label: "waybook") { label in
                ServerLogHandler(
                    label: label, format: format, now: { Date(timeIntervalSince1970: 0) }, write: { capture.add($0) })
            })
        return capture.text
    }

    @Test func aLineIsOneLineWithoutAnythingThatIsNotAllowed() {
        let text = logged(.text) {
            $0.info("done", metadata: ["route": "/v1/exchange", "name": "王梅", "kind": "a\nb\u{1B}[31m"])
        }
        #expect(text == "1970-01-01T00:00:00.000Z info waybook: done kind=a?b?[31m name=*** route=/v1/exchange\n")
        let json = logged(.json) { $0.error("failed", metadata: ["code": "retry", "error": "SQL at /var/x"]) }
        #expect(
            json == #"{"code":"retry","error":"***","level":"error","logger":"waybook","message":"failed","#
                + #""time":"1970-01-01T00:00:00.000Z"}"# + "\n")
    }

    @Test func thePageIsPrometheusText() {
        let metrics = PrometheusMetrics()
        Counter(label: "waybook_requests_total", dimensions: [("route", "/v1/\"x\"")], factory: metrics).increment(
            by: 2)
        Counter(label: "waybook_requests_total", dimensions: [("route", "/v1/\"x\"")], factory: metrics).increment()
        Gauge(label: "waybook.open", factory: metrics).record(3)
        Timer(label: "waybook_seconds", factory: metrics).recordMilliseconds(30)
        let page = metrics.page()
        #expect(
            page.contains("# TYPE waybook_requests_total counter\nwaybook_requests_total{route=\"/v1/\\\"x\\\"\"} 3\n"))
        #expect(page.contains("# TYPE waybook_open gauge\nwaybook_open 3.0\n"))
        #expect(page.contains("waybook_seconds_bucket{le=\"0.025\"} 0\nwaybook_seconds_bucket{le=\"0.1\"} 1\n"))
        #expect(
            page.contains("waybook_seconds_bucket{le=\"+Inf\"} 1\nwaybook_seconds_sum 0.03\nwaybook_seconds_count 1\n"))
    }

    @Test func seriesAreBounded() {
        let metrics = PrometheusMetrics()
        for number in 0..<3_000 {
            Counter(label: "c", dimensions: [("n", "\(number)")], factory: metrics).increment()
        }
        #expect(metrics.page().split(separator: "\n").count == PrometheusMetrics.maximumSeries + 1)
    }
}
