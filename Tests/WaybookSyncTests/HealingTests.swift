import Foundation
import GRDB
import Synchronization
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync
import WaybookTesting

/// Laptops heal a server that was put back (`protocol/4-exchange.md#timelines`): production code on both sides.
@Suite struct HealingTests {
    /// What must hold once everybody has synchronised: all are alike, and quiet.
    private func expectAlike(_ company: HealingCompany, _ laptops: [WaybookTesting.Laptop]? = nil) async throws {
        for laptop in (laptops ?? company.laptops) + (laptops ?? company.laptops) {
            _ = try await company.settle(laptop)
        }
        let values = try company.values()
        for laptop in laptops ?? company.laptops {
            let report = try await company.sync(laptop)
            #expect(report.ending == .upToDate && report.sentSets == 0 && report.receivedRecords == 0, "\(laptop.name)")
            #expect(try company.shown(laptop) == values, "\(laptop.name)")
            #expect(try laptop.store.exchangeStart().again == nil && laptop.store.status().isComplete)
        }
    }

    @Test func everyAcknowledgedChangeIsBackAfterOneSync() async throws {
        let company = try HealingCompany(laptops: 2)
        let (ann, bob) = (company.laptops[0], company.laptops[1])
        let acme = try company.create("Acme", on: ann)
        for laptop in [ann, bob] { try await company.sync(laptop) }
        try company.server.backUp("old.db")
        for number in 0..<30 { try company.write(acme, number % 2 == 0 ? "city" : "mood", "v\(number)", on: ann) }
        let bolt = try company.create("Bolt", on: bob)
        for laptop in [ann, bob, ann] { try await company.sync(laptop) }
        let before = try company.values()
        let stamps = try company.server.service.file.read {
            try ServerRows($0).row(acme)?.record.atoms.mapValues(\.stamp)
        }
        try company.write(acme, "name", "Acme AG", on: ann)
        try company.server.putBack("old.db")
        #expect(try company.values().count == 1)
        var report = try await company.sync(ann)
        #expect(report.ending == .upToDate && report.setsSentAgain == 30 && report.answeredSets == 31)
        #expect(report.refusedSets == 0 && report.goneRecords == 1, "of Bob's record the server knows nothing yet")
        report = try await company.sync(bob)
        #expect(report.ending == .upToDate && report.setsSentAgain == 1 && report.refusedSets == 0)
        var expected = before
        expected[acme]?[FieldPath("name")] = "Acme AG"
        #expect(try company.values() == expected && company.openConflicts() == 0 && before[bolt] != nil)
        let after = try company.server.service.file.read {
            try ServerRows($0).row(acme)?.record.atoms.mapValues(\.stamp)
        }
        #expect(after?[FieldPath("city")] == stamps?[FieldPath("city")])
        try await expectAlike(company)
        let log = try ann.store.syncLog(limit: 100).filter { $0.kind == .rewound }
        #expect(log.map(\.count) == [30])
    }

    @Test(arguments: 1...UInt64(3)) func twentyLaptopsInAnyOrder(seed: UInt64) async throws {
        let company = try HealingCompany(laptops: 20, seed: seed)
        var random = SeededRandom(seed: seed)
        let shared = try (0..<5).map { try company.create("Shared \($0)", on: company.laptops[$0]) }
        for laptop in company.laptops { try await company.sync(laptop) }
        for laptop in company.laptops { try await company.sync(laptop) }
        try company.server.backUp("old.db")
        var own: [[RecordID]] = company.laptops.map { _ in [] }
        for round in 0..<4 {
            for index in company.laptops.indices.shuffled(using: &random) {
                let laptop = company.laptops[index]
                own[index].append(try company.create("Own \(index)-\(round)", on: laptop))
                try company.write(own[index][round], "city", "c\(index)-\(round)", on: laptop)
                let customer = shared[random.below(shared.count)]
                try company.write(customer, random.chance(50) ? "city" : "mood", "s\(index)-\(round)", on: laptop)
                if random.chance(70) { try await company.sync(laptop) }
            }
        }
        for laptop in company.laptops { try await company.sync(laptop) }
        let before = try company.values()
        try company.server.putBack("old.db")
        var again = 0
        for index in company.laptops.indices.shuffled(using: &random) {
            let report = try await company.sync(company.laptops[index])
            #expect(report.ending == .upToDate && report.refusedSets == 0 && report.handedOverSets == 0)
            again += report.setsSentAgain ?? 0
        }
        #expect(again == 20 * 12 && before.count == 85)
        // The latest of all writes stood before, and stands again.
        #expect(try company.values() == before)
        try await expectAlike(company)
    }

