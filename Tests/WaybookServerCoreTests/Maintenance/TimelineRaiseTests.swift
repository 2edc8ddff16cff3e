import Foundation
import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

@Suite struct TimelineRaiseTests {
    private func refusal(_ laptop: Laptop) throws -> Problem? {
        do {
            return try laptop.sync()
        } catch let problem as Problem {
            return problem
        }
    }

    private func token(of laptop: Laptop, _ secret: CheckpointToken.Secret) throws -> CheckpointToken {
        let text = try #require(laptop.state.checkpoint)
        return try #require(CheckpointToken(text, of: laptop.state.replica, secret))
    }

    /// Adds customers and sends them.
    private func push(_ laptop: Laptop, _ count: Int) throws {
        for index in 0..<count { laptop.create(["name": .string("C\(index)")]) }
        #expect(try laptop.sync() == nil)
    }

    @Test func aTimelineIsNeverGivenTwiceAcrossTwoRestores() throws {
        let server = try RestoredServer()
        var ann = Laptop(server.workspace, 1)
        try push(ann, 3)
        try server.backUp("old.db")
        try push(ann, 4)
        let first = try server.restore("old.db").timeline
        #expect(
            first.number == 1 && first.parent == 0 && first.fork == 3 && first.reached == 7 && first.cause == .command)
        try push(Laptop(server.workspace, 2), 2)
        try server.backUp("new.db")
        // The old backup has never heard of the first timeline; the ledger has.
        let second = try server.restore("old.db").timeline
        #expect(second.number == 2 && second.parent == 0 && second.fork == 3 && second.reached == nil)
        let third = try server.restore("new.db").timeline
        #expect(third.number == 3 && third.parent == 1 && third.fork == Timeline.start(of: 1) + 2)
        #expect(server.workspace.service.timeline == 3)
        let known = try server.workspace.service.file.read { try TimelineTable($0).all() }
        #expect(known == [first, second, third], "of the second only the ledger told this file")
        ann = server.follow(ann)
        #expect(try refusal(ann)?.code == .timeline)
        // A line of the ledger whose transaction failed after it: its number is skipped, not given again.
        let lost = Timeline(number: 4, parent: 3, fork: 1, restored: 1, reached: nil, cause: .found)
        try server.ledger.append([.timeline(lost, epoch: Workspace.epoch)], at: 1)
        #expect(try server.restore("old.db").timeline.number == 5)
        // The last one is the last one.
        let end = Timeline(number: 255, parent: 3, fork: 1, restored: 1, reached: nil, cause: .found)
        try server.ledger.append([.timeline(end, epoch: Workspace.epoch)], at: 1)
        #expect(throws: TimelineRaise.Failure.exhausted) { try server.restore("old.db") }
    }

    @Test func sequencesAndPullsOfTwoTimelinesNeverMeet() throws {
        let server = try RestoredServer(schema: Catalogue.schema)
        let person = Laptop(server.workspace, 9).freshID()
        let fields: [FieldName: Value] = ["name": "Ann", "role": "rep", "status": "active"]
        try server.workspace.direct(fields, of: person, in: "user")
        var ann = Laptop(server.workspace, 1)
        server.workspace.sign(ann.state.replica, in: person)
        try push(ann, 3)
        func pull() throws -> Int64? {
            try server.workspace.service.file.read { try ServerRows($0).reader(ann.state.replica)?.pull }
        }
        let before = try #require(try pull())
        try server.backUp("old.db")
        // What is lost: three commits, and a plan.
        var lost: Set<Int64> = []
        for _ in 0..<3 {
            try push(ann, 1)
            lost.insert(try server.lastSequence())
        }
        #expect(before < Timeline.pullStart(of: 1))
        for round in UInt8(1)...2 {
            try server.restore("old.db")
            let (start, next) = (Timeline.start(of: round), Timeline.start(of: round + 1))
            ann = Laptop(server.workspace, 1 + UInt32(round))
            server.workspace.sign(ann.state.replica, in: person)
            try push(ann, 3)
            let given = try server.workspace.service.file.read { db in
                try Int64.fetchAll(db, sql: "SELECT DISTINCT position / 4096 FROM record").filter { $0 > 4 }
            }
            #expect(given.count == 3 && given.allSatisfy { $0 > start && $0 < next && !lost.contains($0) }, "\(given)")
            lost.formUnion(given)
            let number = try #require(try pull())
            #expect(number > Timeline.pullStart(of: round) && number < Timeline.pullStart(of: round + 1))
            // The server's own stamps are of the timeline as well.
            try server.workspace.direct(["name": .string("Ann\(round)")], of: person, in: "user")
            #expect(try server.workspace.atom(person, "name")?.stamp.replica == ReplicaID(UInt32(round) << 24))
            #expect(try server.workspace.service.file.read { try ServerCheck.run($0) }.faults.isEmpty)
        }
    }

    @Test func aTokenOfBeforeTheForkGoesOn() throws {
        let server = try RestoredServer()
        var (ann, bob) = (Laptop(server.workspace, 1), Laptop(server.workspace, 2))
        try push(ann, 3)
        let acme = ann.create(["name": "Acme"])
        #expect(try ann.sync() == nil)
        #expect(try bob.sync() == nil && bob.state.rows.count == 4)
        try server.backUp("old.db")
        try push(ann, 2)
        try server.restore("old.db")
        bob = server.follow(bob)
        // What it typed meanwhile goes to the new timeline, and it is told increments alone.
        bob.edit(acme, ["name": "Acme 2"])
        bob.create(["name": "Bolt"])
        #expect(try bob.sync() == nil && bob.state.refused.isEmpty && bob.state.outbox.isEmpty)
        var head = try #require(bob.answer.compactMap { if case .head(let head) = $0 { head } else { nil } }.first)
        #expect(head.timeline == 1 && head.epoch == Workspace.epoch, "it learns the timeline")
        #expect(bob.state.told == nil && bob.state.rows.count == 5)
        let text = String(decoding: bob.wire.answer, as: UTF8.self)
        #expect(!text.contains("\"C0\""), "nothing is told anew")
        // Its token is of the new timeline by now; once more, and it is as it ever was.
        #expect(try bob.sync() == nil)
        head = try #require(bob.answer.compactMap { if case .head(let head) = $0 { head } else { nil } }.first)
        #expect(head.timeline == nil && head.epoch == nil)
        // A third laptop, that knows nothing, holds the same.
        let cem = Laptop(server.workspace, 3)
        #expect(try cem.sync() == nil)
        #expect(
            cem.state.rows.mapValues { $0.atoms.mapValues(\.value) }
                == bob.state.rows.mapValues { $0.atoms.mapValues(\.value) })
        #expect(cem.value(acme, "name") == "Acme 2")
        // After another restore of the same backup that one is lost, and Bob with it.
        try server.restore("old.db")
        #expect(try refusal(server.follow(bob))?.code == .timeline && refusal(server.follow(cem))?.code == .timeline)
    }

    @Test func aTokenOfTheLostRangeIsToldTimeline() throws {
        let server = try RestoredServer()
        var (ann, bob) = (Laptop(server.workspace, 1), Laptop(server.workspace, 2))
        try push(ann, 3)
        try server.backUp("old.db")
        try push(ann, 2)
        #expect(try bob.sync() == nil)
        bob.create(["name": "typed since"])
        try server.restore("old.db")
        // Even when the new timeline has come further than the old one ever was.
        try push(Laptop(server.workspace, 3), 20)
        (ann, bob) = (server.follow(ann), server.follow(bob))
        let before = bob.state
        #expect(try refusal(bob)?.code == .timeline)
        #expect(
            bob.state.rows == before.rows && bob.state.outbox == before.outbox
                && bob.state.checkpoint == before.checkpoint)
        // The author of lost sets is told which the first one is.
        let told = try refusal(ann)
        #expect(told?.code == .timeline && told?.expected == 4 && told?.restored?.fork == 3)
        #expect(ann.state.rows.count == 5)
        // So it is with a token of a timeline that this server has never heard of.
        let secret = server.workspace.service.secret
        let token = CheckpointToken(timeline: 7, sequence: 3, readThrough: 3, replica: ReplicaID(4))
        let stranger = Laptop(server.workspace, 4)
        stranger.state.checkpoint = token.text(secret)
        #expect(try refusal(stranger)?.code == .timeline)
    }

    @Test func aTokenOfAHalfToldPullIsNeverGood() throws {
        let server = try RestoredServer(pageRows: 2)
        let ann = Laptop(server.workspace, 1)
        try push(ann, 4)
        let moved = ann.create(["name": "Moved"])
        try push(ann, 4)
        try server.backUp("old.db")
        // On the lost timeline a record moves on in the feed; a pull that is cut before it has passed its old place.
        ann.edit(moved, ["name": "Moved on"])
        #expect(try ann.sync() == nil)
        var bob = Laptop(server.workspace, 2)
        _ = try bob.sync { if $0 == 4 { throw Workspace.Cut() } }
        let secret = server.workspace.service.secret
        let half = try token(of: bob, secret)
        #expect(half.sequence > 5 && half.sequence <= 9 && half.readThrough == 0 && bob.state.rows[moved] == nil)
        try server.restore("old.db")
        bob = server.follow(bob)
        #expect(try refusal(bob)?.code == .timeline, "else it would never be told of a record")
    }

    @Test func aTokenOfAHalfToldPartIsNeverGood() throws {
        let server = try RestoredServer(schema: Catalogue.schema, pageRows: 2)
        let person = Laptop(server.workspace, 9).freshID()
        let fields: [FieldName: Value] = ["name": "Ann", "role": "rep", "status": "active"]
        try server.workspace.direct(fields, of: person, in: "user")
        let ann = Laptop(server.workspace, 1)
        server.workspace.sign(ann.state.replica, in: person)
        try push(ann, 9)
        let whole = server.follow(ann, person: person)
        let half = Laptop(server.workspace, 2)
        server.workspace.sign(half.state.replica, in: person)
        _ = try half.sync { if $0 == 2 { throw Workspace.Cut() } }
        let secret = server.workspace.service.secret
        let token = try self.token(of: half, secret)
        #expect(token.progress != nil && token.sequence <= 10)
        // Nothing at all was lost: but the token cannot tell of which commits its pages were.
        try server.backUp("now.db")
        try server.restore("now.db")
        #expect(try refusal(server.follow(half, person: person))?.code == .timeline)
        // One that had read all goes on, and its next plan is of the new timeline.
        let again = server.follow(whole, person: person)
        try push(again, 1)
        #expect(again.state.rows.count >= 10 && again.state.outbox.isEmpty)
    }

    @Test func theLedgerIsAppliedBeforeItsTimelineLine() throws {
        let server = try RestoredServer(schema: Catalogue.schema)
        let (ada, bob) = (Laptop(server.workspace, 9).freshID(), Laptop(server.workspace, 8).freshID())
        for (person, role) in [(ada, "admin"), (bob, "rep")] {
            try server.workspace.direct(
                ["name": "N", "role": .string(role), "status": "active"], of: person, in: "user")
        }
        let ann = Laptop(server.workspace, 1)
        server.workspace.sign(ann.state.replica, in: ada)
        let acme = ann.create(["name": "Acme"])
        #expect(try ann.sync() == nil)
        try server.backUp("old.db")
        ann.edit(acme, ["owner": .string(bob.description)])
        #expect(try ann.sync() == nil)
        try server.ledger.append([.access(.role(try #require(UserID(bob.description)), "manager"))], at: 5)

        let report = try server.restore("old.db")
        #expect(report.brought == 2 && report.ledger == .own)
        let owner = try #require(try server.workspace.atom(acme, "owner"))
        #expect(owner.value == .string(bob.description))
        #expect(owner.commit > report.timeline.start && owner.stamp.replica == ReplicaID(1 << 24))
        #expect(try server.workspace.value(bob, "role") == "manager")
        let facts = try server.ledger.facts
        #expect(facts.last?.fact == .timeline(report.timeline, epoch: Workspace.epoch))
        #expect(
            try server.workspace.service.file.read { try ServerRows($0).text(SecurityLedger.markKey) }
                == server.ledger.mark)
        let audit = try server.workspace.service.file.read { try Audit($0).entries(Audit.Query(limit: 9)) }
        #expect(
            audit.filter { $0.what == "restore" }.map(\.detail) == [
                ["from": 0, "to": 1, "mode": "command"], ["count": 2],
            ])
        // It stands in the ledger of tomorrow, too: read back, and compacted.
        let path = server.folder + "/" + SecurityLedger.fileName
        let small = try SecurityLedger(path: path, compactionBytes: 1)
        #expect(try small.facts.map(\.fact).contains(.timeline(report.timeline, epoch: Workspace.epoch)))
    }

    @Test func withoutLedgerTheNumberJumps() throws {
        var numbers: Set<UInt8> = []
        for seed in UInt64(1)...4 {
            let server = try RestoredServer(seed: seed)
            try server.ledger.append([.other(kind: "of-tomorrow", [:])], at: 1)
            try push(Laptop(server.workspace, 1), 2)
            try server.backUp("old.db")
            // The disk is gone: a new machine has the backup, and the ledger's copy as old as that.
            try server.stop()
            for name in ["server.db", SecurityLedger.fileName] { try server.remove(name) }
            if seed == 1 { try server.remove("old.db.ledger") }
            let report = try server.restore("old.db")
            #expect(report.ledger == (seed == 1 ? .none : .backup) && report.kept == nil)
            #expect(report.timeline.number > 15 && report.timeline.number < 48 && report.timeline.reached == nil)
            numbers.insert(report.timeline.number)
            #expect(try server.lastSequence() == report.timeline.start)
            // Now the ledger knows: the next one follows.
            #expect(try server.restore("old.db").timeline.number == report.timeline.number + 1)
        }
        #expect(numbers.count > 1, "two who know as little take different ones: \(numbers)")
    }

    @Test func aFolderThatWentBackWithItsLedgerJumpsToo() throws {
        let server = try RestoredServer()
        try server.ledger.append([.other(kind: "of-tomorrow", [:])], at: 1)
        try push(Laptop(server.workspace, 1), 2)
        // The file has all of the ledger: both may be of yesterday.
        try server.workspace.service.file.write { db in
            try ServerRows(db).set(SecurityLedger.markKey, server.ledger.mark)
        }
        #expect(try server.restore(nil).timeline.number > 15)
        // The ledger has more than the file: it did not go back with it.
        let mark = server.ledger.mark
        try server.ledger.append([.other(kind: "of-tomorrow", [:])], at: 1)
        #expect(server.ledger.mark != mark)
        let number = server.workspace.service.timeline
        #expect(try server.restore(nil).timeline.number == number + 1)
    }
}
