import Foundation
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookServerCore

/// What is told, to whom, and how far (`protocol/4-exchange.md#feed`).
@Suite struct FeedHistoryTests {
    private func held(_ laptop: Laptop, _ workspace: Workspace) throws -> Bool {
        try workspace.records().allSatisfy { id, record in
            laptop.state.rows[id].map(RecordEncoding.canonicalBytes) == RecordEncoding.canonicalBytes(record)
        }
    }

    @Test func onesOwnWritesAreNotEchoed() throws {
        let workspace = try Workspace()
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        try bob.sync()
        let id = ann.create(["name": "Acme"])
        try ann.sync()
        try bob.sync()
        bob.edit(id, ["city": "Rome"])
        try bob.sync()
        #expect(bob.told.isEmpty)
        try ann.sync()
        #expect(ann.told.count == 1)
        #expect(ann.told.first?.record.atoms.keys.sorted() == [FieldPath("city")])
        #expect(ann.told.first?.isWhole == false)
        try ann.sync()
        #expect(ann.told.isEmpty)
    }

    @Test func incrementsCarryOnlyWhatWasCommittedAfterTheCheckpoint() throws {
        let workspace = try Workspace()
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        let id = ann.create(["name": "Acme", "city": "Lyon", "tags/a": "A"])
        try ann.sync()
        try bob.sync()
        #expect(bob.told.first?.isWhole == true)
        ann.edit(id, ["tags/a": nil])
        try ann.sync()
        try bob.sync()
        #expect(bob.told.map(\.record.atoms.count) == [1])
        #expect(try held(bob, workspace))
    }

    @Test func aNewRecordAndARevivedOneAreToldWhole() throws {
        let workspace = try Workspace()
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        let id = ann.create(["name": "Acme"])
        try ann.sync()
        try bob.sync()
        let other = ann.create(["name": "New"])
        ann.delete(id)
        ann.restore(id)
        try ann.sync()
        try bob.sync()
        #expect(bob.told.count == 2 && bob.told.allSatisfy(\.isWhole))
        #expect(bob.value(other, "name") == "New")
    }

    @Test func aPullThatGoesOnAfterACutMissesNothingThatMovedOn() throws {
        // The customer was written at 1 and again at 4: at the cut it lies behind the cursor, its first write before it.
        let workspace = try Workspace(pageRows: 1)
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        let id = ann.create(["name": "Acme"])
        ann.create(["name": "two"])
        ann.create(["name": "three"])
        ann.edit(id, ["city": "Oslo"])
        try ann.sync()
        try bob.sync(afterPage: { if $0 == 1 { throw Workspace.Cut() } })
        #expect(bob.state.checkpoint != nil && bob.value(id, "name") == nil && bob.state.readThrough == 0)
        try bob.sync()
        #expect(bob.value(id, "name") == "Acme")
        #expect(try held(bob, workspace))
    }

    @Test func aLaterPullThatGoesOnAfterACutMissesNothingThatMovedOn() throws {
        let workspace = try Workspace(pageRows: 1)
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        try bob.sync()
        let first = ann.create(["name": "zero"])
        try ann.sync()
        try bob.sync()
        ann.edit(first, ["mood": "fine"])
        ann.create(["name": "two"])
        ann.edit(first, ["city": "Oslo"])
        try ann.sync()
        try bob.sync(afterPage: { if $0 == 1 { throw Workspace.Cut() } })
        try bob.sync()
        #expect(bob.value(first, "mood") == "fine" && bob.value(first, "city") == "Oslo")
    }

    @Test func commitsBetweenPagesAreReadToTheirEnd() throws {
        for pageRows in 1...5 {
            let workspace = try Workspace(pageRows: pageRows)
            let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
            let ids = (0..<12).map { ann.create(["name": .string("\($0)")]) }
            try ann.sync()
            var rounds = 0
            try bob.sync(afterPage: { page in
                guard page < 3 else { return }
                rounds += 1
                ann.edit(ids[rounds], ["city": "Oslo"])
                ann.create(["name": "more"])
                try ann.sync(pulls: false)
            })
            #expect(try held(bob, workspace), "pages of \(pageRows)")
            let last = try workspace.service.lastSequence()
            #expect(bob.state.readThrough == last)
        }
    }