    @Test func aLostAnswerChangesNothing() async throws {
        let (company, acme) = try await worked()
        let ann = company.laptops[0]
        try company.server.putBack("old.db")
        // The head never comes, the sets have.
        ann.transport.set(.init(tamper: Tampering(dropping: { $0.entries?["head"] != nil })))
        let cut = try await company.sync(ann)
        #expect(cut.ending != .upToDate && cut.setsSentAgain == 3)
        let sequence = try company.server.service.lastSequence()
        #expect(try company.values()[acme]?[FieldPath("city")] == "Nice")
        ann.transport.set(.init())
        let report = try await company.sync(ann)
        #expect(report.ending == .upToDate && report.setsSentAgain == nil && report.answeredSets == 3)
        #expect(try company.server.service.lastSequence() == sequence)
        try await expectAlike(company)
    }

    /// A customer of the backup, and three sets of the first laptop's of after it, which the second has read.
    private func worked() async throws -> (HealingCompany, RecordID) {
        let company = try HealingCompany(laptops: 2)
        let (ann, bob) = (company.laptops[0], company.laptops[1])
        let acme = try company.create("Acme", on: ann)
        try company.write(acme, "city", "Lyon", on: ann)
        for laptop in [ann, bob] { try await company.sync(laptop) }
        try company.server.backUp("old.db")
        try company.write(acme, "city", "Nice", on: ann)
        try company.write(acme, "mood", "good", on: ann)
        try company.create("Bolt", on: ann)
        for laptop in [ann, bob] { try await company.sync(laptop) }
        return (company, acme)
    }

    @Test(arguments: 1...UInt64(6)) func aCutAnywhereHealsAll(seed: UInt64) async throws {
        let company = try HealingCompany(laptops: 3, seed: seed, pageRows: 3)
        for (index, laptop) in company.laptops.enumerated() {
            for number in 0..<6 { try company.create("C\(index)-\(number)", on: laptop) }
            try await company.sync(laptop)
        }
        for laptop in company.laptops { try await company.sync(laptop) }
        try company.server.backUp("old.db")
        let ids = try company.values().keys.sorted()
        for (index, laptop) in company.laptops.enumerated() {
            for (number, id) in ids.enumerated() where number % 3 == index {
                try company.write(id, "city", "c\(number)", on: laptop)
            }
            try company.create("New \(index)", on: laptop)
            try await company.sync(laptop)
        }
        for laptop in company.laptops { try await company.sync(laptop) }
        let before = try company.values()
        try company.server.putBack("old.db")
        for laptop in company.laptops { laptop.transport.set(.init(cutPercent: 80)) }
        for laptop in company.laptops {
            let report = try await company.settle(laptop)
            #expect(report != nil && report?.refusedSets == 0)
        }
        #expect(try company.values() == before)
        for laptop in company.laptops { laptop.transport.set(.init()) }
        try await expectAlike(company)
    }

    @Test func aSecondRestoreHalfWay() async throws {
        let (company, acme) = try await worked()
        let (ann, bob) = (company.laptops[0], company.laptops[1])
        let before = try company.values()
        try company.server.putBack("old.db")
        // Rewound, and nothing answered.
        ann.transport.set(.init(tamper: Tampering(dropping: { _ in true })))
        _ = try await company.sync(ann)
        ann.transport.set(.init())
        try company.server.putBack("old.db")
        let report = try await company.sync(ann)
        #expect(report.ending == .upToDate && report.refusedSets == 0)
        _ = try await company.sync(bob)
        try company.server.putBack("old.db")
        for laptop in [bob, ann, bob] { _ = try await company.sync(laptop) }
        #expect(try company.values() == before && company.value(acme, "city", on: bob) == "Nice")
        try await expectAlike(company)
    }

