import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookSync

@Suite struct ExchangeSessionTests {
    @Test func theRequestIsHelloAndTheOutboxInOrder() throws {
        let laptop = try Laptop()
        for number in 1...3 { try laptop.add("Customer \(number)", id: identity(UInt64(number))) }
        let request = try laptop.session().request()
        let hello = try #require(Hello(request[0]))
        #expect(hello.replica == ReplicaID(7) && hello.lastSet == 3 && hello.answered == 0 && hello.pulls)
        #expect(hello.checkpoint == nil && hello.wallMilliseconds == noon && hello.schemaVersion == 1)
        #expect(request.dropFirst().compactMap { ChangeSetLine.decode($0)?.number } == [1, 2, 3])
    }

    @Test func aRequestStaysWithinTheLimits() throws {
        let laptop = try Laptop()
        for number in 1...9 { try laptop.add("Customer \(number)", id: identity(UInt64(number))) }
        var limits = ExchangeLimits.standard
        limits.requestSets = 4
        #expect(try laptop.session(limits: limits).request().count == 5)
        limits = .standard
        limits.requestBytes = 900
        let session = try laptop.session(limits: limits)
        var size = 0
        while let chunk = try session.nextRequestChunk() { size += chunk.count }
        #expect(size > 600 && size <= 900)
    }

    @Test func setsMadeWhileSendingWaitForTheNextExchange() throws {
        let laptop = try Laptop()
        try laptop.add("Acme", id: identity(1))
        let session = try laptop.session()
        try laptop.add("Bolt", id: identity(2))
        #expect(try session.request().count == 2)
    }

    @Test func aWholeAnswerIsStored() throws {
        let laptop = try Laptop()
        let own = try laptop.add("Acme", id: identity(1))
        let session = try laptop.session()
        _ = try session.request()
        try session.receive(
            bytes([
                head(), .applied(first: 1, last: 1), whole(identity(2), name: "Bolt", at: 9), checkpoint(10),
                .end(readable: nil),
            ]))
        let result = try session.finish()
        #expect(result.isComplete && result.answeredSets == 1 && result.receivedRecords == 1)
        #expect(try laptop.store.record(own)?.unsentPaths == [])
        #expect(try laptop.store.record(identity(2))?.record["name"] == "Bolt")
        let start = try laptop.store.exchangeStart()
        #expect(start.answered == 1 && start.checkpoint == "token-10" && start.epoch == "epoch")
        #expect(try laptop.store.status().isComplete)
        #expect(try laptop.store.status().clockOffsetMilliseconds == 500)
    }

    /// At every byte: what a checkpoint covers is there and nothing else, verdicts count exactly when they are stored,
    /// and the next exchange completes it.
    @Test func aCutAtAnyByteLosesOnlyWhatNoCheckpointCovers() throws {
        let refusal = Refusal(rule: .served, record: identity(1), path: FieldPath("city"))
        let lines: [ResponseLine] = [
            head(), .applied(first: 1, last: 1), .verdict(number: 2, .rejected(refusal)),
            whole(identity(11), name: "Eleven", at: 4), checkpoint(4), whole(identity(12), name: "Twelve", at: 10),
            checkpoint(10), .end(readable: nil),
        ]
        let answer = bytes(lines)
        var ends: [Int] = []
        for line in lines { ends.append((ends.last ?? 0) + line.bytes.count + 1) }
        let prepared = try Laptop()
        try prepared.add("Acme", id: identity(1))
        try prepared.write(identity(1), city: "Paris")
        try prepared.store.close()
        for cut in 0...answer.count {
            let laptop = try Laptop(copyOf: prepared)
            let session = try laptop.session()
            _ = try session.request()
            // In two chunks, so that lines are also split between them.
            try session.receive(answer.prefix(cut / 2))
            try session.receive(answer[(cut / 2)..<cut])
            let result = try session.finish()
            #expect(result.isComplete == (cut == answer.count))
            let start = try laptop.store.exchangeStart()
            #expect(start.answered == (cut >= ends[2] ? 2 : cut >= ends[1] ? 1 : 0))
            #expect(start.checkpoint == (cut >= ends[6] ? "token-10" : cut >= ends[4] ? "token-4" : nil))
            #expect(try (laptop.store.record(identity(11)) != nil) == (cut >= ends[4]))
            #expect(try (laptop.store.record(identity(12)) != nil) == (cut >= ends[6]))
            #expect(try laptop.city(identity(1)) == (cut >= ends[2] ? nil : "Paris"))
            #expect(try laptop.store.rejected().count == (cut >= ends[2] ? 1 : 0))
            #expect(try laptop.store.status().isComplete == (cut == answer.count))
        }
    }

