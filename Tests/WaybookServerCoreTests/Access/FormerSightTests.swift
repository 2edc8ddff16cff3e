import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// What somebody saw once, and whose laptop cannot prove any more what it holds: all of it departs, told and with a reason,
/// so that nothing of it stays behind, a refused set no more than a row.
@Suite struct FormerSightTests: AmongSales {
    let sales: SalesTeam
    private let (ada, eve): (Laptop, Laptop)
    private let acme: RecordID

    init() throws {
        sales = try SalesTeam()
        (ada, eve) = (try sales.firm.person("Ada", .admin), try sales.firm.person("Eve", .admin))
        acme = sales.ann.create(["name": "Acme", "owner": sales.firm.user(sales.ann)])
        for laptop in [sales.ann, sales.bob, sales.mia, ada, eve] { try sales.firm.settle(laptop) }
    }

    private func departures(_ laptop: Laptop) -> [DepartureCause] {
        laptop.state.departed.filter { $0.unit == acme }.map(\.cause)
    }

    @Test func whatAnAdministratorWroteBeforeTheyCeasedToBeOneIsHandedOverAndAllTheySawDeparts() throws {
        let contact = eve.create(["customer": .string(acme.description), "name": "Cy"], in: "contact")
        firm.workspace.clock.advance(1_000)
        ada.edit(firm.person(of: eve), ["role": "rep"])
        try firm.settle(ada)
        let at = Int64(firm.workspace.clock.now)
        try firm.settle(eve)
        guard case .handover(let item)? = eve.state.verdicts[1] else {
            Issue.record("\(String(describing: eve.state.verdicts[1]))")
            return
        }
        #expect(try firm.workspace.row(item)?.record["author"] == firm.user(eve) && firm.workspace.row(contact) == nil)
        #expect(departures(eve) == [DepartureCause(.role, by: firm.person(of: ada), atMilliseconds: at)])
        #expect(try firm.difference(eve) == nil)
        // What they write later of what is gone is kept as well.
        eve.create(["customer": .string(acme.description), "name": "Di"], in: "contact")
        try firm.settle(eve)
        guard case .handover? = eve.state.verdicts[2] else {
            Issue.record("\(String(describing: eve.state.verdicts[2]))")
            return
        }
    }

    @Test func anOlderCopyIsToldOnceMoreWhatDeparted() throws {
        let older = ann.state
        mia.edit(acme, ["owner": firm.user(bob)])
        for laptop in [mia, ann] { try firm.settle(laptop) }
        #expect(departures(ann).count == 1 && ann.state.rows[acme] == nil)
        let told = departures(ann)
        ann.state = older
        try firm.settle(ann)
        #expect(departures(ann) == told)
        #expect(try firm.difference(ann) == nil)
    }

    /// It was no longer this reader's to know.
    @Test func whatHappenedInThePoolSinceIsNotToldToAnOlderCopy() throws {
        let older = ann.state
        mia.edit(acme, ["owner": .null])
        for laptop in [mia, ann, ada] { try firm.settle(laptop) }
        let told = departures(ann)
        firm.workspace.clock.advance(60_000)
        ada.edit(acme, ["owner": firm.user(bob)])
        for laptop in [ada, bob] { try firm.settle(laptop) }
        #expect(bob.state.rows[acme] != nil)
        ann.state = older
        try firm.settle(ann)
        #expect(told.count == 1)
        #expect(departures(ann) == told)
    }

    @Test func aCopyUnderANumberOfItsOwnIsToldWhatDepartedFromTheOther() throws {
        let copy = Laptop(firm.workspace, 900)
        copy.state = ann.state
        mia.edit(acme, ["owner": firm.user(bob)])
        try firm.settle(mia)
        ann.create(["name": "Bolt"])
        try firm.settle(ann)
        #expect(try copy.sync()?.code == .fork)
        try copy.takeNewNumber(901)
        firm.workspace.sign(copy.state.replica, in: firm.person(of: ann))
        copy.startAfresh()
        try firm.settle(copy)
        #expect(departures(copy) == departures(ann) && departures(copy).count == 1)
    }
}
