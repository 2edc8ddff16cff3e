import Metrics
import WaybookProtocol
import WaybookServerCore

/// What is counted of exchanges: numbers only, no person, device or record.
public struct ExchangeMetrics: Sendable {
    private let registry: PrometheusMetrics

    /// Counts into a registry.
    public init(_ registry: PrometheusMetrics) { self.registry = registry }

    /// Notes a transaction.
    func noteCommit(batches: Int, duration: Duration) {
        Recorder(label: "waybook_commit_batches", dimensions: [], aggregate: true, factory: registry).record(batches)
        Timer(label: "waybook_commit_seconds", dimensions: [], factory: registry).record(duration: duration)
    }

    /// Notes what became of a batch's sets.
    func noteVerdicts(_ result: PushResult) {
        var counts: [String: Int] = [:]
        for (_, verdict) in result.verdicts { counts[Self.name(verdict), default: 0] += 1 }
        for (name, count) in counts {
            Counter(label: "waybook_sets_judged_total", dimensions: [("verdict", name)], factory: registry)
                .increment(by: count)
        }
    }

    /// Notes what devices told of others' writes that the server lost.
    func noteWitness(listed: Int, refused: Int) {
        for (outcome, count) in [("listed", listed), ("refused", refused)] where count > 0 {
            Counter(label: "waybook_witness_values_total", dimensions: [("outcome", outcome)], factory: registry)
                .increment(by: count)
        }
    }

    private static func name(_ verdict: Verdict) -> String {
        switch verdict {
        case .accepted(nil, let outcomes) where outcomes.isEmpty: "applied"
        case .accepted(_, let outcomes) where outcomes.contains { $0.conflict != nil }: "conflict"
        case .accepted: "altered"
        case .rejected: "rejected"
        case .quarantined: "quarantined"
        case .handover: "handover"
        }
    }

    /// Notes unpacked bytes of a request's body.
    func noteReceived(bytes: Int) {
        Counter(label: "waybook_exchange_bytes_total", dimensions: [("direction", "in")], factory: registry)
            .increment(by: bytes)
    }

    /// Notes unpacked bytes of an answer, and the records among its lines.
    func noteSent(_ chunk: [UInt8]) {
        Counter(label: "waybook_exchange_bytes_total", dimensions: [("direction", "out")], factory: registry)
            .increment(by: chunk.count)
        let records = Self.records(in: chunk)
        if records > 0 {
            Counter(label: "waybook_records_fed_total", dimensions: [], factory: registry).increment(by: records)
        }
    }

    /// The lines that tell a record: canonical JSON puts their `at` first, and no other line has one.
    static func records(in chunk: [UInt8]) -> Int {
        let mark = Array(#"{"at":"#.utf8)
        return chunk.split(separator: 0x0A).count { $0.starts(with: mark) }
    }
}
