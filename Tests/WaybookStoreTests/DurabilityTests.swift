import Foundation
import GRDB
import Testing
import WaybookTesting

@testable import WaybookStore

@Suite struct DurabilityTests {
    @Test func everyAcknowledgedCommitIsSynced() throws {
        let folder = try TestFolder()
        let shim = try FaultVFS(watching: folder.path)
        defer { shim.forget() }
        let store = try openNotes(folder.store)
        for number in 1...50 {
            let before = shim.counts.logSyncs
            try store.addNote(number)
            #expect(shim.counts.logSyncs - before >= 1)
        }
        try store.close()
    }

    @Test func withoutWaitingForTheDiskCommitsAreNotSynced() throws {
        let folder = try TestFolder()
        let shim = try FaultVFS(watching: folder.path)
        defer { shim.forget() }
        let store = try openNotes(folder.store, synchronous: .normal)
        let before = shim.counts.logSyncs
        for number in 1...50 { try store.addNote(number) }
        #expect(shim.counts.logSyncs == before)
        try store.close()
    }

    @Test func aPowerCutLosesNothingAcknowledged() throws {
        for survivors in FaultVFS.Survivors.allCases {
            for run in 0..<3 {
                let seed = UInt64(run * 10 + Int(survivors.rawValue) + 1)
                let outcome = try runWithPowerCuts(seed: seed, survivors: survivors, synchronous: .full)
                #expect(outcome.cuts >= 50, "seed \(seed)")
                #expect(outcome.cutsThatLost == 0, "seed \(seed), \(survivors)")
                #expect(outcome.cutsThatBroke == 0, "seed \(seed), \(survivors)")
            }
        }
    }

    @Test func theSameRunThatDoesNotWaitForTheDiskLosesSomething() throws {
        let outcome = try runWithPowerCuts(seed: 1, survivors: .none, synchronous: .normal)
        #expect(outcome.cutsThatLost > 0)
    }

    @Test func aPowerCutWhileAStoreIsMadeLeavesOneThatOpens() throws {
        for survivors in FaultVFS.Survivors.allCases {
            for operations in 0..<40 {
                let folder = try TestFolder()
                let image = try TestFolder()
                let shim = try FaultVFS(watching: folder.path)
                defer { shim.forget() }
                shim.cutPower(
                    afterOperations: operations, to: image.path, survivors: survivors, seed: UInt64(operations))
                let store = try openNotes(folder.store)
                try store.addNote(1)
                if try !shim.powerWasCut() {
                    try shim.powerCutImage(to: image.path, survivors: survivors, seed: UInt64(operations))
                }
                let code = storeErrorCode {
                    let after = try openNotes(image.store)
                    try after.addNote(2)
                    try after.close()
                }
                #expect(code == nil, "\(survivors) after \(operations) operations")
                try store.close()
            }
        }
    }

    @Test func anUnconfirmedSyncIsNotAcknowledgedAndWhatFollowsSurvivesAPowerCut() throws {
        for seed in UInt64(1)...20 {
            let folder = try TestFolder()
            let shim = try FaultVFS(watching: folder.path)
            defer { shim.forget() }
            let store = try openNotes(folder.store)
            var acknowledged: [Int] = []
            for number in 1...20 {
                if number == 7 { shim.inject(.syncError, on: .log) }
                if number == 13 { shim.inject(.syncError, on: .any, isLasting: true) }
                if number == 15 { shim.inject(.none) }
                let code = storeErrorCode { try store.addNote(number) }
                if code == nil { acknowledged.append(number) }
                if [7, 13, 14].contains(number) { #expect(code == .unconfirmedWrite) } else { #expect(code == nil) }
                let readable = try store.noteNumbers()
                #expect(readable.count >= acknowledged.count)
            }
            let image = try TestFolder()
            try shim.powerCutImage(to: image.path, survivors: .some, seed: seed)
            let after = try openNotes(image.store)
            let found = try after.noteNumbers()
            #expect(Set(found).isSuperset(of: acknowledged), "seed \(seed)")
            #expect(try after.isIntact())
            try store.close()
        }
    }
}

struct PowerCutOutcome {
    var cuts = 0
    var cutsThatLost = 0
    var cutsThatBroke = 0
}

/// 200 random writes, checkpoints and reopenings; in the middle of each, at an operation the seed chooses, the power
/// is cut, and the files that leaves are opened and compared with what had been acknowledged by then.
func runWithPowerCuts(
    seed: UInt64, survivors: FaultVFS.Survivors, synchronous: StoreOpener.Synchronous
) throws -> PowerCutOutcome {
    let folder = try TestFolder()
    let shim = try FaultVFS(watching: folder.path)
    defer { shim.forget() }
    var random = SeededRandom(seed: seed)
    var outcome = PowerCutOutcome()
    let options = StoreFile.Options(checkpointPages: 20)
    var store = try openNotes(folder.store, options: options, synchronous: synchronous)
    var acknowledged = 0
    for _ in 0..<200 {
        let image = try TestFolder()
        let acknowledgedBefore = acknowledged
        shim.cutPower(
            afterOperations: Int.random(in: 0..<12, using: &random), to: image.path, survivors: survivors,
            seed: random.next())
        switch Int.random(in: 0..<20, using: &random) {
        case 0:
            try store.close()
            store = try openNotes(folder.store, options: options, synchronous: synchronous)
        case 1: try store.checkpoint(.truncate)
        default:
            let text = String(repeating: "x", count: Int.random(in: 0..<6_000, using: &random))
            try store.addNote(acknowledged + 1, text: text)
            acknowledged += 1
        }
        var expected = acknowledgedBefore
        if try !shim.powerWasCut() {
            try shim.powerCutImage(to: image.path, survivors: survivors, seed: random.next())
            expected = acknowledged
        }
        outcome.cuts += 1
        do {
            let after = try openNotes(image.store)
            let found = try after.noteNumbers()
            if !found.starts(with: Array(0..<expected).map { $0 + 1 }) { outcome.cutsThatLost += 1 }
            if try !after.isIntact() { outcome.cutsThatBroke += 1 }
            try after.close()
        } catch {
            outcome.cutsThatBroke += 1
        }
    }
    try store.close()
    return outcome
}
