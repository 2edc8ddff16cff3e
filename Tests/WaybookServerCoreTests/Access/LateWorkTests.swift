import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// What arrives after its unit had moved on, and what people try with what they no longer, or only partly, hold.
@Suite struct LateWorkTests: AmongSales {
    let sales: SalesTeam

    init() throws { sales = try SalesTeam() }

    private func key(_ laptop: Laptop) -> String { "members/\(firm.person(of: laptop))" }

    private func settle(_ laptops: Laptop...) throws {
        for laptop in laptops {
            try firm.settle(laptop)
            firm.workspace.clock.advance(1_000)
        }
    }

    private func status(_ laptop: Laptop, _ number: Int64) throws -> String? {
        guard case .handover(let item)? = laptop.state.verdicts[number] else {
            return laptop.state.verdicts[number].map { "\($0)" }
        }
        return try firm.workspace.row(item)?.record["status"]?.text
    }

    /// Somebody who held a unit without the right to write to it does not gain that right by losing it.
    @Test(arguments: [Role.viewer, .rep]) func whatNobodyMightWriteIsNotAppliedLate(role: Role) throws {
        let zoe = try firm.person("Zoe", role)
        let acme = ann.create(["name": "Acme", "owner": firm.user(ann), key(zoe): "view"])
        try settle(ann, zoe)
        zoe.edit(firm.person(of: zoe), ["zone": "Asia/Shanghai"])
        try settle(zoe)
        zoe.edit(acme, ["city": "Hacked", "creditLevel": "blocked"])
        firm.workspace.clock.advance(1_000)
        ann.edit(acme, [key(zoe): nil])
        try settle(ann, zoe)
        #expect(try status(zoe, 2) == "open")
        let row = try firm.workspace.row(acme)?.record
        #expect(row?["city"] == nil && row?["creditLevel"] == nil)
    }

    @Test func aGuardedFieldIsNotAppliedLateEither() throws {
        let acme = ann.create(["name": "Acme", "owner": firm.user(ann)])
        try settle(ann, mia)
        ann.edit(acme, ["city": "Lyon"])
        ann.edit(acme, ["creditLevel": "high"])
        firm.workspace.clock.advance(1_000)
        mia.edit(acme, ["owner": firm.user(bob)])
        try settle(mia, ann)
        #expect(try status(ann, 2) == "accepted" && status(ann, 3) == "open")
        #expect(try firm.workspace.row(acme)?.record["creditLevel"] == nil)
    }

    @Test func whatAColleagueMightEditIsAppliedLate() throws {
        let acme = ann.create(["name": "Acme", "owner": firm.user(ann), key(bob): "edit"])
        try settle(ann, bob)
        bob.edit(firm.person(of: bob), ["zone": "Asia/Shanghai"])
        try settle(bob)
        bob.edit(acme, ["city": "Lyon"])
        firm.workspace.clock.advance(1_000)
        ann.edit(acme, [key(bob): nil])
        try settle(ann, bob)
        #expect(try status(bob, 2) == "accepted")
        #expect(try firm.workspace.row(acme)?.record["city"] == "Lyon")
    }

    @Test func whatWasMadeUnderACustomerBeforeTheMoveIsAppliedToo() throws {
        let acme = ann.create(["name": "Acme", "owner": firm.user(ann)])
        try settle(ann, mia)
        let contact = ann.create(["customer": .string(acme.description), "name": "Early"], in: "contact")
        let call = ann.create(
            ["customer": .string(acme.description), "subject": "x", "author": firm.user(ann)], in: "interaction")
        firm.workspace.clock.advance(1_000)
        mia.edit(acme, ["owner": firm.user(bob)])
        try settle(mia, ann, bob)
        #expect(try status(ann, 2) == "accepted" && status(ann, 3) == "accepted")
        #expect(bob.state.rows[contact]?["name"] == "Early" && bob.state.rows[call]?["author"] == firm.user(ann))
        #expect(try firm.difference(bob) == nil)
    }

    @Test func aDeleteThatDidNotKnowOfAClaimAsks() throws {
        let acme = mia.create(["name": "Acme"])
        try settle(mia, ann)
        mia.delete(acme)
        ann.edit(ServerMadeID.card(of: acme), ["claimedBy": firm.user(ann)])
        try settle(ann, mia, ann)
        #expect(ann.state.rows[acme]?["owner"] == firm.user(ann) && ann.state.rows[acme]?.isDeleted == false)
        let conflict = ann.state.rows.values.first { $0.collection == ConflictRecord.collection }
        #expect(conflict?["path"] == "$life" && conflict?["status"] == "open")
    }

