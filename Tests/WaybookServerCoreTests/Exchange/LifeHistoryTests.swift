import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookServerCore

/// Deletes, restores and revivals (contract §2; `protocol/3-merge.md#life`).
@Suite struct LifeHistoryTests {
    let workspace: Workspace
    let ann: Laptop
    let bob: Laptop
    let id: RecordID
    let child: RecordID

    init() throws {
        workspace = try Workspace()
        ann = Laptop(workspace, 1)
        bob = Laptop(workspace, 2)
        id = ann.create(["name": "Acme", "city": "Lyon"])
        child = ann.create(["customer": .string(id.description), "name": "Zoe"], in: "contact")
        try ann.sync()
        try bob.sync()
    }

    private func isDeleted(_ id: RecordID) throws -> Bool { try workspace.row(id)?.record.isDeleted ?? false }

    private func openPaths(_ id: RecordID) throws -> [String] { try workspace.conflicts(id).map(\.loser.path.text) }

    @Test func aDeleteThatSawEverythingDeletesAndLeavesATombstoneAndABin() throws {
        bob.delete(id)
        try bob.sync()
        #expect(bob.verdictLines == [.applied(first: 1, last: 1)])
        #expect(try isDeleted(id))
        let bins = try workspace.count("bin")
        #expect(bins == 1)
        try ann.sync()
        let told = try #require(ann.told.first { $0.record.id == id })
        #expect(told.record.atoms.keys.sorted() == [.life], "a tombstone carries no body")
        #expect(ann.value(child, "$life") == nil, "children keep their own life")
    }

    @Test func anEditThatTheDeleterHadNotSeenKeepsTheRecordAliveAndAsks() throws {
        ann.edit(id, ["city": "Oslo"])
        bob.delete(id)
        try ann.sync()
        try bob.sync()
        #expect(try !isDeleted(id))
        #expect(try openPaths(id) == ["$life"])
        #expect(bob.value(id, "$life") == "alive" && bob.value(id, "city") == "Oslo")
    }

    @Test func anEditThatComesAfterADeleteItHadNotSeenRevivesAndAsks() throws {
        bob.delete(id)
        ann.edit(id, ["city": "Oslo"])
        try bob.sync()
        try ann.sync()
        #expect(try !isDeleted(id))
        #expect(try openPaths(id) == ["$life"])
        try bob.sync()
        #expect(bob.value(id, "$life") == "alive" && bob.value(id, "name") == "Acme", "it is told whole")
        let bins = try workspace.count("bin")
        #expect(bins == 0)
    }

    @Test func theConflictOfARevivalNamesTheDeleterAndWhoeverWrote() throws {
        bob.delete(id)
        let carl = Laptop(workspace, 3)
        try carl.sync()
        carl.edit(id, ["city": "Oslo"])
        try bob.sync()
        try carl.sync()
        let conflict = try #require(try workspace.conflicts(id).first)
        let record = try #require(try workspace.row(conflict.id)).record
        #expect(record[ConflictRecord.Field.author] == "person-2")
        #expect(record[ConflictRecord.Field.rival] == "person-3")
        #expect(record[ConflictRecord.Field.rivalDevice] == "laptop-3")
    }

    @Test func deletingARootWhoseChildHasAnUnseenEditAsks() throws {
        ann.make([ann.change(child, ["name": "Zoë"], in: "contact")])
        bob.delete(id)
        try ann.sync()
        try bob.sync()
        #expect(try !isDeleted(id))
        #expect(try openPaths(id) == ["$life"])
    }

    @Test func deletingARootThatGotANewChildUnseenAsksInBothOrders() throws {
        ann.create(["customer": .string(id.description), "name": "New"], in: "contact")
        bob.delete(id)
        let copies = (ann.state, bob.state)
        try ann.sync()
        try bob.sync()
        #expect(try !isDeleted(id))
        #expect(try openPaths(id) == ["$life"])
        _ = copies
    }

    @Test func aNewChildOfADeletedRootRevivesTheRootAndAsks() throws {
        ann.create(["customer": .string(id.description), "name": "New"], in: "contact")
        bob.delete(id)
        try bob.sync()
        try ann.sync()
        #expect(try !isDeleted(id))
        #expect(try openPaths(id) == ["$life"])
        #expect(ann.value(id, "$life") == "alive", "the verdict tells of a record that the set did not name")
    }

