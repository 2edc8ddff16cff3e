import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookSync

/// Departures as the engine meets them (`protocol/4-exchange.md#departures`).
@Suite struct DepartureTests {
    private func run(_ laptop: Laptop, _ server: ScriptedServer) async throws -> SyncReport {
        try await SyncEngine(laptop.store, over: server, Pauses().surroundings).synchronise()
    }

    /// A laptop that has read customers 1 to 3.
    private func filled() async throws -> Laptop {
        let laptop = try Laptop()
        let told = (1...3).map { whole(identity($0), name: "Customer \($0)", at: 1) }
        let answer = [head()] + told + [checkpoint(10), .end(readable: 3)]
        #expect(try await run(laptop, ScriptedServer([.lines(answer)])).ending == .upToDate)
        return laptop
    }

    private func departed(_ number: UInt64) -> ResponseLine {
        .departed(
            Departure(unit: identity(number), cause: DepartureCause(.pool, by: identity(90), atMilliseconds: noon)))
    }

    private func hello(_ server: ScriptedServer, _ index: Int) -> [String: Value] {
        server.requests[index][0].entries?["hello"]?.entries ?? [:]
    }

    @Test func aDepartureAndAGoneRecordAreStoredWithTheirCheckpointAndToldAsPurged() async throws {
        let laptop = try await filled()
        let moved = ResponseLine.gone(identity(2), DepartureCause(.moved, by: identity(90), atMilliseconds: noon))
        let lines = [head(sequence: 12), departed(1), moved, moved, checkpoint(12), .end(readable: 1)]
        let server = ScriptedServer([.lines(lines), .lines([head(sequence: 12), checkpoint(12), .end(readable: 1)])])
        let report = try await run(laptop, server)
        #expect(report.ending == .upToDate && report.departedUnits == 1 && report.goneRecords == 1)
        #expect(report.receivedRecords == 0 && report.exchanges == 1)
        #expect(try laptop.store.record(identity(1)) == nil && laptop.store.record(identity(2)) == nil)
        let status = try laptop.store.status()
        #expect(status.recordCount == 1 && status.isComplete)
        _ = try await run(laptop, server)
        #expect(hello(server, 0)["purged"] == nil && hello(server, 1)["purged"] == 12)
    }

    @Test func aPageThatIsCutBeforeItsCheckpointTakesNothingAway() async throws {
        let laptop = try await filled()
        let cut = ScriptedServer([.lines([head(sequence: 12), departed(1)])] + [.failure(.refused(Problem(.revoked)))])
        _ = try await run(laptop, cut)
        #expect(try laptop.store.record(identity(1)) != nil && laptop.store.exchangeStart().checkpoint == "token-10")
    }

    @Test func unsentWorkIsAnsweredBeforeItsUnitLeaves() async throws {
        let laptop = try await filled()
        let store = laptop.store
        let server = ScriptedServer([
            .made { _ in
                // Made while the exchange runs.
                let write = Write(path: FieldPath("city"), value: "Rome")
                let change = Change(id: identity(1), collection: "customer", writes: [write])
                _ = try? store.edit(UserAction([change]), at: noonReading)
                return [head(sequence: 12), departed(1), checkpoint(12), .end(readable: 2)]
            },
            .lines([
                head(sequence: 13), .verdict(number: 1, .handover(identity(70))), checkpoint(13), .end(readable: 2),
            ]),
        ])
        let report = try await run(laptop, server)
        #expect(
            report.ending == .upToDate && report.exchanges == 2 && report.handedOverSets == 1 && report.refusedSets == 0
        )
        #expect(hello(server, 1)["purged"] == 10 && server.requests[1].count == 2)
        #expect(try laptop.store.record(identity(1)) == nil && !laptop.store.isLeavingAnything())
        #expect(try laptop.store.exchangeStart().purgedSequence == 13 && laptop.store.rejected().isEmpty)
    }

    @Test func moreIsFetchedAtOnceAndNotTakenForWhollyRead() async throws {
        let laptop = try await filled()
        let first = [head(sequence: 12), checkpoint(12), .end(readable: 3, more: true)]
        let store = laptop.store
        let server = ScriptedServer([
            .lines(first),
            .made { _ in
                let isHonest = (try? store.status())?.isComplete == false
                return isHonest ? [head(sequence: 14), departed(2), checkpoint(14), .end(readable: 2)] : []
            },
        ])
        let report = try await run(laptop, server)
        #expect(report.ending == .upToDate && report.exchanges == 2 && report.departedUnits == 1)
        #expect(try laptop.store.status().isComplete)
        #expect(try laptop.store.syncLog().filter { $0.kind == .completed }.map(\.number) == [14, 10])
    }

    @Test func aServerThatAlwaysHasMoreIsNotAskedWithoutEnd() async throws {
        let laptop = try await filled()
        let again = ScriptedServer.Answer.lines([head(), checkpoint(10), .end(readable: 3, more: true)])
        let server = ScriptedServer(Array(repeating: again, count: 20))
        let report = try await run(laptop, server)
        #expect(report.ending == .upToDate && report.exchanges == SyncDecisions.mostContinuations + 1)
    }

    @Test func aFreshPullWithMoreToTellTakesNothingAwayBeforeItsEnd() async throws {
        let laptop = try await filled()
        let store = laptop.store
        let server = ScriptedServer([
            .failure(.refused(Problem(.stale))),
            .lines([head(), whole(identity(1), name: "One", at: 2), checkpoint(10), .end(readable: 2, more: true)]),
            .made { _ in
                let isHere = (try? store.record(identity(3))) != nil
                let told = isHere ? [whole(identity(2), name: "Two", at: 2)] : []
                return [head()] + told + [checkpoint(10), .end(readable: 2)]
            },
        ])
        #expect(try await run(laptop, server).goneRecords == 1)
        #expect(try laptop.store.record(identity(1)) != nil && laptop.store.record(identity(2)) != nil)
        #expect(try laptop.store.record(identity(3)) == nil)
    }

    @Test func departuresCountAgainstTheLimitOfAPage() async throws {
        let laptop = try await filled()
        let lines = [head()] + Array(repeating: departed(9), count: AnswerReader.mostPendingLines + 1)
        let session = try laptop.session()
        #expect(throws: AnswerError.tooMuchWithoutCheckpoint) { try session.receive(bytes(lines)) }
        let silent = try laptop.session(pulls: false)
        #expect(throws: AnswerError.tooMuchWithoutCheckpoint) { try silent.receive(bytes([head(), departed(1)])) }
    }

    @Test func anEndAndAHelloSayNoMoreThanThereIs() throws {
        #expect(ResponseLine.end(readable: 3, more: true).value == ["count": 3, "end": true, "more": true])
        #expect(ResponseLine.end(readable: nil).value == ["end": true])
        #expect(ResponseLine(["count": 3, "end": true, "more": true]) == .end(readable: 3, more: true))
        #expect(ResponseLine(["end": true, "more": 1]) == nil)
        let hello = Hello(
            schemaVersion: 1, replica: ReplicaID(7), wallMilliseconds: noon, checkpoint: nil, lastSet: 0, answered: 0,
            pulls: true, purgedSequence: 12)
        #expect(hello.value.entries?["hello"]?.entries?["purged"] == 12 && Hello(hello.value) == hello)
    }
}