    @Test func theSameAnswerAgainChangesNothing() throws {
        let laptop = try Laptop()
        try laptop.add("Acme", id: identity(1))
        let lines = [
            head(), .applied(first: 1, last: 1), whole(identity(2), name: "Bolt", at: 9), checkpoint(10),
            .end(readable: nil),
        ]
        for _ in 0..<2 {
            let session = try laptop.session()
            _ = try session.request()
            try session.receive(bytes(lines))
            #expect(try session.finish().isComplete)
        }
        #expect(try laptop.store.status().recordCount == 2)
    }

    @Test func whatIsNoAnswerIsRefusedAndNothingOfItIsStored() throws {
        let end = ResponseLine.end(readable: nil)
        let cases: [([UInt8], AnswerError)] = [
            (Array("{\"head\":1}\n".utf8), .malformedLine), (Array("nonsense\n".utf8), .malformedLine),
            (bytes([checkpoint(1)]), .unexpectedLine), (bytes([head(), head()]), .unexpectedLine),
            (bytes([head(), .applied(first: 1, last: 5)]), .unexpectedLine),
            (bytes([head(), end, end]), .unexpectedLine),
            (bytes([head(), whole(identity(5), name: "x", at: 1), end]), .unexpectedLine),
        ]
        for (answer, error) in cases {
            let laptop = try Laptop()
            try laptop.add("Acme", id: identity(1))
            let session = try laptop.session()
            _ = try session.request()
            #expect(throws: error) { try session.receive(answer) }
            _ = try session.finish()
            #expect(try laptop.store.exchangeStart().answered == 0)
            #expect(try laptop.store.record(identity(5)) == nil)
        }
    }

    @Test func aHeadWithoutEpochAnswersACheckpointAndNothingElse() throws {
        let laptop = try Laptop()
        let short = ResponseLine.head(
            Head(
                epoch: nil, timeline: nil, sequence: 10, offsetMilliseconds: 5, schemaVersion: nil, limits: .standard))
        let first = try laptop.session()
        #expect(throws: AnswerError.unexpectedLine) {
            try first.receive(bytes([short, checkpoint(10), .end(readable: nil)]))
        }
        _ = try first.finish()
        #expect(try laptop.store.exchangeStart().checkpoint == nil)
        for answer in [[head(), checkpoint(10), .end(readable: nil)], [short, checkpoint(11), .end(readable: nil)]] {
            let session = try laptop.session()
            try session.receive(bytes(answer))
            #expect(try session.finish().isComplete)
        }
        let start = try laptop.store.exchangeStart()
        #expect(start.checkpoint == "token-11" && start.epoch == "epoch" && start.timeline == 0)
    }

    @Test func anotherServersDataIsNotMixedIn() throws {
        let laptop = try Laptop()
        let first = try laptop.session()
        try first.receive(bytes([head(), checkpoint(10), .end(readable: nil)]))
        _ = try first.finish()
        let second = try laptop.session()
        #expect(throws: AnswerError.otherServer) {
            try second.receive(bytes([head(epoch: "other"), .end(readable: nil)]))
        }
    }

    @Test func anErrorLineEndsTheAnswerAndVerdictsBeforeItCount() throws {
        let laptop = try Laptop()
        try laptop.add("Acme", id: identity(1))
        let session = try laptop.session()
        _ = try session.request()
        try session.receive(bytes([head(), .applied(first: 1, last: 1), .error(Problem(.retry))]))
        let result = try session.finish()
        #expect(result.problem?.code == .retry && !result.isComplete && result.answeredSets == 1)
        #expect(try laptop.store.exchangeStart().answered == 1)
    }
}
