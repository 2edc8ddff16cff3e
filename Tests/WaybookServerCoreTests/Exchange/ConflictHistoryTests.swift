import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookServerCore

/// Conflicts as records, and their resolution (contract §10, I3, I12).
@Suite struct ConflictHistoryTests {
    let workspace: Workspace
    let ann: Laptop
    let bob: Laptop
    let id: RecordID

    init() throws {
        workspace = try Workspace()
        ann = Laptop(workspace, 1)
        bob = Laptop(workspace, 2)
        id = ann.create(["name": "Acme", "city": "Lyon"])
        try ann.sync()
        try bob.sync()
    }

    /// Ann's `Oslo` stands, Bob's `Rome` is listed, and both have read it.
    private func clash() throws -> ConflictRecord {
        bob.edit(id, ["city": "Rome"])
        ann.edit(id, ["city": "Oslo"])
        try ann.sync()
        try bob.sync()
        try ann.sync()
        return try #require(try workspace.conflicts(id).first)
    }

    @Test func aConflictTellsWhoWhenWhereAndOnWhat() throws {
        let conflict = try clash()
        let row = try #require(try workspace.row(conflict.id))
        let record = row.record
        #expect(conflict.loser.value == "Rome" && record[ConflictRecord.Field.value] == "\"Rome\"")
        #expect(record[ConflictRecord.Field.baseValue] == "\"Lyon\"")
        #expect(record[ConflictRecord.Field.author] == "person-2" && record[ConflictRecord.Field.device] == "laptop-2")
        #expect(
            record[ConflictRecord.Field.rival] == "person-1" && record[ConflictRecord.Field.rivalDevice] == "laptop-1")
        #expect(record[ConflictRecord.Field.about]?.text == id.description && row.unit == id)
        #expect(record[ConflictRecord.Field.foundAt] != nil && record[ConflictRecord.Field.status] == "open")
        #expect(ann.state.rows[conflict.id].map(RecordEncoding.canonicalBytes) == RecordEncoding.canonicalBytes(record))
    }

    @Test func theIdentityOfAConflictIsMadeOfRecordPathAndTheLosersOrigin() throws {
        let conflict = try clash()
        let name = "city\n\(conflict.loser.origin)"
        #expect(conflict.id == DeterministicID.make(namespace: id, name: name))
        #expect(conflict.loser.origin.replica == ReplicaID(2))
    }

    @Test func aResolutionClosesItAndIsToldToAll() throws {
        let conflict = try clash()
        bob.edit(id, ["city": "Rome"], resolves: [conflict.id])
        try bob.sync()
        try ann.sync()
        let open = try workspace.conflicts(id)
        #expect(open.isEmpty)
        for laptop in [ann, bob] {
            #expect(laptop.value(id, "city") == "Rome")
            #expect(laptop.state.rows[conflict.id]?[ConflictRecord.Field.status] == "resolved")
            #expect(laptop.state.rows[conflict.id]?[ConflictRecord.Field.resolvedBy] == "person-2")
        }
    }

    @Test func resolvingOneConflictLeavesTheOthersOfTheRecordListed() throws {
        let first = try clash()
        bob.edit(id, ["name": "B"])
        ann.edit(id, ["name": "A"])
        try ann.sync()
        try bob.sync()
        bob.edit(id, ["city": "Rome", "name": "C"], resolves: [first.id])
        try bob.sync()
        let open = try workspace.conflicts(id)
        #expect(open.map(\.loser.path.text) == ["name"])
    }

    @Test func aSetThatResolvesOneConflictStillCarriesAndClosesAnother() throws {
        // Bob's `B` is listed; his next set resolves the city and goes on from `B`: `B` must not stay listed beside it.
        let first = try clash()
        bob.edit(id, ["name": "B"])
        ann.edit(id, ["name": "A"])
        bob.edit(id, ["name": "B2", "city": "Rome"], resolves: [first.id])
        try ann.sync()
        try bob.sync()
        let open = try workspace.conflicts(id)
        #expect(open.map(\.loser.value) == ["A"])
    }

    @Test func rivalResolutionsOfOneConflictMakeNoNewOne() throws {
        let conflict = try clash()
        bob.edit(id, ["city": "Rome"], resolves: [conflict.id])
        ann.edit(id, ["city": "Bonn"], resolves: [conflict.id])
        try bob.sync()
        try ann.sync()
        let open = try workspace.conflicts(id)
        #expect(open.isEmpty)
        let city = try workspace.value(id, "city")
        #expect(city == "Bonn", "the later wins")
    }

    @Test func aResolutionThatLosesToOneOfFewerConflictsIsAsked() throws {
        let first = try clash()
        let carl = Laptop(workspace, 3)
        try carl.sync()
        carl.state.rows[id]?.atoms[FieldPath("city")] = Atom(
            value: "Lyon", stamp: Stamp(milliseconds: 1, counter: 0, replica: ReplicaID(1)))
        carl.edit(id, ["city": "Kiel"])
        try carl.sync()
        try ann.sync()
        try bob.sync()
        let both = try workspace.conflicts(id).map(\.id)
        #expect(both.count == 2)
        bob.edit(id, ["city": "Bari"], resolves: both)
        ann.edit(id, ["city": "Bonn"], resolves: [first.id])
        try bob.sync()
        try ann.sync()
        let open = try workspace.conflicts(id)
        #expect(open.map(\.loser.value) == ["Bari"], "Bari settled more than Bonn did")
    }

    @Test func aResolutionOfAClosedConflictChangesNothingAboutIt() throws {
        let conflict = try clash()
        bob.edit(id, ["city": "Rome"], resolves: [conflict.id])
        try bob.sync()
        let before = try workspace.row(conflict.id)
        try ann.sync()
        ann.edit(id, ["city": "Bonn"], resolves: [conflict.id])
        try ann.sync()
        let after = try workspace.row(conflict.id)
        #expect(before == after)
    }

    @Test func aConflictWhoseValueBecomesThePresentOneIsClosed() throws {
        let conflict = try clash()
        ann.edit(id, ["city": "Rome"])
        try ann.sync()
        let open = try workspace.conflicts(id)
        #expect(open.isEmpty)
        let status = try workspace.value(conflict.id, "status")
        #expect(status == "superseded")
    }

    @Test func nobodyButTheServerWritesConflicts() throws {
        let conflict = try clash()
        bob.make([bob.change(conflict.id, ["status": "resolved"], in: "conflict")])
        bob.make([bob.change(conflict.id, ["status": "resolved"], in: "customer")])
        try bob.sync()
        #expect(
            bob.state.verdicts[2] == .rejected(Refusal(rule: .access, record: conflict.id, path: FieldPath("status"))))
        guard case .rejected? = bob.state.verdicts[3] else { return #expect(Bool(false), "not refused") }
    }

    @Test func aResolutionWithoutAWriteKeepsThePresentValue() throws {
        let conflict = try clash()
        bob.make([], resolves: [conflict.id])
        try bob.sync()
        #expect(bob.verdictLines == [.applied(first: 2, last: 2)])
        let open = try workspace.conflicts(id)
        #expect(open.isEmpty)
        let city = try workspace.value(id, "city")
        #expect(city == "Oslo")
    }
}
