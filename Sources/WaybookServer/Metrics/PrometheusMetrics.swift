import CoreMetrics
import Synchronization

/// A small swift-metrics backend that writes the Prometheus text format 0.0.4.
///
/// Series are bounded: beyond the limit, new ones are counted together and not shown, so that a label that varies cannot
/// eat the memory.
public final class PrometheusMetrics: MetricsFactory {
    /// The most series.
    public static let maximumSeries = 1_000
    /// Upper bounds of the histograms, in seconds (timers) or in the recorder's own unit.
    public static let buckets: [Double] = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    struct Series: Hashable {
        let name: String
        let labels: String
    }

    private let instruments = Mutex<[Series: any PrometheusInstrument]>([:])
    private let overflow = HistogramInstrument(buckets: [])

    /// Makes an empty registry.
    public init() {}

    /// Returns the page.
    public func page() -> String {
        let all = instruments.withLock { $0 }.sorted { ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels) }
        var text = ""
        var last = ""
        for (series, instrument) in all {
            if series.name != last { text += "# TYPE \(series.name) \(instrument.kind)\n" }
            last = series.name
            text += instrument.lines(name: series.name, labels: series.labels)
        }
        return text
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        instrument(label, dimensions) { CounterInstrument() } ?? CounterInstrument()
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        instrument(label, dimensions) { GaugeInstrument(kind: "counter") } ?? GaugeInstrument(kind: "counter")
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        instrument(label, dimensions) { GaugeInstrument(kind: "gauge") } ?? GaugeInstrument(kind: "gauge")
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return instrument(label, dimensions) { HistogramInstrument(buckets: Self.buckets) } ?? overflow }
        return instrument(label, dimensions) { GaugeInstrument(kind: "gauge") } ?? GaugeInstrument(kind: "gauge")
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        instrument(label, dimensions) { HistogramInstrument(buckets: Self.buckets) } ?? overflow
    }

    // Series live as long as the process: a counter that is made anew for each request must find its old value.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func instrument<Instrument: PrometheusInstrument>(
        _ label: String, _ dimensions: [(String, String)], _ make: () -> Instrument
    ) -> Instrument? {
        let series = Series(name: Self.name(label), labels: Self.labels(dimensions))
        return instruments.withLock { instruments in
            if let known = instruments[series] { return known as? Instrument }
            guard instruments.count < Self.maximumSeries else { return nil }
            let made = make()
            instruments[series] = made
            return made
        }
    }

    private static func name(_ label: String) -> String {
        String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" })
    }

    private static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.map { key, value in
            let escaped = value.reduce(into: "") { text, character in
                switch character {
                case "\\", "\"": text += "\\\(character)"
                case "\n": text += "\\n"
                default: text.append(character)
                }
            }
            return "\(name(key))=\"\(escaped)\""
        }.joined(separator: ",")
    }
}
