import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// Teams form a tree, whoever asks, and in whatever order.
@Suite struct TeamTreeTests {
    private let firm: Firm
    private let (ada, eve): (Laptop, Laptop)
    private let (east, west, north): (RecordID, RecordID, RecordID)

    init() throws {
        firm = try Firm()
        (ada, eve) = (try firm.person("Ada", .admin), try firm.person("Eve", .admin))
        (east, west, north) = (try firm.team("East"), try firm.team("West"), try firm.team("North"))
        for laptop in [ada, eve] { try firm.settle(laptop) }
    }

    private func parent(_ team: RecordID) throws -> RecordID? {
        try firm.workspace.row(team)?.record["parent"]?.text.flatMap { RecordID($0) }
    }

    private func put(_ team: RecordID, under parent: RecordID, by laptop: Laptop) {
        laptop.edit(team, ["parent": .string(parent.description)])
    }

    private func isRefused(_ laptop: Laptop, _ team: RecordID) -> Bool {
        laptop.state.verdicts[laptop.state.lastSet]
            == .rejected(Refusal(rule: .access, record: team, path: FieldPath("parent")))
    }

    @Test func twoChangesThatAreEachFineMakeNoCircleTogether() throws {
        put(east, under: west, by: ada)
        put(west, under: east, by: eve)
        for laptop in [ada, eve] { try firm.settle(laptop) }
        #expect(isRefused(eve, west))
        #expect(try parent(east) == west && parent(west) == nil)
    }

    @Test func aLongerCircleIsClosedByNobodyEither() throws {
        put(east, under: west, by: ada)
        put(west, under: north, by: eve)
        for laptop in [eve, ada] { try firm.settle(laptop) }
        put(north, under: east, by: eve)
        try firm.settle(eve)
        #expect(isRefused(eve, north))
        #expect(try parent(north) == nil)
    }

    @Test func oneSetThatClosesACircleIsRefusedAndOneThatTurnsTheTreeOverIsNot() throws {
        ada.make([
            ada.change(east, ["parent": .string(west.description)]),
            ada.change(west, ["parent": .string(east.description)]),
        ])
        try firm.settle(ada)
        #expect(isRefused(ada, east))
        #expect(try parent(east) == nil && parent(west) == nil)
        put(east, under: west, by: ada)
        try firm.settle(ada)
        ada.make([ada.change(east, ["parent": .null]), ada.change(west, ["parent": .string(east.description)])])
        try firm.settle(ada)
        #expect(try parent(east) == nil && parent(west) == east)
    }

    @Test func aDeletedTeamThatComesBackClosesNone() throws {
        put(east, under: west, by: ada)
        for laptop in [ada, eve] { try firm.settle(laptop) }
        eve.delete(east)
        put(west, under: east, by: eve)
        try firm.settle(eve)
        #expect(eve.state.refused.isEmpty, "below a team that is deleted it stands alone")
        eve.edit(east, ["$life": "alive"])
        try firm.settle(eve)
        #expect(isRefused(eve, east))
        #expect(try firm.workspace.row(east)?.record.isDeleted == true)
    }

    @Test func aCircleOfAnOlderFileKeepsNobodyFromRenamingItsTeamsOrTakingItApart() throws {
        let (a, b) = (east.description, west.description)
        try firm.workspace.direct(["parent": .string(b)], of: east, in: "team")
        try firm.workspace.direct(["parent": .string(a)], of: west, in: "team")
        try firm.settle(ada)
        ada.edit(east, ["name": "Orient"])
        ada.edit(west, ["parent": .null])
        try firm.settle(ada)
        #expect(ada.state.refused.isEmpty)
        #expect(try firm.workspace.row(east)?.record["name"] == "Orient" && parent(west) == nil)
    }
}
