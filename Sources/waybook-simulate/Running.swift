import Foundation
import WaybookCRM
import WaybookTesting

/// One history, told step by step; with `--shrink` made short first.
struct Replay {
    let options: Options

    init(_ options: Options) { self.options = options }

    /// - Returns: whether it breaks a law.
    func run(_ history: SimulatedHistory) async throws -> Bool {
        var history = history
        var (violation, coverage) = try await replay(history)
        if options.shrinks, let law = violation?.failure.law {
            let shrinking = try Shrinking(schema: Catalogue.schema, in: options.folder)
            let (shorter, tries) = await shrinking.shrink(history, breaking: law)
            shrinking.end()
            print("# \(history.steps.count) steps made \(shorter.steps.count) in \(tries) tries")
            history = shorter
            (violation, coverage) = try await replay(history)
        }
        print(history, terminator: "")
        for line in violation?.story ?? [] { print("# \(line)") }
        print(violation.map { "# broken at \($0)" } ?? "# no law is broken")
        if options.showsCoverage { print(coverage.text) }
        return violation != nil
    }

    private func replay(_ history: SimulatedHistory) async throws -> (Simulation.Violation?, Coverage) {
        try await Campaign.replay(history, schema: Catalogue.schema, in: options.folder)
    }
}

/// Many seeds in a row.
struct Many {
    let options: Options

    init(_ options: Options) { self.options = options }

    /// - Returns: whether one of them breaks a law, or something never happened in many.
    func run() async throws -> Bool {
        var campaign = Campaign(in: options.folder)
        campaign.firstSeed = options.seed
        campaign.histories = options.minutes == nil ? options.histories : .max
        campaign.steps = options.steps
        campaign.laptops = options.replicas
        campaign.jobs = options.jobs
        campaign.mostSeconds = options.minutes.map { $0 * 60 }
        let report = try await campaign.run(
            schema: Catalogue.schema, stopAfter: options.most,
            found: { seed, violation in Self.say("seed \(seed) breaks \(violation)") },
            progress: { report in
                guard report.histories.isMultiple(of: 1_000) else { return }
                Self.say("\(report.histories) histories, \(Int(report.seconds)) s")
            })
        print(
            "seeds \(options.seed) to \(options.seed + UInt64(max(0, report.histories - 1))): "
                + "\(report.histories) histories of \(options.steps) steps and \(options.replicas) laptops, "
                + "\(String(format: "%.1f", report.seconds)) s")
        if options.showsCoverage { print(report.coverage.text) }
        let isBlind = report.histories >= Self.enoughHistories && !report.coverage.missing.isEmpty
        if isBlind { print("never happened: \(report.coverage.missing.joined(separator: ", "))") }
        if report.histories > 0, !isBlind { try add(report) }
        return !report.found.isEmpty || isBlind
    }

    /// At once, also where the output is a file.
    private static func say(_ text: String) {
        print(text)
        fflush(nil)
    }

    /// A campaign of so many must meet everything.
    private static let enoughHistories = 1_000

    /// A line in the ledger, to which later campaigns are added.
    private func add(_ report: Campaign.Report) throws {
        guard let path = options.ledger else { return }
        let place = options.folder.path.hasPrefix("/dev/shm") ? "memory" : "disk"
        let line =
            "\(options.commit),\(options.seed),\(report.histories),\(options.steps),\(options.replicas),\(place),"
            + "\(Int(report.seconds)),\(report.found.map { "\($0.seed)" }.joined(separator: " "))\n"
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(line.utf8))
        try handle.close()
    }
}
