import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

/// Sets that are sent again to a server that was put back (`protocol/4-exchange.md#old-sets`).
@Suite struct OldSetTests {
    private let server: RestoredServer
    /// Follow the server from one start to the next.
    private let people: People

    /// The laptops, as they go on with each new start.
    private final class People {
        var ann: Laptop
        var bob: Laptop
        init(_ workspace: Workspace) { (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2)) }
    }

    init() throws {
        server = try RestoredServer()
        people = People(server.workspace)
    }

    private var ann: Laptop { people.ann }
    private var bob: Laptop { people.bob }

    private func restore(_ name: String = "old.db") throws {
        try server.restore(name)
        (people.ann, people.bob) = (server.follow(ann), server.follow(bob))
    }

    private func healing(_ replica: UInt32, on timeline: UInt8 = 1) throws -> Healing? {
        try server.workspace.service.file.read { try HealingTable($0).all(on: timeline) }
            .first { $0.replica == ReplicaID(replica) }
    }

    private func problem(_ body: () throws -> Problem?) throws -> Problem? {
        do { return try body() } catch let problem as Problem { return problem }
    }

    /// A customer in the backup, and three sets of Ann's of after it.
    private func lost() throws -> RecordID {
        let acme = ann.create(["name": "Acme", "city": "Lyon"])
        try ann.sync()
        try bob.sync()
        try server.backUp("old.db")
        ann.edit(acme, ["city": "Nice"])
        ann.edit(acme, ["mood": "good"])
        ann.create(["name": "Bolt"])
        try ann.sync()
        return acme
    }

    @Test func theServerSaysHowItGoesOn() throws {
        _ = try lost()
        let vetted = try server.workspace.service.file.read { try ServerRows($0).replica(ReplicaID(1))?.vetted }
        let backup = ann.state.journal[1]?.set.stamp
        try restore()
        let told = try #require(try problem { try ann.sync() })
        #expect(told.code == .timeline && told.expected == 2 && vetted != backup)
        #expect(
            told.restored
                == RestoredTimeline(
                    number: 1, fork: 1, start: 1 << 34, epoch: Workspace.epoch, vetted: backup, takesWitness: true))
        #expect(Problem(lineValue: told.lineValue) == told)
    }

    @Test func everyAcknowledgedSetComesBackUnderItsStamp() throws {
        let acme = try lost()
        let before = try server.workspace.row(acme)?.record
        let sets = ann.state.journal.mapValues(\.set)
        try restore()
        #expect(try ann.heal() == nil)
        #expect(ann.state.outbox.isEmpty && ann.state.refused.isEmpty && ann.state.again == nil)
        let after = try server.workspace.row(acme)?.record
        #expect(after?.atoms.mapValues(\.stamp) == before?.atoms.mapValues(\.stamp))
        #expect(after?.atoms.mapValues(\.value) == before?.atoms.mapValues(\.value))
        #expect(ann.state.journal.mapValues(\.set) == sets)
        let healing = try #require(try healing(1))
        #expect(healing.first == 2 && healing.answered == 4 && healing.through == 4 && healing.trimmed == 0)
        #expect(healing.back == 3 && healing.asked == 0 && healing.refused == 0 && healing.ended != nil)
        // What others read is whole as well, and it is quiet from now on.
        #expect(try bob.heal() == nil && bob.value(acme, "city") == "Nice" && bob.state.rows.count == 2)
        let sequence = try server.lastSequence()
        #expect(try ann.sync() == nil && bob.sync() == nil && server.lastSequence() == sequence)
    }

    @Test func aLostAnswerChangesNothing() throws {
        let acme = try lost()
        try restore()
        ann.edit(acme, ["score": 4])
        #expect(try ann.heal(losesAnswer: true) == nil)
        let dump = try server.workspace.records()
        #expect(try ann.sync() == nil && ann.state.outbox.isEmpty)
        #expect(try server.workspace.records() == dump)
        #expect(try healing(1)?.back == 3 && server.workspace.value(acme, "score") == 4)
    }

    @Test func aSecondRestoreHalfWayLosesNothing() throws {
        let acme = try lost()
        try restore()
        #expect(try ann.heal(first: 1)?.code == nil)
        #expect(ann.state.answered == 2 && ann.state.outbox.count == 2)
        try restore()
        #expect(try problem { try ann.sync() }?.expected == 2)
        #expect(try ann.heal() == nil && ann.state.outbox.isEmpty)
        #expect(try server.workspace.value(acme, "city") == "Nice" && server.workspace.value(acme, "mood") == "good")
        #expect(try healing(1, on: 2)?.back == 3)
    }

    /// Rewound and not answered yet, the second time further back: what the first restore still had must not count as gone.
    @Test func aSecondRestoreFurtherBackIsNotTakenForATrimmedJournal() throws {
        let acme = ann.create(["name": "Acme"])
        try ann.sync()
        try server.backUp("older.db")
        ann.edit(acme, ["city": "Lyon"])
        try ann.sync()
        try server.backUp("old.db")
        ann.edit(acme, ["mood": "good"])
        try ann.sync()
        try restore()
        ann.rewind(to: try #require(try problem { try ann.sync() }))
        #expect(ann.state.answered == 2 && ann.state.again?.first == 3)
        try restore("older.db")
        #expect(try problem { try ann.sync() }?.expected == 2)
        #expect(try ann.heal() == nil)
        #expect(try server.workspace.value(acme, "city") == "Lyon" && server.workspace.value(acme, "mood") == "good")
        #expect(try healing(1, on: 2)?.trimmed == 0)
    }

    @Test func aBetterBackupAfterAWorseOneKnowsWhatItHas() throws {
        let acme = try lost()
        try server.backUp("better.db")
        ann.edit(acme, ["city": "Metz"])
        try ann.sync()
        try restore()
        #expect(try ann.heal(first: 2) == nil)
        try restore("better.db")
        let told = try #require(try problem { try ann.sync() })
        #expect(told.expected == 5 && told.restored?.number == 2)
        #expect(try ann.heal() == nil && ann.state.outbox.isEmpty)
        #expect(try server.workspace.value(acme, "city") == "Metz" && server.workspace.records().count == 2)
        #expect(try healing(1, on: 2)?.back == 1)
    }

    @Test func aRefusedSetIsNotJudgedAgainAndItsBaseStands() throws {
        let acme = ann.create(["name": "Acme", "city": "Lyon"])
        try ann.sync()
        try server.backUp("old.db")
        ann.edit(acme, ["city": "Nice", "score": 90])
        // Made on the write that will be refused.
        ann.edit(acme, ["city": "Metz"])
        try ann.sync()
        #expect(ann.state.refused.count == 1)
        try restore()
        // The rule is gone, as with a newer schema: it would be taken now.
        ann.state.journal[2]?.set.changes[0].writes.removeAll { $0.path == FieldPath("score") }
        #expect(try ann.heal() == nil)
        #expect(ann.state.verdicts[2] == .rejected(Refusal(rule: .before, record: acme, path: nil)))
        #expect(try server.workspace.value(acme, "city") == "Metz" && server.workspace.conflicts(acme).isEmpty)
        #expect(ann.state.refused.count == 1)
        let healing = try #require(try healing(1))
        #expect(healing.refused == 1 && healing.back == 1)
    }

    @Test func aReStampedSetKeepsItsStamp() throws {
        let acme = ann.create(["name": "Acme", "city": "Lyon"])
        try ann.sync()
        try bob.sync()
        try server.backUp("old.db")
        ann.skew = 3_600_000
        let raw = ann.edit(acme, ["city": "Nice"]).stamp
        try ann.sync()
        ann.skew = 0
        let given = try #require(try server.workspace.atom(acme, "city")?.stamp)
        #expect(given.isServerGiven && given < raw)
        try bob.sync()
        bob.edit(acme, ["city": "Metz"])
        try bob.sync()
        // Long enough for the raw stamp to be past.
        server.workspace.clock.advance(7_200_000)
        try restore()
        #expect(try bob.heal() == nil && ann.heal() == nil)
        #expect(try server.workspace.value(acme, "city") == "Metz")
        let listed = try server.workspace.conflicts(acme).map(\.loser.stamp)
        #expect(try !listed.contains(raw) && server.workspace.atom(acme, "city")?.stamp.replica == ReplicaID(2))
        // A stamp that no server gave is none.
        let forged = ann.edit(acme, ["city": "Pau"])
        let late = Stamp(milliseconds: given.milliseconds + 90_000_000, counter: 0x8000, replica: ReplicaID(1))
        ann.state.past[forged.number] = PastAnswer(sequence: 1, answer: .restamped(late), isCut: false)
        ann.state.again = AgainSets(first: 2, answered: forged.number, through: forged.number)
        #expect(try ann.sync() == nil)
        #expect(try server.workspace.atom(acme, "city")?.stamp == forged.stamp)
    }

    @Test func aTrimmedJournalSaysSo() throws {
        let acme = try lost()
        ann.state.journal[2] = nil
        try restore()
        #expect(try ann.heal() == nil && ann.state.outbox.isEmpty && ann.state.again == nil)
        let healing = try #require(try healing(1))
        #expect(healing.trimmed == 1 && healing.back == 2)
        #expect(try server.workspace.value(acme, "city") == "Lyon" && server.workspace.value(acme, "mood") == "good")
        // Once on a timeline: who says so again has another store, and takes a number of its own.
        ann.create(["name": "Cast"])
        ann.state.outbox[0].number += 3
        ann.state.again = AgainSets(first: 8, answered: 7, through: 8)
        (ann.state.lastSet, ann.state.answered) = (8, 7)
        #expect(try problem { try ann.sync() } == Problem(.gap, expected: 5))
    }

    @Test func anEmptyJournalDoesNotLoop() throws {
        _ = try lost()
        ann.state.journal = [:]
        try restore()
        #expect(try ann.heal() == nil && ann.state.again == nil)
        #expect(try healing(1)?.trimmed == 3 && ann.state.rows.count == 1)
        let typed = ann.create(["name": "Cast"])
        #expect(try ann.sync() == nil && server.workspace.row(typed) != nil)
    }

    @Test func nothingIsLeftOfASetThatMayNotBeHeld() throws {
        let acme = try lost()
        for number in [Int64(2), 3] {
            ann.state.journal[number]?.set.changes = []
            ann.state.journal[number]?.past.isCut = true
        }
        try restore()
        #expect(try ann.heal() == nil && ann.state.outbox.isEmpty)
        #expect(try server.workspace.value(acme, "city") == "Lyon" && server.workspace.records().count == 2)
        // But for what is sent again a set of nothing is malformed.
        ann.make([])
        ann.state.past[5] = PastAnswer(sequence: 1, answer: .accepted, isCut: true)
        #expect(try problem { try ann.sync() }?.code == .fixRecord)
    }

    @Test func aClonesJournalHealsNothingTwice() throws {
        let acme = try lost()
        try restore()
        // The same store, copied: both have gone back behind the server before either is answered.
        let clone = server.follow(ann)
        clone.rewind(to: try #require(try problem { try clone.sync() }))
        #expect(try ann.heal() == nil)
        let sequence = try server.lastSequence()
        #expect(clone.state.outbox.count == 3)
        #expect(try clone.sync() == nil && clone.state.outbox.isEmpty)
        #expect(try server.lastSequence() == sequence && healing(1)?.back == 3)
        #expect(try server.workspace.value(acme, "city") == "Nice")
    }

    @Test func aRequestThatHistoryPassedByIsLeftOut() throws {
        let acme = ann.create(["name": "Acme", "owner": "ann"])
        try ann.sync()
        try bob.sync()
        try server.backUp("old.db")
        ann.edit(acme, ["owner": "bob", "city": "Lyon"])
        try ann.sync()
        try bob.sync()
        bob.edit(acme, ["owner": "cy"])
        try bob.sync()
        try restore()
        // Somebody asked for it anew before the laptops came.
        let cy = Laptop(server.workspace, 3)
        try cy.sync()
        cy.edit(acme, ["owner": "cy"])
        try cy.sync()
        #expect(try ann.heal() == nil && bob.heal() == nil)
        #expect(ann.state.refused.isEmpty && bob.state.refused.isEmpty)
        #expect(try server.workspace.value(acme, "owner") == "cy" && server.workspace.value(acme, "city") == "Lyon")
        #expect(ann.value(acme, "owner") == "cy" && ann.value(acme, "city") == "Lyon")
        // What was not acknowledged is refused as ever.
        ann.edit(acme, ["owner": "dan"])
        bob.edit(acme, ["owner": "eve"])
        #expect(try ann.sync() == nil && bob.sync() == nil && bob.state.refused.count == 1)
    }

    /// What Ann asked for is not back yet when Bob's request comes, which was made on it.
    @Test func aRequestIsNotLostForThatItsBaseComesLater() throws {
        let acme = ann.create(["name": "Acme", "owner": "ann"])
        try ann.sync()
        try bob.sync()
        try server.backUp("old.db")
        ann.edit(acme, ["owner": "bob"])
        try ann.sync()
        try bob.sync()
        bob.edit(acme, ["owner": "cy"])
        try bob.sync()
        try restore()
        #expect(try bob.heal() == nil && server.workspace.value(acme, "owner") == "cy")
        #expect(try ann.heal() == nil && server.workspace.value(acme, "owner") == "cy")
        #expect(ann.state.refused.isEmpty && bob.state.refused.isEmpty && bob.state.verdicts[1]?.isPlain == true)
    }

    @Test func aNumberGivenSinceWasNeverAnsweredBefore() throws {
        _ = try lost()
        try restore()
        let late = Laptop(server.workspace, 1 << 24 | 7)
        try late.sync()
        let acme = try #require(late.state.rows.keys.first)
        let set = late.edit(acme, ["score": 90])
        late.state.again = AgainSets(first: 1, answered: set.number, through: set.number)
        #expect(try late.sync() == nil && late.state.refused.count == 1)
        #expect(try healing(1 << 24 | 7) == nil)
    }

    /// What she had read on a timeline that is gone has a higher number than what another backup brings back.
    @Test func aDeleteHidesNothingThatItsAuthorHadNotRead() throws {
        let acme = ann.create(["name": "Acme"])
        try ann.sync()
        try bob.sync()
        try server.backUp("old.db")
        bob.edit(acme, ["city": "Lyon"])
        try bob.sync()
        try server.backUp("late.db")
        try restore()
        ann.edit(acme, ["mood": "good"])
        for _ in 0..<2 { try ann.sync() }
        #expect(ann.state.readThrough > 1 << 34)
        ann.delete(acme)
        try restore("late.db")
        #expect(try ann.heal() == nil)
        #expect(try server.workspace.row(acme)?.record.isDeleted == false)
        #expect(try server.workspace.conflicts(acme).count == 1 && server.workspace.value(acme, "city") == "Lyon")
    }

    @Test func aPresentLaptopCannotUseTheGrace() throws {
        let acme = try lost()
        try restore()
        #expect(try ann.heal() == nil)
        // Above the last that was answered, and long after the restore.
        server.workspace.clock.advance(600_000)
        let set = ann.edit(acme, ["score": 90])
        ann.state.again = AgainSets(first: 2, answered: set.number, through: set.number)
        #expect(try ann.sync() == nil && ann.state.refused.count == 1)
        #expect(
            ann.state.verdicts[set.number] == .rejected(Refusal(rule: .limit, record: acme, path: FieldPath("score"))))
    }
}
