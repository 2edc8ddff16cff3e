/// How often each thing happened in simulated histories.
public struct Coverage: Hashable, Sendable {
    public private(set) var counts: [String: Int] = [:]

    public init() {}

    public mutating func count(_ what: String, _ number: Int = 1) { counts[what, default: 0] += number }

    public mutating func add(_ other: Coverage) { counts.merge(other.counts, uniquingKeysWith: +) }

    public subscript(_ what: String) -> Int { counts[what] ?? 0 }

    /// What a campaign must have met: each verb, each fate of an exchange, each verdict, each reason to refuse, and each
    /// problem that can come about without HTTP. Not `quarantined`: it needs one stamp twice, and no program that reads and
    /// writes its own store gives one (`MergeVectorTests` do).
    public static let expected: [String] =
        SimulatedVerb.allCases.map { "step \($0.rawValue)" }
        + SimulatedVerb.ways.map { "exchange \($0)" }
        + ["exchange paused", "exchange killed", "laptop newer schema", "laptop older schema", "speaks former"]
        + ["applied", "merged", "conflict"].map { "outcome \($0)" }
        + ["accepted", "restamped", "rejected", "handover", "late", "afterDelete"].map { "verdict \($0)" }
        + ["access", "served", "limit", "unknown", "depends", "erased"].map { "refused \($0)" }
        + ["fork", "stale", "timeline", "revoked", "upgrade", "server-full", "retry"].map { "problem \($0)" }
        + ["saved", "unchanged", "refused", "deleted", "denied", "leaving", "erased"].map { "edit \($0)" }
        + ["power laptop", "power server", "disk full", "disk writeFails", "disk syncFails"]
        + [
            "unit departed", "fork", "fresh pull", "conflict open", "record revived", "record removed",
            "unconfirmed kept",
        ]
        + ["restore", "restore owed", "restore ruled again", "restore applied later"]

    /// What was expected and never happened.
    public var missing: [String] { Self.expected.filter { self[$0] == 0 } }

    /// A line for each kind of thing.
    public var text: String {
        let groups = Dictionary(grouping: counts.keys.sorted()) {
            $0.split(separator: " ").first.map(String.init) ?? ""
        }
        return groups.keys.sorted().map { group in
            let parts = (groups[group] ?? []).map { "\($0.dropFirst(group.count + 1)) \(self[$0])" }
            return "\(group): " + parts.joined(separator: ", ")
        }.joined(separator: "\n")
    }
}
