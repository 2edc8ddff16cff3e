import Foundation
import Testing
import WaybookModel
import WaybookTesting

@Suite struct HistoryTests {
    @Test func theOpenConflictsAreTheLosingCausalHeadsUnderEveryHistory() {
        let count = Seeds.count("WAYBOOK_HISTORIES", otherwise: 100_000)
        let first = Seeds.first
        print("histories: \(count) from seed \(first); replay one with WAYBOOK_SEED=… WAYBOOK_HISTORIES=1")
        let start = ContinuousClock.now
        var failures: [String: (seed: UInt64, count: Int)] = [:]
        for offset in 0..<UInt64(count) {
            let seed = first &+ offset
            guard let broken = HistoryRun.run(Scenario(seed: seed), checksBytes: offset % 8 == 0).broken else {
                continue
            }
            failures["\(broken)", default: (seed, 0)].count += 1
        }
        print("histories took \(ContinuousClock.now - start)")
        for (law, failure) in failures.sorted(by: { $0.key < $1.key }) {
            let shortest = HistoryRun.shortest(Scenario(seed: failure.seed))
            let log = HistoryRun.run(shortest, isLogging: true).log.joined(separator: "\n  ")
            Issue.record("seed \(failure.seed), \(failure.count) times: \(law)\n  \(log)")
        }
    }
}

@Suite struct PlantedFaultTests {
    @Test func theOracleFindsEveryPlantedFault() {
        for fault in PlantedFault.allCases {
            let first = Seeds.first
            var found: (seed: UInt64, tried: UInt64)?
            for offset in 0..<5_000 where found == nil {
                let seed = first &+ UInt64(offset)
                let broken = HistoryRun.run(Scenario(seed: seed), fault: fault, checksBytes: false).broken
                if broken != nil { found = (seed, UInt64(offset) + 1) }
            }
            guard let found else {
                Issue.record("\(fault) was not found in 5,000 histories from seed \(first)")
                continue
            }
            let shortest = HistoryRun.shortest(Scenario(seed: found.seed), fault: fault)
            let again = HistoryRun.run(shortest, fault: fault, isLogging: true)
            print(
                "\(fault): seed \(found.seed) after \(found.tried), \(shortest.steps.count) steps, \(again.log.last ?? "")"
            )
            #expect(again.broken != nil)
            #expect(shortest.steps.count <= 8)
        }
    }

    @Test func aHistoryIsTheSameEachTimeItsSeedIsRun() {
        for seed in 1...20 as ClosedRange<UInt64> {
            let first = HistoryRun.run(Scenario(seed: seed), isLogging: true).log
            let second = HistoryRun.run(Scenario(seed: seed), isLogging: true).log
            #expect(first == second && !first.isEmpty)
        }
    }
}