    @Test func aChildWrittenWithKnowledgeOfTheDeleteRevivesTheRootQuietly() throws {
        bob.delete(id)
        try bob.sync()
        try ann.sync()
        ann.make([ann.change(child, ["name": "Zoë"], in: "contact")])
        try ann.sync()
        #expect(try !isDeleted(id))
        #expect(try openPaths(id).isEmpty)
    }

    @Test func anAbsorbedEditStillKeepsTheRecordAlive() throws {
        // Ann writes what Bob wrote already, with the earlier stamp: no atom changes, and yet Bob has not seen it.
        ann.edit(id, ["city": "Oslo"])
        bob.edit(id, ["city": "Oslo"])
        try bob.sync()
        try ann.sync()
        bob.delete(id)
        try bob.sync(pulls: false)
        #expect(try !isDeleted(id))
        #expect(try openPaths(id) == ["$life"])
    }

    @Test func anUnseenEditHiddenByTheDeletersOwnLaterWriteStillKeepsTheRecordAlive() throws {
        ann.edit(id, ["mood": "fine"])
        bob.edit(id, ["mood": "bad"])
        bob.delete(id)
        try ann.sync()
        try bob.sync()
        let mood = try workspace.atom(id, "mood")
        #expect(mood?.origin.replica == ReplicaID(2))
        #expect(try !isDeleted(id))
    }

    @Test func onesOwnWritesNeverStandInTheWayOfOnesDelete() throws {
        bob.edit(id, ["city": "Rome"])
        bob.edit(id, ["city": "Bari"])
        bob.delete(id)
        try bob.sync()
        #expect(try isDeleted(id))
    }

    @Test func anotherReplicasDeleteIsNoUnseenWrite() throws {
        ann.delete(id)
        bob.delete(id)
        try ann.sync()
        try bob.sync()
        #expect(try isDeleted(id))
        #expect(try openPaths(id).isEmpty)
        try ann.sync()
        #expect(ann.shown(id).isDeleted)
    }

    @Test func aRestoreBringsBackWholeWhatWasInTheBin() throws {
        bob.delete(id)
        try bob.sync()
        try ann.sync()
        let tombstone = ann.state.rows[id]?.atoms.filter { $0.key == .life } ?? [:]
        ann.state.rows[id]?.atoms = tombstone
        ann.restore(id)
        try ann.sync()
        #expect(try !isDeleted(id))
        #expect(ann.value(id, "name") == "Acme" && ann.value(id, "$life") == "alive")
        let carl = Laptop(workspace, 3)
        try carl.sync()
        #expect(carl.value(id, "city") == "Lyon")
        #expect(try openPaths(id).isEmpty)
    }

    @Test func aDeleteAfterARestoreDeletesAgain() throws {
        bob.delete(id)
        bob.restore(id)
        bob.delete(id)
        try bob.sync()
        #expect(try isDeleted(id))
        try ann.sync()
        #expect(ann.shown(id).isDeleted)
    }

    @Test func aDeleteThatClaimsToHaveReadTheFutureAsksInsteadOfHiding() throws {
        ann.edit(id, ["city": "Oslo"])
        try ann.sync()
        bob.state.readThrough = .max
        bob.delete(id)
        try bob.sync()
        #expect(try !isDeleted(id))
    }

    @Test func anAnsweredLifeConflictDeletesAfterAll() throws {
        ann.edit(id, ["city": "Oslo"])
        bob.delete(id)
        try ann.sync()
        try bob.sync()
        let conflict = try #require(try workspace.conflicts(id).first)
        bob.edit(id, ["$life": "deleted"], resolves: [conflict.id])
        try bob.sync()
        #expect(try isDeleted(id))
        #expect(try openPaths(id).isEmpty)
    }

    @Test func appendOnlyRecordsAreNeitherChangedNorDeleted() throws {
        let event = ann.create(["kind": "call"], in: "event")
        ann.make([ann.change(event, ["kind": "visit"], in: "event")])
        ann.make([ann.change(event, ["$life": "deleted"], in: "event")])
        try ann.sync()
        #expect(
            ann.state.verdicts[4]
                == .rejected(Refusal(rule: .immutable, record: event, path: FieldPath("kind"), present: "call")))
        #expect(ann.state.verdicts[5] == .rejected(Refusal(rule: .access, record: event, path: .life)))
    }
}
