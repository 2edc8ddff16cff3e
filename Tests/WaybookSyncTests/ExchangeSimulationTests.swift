import Foundation
import Testing
import WaybookTesting

/// Laptops and server in one process under one seed (`docs/testing.md`). `WAYBOOK_SEED` replays one seed;
/// `WAYBOOK_EDITS` and `WAYBOOK_RUNS` set the length.
@Suite struct ExchangeSimulationTests {
    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    private static func run(_ plan: ExchangeSimulation.Plan) async throws -> ExchangeSimulation.Report {
        // Durability is tested elsewhere, against power cuts; here the files may lie in memory.
        let memory = URL(filePath: "/dev/shm", directoryHint: .isDirectory)
        let isThere = FileManager.default.isWritableFile(atPath: memory.path)
        let folder = (isThere ? memory : FileManager.default.temporaryDirectory)
            .appending(path: "waybook-simulation-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await ExchangeSimulation(plan, in: folder).run()
    }

    @Test func fourLaptopsWithEveryFaultEndAlikeAndLoseNothing() async throws {
        let first = UInt64(Self.number("WAYBOOK_SEED") ?? 1)
        var total = ExchangeSimulation.Report()
        for seed in first..<first + UInt64(Self.number("WAYBOOK_RUNS") ?? 6) {
            var plan = ExchangeSimulation.Plan(seed: seed)
            plan.editsPerLaptop = Self.number("WAYBOOK_EDITS") ?? 150
            plan.customers = max(10, plan.editsPerLaptop / 25)
            do {
                let report = try await Self.run(plan)
                total.edits += report.edits
                total.exchanges += report.exchanges
                total.refusedSets += report.refusedSets
                total.conflictsListed += report.conflictsListed
                total.forks += report.forks
                total.restampedSets += report.restampedSets
                total.freshPulls += report.freshPulls
            } catch {
                Issue.record("seed \(seed): \(error)")
                return
            }
        }
        print("simulated from seed \(first): \(total)")
        #expect(total.refusedSets > 0 && total.conflictsListed > 0 && total.restampedSets > 0)
        #expect(total.freshPulls > 0)
    }

    @Test func aServerThatIsPutBackLosesNothingThatALivingLaptopHas() async throws {
        let first = UInt64(Self.number("WAYBOOK_SEED") ?? 1)
        var total = ExchangeSimulation.Report()
        for seed in first..<first + UInt64(Self.number("WAYBOOK_RUNS") ?? 3) {
            var plan = ExchangeSimulation.Plan(seed: seed)
            plan.editsPerLaptop = Self.number("WAYBOOK_EDITS") ?? 120
            plan.customers = max(8, plan.editsPerLaptop / 25)
            plan.restores = 4
            plan.checksEverySync = true
            do {
                let report = try await Self.run(plan)
                total.edits += report.edits
                total.exchanges += report.exchanges
                total.restores += report.restores
                total.rewinds += report.rewinds
                total.forks += report.forks
                total.lostJournals += report.lostJournals
                total.refusedSets += report.refusedSets
                total.waitingSets += report.waitingSets
            } catch {
                Issue.record("seed \(seed): \(error)")
                return
            }
        }
        print("put back from seed \(first): \(total)")
        #expect(total.restores > 0 && total.rewinds > 0 && total.lostJournals > 0)
    }

    @Test func everyPlantedFaultIsFound() async throws {
        for fault in Tampering.Fault.allCases {
            var isFound = false
            for seed in 1...UInt64(10) where !isFound {
                var plan = ExchangeSimulation.Plan(seed: seed)
                plan.fault = fault
                plan.editsPerLaptop = 60
                plan.customers = 8
                plan.refusedPercent = 15
                plan.checksEverySync = true
                if fault.needsRestores { plan.restores = 3 }
                do {
                    _ = try await Self.run(plan)
                } catch let failure as SimulationFailure {
                    print("planted \(fault): found with seed \(seed): \(failure.law)")
                    isFound = true
                }
            }
            #expect(isFound, "nothing found \(fault)")
        }
    }
}
