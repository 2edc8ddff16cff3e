import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// Every record that leaves a laptop leaves with reason, author and time (`protocol/2-invariants.md#i12`).
@Suite struct LeavingReasonTests {
    private let firm: Firm
    private let (ada, eve): (Laptop, Laptop)
    private let (ann, bob, mia): (Laptop, Laptop, Laptop)
    private let time: RecordID
    private let acme: RecordID

    init() throws {
        firm = try Firm()
        (ada, eve) = (try firm.person("Ada", .admin), try firm.person("Eve", .admin))
        (ann, bob, mia) = (
            try firm.person("Ann", .rep), try firm.person("Bob", .rep), try firm.person("Mia", .manager)
        )
        let team = try firm.team("All")
        time = try firm.join(ann, team)
        for laptop in [bob, mia] { try firm.join(laptop, team) }
        acme = ann.create(["name": "Acme", "owner": firm.user(ann)])
        for laptop in [ada, eve, ann, bob, mia] { try firm.settle(laptop) }
    }

    private func settle(_ laptops: Laptop...) throws {
        for laptop in laptops {
            firm.workspace.clock.advance(1_000)
            try firm.settle(laptop)
        }
    }

    private func cause(_ laptop: Laptop) -> DepartureCause? { laptop.state.departed.last { $0.unit == acme }?.cause }

    @Test func aRecordThatGoesOverToACustomerOutOfSightIsToldWithWhoMovedItAndWhen() throws {
        let bolt = bob.create(["name": "Bolt", "owner": firm.user(bob)])
        let contact = ann.create(["customer": .string(acme.description), "name": "Cy"], in: "contact")
        try settle(ann, bob, mia)
        mia.edit(contact, ["customer": .string(bolt.description)])
        try settle(mia)
        let moved = Int64(firm.workspace.clock.now)
        try settle(ann, bob)
        let mias = firm.person(of: mia)
        #expect(ann.state.gone == [contact: DepartureCause(.moved, by: mias, atMilliseconds: moved)])
        #expect(ann.state.rows[contact] == nil && bob.state.rows[contact]?["name"] == "Cy")
        #expect(mia.state.gone.isEmpty && mia.state.rows[contact] != nil, "who sees both is told it again")
        for laptop in [ann, bob, mia] { #expect(try firm.difference(laptop) == nil) }
    }

    @Test func whoLosesABookByATeamIsToldWhoChangedIt() throws {
        eve.edit(firm.person(of: bob), ["name": "Robert"])
        try settle(eve)
        ada.edit(time, ["until": "2020-01-01"])
        try settle(ada)
        let at = Int64(firm.workspace.clock.now)
        eve.edit(firm.person(of: bob), ["name": "Bob"])
        try settle(eve, mia)
        #expect(cause(mia) == DepartureCause(.team, by: firm.person(of: ada), atMilliseconds: at))
        #expect(try firm.difference(mia) == nil)
    }

    @Test func whoLosesBooksByTheirRoleIsToldSoAndByWhom() throws {
        ada.edit(firm.person(of: mia), ["role": "rep"])
        try settle(ada)
        let at = Int64(firm.workspace.clock.now)
        eve.edit(time, ["until": "2020-01-01"])
        try settle(eve, mia)
        #expect(cause(mia) == DepartureCause(.role, by: firm.person(of: ada), atMilliseconds: at))
        #expect(ann.state.departed.isEmpty)
    }

    @Test func whatADayTookNobodyDid() throws {
        let last = AccessDay.text(firm.workspace.clock.now)
        ada.edit(time, ["until": .string(last)])
        try settle(ada, mia)
        #expect(mia.state.rows[acme] != nil)
        firm.workspace.clock.advance(86_400_000)
        try settle(mia)
        let told = cause(mia)
        #expect(told?.reason == .team && told?.by == nil)
        #expect(AccessDay.text(UInt64(told?.atMilliseconds ?? 0)) > last)
    }
}
