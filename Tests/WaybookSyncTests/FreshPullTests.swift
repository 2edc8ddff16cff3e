import Foundation
import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookSync

/// A replica whose checkpoint the server does not take (`protocol/4-exchange.md#pulling-afresh`).
@Suite struct FreshPullTests {
    private static let stale = ScriptedServer.Answer.failure(.refused(Problem(.stale)))

    private func run(_ laptop: Laptop, _ server: ScriptedServer) async throws -> SyncReport {
        try await SyncEngine(laptop.store, over: server, Pauses().surroundings).synchronise()
    }

    private func name(_ laptop: Laptop, _ number: UInt64) throws -> String? {
        try laptop.store.record(identity(number))?.record["name"]?.text
    }

    /// A laptop that has read customers 1 to `count`.
    private func filled(_ count: UInt64) async throws -> Laptop {
        let laptop = try Laptop()
        let told = (1...count).map { whole(identity($0), name: "Customer \($0)", at: 1) }
        let end = ResponseLine.end(readable: Int64(count))
        #expect(
            try await run(laptop, ScriptedServer([.lines([head()] + told + [checkpoint(10), end])])).ending == .upToDate
        )
        return laptop
    }

    @Test func whatTheFreshPullDoesNotTellGoesAndTheRestStays() async throws {
        // More than one batch goes.
        let laptop = try await filled(1_300)
        let kept = [whole(identity(7), name: "Seven", at: 11, stamp: stamp(5)), checkpoint(12), .end(readable: 1)]
        let server = ScriptedServer([Self.stale, .lines([head(sequence: 12)] + kept)])
        let report = try await run(laptop, server)
        #expect(report.ending == .upToDate && report.hasBegunAfresh && report.goneRecords == 1_299)
        #expect(server.requests[0][0].entries?["hello"]?.entries?["checkpoint"]?.text == "token-10")
        #expect(server.requests[1][0].entries?["hello"]?.entries?["checkpoint"] == nil)
        #expect(try name(laptop, 7) == "Seven")
        #expect(try laptop.store.record(identity(8)) == nil)
        let status = try laptop.store.status()
        #expect(status.isComplete && status.recordCount == 1 && status.heldCount == 1 && status.readableCount == 1)
        #expect(try laptop.store.search("Customer").records.isEmpty)
        #expect(try laptop.store.syncLog().map(\.kind).prefix(2) == [.completed, .gone])
    }

    @Test func aCutFreshPullIsToldAsIncompleteGoesOnAndRemovesNothingBefore() async throws {
        let laptop = try await filled(3)
        let first = [head(sequence: 10), whole(identity(1), name: "One", at: 2, stamp: stamp(5)), checkpoint(5)]
        let cut = ScriptedServer([Self.stale, .lines(first)] + [.failure(.refused(Problem(.revoked)))])
        let report = try await run(laptop, cut)
        #expect(report.ending == .stopped(.problem(Problem(.revoked))) && report.goneRecords == 0)
        var status = try laptop.store.status()
        #expect(!status.isComplete && status.isPullingAfresh && status.pullPercent == 50 && status.recordCount == 3)

        let rest = [head(sequence: 20), whole(identity(2), name: "Two", at: 9, stamp: stamp(5)), checkpoint(20)]
        let going = ScriptedServer([.lines(rest + [.end(readable: 2)])])
        #expect(try await run(laptop, going).goneRecords == 1)
        #expect(going.requests[0][0].entries?["hello"]?.entries?["checkpoint"]?.text == "token-5")
        status = try laptop.store.status()
        #expect(status.isComplete && !status.isPullingAfresh && status.pullPercent == nil && status.recordCount == 2)
        #expect(try name(laptop, 1) == "One" && name(laptop, 2) == "Two" && name(laptop, 3) == nil)
    }

    @Test func unsentAndRejectedWorkStaysAndUnsentWorkOnWhatWentIsJudged() async throws {
        let laptop = try await filled(2)
        try laptop.add("Refused", id: identity(50))
        let refusal = Refusal(rule: .limit, record: identity(50), path: FieldPath("name"))
        let refusing = ScriptedServer([
            .lines([head(), .verdict(number: 1, .rejected(refusal)), checkpoint(10), .end(readable: 2)])
        ])
        #expect(try await run(laptop, refusing).refusedSets == 1)
        try laptop.write(identity(1), city: "Lyon")
        try laptop.write(identity(2), city: "Rome")
        try laptop.add("Mine", id: identity(60))
        let unknown = Refusal(rule: .unknown, record: identity(2), path: nil)
        // The new customer is not told by the feed: its author has it from the verdict.
        let answer: [ResponseLine] = [
            head(sequence: 12), .applied(first: 2, last: 2), .verdict(number: 3, .rejected(unknown)),
            .applied(first: 4, last: 4), checkpoint(12), .end(readable: 2),
        ]
        let report = try await run(laptop, ScriptedServer([Self.stale, .lines(answer)]))
        #expect(report.ending == .upToDate && report.answeredSets == 3 && report.goneRecords == 1)
        #expect(try laptop.city(identity(1)) == "Lyon" && name(laptop, 60) == "Mine")
        #expect(try laptop.store.record(identity(2)) == nil)
        #expect(try laptop.store.rejected().map(\.set.number) == [1, 3])
        #expect(try laptop.store.exchangeStart().outbox.sets == 0)
    }

    @Test func anUnsentEditOfWhatWentStaysInTheOutbox() async throws {
        let laptop = try await filled(2)
        let store = laptop.store
        let server = ScriptedServer([
            Self.stale,
            .made { _ in
                // Made while the exchange runs: it goes with the next one.
                let write = Write(path: FieldPath("city"), value: "Rome")
                let change = Change(id: identity(2), collection: "customer", writes: [write])
                _ = try? store.edit(UserAction([change]), at: noonReading)
                return [head(), whole(identity(1), name: "One", at: 2), checkpoint(10), .end(readable: 1)]
            },
        ])
        #expect(try await run(laptop, server).ending == .upToDate)
        #expect(try laptop.city(identity(2)) == "Rome" && name(laptop, 2) == nil)
        #expect(try laptop.store.exchangeStart().outbox.sets == 1)
        let status = try laptop.store.status()
        #expect(status.recordCount == 2 && status.heldCount == 1 && status.readableCount == 1)
    }

    @Test func whatIsDeletedHereStaysDeletedAndCanBeRestored() async throws {
        let laptop = try await filled(2)
        _ = try laptop.store.edit(.delete(identity(2), in: "customer"), at: noonReading)
        #expect(try await run(laptop, ScriptedServer([.made { applyingAll($0) }])).ending == .upToDate)
        // A first pull tells its reader's own tombstones too.
        var tombstone = VersionedRecord(id: identity(2), collection: "customer")
        tombstone.atoms[.life] = Atom(value: VersionedRecord.deleted, stamp: stamp(9), commit: 2)
        let told = ResponseLine.record(FeedRecord(record: tombstone, unit: identity(2), isWhole: false))
        let answer = [head(), whole(identity(1), name: "One", at: 2), told, checkpoint(10), .end(readable: 1)]
        #expect(try await run(laptop, ScriptedServer([Self.stale, .lines(answer)])).goneRecords == 0)
        _ = try laptop.store.edit(.restore(identity(2), in: "customer"), at: noonReading)
        #expect(try name(laptop, 2) == "Customer 2")
    }

    @Test func whatIsDeletedHereAndNotToldGoesWithWhatItHides() async throws {
        let laptop = try await filled(2)
        _ = try laptop.store.edit(.delete(identity(2), in: "customer"), at: noonReading)
        #expect(try await run(laptop, ScriptedServer([.made { applyingAll($0) }])).ending == .upToDate)
        let answer = [head(), whole(identity(1), name: "One", at: 2), checkpoint(10), .end(readable: 1)]
        #expect(try await run(laptop, ScriptedServer([Self.stale, .lines(answer)])).goneRecords == 1)
        #expect(try laptop.store.record(identity(2)) == nil)
    }

    @Test func aServerThatStaysStaleIsNotAskedWithoutEnd() async throws {
        let laptop = try await filled(2)
        let report = try await run(laptop, ScriptedServer([Self.stale, Self.stale, Self.stale]))
        #expect(report.ending == .stopped(.problem(Problem(.stale))) && report.exchanges == 2)
        #expect(try laptop.store.status().recordCount == 2)
    }
}
