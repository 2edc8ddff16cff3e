import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookServerCore

/// `protocol/4-exchange.md#exactly-once`.
@Suite struct ExactlyOnceTests {
    let workspace: Workspace
    let ann: Laptop
    let bob: Laptop

    init() throws {
        workspace = try Workspace()
        ann = Laptop(workspace, 1)
        bob = Laptop(workspace, 2)
    }

    /// However much of a request comes at once, nobody else's commit waits for more than a batch.
    @Test func aLongRequestIsCommittedInBatchesAndAnsweredWhole() throws {
        for number in 0..<150 { _ = ann.create(["name": .string("Acme \(number)")]) }
        let body = ann.request(sets: ann.state.outbox)
        var exchange = workspace.service.open(
            ExchangePrincipal(replica: ReplicaID(1), user: "ann", kind: .administrator))
        var (sizes, due): ([Int], PushBatch?) = ([], try exchange.receive(body))
        func commit() throws {
            while let batch = due {
                sizes.append(batch.sets.count)
                due = exchange.note(try workspace.service.commit([batch])[0])
            }
        }
        try commit()
        #expect(sizes == [32, 32, 32, 32], "what does not fill a batch waits for the end")
        due = try exchange.endRequest()
        try commit()
        #expect(sizes == [32, 32, 32, 32, 22] && PushBatch.mostSets == 32)
        var answer: [UInt8] = []
        while let chunk = try exchange.nextChunk() { answer += chunk }
        #expect(try ann.take(answer) == nil)
        #expect(ann.state.outbox.isEmpty)
    }

    @Test func aSetThatComesAgainGetsItsStoredVerdictAndChangesNothing() throws {
        let id = ann.create(["name": "Acme", "city": "Lyon"])
        ann.edit(id, ["city": "Paris"])
        ann.edit(id, ["score": 99])
        let copy = ann.state
        try ann.sync()
        let verdicts = ann.verdictLines
        let before = try workspace.dump()
        for prefix in 0...3 {
            ann.state = copy
            try ann.sync(pulls: false, first: prefix)
            let expected = prefix == 3 ? verdicts : prefix == 0 ? [] : [.applied(first: 1, last: Int64(prefix))]
            #expect(ann.verdictLines == expected)
            let after = try workspace.dump()
            #expect(after.filter { !$0.contains("clock") } == before.filter { !$0.contains("clock") })
        }
    }

    @Test func aVerdictWithOutcomesIsStoredWordForWord() throws {
        let id = ann.create(["name": "Acme", "city": "Lyon"])
        try ann.sync()
        try bob.sync()
        bob.edit(id, ["city": "Rome"])
        ann.edit(id, ["city": "Oslo"])
        try ann.sync()
        let copy = bob.state
        try bob.sync()
        let first = bob.verdictLines
        bob.state = copy
        try bob.sync()
        #expect(bob.verdictLines == first)
        #expect(first.count == 1)
        let conflicts = try workspace.conflicts(id)
        #expect(conflicts.count == 1)
    }

    @Test func anAnswerThatWasLostCostsNothing() throws {
        let id = ann.create(["name": "Acme"])
        try ann.sync(losesAnswer: true)
        ann.edit(id, ["city": "Lyon"])
        try ann.sync()
        #expect(ann.state.outbox.isEmpty)
        let city = try workspace.value(id, "city")
        #expect(city == "Lyon")
        let judged = try workspace.count("accepted_set")
        #expect(judged == 2)
    }

    @Test func theSameNumberWithAnotherHashIsAFork() throws {
        let copy = ann.state
        ann.create(["name": "Acme"])
        try ann.sync()
        let clone = Laptop(workspace, 1)
        clone.state = copy
        let id = clone.create(["name": "Other"])
        let problem = try clone.sync()
        #expect(problem?.code == .fork)
        #expect(clone.state.outbox.count == 1)
        try clone.takeNewNumber(9)
        #expect(try clone.sync() == nil)
        let name = try workspace.value(id, "name")
        #expect(name == "Other")
    }

    @Test func aHelloThatKnowsOfFewerSetsThanTheServerIsAFork() throws {
        let copy = ann.state
        ann.create(["name": "Acme"])
        try ann.sync()
        ann.state = copy
        #expect(try ann.sync()?.code == .fork)
        #expect(ann.told.isEmpty)
    }

    @Test func anOlderCopyFirstLearnsWhatBecameOfTheSetsThatItShares() throws {
        ann.create(["name": "one"])
        let copy = ann.state
        ann.create(["name": "two"])
        try ann.sync()
        ann.state = copy
        #expect(try ann.sync()?.code == .fork)
        #expect(ann.verdictLines == [.applied(first: 1, last: 1)] && ann.state.outbox.isEmpty)
    }

    @Test func aForkedLaptopLosesNothingAndItsChainStaysAChain() throws {
        let id = ann.create(["name": "Acme", "city": "Lyon"])
        try ann.sync()
        let copy = ann.state
        ann.edit(id, ["name": "Acme SA"])
        try ann.sync()
        let old = Laptop(workspace, 1)
        old.state = copy
        old.edit(id, ["city": "Paris"])
        old.edit(id, ["city": "Rome"])
        #expect(try old.sync()?.code == .fork)
        try old.takeNewNumber(9)
        #expect(try old.sync() == nil)
        let city = try workspace.value(id, "city")
        #expect(city == "Rome")
        let conflicts = try workspace.conflicts(id)
        #expect(conflicts.isEmpty)
        try ann.sync()
        try old.sync()
        #expect(ann.value(id, "city") == "Rome")
        #expect(old.value(id, "name") == "Acme SA", "what its old number wrote is told to the new one")
    }

    @Test func aNumberBeyondTheNextIsAGapThatNamesTheNumberExpected() throws {
        ann.create(["name": "one"])
        try ann.sync()
        let second = ann.create(["name": "two"])
        let lost = ann.state.outbox.removeFirst()
        let third = ann.create(["name": "three"])
        let problem = try ann.sync()
        #expect(problem == Problem(.gap, expected: 2))
        let stored = try workspace.row(third)
        #expect(stored == nil)
        ann.state.outbox.insert(lost, at: 0)
        #expect(try ann.sync() == nil)
        let names = [try workspace.value(second, "name"), try workspace.value(third, "name")]
        #expect(names == ["two", "three"])
    }

    @Test func setsBeforeAGapOrForkAreJudgedAndTold() throws {
        ann.create(["name": "one"])
        ann.create(["name": "two"])
        ann.create(["name": "three"])
        ann.state.outbox.remove(at: 1)
        let problem = try ann.sync()
        #expect(problem == Problem(.gap, expected: 2))
        #expect(ann.verdictLines == [.applied(first: 1, last: 1)])
        guard case .error? = ann.answer.last else { return #expect(Bool(false), "no error line") }
        #expect(!ann.answer.contains { if case .end = $0 { true } else { false } })
    }

    @Test func aRefusedSetKeepsItsVerdictToo() throws {
        let id = ann.create(["name": "Acme", "score": 99])
        let copy = ann.state
        try ann.sync()
        let expected = Refusal(rule: .limit, record: id, path: FieldPath("score"))
        #expect(ann.state.verdicts[1] == .rejected(expected))
        ann.state = copy
        try ann.sync()
        #expect(ann.state.verdicts[1] == .rejected(expected))
    }

    @Test func hashesAreForgottenOnlyWhenAnsweredAndBeyondTheKeptOnes() throws {
        var limits = ExchangeLimits.standard
        limits.keptSets = 3
        let workspace = try Workspace(limits: limits)
        let ann = Laptop(workspace, 1)
        let copy = ann.state
        for number in 1...10 { ann.create(["name": .string("\(number)")]) }
        let early = ann.state.outbox
        try ann.sync()
        var kept = try workspace.count("accepted_set")
        #expect(kept == 10, "none was answered")
        ann.create(["name": "11"])
        try ann.sync()
        kept = try workspace.count("accepted_set")
        #expect(kept == 3)
        ann.state.outbox = [early[0]]
        #expect(try ann.sync()?.code == .fork, "a forgotten hash is a fork")
        _ = copy
    }

    @Test func twoRunsOfAppliedSetsNeverCoverANumberBetweenThem() throws {
        for number in 1...3 { ann.create(["name": .string("\(number)")]) }
        let sets = ann.state.outbox
        try ann.sync()
        ann.state.outbox = [sets[0], sets[2], sets[2]]
        try ann.sync(pulls: false)
        #expect(
            ann.verdictLines == [.applied(first: 1, last: 1), .applied(first: 3, last: 3), .applied(first: 3, last: 3)])
    }

    @Test func twoBatchesInOneCommitAreJudgedInOrder() throws {
        let id = ann.create(["name": "Acme"])
        let created = ann.state.outbox
        ann.edit(id, ["city": "Lyon"])
        let batches = [created, [ann.state.outbox[1]]].map { sets in
            PushBatch(
                principal: ExchangePrincipal(replica: ReplicaID(1), user: "u", kind: .administrator),
                offsetMilliseconds: 0, answered: 0,
                sets: sets)
        }
        let other = bob.create(["name": "Bob's"])
        let theirs = PushBatch(
            principal: ExchangePrincipal(replica: ReplicaID(2), user: "v", kind: .administrator), offsetMilliseconds: 0,
            answered: 0,
            sets: bob.state.outbox)
        let results = try workspace.service.commit([batches[0], theirs, batches[1]])
        #expect(results.allSatisfy { $0.problem == nil && $0.verdicts.count == 1 && $0.hasChanges })
        let city = try workspace.value(id, "city")
        #expect(city == "Lyon")
        let name = try workspace.value(other, "name")
        #expect(name == "Bob's")
        let sequence = try workspace.service.lastSequence()
        #expect(sequence == 3)
    }

    @Test func aBodyInPiecesOfAnySizeIsReadAlike() throws {
        for bytes in [1, 7, 64, 4_096] {
            let laptop = Laptop(workspace, UInt32(10 + bytes))
            let id = laptop.create(["name": "Acme", "city": "Lyon"])
            try laptop.sync(chunkBytes: bytes)
            let name = try workspace.value(id, "name")
            #expect(name == "Acme")
        }
    }

    @Test func aLargeOutboxGoesInSeveralRequestsAndIsReadOnceAtTheEnd() throws {
        for number in 1...700 { ann.create(["name": .string("\(number)")]) }
        try ann.sync(pulls: false, first: 600)
        #expect(ann.told.isEmpty && ann.state.checkpoint == nil && ann.answer.last == .end(readable: 600))
        #expect(ann.verdictLines == [.applied(first: 1, last: 600)])
        try ann.sync()
        #expect(ann.state.outbox.isEmpty && ann.state.readThrough == 700)
    }
}
