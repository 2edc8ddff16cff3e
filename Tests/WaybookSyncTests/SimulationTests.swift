import Foundation
import Testing
import WaybookCRM
import WaybookTesting

/// Simulated histories (`docs/testing.md`): `WAYBOOK_SEED`, `WAYBOOK_HISTORIES` and `WAYBOOK_STEPS` set which, how many
/// and how long.
@Suite struct SimulationTests {
    /// What CI runs: short histories, for this is a build without optimisation.
    private static let usualHistories = 1_000
    private static let usualSteps = 16
    private static let usualLaptops = 3

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    private static func folder(_ name: String) -> URL {
        Campaign.memory.deletingLastPathComponent().appending(path: "waybook-\(name)-\(UUID().uuidString)")
    }

    /// Parts with seeds of their own, which run beside each other.
    private static let parts = 2

    @Test(arguments: 0..<parts) func randomHistoriesBreakNoLaw(part: Int) async throws {
        let all = Self.number("WAYBOOK_HISTORIES") ?? Self.usualHistories
        let seeds = all * part / Self.parts..<all * (part + 1) / Self.parts
        var campaign = Campaign(in: Self.folder("histories"))
        campaign.firstSeed = UInt64((Self.number("WAYBOOK_SEED") ?? 1) + seeds.lowerBound)
        campaign.histories = seeds.count
        campaign.jobs = 1
        campaign.steps = Self.number("WAYBOOK_STEPS") ?? Self.usualSteps
        campaign.laptops = Self.usualLaptops
        let report = try await campaign.run(schema: Catalogue.schema)
        print("simulated from seed \(campaign.firstSeed): \(report.histories) histories, \(Int(report.seconds)) s")
        print(report.coverage.text)
        for (seed, violation) in report.found {
            Issue.record(
                """
                seed \(seed): \(violation); make it short with \
                make simulate SEED=\(seed) STEPS=\(campaign.steps) REPLICAS=\(campaign.laptops) SHRINK=1
                """)
        }
        // A campaign of long histories must meet everything; short ones each thing that can be done.
        guard report.histories >= Self.usualHistories / Self.parts else { return }
        let missing = report.coverage.missing.filter { $0.hasPrefix("step") || $0.hasPrefix("exchange") }
        #expect(missing == [], "what never happens is not tested")
    }

    @Test func aHistoryIsTheSameAfterItWasWrittenDown() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            let history = SimulatedHistory(seed: seed, steps: 60, laptops: 5)
            #expect(try SimulatedHistory(text: history.description) == history)
        }
        #expect(throws: SimulatedHistory.Unreadable.self) { try SimulatedHistory(text: "laptop 1 dance") }
        #expect(throws: SimulatedHistory.Unreadable.self) { try SimulatedHistory(text: "laptop 1 go far=2") }
    }

    @Test func theSameHistoryRunsTheSameTwice() async throws {
        for seed in [3, 4, 5] as [UInt64] {
            let history = SimulatedHistory(seed: seed, steps: 60, laptops: 5)
            let runs = [
                try await Campaign.replay(history, schema: Catalogue.schema, in: Self.folder("once")),
                try await Campaign.replay(history, schema: Catalogue.schema, in: Self.folder("twice")),
            ]
            #expect(runs[0].violation == nil && runs[1].violation == nil, "seed \(seed)")
            #expect(runs[0].coverage == runs[1].coverage, "seed \(seed)")
        }
    }

    /// Where the system tells what is open: a campaign of thousands runs in one process.
    @Test func aHistoryLeavesNoFileOpen() async throws {
        let folder = Self.folder("open")
        for seed in [3, 4] as [UInt64] {
            let history = SimulatedHistory(seed: seed, steps: 60, laptops: 5)
            _ = try await Campaign.replay(history, schema: Catalogue.schema, in: folder)
        }
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        let open = descriptors.compactMap { number in
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
        }
        #expect(open.filter { $0.contains(folder.lastPathComponent) } == [])
    }

    @Test func someHistoriesAreKept() { #expect(!KeptHistories.all.isEmpty, "else the next test has no case") }

    /// Each of these once broke a law.
    @Test(arguments: KeptHistories.all) func aHistoryThatOnceBrokeALawBreaksNone(name: String) async throws {
        let history = try SimulatedHistory(text: KeptHistories.text(name))
        let replay = try await Campaign.replay(history, schema: Catalogue.schema, in: Self.folder("kept"))
        #expect(replay.violation == nil, "\(name): \(String(describing: replay.violation))")
    }
}

/// The histories that are kept as tests, in `Tests/Simulation/histories`.
enum KeptHistories {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Simulation/histories")

    static let all: [String] = {
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).map(\.lastPathComponent).filter { $0.hasSuffix(".txt") }.sorted()
    }()

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }
}
