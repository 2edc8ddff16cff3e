import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookServerCore

/// What goes out of somebody's sight while they pull, and comes back: nothing of what happened to it meanwhile is lacking
/// (`protocol/8-access.md#pulls`).
@Suite struct OutOfSightTests {
    /// How a customer goes out of a manager's sight: it is assigned to somebody else, or whose it is leaves the team.
    enum Way: CaseIterable { case customer, book }

    /// When it is back: two pages later, once the answer has come to its end, or once the wire broke twice.
    enum Return: CaseIterable { case later, afterTheEnd, afterACut }

    /// A manager and a representative in one team, and one outside it; pages of one row.
    private struct World {
        let firm: Firm
        let ada: Laptop
        let bob: Laptop
        let cy: Laptop
        let team: RecordID
        let membership: RecordID
        let acme: RecordID
        /// On Acme: one that is deleted meanwhile, and one that goes over to a customer of the other.
        let contacts: [RecordID]
        /// The manager's own, so that there is something to read.
        let others: [RecordID]
        let elsewhere: RecordID
        /// The manager's laptop.
        let mia: Laptop

        init(isFirst: Bool) throws {
            firm = try Firm(pageRows: 1)
            ada = try firm.person("Ada", .admin)
            let first = try firm.person("Mia", .manager)
            bob = try firm.person("Bob", .rep)
            cy = try firm.person("Cy", .rep)
            team = try firm.team("All")
            try firm.join(first, team)
            membership = try firm.join(bob, team)
            let (firm, ada, bob, cy) = (firm, ada, bob, cy)
            acme = bob.create(["name": "Acme"], id: firm.id())
            let acme = acme
            contacts = ["Zoe", "Yan"].map { name in
                let fields: [String: Value?] = ["customer": .string(acme.description), "name": .string(name)]
                return bob.create(fields, in: "contact", id: firm.id())
            }
            others = (0..<3).map { _ in
                ada.create(["name": "Other", "owner": firm.user(first)], id: firm.id())
            }
            elsewhere = cy.create(["name": "Cy's own"], id: firm.id())
            for laptop in [bob, cy, ada] { try firm.settle(laptop) }
            if isFirst {
                mia = firm.laptop(of: firm.person(of: first))
            } else {
                mia = first
                try firm.settle(mia)
                for other in others { ada.edit(other, ["city": "Lyon"]) }
            }
            try firm.settle(ada)
        }

        /// Acme goes out of sight, much happens to it, and then something to what is seen.
        func leave(_ way: Way) throws {
            switch way {
            case .customer: ada.edit(acme, ["owner": firm.user(cy)])
            case .book: try firm.workspace.direct(["until": "2020-01-01"], of: membership, in: "membership")
            }
            ada.edit(acme, ["city": "Oslo"])
            ada.create(["customer": .string(acme.description), "name": "New"], in: "contact", id: firm.id())
            ada.delete(contacts[0])
            ada.edit(contacts[1], ["customer": .string(elsewhere.description)])
            ada.edit(others[0], ["city": "Bern"])
            try firm.settle(ada)
        }

        func comeBack(_ way: Way) throws {
            switch way {
            case .customer: ada.edit(acme, ["owner": firm.user(bob)])
            case .book: try firm.join(bob, team)
            }
            try firm.settle(ada)
        }

        /// One pull, in which Acme leaves behind a page.
        /// - Returns: whether there was such a page.
        func pull(_ way: Way, behind page: Int, back: Return) throws -> Bool {
            var (hasLeft, isBack) = (false, false)
            try mia.sync(afterPage: { current in
                if current == page {
                    try leave(way)
                    hasLeft = true
                    if back == .afterACut { throw Workspace.Cut() }
                }
                if current == page + 2, back == .later {
                    try comeBack(way)
                    isBack = true
                }
            })
            guard hasLeft else { return false }
            if back == .afterACut { try mia.sync(afterPage: { if $0 == 2 { throw Workspace.Cut() } }) }
            if !isBack { try comeBack(way) }
            return true
        }
    }

    @Test(arguments: Way.allCases, [true, false])
    func nothingIsLackingOfWhatWasOutOfSightMeanwhile(way: Way, isFirst: Bool) throws {
        for back in Return.allCases {
            for page in 0... {
                let world = try World(isFirst: isFirst)
                guard try world.pull(way, behind: page, back: back) else {
                    #expect(page > 3)
                    break
                }
                try world.firm.settle(world.mia)
                let difference = try world.firm.difference(world.mia)
                #expect(difference == nil, "back \(back), behind page \(page): \(difference ?? "")")
            }
        }
    }

    @Test func whatAnAnswerToldThatCameTwiceDeparts() throws {
        let world = try World(isFirst: true)
        let (firm, mia) = (world.firm, world.mia)
        try mia.sync(afterPage: { if $0 == 3 { throw Workspace.Cut() } })
        try #require(mia.state.rows[world.acme] == nil)
        try mia.sync()
        try #require(mia.state.rows[world.acme] != nil)
        try world.leave(.customer)
        // The request comes once more, and finds the customer out of sight that its first answer told.
        _ = try firm.workspace.exchange(mia.state.replica, body: mia.wire.request)
        try firm.settle(mia)
        #expect(mia.state.departed.map(\.unit) == [world.acme])
        #expect(try firm.difference(mia) == nil)
    }

    /// What her log says of it must go as well.
    @Test func whatIsErasedInTheMidstOfAPullIsToldToWhoHeldItOnce() throws {
        let world = try World(isFirst: false)
        let (firm, ada, mia) = (world.firm, world.ada, world.mia)
        ada.edit(world.acme, ["owner": firm.user(world.cy)])
        try firm.settle(ada)
        try firm.settle(mia)
        for (index, other) in world.others.enumerated() { ada.edit(other, ["city": .string("City \(index)")]) }
        try firm.settle(ada)
        try mia.sync(afterPage: { page in
            guard page == 1 else { return }
            ada.edit(world.acme, ["$erased": "request"])
            try firm.settle(ada)
            ada.edit(world.others[2], ["city": "Bern"])
            try firm.settle(ada)
        })
        try firm.settle(mia)
        #expect(mia.state.erased == [world.acme])
        #expect(try firm.difference(mia) == nil)
    }
}
