import Foundation
import Testing
import WaybookServerCore
import WaybookTesting

@testable import WaybookStore

/// Power cuts of laptops and server at any operation on their files, while edits, pushes and pulls are under way
/// (`docs/testing.md`). `WAYBOOK_SEED` replays one seed; `WAYBOOK_RUNS` sets how many seeds are run in a row.
@Suite struct PowerCutTests {
    private static let cutsInRun = 20
    private static let usualRuns = 10
    /// Logs so short that cuts also come in the midst of their way into the file.
    private static let options = StoreFile.Options(checkpointPages: 25)

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    private static func run(seed: UInt64, _ opening: StoreOpening) async throws -> ExchangeSimulation.Report {
        // What a disk keeps is the shim's to say; the files may lie in memory.
        let memory = URL(filePath: "/dev/shm", directoryHint: .isDirectory)
        let isThere = FileManager.default.isWritableFile(atPath: memory.path)
        let folder = (isThere ? memory : FileManager.default.temporaryDirectory).appending(
            path: "waybook-power-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        var plan = ExchangeSimulation.Plan(seed: seed)
        plan.laptops = 3
        plan.customers = 8
        plan.editsPerLaptop = 1_000_000
        plan.syncPercent = 25
        plan.pageRows = 8
        plan.checksEverySync = true
        plan.powerCuts = cutsInRun
        plan.opening = opening
        return try await ExchangeSimulation(plan, in: folder).run()
    }

    @Test func powerCutsOfLaptopsAndServerLoseNothingAcknowledged() async throws {
        let first = UInt64(Self.number("WAYBOOK_SEED") ?? 1)
        var total = PowerReport()
        let runs = Self.number("WAYBOOK_RUNS") ?? Self.usualRuns
        for seed in first..<first + UInt64(runs) {
            do {
                let report = try await Self.run(seed: seed, .production(Self.options))
                total.add(report.power)
                print("power cuts, seed \(seed): \(report)")
            } catch {
                Issue.record("seed \(seed): \(error)")
                return
            }
        }
        print("power cuts from seed \(first): \(total)")
        #expect(total.cuts >= runs * Self.cutsInRun)
        // A short replay need not meet everything.
        guard runs >= Self.usualRuns else { return }
        #expect(total.laptopCuts > 0 && total.serverCuts > 0 && total.nextSyncs > 0)
        #expect(total.cutsInExchange > 0 && total.unconfirmedKept > 0 && total.unconfirmedLost > 0)
    }

    @Test func aLaptopThatDoesNotWaitForItsDiskIsFound() async throws {
        var opening = StoreOpening.production(Self.options)
        opening.client = {
            try ClientStore(path: $0, schema: $1, options: Self.options, synchronous: .normal)
        }
        try await Self.expectLoss(opening)
    }

    @Test func aServerThatAnswersBeforeItsDiskConfirmsIsFound() async throws {
        var opening = StoreOpening.production(Self.options)
        opening.server = {
            try StoreFile(
                path: $0, role: .server, migrations: ServerSchema.migrations, options: Self.options,
                synchronous: .normal)
        }
        try await Self.expectLoss(opening)
    }

    private static func expectLoss(_ opening: StoreOpening) async throws {
        for seed in 1...UInt64(5) {
            do {
                _ = try await run(seed: seed, opening)
            } catch let failure as SimulationFailure {
                print("synchronous=NORMAL: found with seed \(seed): \(failure)")
                return
            }
        }
        Issue.record("nothing found the loss")
    }
}
