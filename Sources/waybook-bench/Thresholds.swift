/// A bound on a ratio or a figure.
enum Bound {
    case atLeast(Double)
    case atMost(Double)

    func holds(_ value: Double) -> Bool {
        switch self {
        case .atLeast(let least): value >= least
        case .atMost(let most): value <= most
        }
    }

    var text: String {
        switch self {
        case .atLeast(let least): "≥ \(Format.number(least))"
        case .atMost(let most): "≤ \(Format.number(most))"
        }
    }
}

/// What is aimed at, and what must not be fallen behind.
struct Threshold {
    /// The aim of the project's plan; nil where it names none.
    var aim: Bound?
    /// With `--check` the run fails beyond this: what was reached, with room for a busy machine. Ratios to a reference
    /// of the same run, or counts of bytes, so that they hold on any machine.
    var bound: Bound?
}

/// The committed thresholds, by row.
enum Thresholds {
    /// The threshold of a row; nil where there is none.
    static func of(_ key: String, records: Int) -> Threshold? {
        (records >= 1_000_000 ? large[key] : nil) ?? all[key]
    }

    /// With a million records identities and numbers are longer.
    private static let large: [String: Threshold] = [
        "metadata.server": Threshold(aim: .atMost(70), bound: .atMost(145)),
        "metadata.server.record": Threshold(aim: .atMost(70), bound: .atMost(75)),
    ]

    private static let all: [String: Threshold] = [
        "pull.search": Threshold(aim: .atLeast(0.25), bound: .atLeast(0.25)),
        "pull.plain": Threshold(aim: nil, bound: .atLeast(0.2)),
        "pull.cpu": Threshold(aim: nil, bound: .atMost(6.5)),
        "pull.cpu.search": Threshold(aim: .atMost(4), bound: .atMost(3.8)),
        "push": Threshold(aim: nil, bound: .atLeast(0.01)),
        // A push is committed in pieces of 32 sets, so that nobody waits for it: dearer than some hundred at once (71 then).
        "push.cpu": Threshold(aim: nil, bound: .atMost(100)),
        "wire.zstd": Threshold(aim: nil, bound: .atMost(1.25)),
        "pull.wire": Threshold(aim: .atMost(1.15), bound: .atMost(1.15)),
        "change.1": Threshold(aim: nil, bound: .atMost(860)),
        "change.1.zstd": Threshold(aim: nil, bound: .atMost(740)),
        "change.1.zstd-wb1": Threshold(aim: nil, bound: .atMost(330)),
        "change.1.zstd-wb1.sender": Threshold(aim: .atMost(200), bound: .atMost(182)),
        "change.1.zstd-wb1.receiver": Threshold(aim: .atMost(200), bound: .atMost(155)),
        "change.100.zstd-wb1": Threshold(aim: .atMost(200), bound: .atMost(58)),
        "metadata.server": Threshold(aim: .atMost(70), bound: .atMost(135)),
        "metadata.server.record": Threshold(aim: .atMost(70), bound: .atMost(65)),
        "metadata.client": Threshold(aim: .atMost(70), bound: .atMost(60)),
        "memory.server.push": Threshold(aim: .atMost(100), bound: .atMost(100)),
        "memory.server.pull": Threshold(aim: .atMost(100), bound: .atMost(100)),
        "memory.client.import": Threshold(aim: .atMost(100), bound: .atMost(60)),
        "memory.client.push": Threshold(aim: .atMost(100), bound: .atMost(60)),
        "memory.client.pull": Threshold(aim: .atMost(100), bound: .atMost(60)),
    ]
}
