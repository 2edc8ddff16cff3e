import Foundation
import Testing
import WaybookCRM
import WaybookTesting

/// No byte of what somebody may not see is on their laptop, and all that they may see is (`LeakFirm` says precisely when).
@Suite struct LeakTests {
    /// Small firms; for a campaign, `WAYBOOK_LEAK_RUNS` of 30 people and 5,000 customers.
    static let plans: [LeakPlan] = {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["WAYBOOK_SEED"].flatMap { UInt64($0) } ?? 1
        guard let runs = environment["WAYBOOK_LEAK_RUNS"].flatMap({ UInt64($0) }) else {
            return (0..<2).map { LeakPlan(seed: first + $0, users: 8, customers: 300, steps: 300) }
        }
        let steps = environment["WAYBOOK_STEPS"].flatMap { Int($0) } ?? 3_000
        return (0..<runs).map { LeakPlan(seed: first + $0, users: 30, customers: 5_000, steps: steps) }
    }()

    private func run(_ plan: LeakPlan) async throws -> LeakReport {
        let folder = FileManager.default.temporaryDirectory.appending(path: "waybook-leak-\(UUID().uuidString)")
        let firm = try LeakFirm(plan, schema: Catalogue.schema, in: folder)
        do {
            let report = try await firm.run()
            try firm.close()
            return report
        } catch {
            try? firm.close()
            throw error
        }
    }

    @Test(arguments: plans) func everyLaptopHoldsWhatItMayAndNoMarkerOfAnythingElse(plan: LeakPlan) async throws {
        let report = try await run(plan)
        print("leak, seed \(plan.seed): \(report)")
        #expect(report.departures > 0 && report.wholeChecks > plan.steps / 10 && report.brokenChecks > 0)
        #expect(report.markersFound > 1_000 && report.putAside > 0)
    }

    @Test(arguments: LeakFault.allCases) func everyPlantedFaultIsFound(fault: LeakFault) async throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            let plan = LeakPlan(seed: seed, users: 8, customers: 60, steps: 150, fault: fault)
            do {
                _ = try await run(plan)
            } catch let found as LeakFound {
                print("\(fault), seed \(seed): \(found.what.prefix(300))")
                return
            }
        }
        Issue.record("\(fault) was not found")
    }

    @Test func markersAreFoundWhereverTheyLie() {
        for code in [0, 1, 77, 4_095, Marker.count - 1] {
            let texts = [Marker.latin(code), Marker.chinese(code), Marker.phone(code)]
            for text in texts { #expect(Marker.codes(in: "x\(text)y") == [code], "\(text)") }
            // What a word of the index keeps after a word with the same beginning.
            #expect(Marker.codes(in: String(Marker.latin(code).dropFirst(4))) == [code])
        }
        #expect(Marker.codes(in: "zqqz +8690 龘 abcde").isEmpty)
    }
}
