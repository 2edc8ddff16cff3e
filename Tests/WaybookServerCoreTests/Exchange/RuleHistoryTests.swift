import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// Concurrent writes under each rule of a field (contract §2, table of rules).
@Suite struct RuleHistoryTests {
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

    @Test func aPreferredValueWinsOverItsConcurrentOppositeInBothOrders() throws {
        for annFirst in [true, false] {
            let id = ann.create(["name": "x", "stage": "open"])
            try ann.sync()
            try bob.sync()
            bob.edit(id, ["stage": "won"])
            ann.edit(id, ["stage": "lost"])
            for laptop in annFirst ? [ann, bob] : [bob, ann] { try laptop.sync() }
            try ann.sync()
            let stage = try workspace.value(id, "stage")
            #expect(stage == "won")
            let open = try workspace.conflicts(id)
            #expect(open.map(\.loser.value) == ["lost"])
            try bob.sync()
            #expect(ann.value(id, "stage") == "won" && bob.value(id, "stage") == "won")
        }
    }

    @Test func aQuietRegisterKeepsItsLoserInHistoryOnly() throws {
        bob.edit(id, ["mood": "bad"])
        ann.edit(id, ["mood": "fine"])
        try ann.sync()
        try bob.sync()
        let open = try conflicts()
        #expect(open.isEmpty)
        let mood = try workspace.value(id, "mood")
        #expect(mood == "fine")
        let kept = try workspace.service.file.read {
            try ServerRows($0).retiredValue(record: id, path: FieldPath("mood"), stamp: bob.state.issued.max()!)
        }
        #expect(kept == "bad")
    }

    @Test func aGroupStandsOrFallsTogether() throws {
        bob.edit(id, ["address": ["street": "A", "zip": "1"]])
        ann.edit(id, ["address": ["street": "B", "zip": "2"]])
        try ann.sync()
        try bob.sync()
        let present = try workspace.value(id, "address")
        #expect(present == ["street": "B", "zip": "2"])
        let open = try conflicts()
        #expect(open.map(\.loser.value) == [["street": "A", "zip": "1"]])
    }

    @Test func anAddedElementWinsOverItsConcurrentRemovalInBothOrders() throws {
        for annFirst in [true, false] {
            let id = ann.create(["name": "x", "tags/vip": "VIP"])
            try ann.sync()
            try bob.sync()
            bob.edit(id, ["tags/vip": "V.I.P."])
            ann.edit(id, ["tags/vip": nil])
            for laptop in annFirst ? [ann, bob] : [bob, ann] { try laptop.sync() }
            let tag = try workspace.value(id, "tags/vip")
            #expect(tag == "V.I.P.")
            let open = try workspace.conflicts(id)
            #expect(open.isEmpty)
        }
    }

    @Test func aSequentialRemovalRemoves() throws {
        bob.edit(id, ["tags/a": "A"])
        try bob.sync()
        bob.edit(id, ["tags/a": nil])
        try bob.sync()
        #expect(bob.verdictLines == [.applied(first: 2, last: 2)])
        try ann.sync()
        let atom = ann.state.rows[id]?.atoms[FieldPath("tags/a")]
        #expect(atom != nil && atom?.value == nil)
    }

    @Test func elementsOfAMapMergeEachByItselfAndUnequalOnesAsk() throws {
        bob.edit(id, ["phones/+1": ["street": "A"], "phones/+2": ["street": "C"]])
        ann.edit(id, ["phones/+1": ["street": "B"], "phones/+3": ["street": "D"]])
        try ann.sync()
        try bob.sync()
        let row = try #require(try workspace.row(id))
        #expect(row.record.elements(of: "phones").keys.sorted() == ["+1", "+2", "+3"])
        let open = try conflicts()
        #expect(open.map(\.loser.path) == [FieldPath("phones/+1")])
    }

    @Test func aFlagMergesByItselfAndItsPreferredValueWins() throws {
        ann.edit(id, ["phones/+1": ["street": "A"], "phones/+1/optOut": false])
        try ann.sync()
        try bob.sync()
        bob.edit(id, ["phones/+1/optOut": true])
        ann.edit(id, ["phones/+1/optOut": false, "phones/+1": nil])
        try ann.sync()
        try bob.sync()
        let flag = try workspace.value(id, "phones/+1/optOut")
        #expect(flag == true)
        let open = try conflicts()
        #expect(open.isEmpty)
        let phone = try workspace.atom(id, "phones/+1")
        #expect(phone != nil && phone?.value == nil, "the element is gone, its flag is kept hidden")
    }

    @Test func linesOfATextMergeAndAreToldToBoth() throws {
        bob.edit(id, ["notes": "A\nb\nc\nd\ne"])
        ann.edit(id, ["notes": "a\nb\nc\nd\nE"])
        try ann.sync()
        try bob.sync()
        let merged = Value.string("A\nb\nc\nd\nE")
        #expect(bob.value(id, "notes") == merged)
        try ann.sync()
        #expect(ann.value(id, "notes") == merged)
        let present = try #require(try workspace.atom(id, "notes"))
        #expect(present.stamp == present.origin && present.stamp.replica.isServer)
    }

    @Test func aFurtherEditOnEitherParentOfAMergedTextMergesAgain() throws {
        bob.edit(id, ["notes": "A\nb\nc\nd\ne"])
        bob.edit(id, ["notes": "A\nB\nc\nd\ne"])
        ann.edit(id, ["notes": "a\nb\nc\nd\nE"])
        try ann.sync()
        ann.edit(id, ["notes": "a\nb\nc\nD\nE"])
        try bob.sync()
        try ann.sync()
        let notes = try workspace.value(id, "notes")
        #expect(notes == "A\nB\nc\nD\nE")
        let open = try conflicts()
        #expect(open.isEmpty)
    }

    @Test func overlappingLinesAreAConflict() throws {
        bob.edit(id, ["notes": "X\nb\nc\nd\ne"])
        ann.edit(id, ["notes": "Y\nb\nc\nd\ne"])
        try ann.sync()
        try bob.sync()
        let open = try conflicts()
        #expect(open.map(\.loser.value) == ["X\nb\nc\nd\ne"])
        #expect(open.first?.loser.path == FieldPath("notes"))
    }

    @Test func anImmutableFieldKeepsItsFirstValueAndTakesTheSameAgain() throws {
        ann.edit(id, ["code": "A1"])
        try ann.sync()
        bob.edit(id, ["code": "A1"])
        bob.edit(id, ["code": "B2"])
        try bob.sync()
        guard case .accepted? = bob.state.verdicts[1] else { return #expect(Bool(false), "an equal write is accepted") }
        #expect(
            bob.state.verdicts[2]
                == .rejected(Refusal(rule: .immutable, record: id, path: FieldPath("code"), present: "A1")))
    }

    @Test func aServedFieldIsGrantedToTheFirstOnThePresentBaseAndRefusedToTheNext() throws {
        ann.edit(id, ["owner": "ann"])
        bob.edit(id, ["owner": "bob"])
        try ann.sync()
        try bob.sync()
        #expect(
            bob.state.verdicts[1]
                == .rejected(Refusal(rule: .served, record: id, path: FieldPath("owner"), present: "ann")))
        #expect(bob.value(id, "owner") == "ann", "what was refused falls back by itself")
        bob.edit(id, ["owner": "bob"])
        try bob.sync()
        let owner = try workspace.value(id, "owner")
        #expect(owner == "bob")
    }
}
