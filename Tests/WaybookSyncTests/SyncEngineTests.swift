import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookSync

@Suite struct SyncEngineTests {
    private func run(_ laptop: Laptop, _ server: ScriptedServer, _ pauses: Pauses = Pauses()) async throws -> SyncReport
    {
        try await SyncEngine(laptop.store, over: server, pauses.surroundings).synchronise()
    }

    private func isPulling(_ request: [Value]) -> Bool? { Hello(request[0])?.pulls }

    @Test func aSmallOutboxAndTheFeedGoInOneExchange() async throws {
        let laptop = try Laptop()
        try laptop.add("Acme", id: identity(1))
        let server = ScriptedServer([.made { applyingAll($0) }])
        let report = try await run(laptop, server)
        #expect(report.ending == .upToDate && report.exchanges == 1 && report.answeredSets == 1)
        let again = ScriptedServer([.made { applyingAll($0) }])
        #expect(try await run(laptop, again).sentSets == 0)
        #expect(Hello(again.requests[0][0])?.answered == 1)
    }

    @Test func aLargeOutboxLoopsAndPullsOnlyAtTheEnd() async throws {
        let laptop = try Laptop()
        let actions = (1...2_500).map { number in
            UserAction([
                Change(
                    id: identity(UInt64(number)), collection: "customer", isCreating: true,
                    writes: [Write(path: FieldPath("name"), value: "x")])
            ])
        }
        _ = try laptop.store.edit(all: actions, at: noonReading)
        let server = ScriptedServer([.made { applyingAll($0) }, .made { applyingAll($0) }, .made { applyingAll($0) }])
        let report = try await run(laptop, server)
        #expect(report.ending == .upToDate && report.answeredSets == 2_500)
        #expect(server.requests.map { $0.count - 1 } == [1_000, 1_000, 500])
        #expect(server.requests.map(isPulling) == [false, false, true])
    }

    @Test func aCutIsResumedAtTheLastCheckpoint() async throws {
        let laptop = try Laptop()
        let lines = [
            head(), whole(identity(1), name: "One", at: 1), checkpoint(1), whole(identity(2), name: "Two", at: 2),
        ]
        let server = ScriptedServer([
            .cut(lines, after: bytes(lines).count - 5),
            .lines([head(), whole(identity(2), name: "Two", at: 2), checkpoint(10), .end(readable: nil)]),
        ])
        let pauses = Pauses()
        let report = try await run(laptop, server, pauses)
        #expect(report.ending == .upToDate && report.receivedRecords == 2 && pauses.milliseconds.count == 1)
        #expect(Hello(server.requests[1][0])?.checkpoint == "token-1")
    }

    @Test func anUnreachableServerIsTriedWithGrowingPausesAndThenLeft() async throws {
        let laptop = try Laptop()
        try laptop.add("Acme", id: identity(1))
        let pauses = Pauses()
        let report = try await run(laptop, ScriptedServer([]), pauses)
        #expect(report.ending == .stopped(.unreachable))
        #expect(pauses.milliseconds.count == SyncDecisions.mostFailures - 1)
        #expect(try laptop.store.exchangeStart().outbox.sets == 1)
    }

    @Test func theServersWishToWaitIsRespected() async throws {
        let laptop = try Laptop()
        let pauses = Pauses()
        let server = ScriptedServer([
            .failure(.refused(Problem(.slowDown, retryAfterSeconds: 20))),
            .lines([head(), checkpoint(10), .end(readable: nil)]),
        ])
        #expect(try await run(laptop, server, pauses).ending == .upToDate)
        #expect(pauses.milliseconds.allSatisfy { $0 >= 20_000 && $0 <= 21_001 })
    }

    @Test func aForkTakesANewNumberAndResends() async throws {
        let laptop = try Laptop()
        try laptop.add("Acme", id: identity(1))
        try laptop.write(identity(1), city: "Lyon")
        let server = ScriptedServer([
            .lines([head(), .applied(first: 1, last: 1), .error(Problem(.fork))]), .made { applyingAll($0) },
        ])
        let report = try await run(laptop, server)
        #expect(report.ending == .upToDate && report.newReplica == ReplicaID(100))
        let resent = server.requests[1]
        #expect(Hello(resent[0])?.replica == ReplicaID(100))
        #expect(Hello(resent[0])?.lastSet == 1 && Hello(resent[0])?.answered == 0)
        let set = try #require(ChangeSetLine.decode(resent[1]))
        #expect(set.number == 1 && set.stamp.replica == ReplicaID(100))
        #expect(try laptop.city(identity(1)) == "Lyon")
    }