    /// The record that it is about is not on its author's laptop by then: the journal keeps it all the same.
    @Test func whatWaitsIsNotLostByASecondRestore() async throws {
        let company = try HealingCompany(laptops: 2)
        let (ann, bob) = (company.laptops[0], company.laptops[1])
        for laptop in [ann, bob] { try await company.sync(laptop) }
        try company.server.backUp("old.db")
        let acme = try company.create("Acme", on: ann)
        for laptop in [ann, bob] { try await company.sync(laptop) }
        try company.write(acme, "city", "Lyon", on: bob)
        try await company.sync(bob)
        for _ in 0..<3 {
            try company.server.putBack("old.db")
            _ = try await company.settle(bob)
            let report = try await company.sync(bob)
            #expect(report.ending == .upToDate && report.refusedSets == 0)
            #expect(try bob.store.record(acme) == nil, "it waits")
        }
        _ = try await company.settle(ann)
        _ = try await company.settle(bob)
        #expect(try bob.store.record(acme)?.record["city"] == "Lyon")
        // Nor by one of after it was applied.
        try company.server.putBack("old.db")
        for laptop in [bob, ann, bob] { _ = try await company.settle(laptop) }
        #expect(try bob.store.record(acme)?.record["city"] == "Lyon")
        try await expectAlike(company)
    }

    @Test func aCloneHealsNothingTwice() async throws {
        let (company, acme) = try await worked()
        let (ann, bob) = (company.laptops[0], company.laptops[1])
        let clone = try company.add(ReplicaID(1), copying: ann)
        let before = try company.values()
        try company.server.putBack("old.db")
        // Both have gone back behind the server before either is answered.
        try clone.store.rewind(to: ServerRewind(expected: 3, timeline: 1), at: clone.now)
        try await company.sync(ann)
        let sequence = try company.server.service.lastSequence()
        let report = try await company.sync(clone)
        #expect(report.ending == .upToDate && report.answeredSets == 3 && report.newReplica == nil)
        #expect(try company.server.service.lastSequence() == sequence && company.values() == before)
        // From here on they are two.
        try company.write(acme, "mood", "ann", on: ann)
        try await company.sync(ann)
        try company.write(acme, "city", "clone", on: clone)
        #expect(try await company.sync(clone).newReplica != nil)
        try await expectAlike(company, [ann, bob, clone])
        #expect(try company.value(acme, "city", on: ann) == "clone")
    }

    @Test func aRefusedSetStaysRefused() async throws {
        let (company, acme) = try await worked()
        let ann = company.laptops[0]
        try company.write(acme, "city", "a name of a city that is too long", on: ann)
        #expect(try await company.sync(ann).refusedSets == 1)
        let rejected = try ann.store.rejected()
        // Looked at, and dropped.
        _ = try ann.store.discardRejected(row: rejected[0].row)
        try company.server.putBack("old.db")
        let report = try await company.sync(ann)
        #expect(report.ending == .upToDate && report.setsSentAgain == 4)
        #expect(try ann.store.rejected().isEmpty && company.value(acme, "city", on: ann) == "Nice")
        try await expectAlike(company)
    }

    @Test func othersLostValuesAreNotKept() async throws {
        let (company, acme) = try await worked()
        let bob = company.laptops[1]
        #expect(try company.value(acme, "city", on: bob) == "Nice")
        try company.server.putBack("old.db")
        // The author's laptop never comes again.
        let report = try await company.sync(bob)
        #expect(report.ending == .upToDate && report.setsSentAgain == 0 && report.goneRecords == 1)
        #expect(try company.value(acme, "city", on: bob) == "Lyon" && company.value(acme, "mood", on: bob) == nil)
        try await expectAlike(company, [bob])
    }

    @Test func anEmptyJournalDoesNotLoop() async throws {
        let (company, acme) = try await worked()
        let ann = company.laptops[0]
        try company.tables(ann, "DELETE FROM journal")
        try company.server.putBack("old.db")
        let report = try await company.sync(ann)
        #expect(report.ending == .upToDate && report.setsSentAgain == 0 && report.exchanges == 2)
        try company.write(acme, "city", "Metz", on: ann)
        let next = try await company.sync(ann)
        #expect(next.ending == .upToDate && next.newReplica == nil && next.answeredSets == 1)
        let trimmed = try company.server.service.file.read { try HealingTable($0).all(on: 1).map(\.trimmed) }
        #expect(trimmed == [3])
        try await expectAlike(company)
    }

