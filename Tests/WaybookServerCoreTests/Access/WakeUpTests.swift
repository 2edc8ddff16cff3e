import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// Whom a commit wakes.
@Suite struct WakeUpTests {
    private let firm: Firm
    private let ada: Laptop
    private let mia: Laptop
    private let ann: Laptop
    private let bob: Laptop
    private let names: [RecordID: String]

    init() throws {
        firm = try Firm()
        (ada, mia) = (try firm.person("ada", .admin), try firm.person("mia", .manager))
        (ann, bob) = (try firm.person("ann", .rep), try firm.person("bob", .rep))
        let team = try firm.team("East")
        for laptop in [mia, ann] { try firm.join(laptop, team) }
        for laptop in [ada, mia, ann, bob] { try firm.settle(laptop) }
        names = Dictionary(
            uniqueKeysWithValues: zip([ada, mia, ann, bob].map(firm.person), ["ada", "mia", "ann", "bob"]))
    }

    /// Commits the next set of a laptop, and tells whom it concerns.
    private func woken(_ laptop: Laptop) throws -> Set<String> {
        let principal = ExchangePrincipal(replica: laptop.state.replica, user: firm.person(of: laptop).description)
        let batch = PushBatch(
            principal: principal, offsetMilliseconds: 0, answered: 0, sets: laptop.state.outbox)
        let result = try firm.workspace.service.commit([batch])[0]
        #expect(result.hasChanges)
        let isFor = try firm.workspace.service.audience(of: result.news)
        try firm.settle(laptop)
        return Set(names.filter { UserID($0.key.description).map(isFor) ?? false }.values)
    }

    @Test func aChangeWakesThoseWhoSeeItsCustomerAndNobodyElse() throws {
        let acme = ann.create(["name": "Acme"])
        #expect(try woken(ann) == ["ada", "mia", "ann"])
        ann.create(["customer": .string(acme.description), "subject": "x"], in: "interaction")
        #expect(try woken(ann) == ["ada", "mia", "ann"])
        bob.create(["name": "Bolt"])
        #expect(try woken(bob) == ["ada", "bob"])
        mia.create(["name": "Pen"], in: "product")
        #expect(try woken(mia) == ["ada", "mia", "ann", "bob"], "everybody sees products")
    }

    @Test func whoGainsAndWhoLosesAreWokenByTheMoveItself() throws {
        let acme = ann.create(["name": "Acme"])
        for laptop in [ann, ada, mia] { try firm.settle(laptop) }
        ann.edit(acme, ["members/\(firm.person(of: bob))": "view"])
        #expect(try woken(ann) == ["ada", "mia", "ann", "bob"])
        ann.edit(acme, ["members/\(firm.person(of: bob))": nil])
        #expect(try woken(ann) == ["ada", "mia", "ann", "bob"], "who loses it must be told to let it go")
        ann.edit(acme, ["city": "Lyon"])
        #expect(try woken(ann) == ["ada", "mia", "ann"])
        try firm.settle(ada)
        ada.edit(acme, ["owner": firm.user(bob)])
        #expect(try woken(ada) == ["ada", "mia", "ann", "bob"])
        bob.edit(acme, ["city": "Nice"])
        for laptop in [bob] { try firm.settle(laptop) }
        try firm.settle(ada)
        ada.edit(acme, ["owner": .null])
        #expect(try woken(ada) == ["ada", "mia", "ann", "bob"], "the pool is everybody's: reps see the card")
    }

    @Test func aMovedBookWakesBothAndAChangeOfTheDirectoryEverybody() throws {
        ann.create(["name": "Acme"])
        try firm.settle(ann)
        ada.edit(firm.person(of: ann), ["status": "disabled", "successor": firm.user(bob)])
        #expect(try woken(ada) == ["ada", "mia", "ann", "bob"])
        let moves = BookMove(firm.workspace.service)
        let pending = try #require(try moves.pending().first)
        let news = try moves.moveSome(pending).news
        let isFor = try firm.workspace.service.audience(of: news)
        let woken = Set(names.filter { UserID($0.key.description).map(isFor) ?? false }.values)
        #expect(woken == ["ada", "mia", "bob"], "Ann is disabled, Mia's team loses it")
    }

    @Test func whoeverTheDirectoryDoesNotKnowIsWokenRatherThanNot() throws {
        let isFor = try firm.workspace.service.audience(of: CommitNews())
        #expect(isFor(try #require(UserID("0198c2f0-6d1a-7c3e-9a52-3f1b2c4d5e6f"))))
        #expect(try !isFor(#require(UserID(firm.person(of: ann).description))))
    }
}