    @Test func anOlderCopyWithNothingUnsentTakesANewNumberToo() async throws {
        let laptop = try Laptop()
        let server = ScriptedServer([.failure(.refused(Problem(.fork))), .made { applyingAll($0) }])
        #expect(try await run(laptop, server).newReplica == ReplicaID(100))
        #expect(try laptop.store.replica() == ReplicaID(100))
    }

    @Test func forksWithoutEndStop() async throws {
        let laptop = try Laptop()
        let forks = [ScriptedServer.Answer](repeating: .failure(.refused(Problem(.fork))), count: 9)
        let report = try await run(laptop, ScriptedServer(forks))
        #expect(report.ending == .stopped(.problem(Problem(.fork))))
    }

    @Test func aGapIsFilledOnceAndOtherwiseForks() async throws {
        let laptop = try Laptop()
        try laptop.add("Acme", id: identity(1))
        let filled = ScriptedServer([.failure(.refused(Problem(.gap, expected: 1))), .made { applyingAll($0) }])
        let report = try await run(laptop, filled)
        #expect(report.ending == .upToDate && report.newReplica == nil)
        try laptop.write(identity(1), city: "Lyon")
        let lost = ScriptedServer([.failure(.refused(Problem(.gap, expected: 1))), .made { applyingAll($0) }])
        #expect(try await run(laptop, lost).newReplica == ReplicaID(100))
        #expect(try laptop.store.exchangeStart().outbox.sets == 0)
    }

    @Test func problemsThatNeedAPersonStopAndKeepEverything() async throws {
        for code in [ProblemCode.signIn, .revoked, .wipe, .upgrade, .fixRecord, .erased, .quarantine] {
            let laptop = try Laptop()
            try laptop.add("Acme", id: identity(1))
            let server = ScriptedServer([.failure(.refused(Problem(code)))])
            #expect(try await run(laptop, server).ending == .stopped(.problem(Problem(code))))
            #expect(try laptop.store.exchangeStart().outbox.sets == 1)
        }
        let laptop = try Laptop()
        let restored = Problem(.timeline, expected: 40)
        let report = try await run(laptop, ScriptedServer([.failure(.refused(restored))]))
        #expect(report.ending == .stopped(.timeline(restored)))
    }

    @Test func aSmallerLimitOfTheServerIsLearned() async throws {
        let laptop = try Laptop()
        for number in 1...20 { try laptop.add("Customer \(number)", id: identity(UInt64(number))) }
        var limits = ExchangeLimits.standard
        limits.requestBytes = 2_000
        let server = ScriptedServer(
            [.failure(.refused(Problem(.tooLarge, maximum: 2_000)))]
                + [ScriptedServer.Answer](repeating: .made { [limits] in applyingAll($0, limits) }, count: 9))
        #expect(try await run(laptop, server).ending == .upToDate)
        #expect(server.requests.count > 3)
        #expect(try laptop.store.exchangeStart().outbox.sets == 0)
    }

    @Test func anAnswerWithoutAllVerdictsIsNotWhole() async throws {
        let laptop = try Laptop()
        try laptop.add("Acme", id: identity(1))
        let server = ScriptedServer([.lines([head(), checkpoint(10), .end(readable: nil)]), .made { applyingAll($0) }])
        #expect(try await run(laptop, server).ending == .upToDate)
        #expect(server.requests.count == 2)
    }

    @Test func setsMadeDuringAnExchangeAreLeftForTheNext() async throws {
        let laptop = try Laptop()
        try laptop.add("Acme", id: identity(1))
        let store = laptop.store
        let server = ScriptedServer([
            .made { request in
                let write = Write(path: FieldPath("city"), value: "Lyon")
                _ = try? store.edit(
                    UserAction([Change(id: identity(1), collection: "customer", writes: [write])]), at: noonReading)
                return applyingAll(request)
            }
        ])
        #expect(try await run(laptop, server).ending == .upToDate)
        #expect(try laptop.city(identity(1)) == "Lyon")
        #expect(try laptop.store.exchangeStart().outbox.numbers == 2...2)
    }

    @Test func aSetThatNoRequestCanHoldStopsWithoutEnd() async throws {
        let laptop = try Laptop()
        try laptop.add(String(repeating: "x", count: 100), id: identity(1))
        let server = ScriptedServer(
            [.failure(.refused(Problem(.tooLarge, maximum: 300)))]
                + [ScriptedServer.Answer](repeating: .made { applyingAll($0) }, count: 2))
        #expect(try await run(laptop, server).ending == .stopped(.problem(Problem(.tooLarge))))
        #expect(try laptop.store.exchangeStart().outbox.sets == 1)
    }
}
