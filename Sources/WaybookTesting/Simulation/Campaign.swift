import Foundation
import Synchronization
import WaybookModel

/// Runs many histories, each drawn from a seed of its own, and adds up what happened.
public struct Campaign: Sendable {
    public var firstSeed: UInt64 = 1
    public var histories = 1_000
    public var steps = 200
    public var laptops = 5
    /// How many histories are run beside each other.
    public var jobs = 2
    /// Ends after so much time, however many are left.
    public var mostSeconds: Double?
    /// Where files lie: in memory, unless a disk is to be met.
    public var folder: URL

    public init(in folder: URL) { self.folder = folder }

    /// What a campaign came to.
    public struct Report: Sendable {
        public var histories = 0
        public var steps = 0
        public var seconds = 0.0
        public var coverage = Coverage()
        /// The violations, by seed.
        public var found: [(seed: UInt64, violation: Simulation.Violation)] = []
    }

    /// A folder in memory where the machine has one, else a temporary one.
    public static var memory: URL {
        let memory = URL(filePath: "/dev/shm", directoryHint: .isDirectory)
        let isThere = FileManager.default.isWritableFile(atPath: memory.path)
        return (isThere ? memory : FileManager.default.temporaryDirectory)
            .appending(path: "waybook-simulation-\(ProcessInfo.processInfo.processIdentifier)")
    }

    /// Runs the histories; ends after the first so many violations.
    /// - Parameters:
    ///   - found: told of each violation at once.
    ///   - progress: told after each history.
    public func run(
        schema: Schema, stopAfter most: Int = 1,
        found: @escaping @Sendable (UInt64, Simulation.Violation) -> Void = { _, _ in },
        progress: @escaping @Sendable (Report) -> Void = { _ in }
    ) async throws -> Report {
        let templates = try SimulatedTemplates(in: folder.appending(path: "templates"))
        defer { try? FileManager.default.removeItem(at: folder) }
        let schemas = SimulatedSchemas(schema)
        let state = State(self)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<max(1, jobs) {
                group.addTask {
                    while let seed = state.nextSeed(stopAfter: most) {
                        let outcome = await self.run(seed, schemas, templates)
                        if case .failure(let violation) = outcome { found(seed, violation) }
                        progress(state.add(outcome, of: seed))
                    }
                }
            }
        }
        return state.report
    }

    /// What the jobs share.
    private final class State: Sendable {
        private let campaign: Campaign
        private let began = ContinuousClock.now
        private let box = Mutex((next: 0, report: Report()))

        init(_ campaign: Campaign) { self.campaign = campaign }

        var report: Report { box.withLock { $0.report } }
        private var seconds: Double { Campaign.seconds(since: began) }

        func nextSeed(stopAfter most: Int) -> UInt64? {
            box.withLock { state in
                guard state.next < campaign.histories, state.report.found.count < most,
                    seconds < campaign.mostSeconds ?? .infinity
                else { return nil }
                defer { state.next += 1 }
                return campaign.firstSeed + UInt64(state.next)
            }
        }

        func add(_ outcome: Result<Coverage, Simulation.Violation>, of seed: UInt64) -> Report {
            box.withLock { state in
                state.report.histories += 1
                switch outcome {
                case .success(let coverage): state.report.coverage.add(coverage)
                case .failure(let violation): state.report.found.append((seed, violation))
                }
                state.report.steps += campaign.steps
                state.report.seconds = seconds
                return state.report
            }
        }
    }

    private static func seconds(since began: ContinuousClock.Instant) -> Double {
        let (seconds, attoseconds) = (ContinuousClock.now - began).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    private func run(
        _ seed: UInt64, _ schemas: SimulatedSchemas, _ templates: SimulatedTemplates
    ) async -> Result<Coverage, Simulation.Violation> {
        let history = SimulatedHistory(seed: seed, steps: steps, laptops: laptops)
        return await Self.run(history, schemas, templates, in: folder.appending(path: "history-\(seed)"))
    }

    /// Runs one history in a folder of its own.
    static func run(
        _ history: SimulatedHistory, _ schemas: SimulatedSchemas, _ templates: SimulatedTemplates, in folder: URL,
        tellsStory: Bool = false
    ) async -> Result<Coverage, Simulation.Violation> {
        do {
            let simulation = try Simulation(
                history, schemas: schemas, templates: templates, in: folder, tellsStory: tellsStory)
            return .success(try await simulation.run())
        } catch let violation as Simulation.Violation {
            return .failure(violation)
        } catch {
            try? FileManager.default.removeItem(at: folder)
            let failure = SimulationFailure(law: "beginning", detail: "\(error)")
            return .failure(Simulation.Violation(failure: failure, step: 0, story: []))
        }
    }

    /// Runs one history and tells what its steps did.
    public static func replay(
        _ history: SimulatedHistory, schema: Schema, in folder: URL
    ) async throws -> (violation: Simulation.Violation?, coverage: Coverage) {
        let templates = try SimulatedTemplates(in: folder.appending(path: "templates"))
        defer { try? FileManager.default.removeItem(at: folder) }
        let outcome = await run(
            history, SimulatedSchemas(schema), templates, in: folder.appending(path: "history"), tellsStory: true)
        switch outcome {
        case .success(let coverage): return (nil, coverage)
        case .failure(let violation): return (violation, Coverage())
        }
    }
}