    @Test func aSetIsWholeOnceItsSequenceIsWhollyRead() throws {
        let workspace = try Workspace(pageRows: 1)
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        let (one, two) = (ann.create(["name": "1"]), ann.create(["name": "2"]))
        ann.make([ann.change(one, ["city": "Both"]), ann.change(two, ["city": "Both"])])
        ann.edit(one, ["mood": "late"])
        try ann.sync()
        try bob.sync()
        #expect(bob.state.readThrough == 4 && bob.answer.last == .end(readable: 2))
        #expect(bob.value(one, "city") == "Both" && bob.value(two, "city") == "Both")
    }

    @Test func everyPageEndsWithACheckpointAndHoldsWholeSequences() throws {
        let workspace = try Workspace(pageRows: 2)
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        ann.make((0..<5).map { ann.change(RecordID(high: 1, low: $0), ["name": "x"], new: true) })
        for _ in 0..<3 { ann.create(["name": "y"]) }
        try ann.sync()
        try bob.sync()
        let kinds = bob.answer.map { line in
            switch line {
            case .head: "h"
            case .record: "r"
            case .checkpoint(_, let sequence): "c\(sequence.map { String($0) } ?? "")"
            case .end: "e"
            default: "?"
            }
        }
        #expect(kinds == ["h", "r", "r", "r", "r", "r", "c1", "r", "r", "c3", "r", "c", "e"])
    }

    @Test func anAnswerCutAnywhereCostsOnlyWhatFollowedItsLastCheckpoint() throws {
        let workspace = try Workspace(pageRows: 1)
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        let ids = (0..<4).map { ann.create(["name": .string("\($0)")]) }
        try ann.sync()
        bob.create(["name": "mine"])
        try bob.sync()
        let whole = bob.wire.answer.count
        for kept in stride(from: 0, through: whole, by: 37) {
            let carl = Laptop(workspace, UInt32(100 + kept))
            carl.create(["name": "carl"])
            try carl.sync(keptBytes: kept)
            ann.edit(ids[kept % 4], ["city": .string("\(kept)")])
            try ann.sync()
            try carl.sync()
            #expect(try held(carl, workspace), "cut after \(kept) bytes")
        }
    }

    @Test func aTokenThatThisServerDidNotMakeIsStale() throws {
        let workspace = try Workspace()
        let ann = Laptop(workspace, 1)
        ann.create(["name": "x"])
        try ann.sync()
        let good = try #require(ann.state.checkpoint)
        let other = CheckpointToken.Secret(bytes: Array(repeating: 8, count: 32), epoch: Workspace.epoch)
        let epoch = CheckpointToken.Secret(bytes: Workspace.secret, epoch: "another")
        let token = CheckpointToken(timeline: 0, sequence: 1, readThrough: 1, replica: ReplicaID(1))
        var others = CheckpointToken(timeline: 0, sequence: 1, readThrough: 1, replica: ReplicaID(2))
        others.pull = 1
        let forged = good.prefix(10) + "B" + good.dropFirst(11)
        for text in [
            "", "x", String(forged), good + "A", token.text(other), token.text(epoch),
            others.text(workspace.service.secret),
            String(repeating: "A", count: 9_999),
        ] {
            ann.state.checkpoint = text
            #expect(throws: Problem(.stale)) { try ann.sync() }
        }
        ann.state.checkpoint = good
        #expect(try ann.sync() == nil)
    }

    @Test func aTokenSaysWhatItWasMadeOfAndNoOtherTextDoes() throws {
        let secret = CheckpointToken.Secret(bytes: Workspace.secret, epoch: Workspace.epoch)
        let numbers: [Int64] = [0, 1, 127, 128, 300_000, .max]
        let replica = ReplicaID(7)
        func hasOneText(_ token: CheckpointToken) -> Bool {
            let text = token.text(secret)
            let others = [text + "=", text + "A"].compactMap { CheckpointToken($0, of: replica, secret) }
            return CheckpointToken(text, of: replica, secret) == token && others.isEmpty
        }
        for sequence in numbers {
            for readThrough in numbers where readThrough <= sequence {
                for (timeline, pull) in [(0, 0), (3, 0), (0, 9), (255, .max)] as [(UInt8, Int64)] {
                    var token = CheckpointToken(
                        timeline: timeline, sequence: sequence, readThrough: readThrough, replica: replica)
                    token.pull = pull
                    #expect(token.text(secret).utf8.count <= 56)
                    #expect(hasOneText(token))
                    let unit = RecordID(high: 5, low: 6)
                    token.progress = .init(phase: .coming, touched: sequence, unit: unit, position: readThrough)
                    #expect(hasOneText(token))
                }
            }
        }
        let usual = CheckpointToken(timeline: 0, sequence: 2_000_000, readThrough: 2_000_000, replica: replica).text(
            secret)
        #expect(usual.utf8.count == 15)
        // Every character counts, the open bits of the last one too.
        for index in usual.indices {
            for other in "ABab01-_" where other != usual[index] {
                let altered = usual.replacingCharacters(in: index...index, with: String(other))
                #expect(CheckpointToken(altered, of: replica, secret) == nil)
            }
        }
    }

