import CoreMetrics
import Synchronization

/// One series of the page.
protocol PrometheusInstrument: AnyObject, Sendable {
    /// The type as the format names it.
    var kind: String { get }
    /// Returns the lines of the series.
    func lines(name: String, labels: String) -> String
}

/// A number that only grows.
final class CounterInstrument: PrometheusInstrument, CounterHandler {
    let kind = "counter"
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { value.store(0, ordering: .relaxed) }

    func lines(name: String, labels: String) -> String {
        "\(name)\(braced(labels)) \(value.load(ordering: .relaxed))\n"
    }
}

/// A number that goes up and down.
final class GaugeInstrument: PrometheusInstrument, MeterHandler, FloatingPointCounterHandler, RecorderHandler {
    let kind: String
    private let value = Mutex(0.0)

    init(kind: String) { self.kind = kind }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func reset() { set(0.0) }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func lines(name: String, labels: String) -> String {
        "\(name)\(braced(labels)) \(value.withLock { $0 })\n"
    }
}

/// Values by fixed buckets; timers count in seconds.
final class HistogramInstrument: PrometheusInstrument, TimerHandler, RecorderHandler {
    private struct Counts {
        var buckets: [Int]
        var count = 0
        var sum = 0.0
    }

    let kind = "histogram"
    private let bounds: [Double]
    private let counts: Mutex<Counts>

    init(buckets: [Double]) {
        bounds = buckets
        counts = Mutex(Counts(buckets: Array(repeating: 0, count: buckets.count)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        counts.withLock { counts in
            for (index, bound) in bounds.enumerated() where value <= bound { counts.buckets[index] += 1 }
            counts.count += 1
            counts.sum += value
        }
    }

    func lines(name: String, labels: String) -> String {
        let counts = counts.withLock { $0 }
        let separator = labels.isEmpty ? "" : ","
        var text = ""
        for (bound, count) in zip(bounds, counts.buckets) {
            text += "\(name)_bucket{\(labels)\(separator)le=\"\(bound)\"} \(count)\n"
        }
        text += "\(name)_bucket{\(labels)\(separator)le=\"+Inf\"} \(counts.count)\n"
        text += "\(name)_sum\(braced(labels)) \(counts.sum)\n"
        return text + "\(name)_count\(braced(labels)) \(counts.count)\n"
    }
}

private func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }
