import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookServerCore

/// A base names the state on which a write was made (contract §2; `protocol/4-exchange.md#change-sets`).
@Suite struct BaseHistoryTests {
    let workspace: Workspace
    let ann: Laptop
    let bob: Laptop
    let id: RecordID

    init() throws {
        workspace = try Workspace()
        ann = Laptop(workspace, 1)
        bob = Laptop(workspace, 2)
        id = ann.create(["name": "Acme", "city": "Lyon", "stage": "open", "notes": "a\nb\nc\nd\ne"])
        try ann.sync()
        try bob.sync()
    }

    private func conflicts() throws -> [ConflictRecord] { try workspace.conflicts(id) }

    @Test func aWriteOnThePresentStateIsAppliedAndAsksNobody() throws {
        bob.edit(id, ["city": "Rome"])
        try bob.sync()
        #expect(bob.verdictLines == [.applied(first: 1, last: 1)])
        let open = try conflicts()
        #expect(open.isEmpty)
    }

    @Test func aWriteOnTheOriginOfAServerStampedStateIsSequential() throws {
        ann.edit(id, ["stage": "won"])
        bob.edit(id, ["stage": "lost"])
        try bob.sync()
        try ann.sync()
        // `won` is earlier and preferred: it stands under a server stamp whose origin is Ann's.
        let present = try workspace.atom(id, "stage")
        #expect(present?.value == "won" && present?.stamp.replica.isServer == true)
        #expect(present?.origin.replica == ReplicaID(1))
        bob.edit(id, ["city": "x"])
        try bob.sync()
        #expect(bob.state.rows[id]?.atoms[FieldPath("stage")]?.origin == present?.origin)
        bob.edit(id, ["stage": "open"])
        try bob.sync()
        let stage = try workspace.value(id, "stage")
        #expect(stage == "open", "a later sequential write may undo what was preferred")
        let open = try conflicts()
        #expect(open.map(\.loser.value) == ["lost"])
    }

    @Test func aWriteOnTheServersStampItselfIsSequentialToo() throws {
        ann.edit(id, ["stage": "won"])
        bob.edit(id, ["stage": "lost"])
        try bob.sync()
        try ann.sync()
        let present = try #require(try workspace.atom(id, "stage"))
        ann.make([
            Change(
                id: id, collection: "customer",
                writes: [Write(path: FieldPath("stage"), value: "open", base: present.stamp)])
        ])
        try ann.sync()
        let stage = try workspace.value(id, "stage")
        #expect(stage == "open")
        let open = try conflicts()
        #expect(open.count == 1)
    }

    @Test func concurrentWritesListTheEarlierAsAConflict() throws {
        bob.edit(id, ["city": "Rome"])
        ann.edit(id, ["city": "Oslo"])
        try ann.sync()
        try bob.sync()
        let city = try workspace.value(id, "city")
        #expect(city == "Oslo")
        let open = try conflicts()
        #expect(open.map(\.loser.value) == ["Rome"])
        try bob.sync()
        #expect(bob.value(id, "city") == "Oslo")
    }

    @Test func equalConcurrentWritesAreNoConflict() throws {
        bob.edit(id, ["city": "Rome"])
        ann.edit(id, ["city": "Rome"])
        try ann.sync()
        try bob.sync()
        let open = try conflicts()
        #expect(open.isEmpty)
        try ann.sync()
        let present = try workspace.atom(id, "city")
        #expect(bob.state.rows[id]?.atoms[FieldPath("city")]?.stamp == present?.stamp)
    }

    @Test func carriedHeadsWithinOneOutboxAreListedOnceUnderTheLast() throws {
        bob.edit(id, ["city": "Rome"])
        bob.edit(id, ["city": "Bari"])
        bob.edit(id, ["city": "Pisa"])
        ann.edit(id, ["city": "Oslo"])
        try ann.sync()
        try bob.sync()
        let open = try conflicts()
        #expect(open.map(\.loser.value) == ["Pisa"])
        let all = try workspace.records().values.filter { $0.collection == ConflictRecord.collection }
        #expect(all.filter { $0[ConflictRecord.Field.status] == "superseded" }.count == 2)
    }

    @Test func aCarriedHeadThatWinsInTheEndClosesItsConflict() throws {
        bob.edit(id, ["city": "Rome"])
        ann.edit(id, ["city": "Oslo"])
        bob.edit(id, ["city": "Pisa"])
        try ann.sync()
        try bob.sync()
        let open = try conflicts()
        #expect(open.map(\.loser.value) == ["Oslo"])
        let city = try workspace.value(id, "city")
        #expect(city == "Pisa")
    }

    @Test func aRefusedBaseStandsForItsOwnBaseThroughAnyChain() throws {
        bob.make([bob.change(id, ["city": "Rome", "score": 99])])
        bob.make([bob.change(id, ["city": "Bari", "score": 98])])
        bob.make([bob.change(id, ["city": "Pisa"])])
        try bob.sync()
        #expect(
            bob.state.verdicts[3] == .accepted(stamp: nil, outcomes: []),
            "sequential on what both refused ones stood on")
        let open = try conflicts()
        #expect(open.isEmpty)
        let city = try workspace.value(id, "city")
        #expect(city == "Pisa")
    }

    @Test func aChainOfRefusedRestampedRefusedBasesIsTranslatedToItsEnd() throws {
        bob.skew = 400_000
        bob.make([bob.change(id, ["city": "Rome"])])
        bob.make([bob.change(id, ["city": "Bari", "score": 98])])
        bob.make([bob.change(id, ["city": "Pisa"])])
        bob.make([bob.change(id, ["city": "Asti", "score": 97])])
        bob.make([bob.change(id, ["city": "Nola"])])
        try bob.sync()
        let open = try conflicts()
        #expect(open.isEmpty)
        let city = try workspace.value(id, "city")
        #expect(city == "Nola")
        let outcomes = [3, 5].map { bob.state.verdicts[$0] }
        for case .accepted(let stamp, let outcomes)? in outcomes { #expect(stamp != nil && outcomes.isEmpty) }
    }

    @Test func aBaseWhoseRefusedWriteHadNoBaseStandsForNone() throws {
        ann.edit(id, ["mood": "fine"])
        bob.make([bob.change(id, ["mood": "bad", "score": 99])])
        bob.make([bob.change(id, ["mood": "grim"])])
        try ann.sync()
        try bob.sync()
        let mood = try workspace.value(id, "mood")
        #expect(mood == "grim", "concurrent, and later")
    }

    @Test func anInFlightBaseIsTranslatedWhenItsVerdictComesLater() throws {
        bob.skew = 400_000
        bob.edit(id, ["city": "Rome"])
        try bob.sync(losesAnswer: true)
        bob.edit(id, ["city": "Bari"])
        try bob.sync()
        let open = try conflicts()
        #expect(open.isEmpty)
        let city = try workspace.value(id, "city")
        #expect(city == "Bari")
    }

    @Test func aSequentialWriteWithAnEarlierStampIsGivenAServerStamp() throws {
        ann.skew = 100_000
        ann.edit(id, ["city": "Oslo"])
        try ann.sync()
        try bob.sync()
        bob.edit(id, ["city": "Rome"])
        try bob.sync()
        let present = try #require(try workspace.atom(id, "city"))
        #expect(present.value == "Rome" && present.stamp.replica.isServer && present.origin.replica == ReplicaID(2))
        let open = try conflicts()
        #expect(open.isEmpty)
        try ann.sync()
        #expect(ann.value(id, "city") == "Rome")
    }

    @Test func aWriteToARecordWhoseCreationWasRefusedDependsOnItAndIsRetriedWithIt() throws {
        let new = bob.create(["name": "x", "score": 99])
        bob.edit(new, ["city": "Rome"])
        let child = bob.create(["customer": .string(new.description)], in: "contact")
        bob.make([bob.change(child, ["name": "c"], in: "contact")])
        try bob.sync()
        #expect(bob.state.verdicts[2] == .rejected(Refusal(rule: .depends, record: new, path: nil)))
        #expect(bob.state.verdicts[3] == .rejected(Refusal(rule: .depends, record: new, path: nil)))
        #expect(bob.state.verdicts[4] == .rejected(Refusal(rule: .depends, record: child, path: nil)))
        bob.create(["name": "x", "score": 9], id: new)
        bob.edit(new, ["city": "Rome"])
        try bob.sync()
        let city = try workspace.value(new, "city")
        #expect(city == "Rome")
    }

    @Test func aWriteToARecordThatTheServerDoesNotKnowIsRefusedAsUnknown() throws {
        let stranger = RecordID(high: 1, low: 2)
        bob.edit(stranger, ["city": "Rome"])
        bob.create(["customer": .string(stranger.description)], in: "contact")
        try bob.sync()
        #expect(bob.state.verdicts[1] == .rejected(Refusal(rule: .unknown, record: stranger, path: nil)))
        #expect(bob.state.verdicts[2] == .rejected(Refusal(rule: .unknown, record: stranger, path: nil)))
    }

    @Test func twoReplicasThatCreateTheSameRowMakeOneRecord() throws {
        let same = RecordID(high: 5, low: 5)
        ann.create(["name": "x", "city": "Rome"], id: same)
        bob.create(["name": "x", "city": "Oslo"], id: same)
        try ann.sync()
        try bob.sync()
        let open = try workspace.conflicts(same)
        #expect(open.map(\.loser.path) == [FieldPath("city")])
    }

    @Test func aRefusedSetStoresNothingOfItselfButThatItWasRefused() throws {
        let before = try workspace.dump().filter {
            $0.hasPrefix("record") || $0.hasPrefix("open") || $0.hasPrefix("history")
        }
        bob.make([
            bob.change(id, ["city": "Rome"]), bob.change(bob.freshID(), ["name": "n"], new: true),
            bob.change(RecordID(high: 9, low: 9), ["city": "x"]),
        ])
        try bob.sync()
        guard case .rejected? = bob.state.verdicts[1] else { return #expect(Bool(false), "not refused") }
        let after = try workspace.dump().filter {
            $0.hasPrefix("record") || $0.hasPrefix("open") || $0.hasPrefix("history")
        }
        #expect(before == after)
    }
}