    @Test func aHeadTellsOnlyWhatTheHelloDoesNotShow() throws {
        let workspace = try Workspace()
        let ann = Laptop(workspace, 1)
        func head() throws -> Head {
            guard case .head(let head) = try #require(ann.answer.first) else { throw Laptop.Unreadable(line: "") }
            return head
        }
        try ann.sync()
        #expect(try head().epoch == Workspace.epoch && head().timeline == 0 && head().schemaVersion == nil)
        try ann.sync()
        #expect(try head().epoch == nil && head().timeline == nil && head().limits == .standard)
        let text = String(decoding: ann.wire.answer.prefix { $0 != 10 }, as: UTF8.self)
        #expect(text == #"{"head":{"offset":0,"sequence":0}}"#)
    }

    @Test func aTokenOfASequenceThatIsYetToComeOrOfAnotherTimelineSaysThatTheServerWasRestored() throws {
        let workspace = try Workspace()
        let ann = Laptop(workspace, 1)
        let secret = workspace.service.secret
        ann.state.checkpoint = CheckpointToken(timeline: 0, sequence: 9, readThrough: 9, replica: ReplicaID(1)).text(
            secret)
        #expect(throws: Problem(.timeline, expected: 1)) { try ann.sync() }
        ann.state.checkpoint = CheckpointToken(timeline: 1, sequence: 0, readThrough: 0, replica: ReplicaID(1)).text(
            secret)
        #expect(throws: Problem(.timeline, expected: 1)) { try ann.sync() }
    }

    @Test func aStaleReplicaPullsAfreshAndSendsWhatItHadUnsent() throws {
        let workspace = try Workspace()
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        let id = ann.create(["name": "x", "city": "Lyon"])
        try ann.sync()
        try bob.sync()
        ann.edit(id, ["city": "Rome"])
        ann.state.checkpoint = nil
        ann.state.rows = [:]
        bob.edit(id, ["mood": "m"])
        try bob.sync()
        try ann.sync()
        #expect(try held(ann, workspace))
        #expect(ann.value(id, "city") == "Rome")
    }

    @Test func unknownFieldsAndCollectionsAreKeptAndPassedOn() throws {
        let workspace = try Workspace()
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        let id = ann.create(["name": "x", "future": ["deep": [1, true, "é"]]])
        let strange = ann.create(["any": 7], in: "starship")
        let open = ann.create(["name": "y", "stage": "frozen", "address": ["planet": "Mars"]])
        try ann.sync()
        #expect(ann.verdictLines == [.applied(first: 1, last: 3)])
        try bob.sync()
        #expect(bob.value(id, "future") == ["deep": [1, true, "é"]])
        #expect(bob.state.rows[strange]?.collection == "starship")
        #expect(bob.value(open, "stage") == "frozen" && bob.value(open, "address") == ["planet": "Mars"])
        bob.edit(id, ["city": "Rome"])
        try bob.sync()
        try ann.sync()
        #expect(try held(ann, workspace))
    }

    @Test func noPageGrowsBeyondItsBytesHoweverLargeItsRecordsAre() throws {
        let workspace = try Workspace()
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        for _ in 0..<12 { ann.create(["name": "x", "blob": .string(String(repeating: "b", count: 900_000))]) }
        try ann.sync(pulls: false, first: 6)
        try ann.sync(pulls: false)
        try bob.sync()
        let pages = bob.answer.filter { if case .checkpoint = $0 { true } else { false } }
        #expect(pages.count >= 2)
        #expect(bob.state.rows.count == 12)
    }
}