    @Test func aPersonIsOneMemberHoweverTheyAreSpelt() throws {
        let acme = ann.create(["name": "Acme", "owner": firm.user(ann)])
        let shouted = "members/\(firm.person(of: bob).description.uppercased())"
        ann.edit(acme, [shouted: "edit"])
        ann.edit(acme, ["members/somebody": "edit"])
        try settle(ann)
        for number in Int64(2)...3 {
            guard case .rejected(let refusal)? = ann.state.verdicts[number] else {
                Issue.record("\(String(describing: ann.state.verdicts[number]))")
                continue
            }
            #expect(refusal.rule == .path)
        }
    }

    @Test func nobodyWritesInAnothersNameButWhoTakesTheirWorkOver() throws {
        let acme = ann.create(["name": "Acme", "owner": firm.user(ann)])
        try settle(ann, mia)
        ann.create(["customer": .string(acme.description), "author": firm.user(bob)], in: "interaction")
        try settle(ann)
        guard case .rejected(let refusal)? = ann.state.verdicts[2] else {
            Issue.record("\(String(describing: ann.state.verdicts[2]))")
            return
        }
        #expect(refusal.rule == .access && refusal.path == FieldPath("author"))
        mia.edit(acme, ["owner": firm.user(bob)])
        try settle(mia)
        let call = ann.create(["customer": .string(acme.description), "author": firm.user(ann)], in: "interaction")
        try settle(ann, bob)
        guard case .handover(let item)? = ann.state.verdicts[3] else {
            Issue.record("\(String(describing: ann.state.verdicts[3]))")
            return
        }
        let taken = bob.change(
            call, ["customer": .string(acme.description), "author": firm.user(ann)], new: true, in: "interaction")
        bob.make([taken, bob.change(item, ["status": "taken"])])
        try settle(bob)
        #expect(try firm.workspace.row(call)?.record["author"] == firm.user(ann))
    }

    @Test func whatHangsOnACustomerIsCarriedOffByItsOwnerAlone() throws {
        let acme = ann.create(["name": "Acme", "owner": firm.user(ann), key(bob): "edit"])
        let other = ann.create(["name": "Other", "owner": firm.user(ann)])
        let contact = ann.create(["customer": .string(acme.description), "name": "Cy"], in: "contact")
        let own = bob.create(["name": "Own", "owner": firm.user(bob)])
        try settle(ann, bob)
        bob.edit(contact, ["customer": .string(own.description)])
        ann.edit(contact, ["customer": .string(other.description)])
        try settle(bob, ann)
        guard case .rejected(let refusal)? = bob.state.verdicts[2] else {
            Issue.record("\(String(describing: bob.state.verdicts[2]))")
            return
        }
        #expect(refusal.rule == .access && refusal.path == FieldPath("customer"))
        #expect(try firm.workspace.row(contact)?.unit == other)
    }

    /// What somebody who no longer works here had made and nobody ever saw goes to whoever has their book.
    @Test(arguments: [true, false]) func newRecordsOfADisabledPersonAreDecidedByWhoAnswersForTheBook(hasSuccessor: Bool)
        throws
    {
        try settle(ann, mia, bob)
        let made = ann.create(["name": "Offline", "owner": firm.user(ann)])
        try firm.direct(ann, ["status": "disabled", "successor": hasSuccessor ? firm.user(bob) : .null])
        #expect(try ann.sync() == Problem(.revoked))
        guard case .handover(let item)? = ann.state.verdicts[1] else {
            Issue.record("\(String(describing: ann.state.verdicts[1]))")
            return
        }
        try settle(mia, bob)
        #expect((bob.state.rows[item] != nil) == hasSuccessor && mia.state.rows[item] != nil)
        let decider = hasSuccessor ? bob : mia
        let taken = decider.change(made, ["name": "Offline"], new: true, in: "customer")
        let decided = decider.make([taken, decider.change(item, ["status": "taken"])])
        try settle(decider)
        guard case .accepted? = decider.state.verdicts[decided.number] else {
            Issue.record("\(String(describing: decider.state.verdicts[decided.number]))")
            return
        }
        try settle(bob, mia)
        #expect(try firm.difference(bob) == nil && firm.difference(mia) == nil)
    }
}