    @Test func staleDuringReplacingGoesOnReplacing() async throws {
        let company = try HealingCompany(laptops: 2, pageRows: 2)
        let (ann, bob) = (company.laptops[0], company.laptops[1])
        let ids = try (0..<8).map { try company.create("C\($0)", on: ann) }
        for laptop in [ann, bob] { try await company.sync(laptop) }
        try company.server.backUp("old.db")
        for id in ids { try company.write(id, "city", "lost", on: ann) }
        for laptop in [ann, bob] { try await company.sync(laptop) }
        try company.server.putBack("old.db")
        bob.transport.set(.init(tamper: Tampering(dropping: { $0.entries?["end"] != nil })))
        _ = try await company.sync(bob)
        #expect(try bob.store.exchangeStart().checkpoint != nil && bob.store.status().isPullingAfresh)
        try company.tables(bob, "UPDATE meta SET value = 'spoiled' WHERE name = 'checkpoint'")
        bob.transport.set(.init())
        let report = try await company.sync(bob)
        #expect(report.hasBegunAfresh && report.ending == .upToDate)
        for id in ids { #expect(try company.value(id, "city", on: bob) == nil) }
    }

    @Test func whatIsTypedDuringTheReplacingPullIsSequential() async throws {
        let (company, acme) = try await worked()
        let (ann, bob) = (company.laptops[0], company.laptops[1])
        try company.server.putBack("old.db")
        let typed = Flag()
        ann.transport.set(
            .init(between: {
                guard !typed.isSet, try ann.store.status().isPullingAfresh else { return }
                typed.isSet = true
                let write = Write(path: FieldPath("city"), value: "Metz")
                let change = Change(id: acme, collection: "customer", writes: [write])
                _ = try ann.store.edit(UserAction([change]), at: ann.now)
            }))
        _ = try await company.sync(ann)
        ann.transport.set(.init())
        #expect(try typed.isSet && company.value(acme, "city", on: ann) == "Metz")
        for laptop in [ann, bob] { _ = try await company.sync(laptop) }
        #expect(try company.values()[acme]?[FieldPath("city")] == "Metz" && company.openConflicts() == 0)
        try await expectAlike(company)
    }

    @Test func anotherServersWordIsNoReasonToSendEverythingAgain() async throws {
        let laptop = try Laptop()
        _ = try await SyncEngine(
            laptop.store, over: ScriptedServer([.lines([head(), checkpoint(10), .end(readable: 0)])]),
            Pauses().surroundings
        ).synchronise()
        func told(_ epoch: String, _ expected: Int64?) -> ScriptedServer.Answer {
            let restored = RestoredTimeline(number: 1, fork: 5, start: 1 << 34, epoch: epoch, vetted: nil)
            return .failure(.refused(Problem(.timeline, expected: expected, restored: restored)))
        }
        func run(_ answers: [ScriptedServer.Answer]) async throws -> SyncReport {
            try await SyncEngine(laptop.store, over: ScriptedServer(answers), Pauses().surroundings).synchronise()
        }
        #expect(try await run([told("other", 1)]).ending == .stopped(.otherServer))
        #expect(try laptop.store.exchangeStart().checkpoint == "token-10")
        // One that does not know what it lacks, or says so again and again, is left alone.
        guard case .stopped(.timeline) = try await run([told("epoch", nil)]).ending else {
            Issue.record("it stops")
            return
        }
        #expect(try laptop.store.exchangeStart().checkpoint == "token-10")
        let loop = try await run(Array(repeating: told("epoch", 1), count: 5))
        guard case .stopped(.timeline) = loop.ending else {
            Issue.record("it stops")
            return
        }
        #expect(loop.exchanges == SyncDecisions.mostRewinds + 1)
    }
}

/// A yes or no that a test and a transport share.
private final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
