import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// Who is told what, and what leaves again (`protocol/8-access.md`).
@Suite struct VisibilityTests {
    @Test func aRepHoldsTheirBookAndATeamsManagerAllBooksBelow() throws {
        let firm = try Firm()
        let (ann, bob, mia, zoe) = (
            try firm.person("Ann", .rep), try firm.person("Bob", .rep), try firm.person("Mia", .manager),
            try firm.person("Zoe", .viewer)
        )
        let all = try firm.team("All")
        let east = try firm.team("East", in: all)
        try firm.join(ann, east)
        try firm.join(mia, all)
        try firm.join(zoe, east)
        let acme = ann.create(["name": "Acme", "owner": firm.user(ann)])
        let call = ann.create(["customer": .string(acme.description), "subject": "hello"], in: "interaction")
        let other = bob.create(["name": "Bolt", "owner": firm.user(bob)])
        for laptop in [ann, bob, mia, zoe] { try firm.settle(laptop) }
        for laptop in [ann, bob, mia, zoe] { try firm.settle(laptop) }
        for (laptop, sees) in [(ann, [acme, call]), (bob, [other]), (mia, [acme, call]), (zoe, [acme, call])] {
            for id in [acme, call, other] { #expect((laptop.state.rows[id] != nil) == sees.contains(id)) }
            #expect(try firm.difference(laptop) == nil)
        }
    }

    @Test func whatIsNotSeenAnswersByTheNameThatWasGiven() throws {
        let firm = try Firm()
        let (ann, bob) = (try firm.person("Ann", .rep), try firm.person("Bob", .rep))
        let acme = ann.create(["name": "Acme", "owner": firm.user(ann)])
        let call = ann.create(["customer": .string(acme.description), "subject": "hello"], in: "interaction")
        for laptop in [ann, bob] { try firm.settle(laptop) }
        let write = [Write(path: FieldPath("subject"), value: "guessed", base: nil)]
        for id in [call, firm.id()] {
            let set = bob.make([Change(id: id, collection: "interaction", writes: write)])
            try firm.settle(bob)
            let refusal = Refusal(rule: .unknown, record: id, path: nil)
            #expect(bob.state.verdicts[set.number] == .rejected(refusal))
        }
    }

    @Test func aClaimOfWhatWasAssignedMeanwhileIsRefusedToThoseWhoSeeEverything() throws {
        let firm = try Firm()
        let (boss, ann) = (try firm.person("Boss", .admin), try firm.person("Ann", .rep))
        let acme = boss.create(["name": "Acme"])
        try firm.settle(boss)
        boss.edit(acme, ["owner": firm.user(ann)])
        boss.edit(ServerMadeID.card(of: acme), ["claimedBy": firm.user(boss)])
        try firm.settle(boss)
        try firm.settle(ann)
        #expect(ann.state.rows[acme]?["owner"] == firm.user(ann))
    }

    @Test func aMoveTakesTheUnitFromOneLaptopAndBringsItWholeToAnother() throws {
        let firm = try Firm()
        let (ann, bob, mia) = (
            try firm.person("Ann", .rep), try firm.person("Bob", .rep), try firm.person("Mia", .manager)
        )
        let team = try firm.team("All")
        for laptop in [ann, mia] { try firm.join(laptop, team) }
        let acme = ann.create(["name": "Acme", "owner": firm.user(ann)])
        let call = ann.create(["customer": .string(acme.description), "subject": "hello"], in: "interaction")
        for laptop in [ann, bob, mia] { try firm.settle(laptop) }
        let before = try #require(try firm.workspace.row(call)?.position)

        let set = mia.edit(acme, ["owner": firm.user(bob)])
        mia.state.outbox[0].note = "Bob knows them"
        #expect(set.number == 1)
        for laptop in [mia, ann, bob] { try firm.settle(laptop) }
        for laptop in [ann, bob, mia] { #expect(try firm.difference(laptop) == nil) }
        #expect(ann.state.rows[acme] == nil && ann.state.rows[call] == nil && bob.state.rows[call] != nil)
        let departure = try #require(ann.state.departed.last)
        #expect(
            departure.unit == acme && departure.cause.reason == .assigned && departure.cause.note == "Bob knows them")
        #expect(departure.cause.by == firm.person(of: mia))
        // Nothing that hangs on the customer was touched.
        #expect(try firm.workspace.row(call)?.position == before)
        let entry = bob.state.rows.values.first { $0.collection == AssignmentRecord.collection }
        #expect(entry?["reason"] == "Bob knows them" && entry?["to"] == firm.user(bob))
        // Mia's team does not reach Bob: she lost it too.
        #expect(mia.state.rows[acme] == nil)
    }

    @Test func theFirstClaimWinsAndTheSecondIsToldWhoHasIt() throws {
        let firm = try Firm()
        let (ann, bob, mia) = (
            try firm.person("Ann", .rep), try firm.person("Bob", .rep), try firm.person("Mia", .manager)
        )
        let acme = mia.create(["name": "Acme", "city": "Lyon", "phones/+331": ["number": "+331"]])
        for laptop in [mia, ann, bob] { try firm.settle(laptop) }
        let card = ServerMadeID.card(of: acme)
        #expect(ann.state.rows[card]?["name"] == "Acme" && ann.state.rows[card]?["phones/+331"] == nil)
        #expect(ann.state.rows[acme] == nil)
        ann.edit(card, ["claimedBy": firm.user(ann)])
        bob.edit(card, ["claimedBy": firm.user(bob)])
        for laptop in [ann, bob, mia] { try firm.settle(laptop) }
        #expect(ann.state.rows[acme]?["owner"] == firm.user(ann) && ann.state.rows[card] == nil)
        guard case .rejected(let refusal)? = bob.state.verdicts[1] else {
            Issue.record("\(String(describing: bob.state.verdicts[1]))")
            return
        }
        #expect(refusal.rule == .served && refusal.present == firm.user(ann))
        #expect(bob.state.departed.last?.cause.reason == .claimed && bob.state.rows[card] == nil)
        for laptop in [ann, bob, mia] { #expect(try firm.difference(laptop) == nil) }
    }

    @Test func whatWasWrittenBeforeTheMoveIsAppliedAndWhatCameAfterIsHandedOver() throws {
        let firm = try Firm()
        let (ann, bob, mia) = (
            try firm.person("Ann", .rep), try firm.person("Bob", .rep), try firm.person("Mia", .manager)
        )
        let team = try firm.team("All")
        for laptop in [ann, bob, mia] { try firm.join(laptop, team) }
        let acme = ann.create(["name": "Acme", "owner": firm.user(ann)])
        for laptop in [ann, bob, mia] { try firm.settle(laptop) }
        ann.edit(acme, ["city": "Lyon"])
        firm.workspace.clock.advance(1_000)
        mia.edit(acme, ["owner": firm.user(bob)])
        try firm.settle(mia)
        firm.workspace.clock.advance(1_000)
        ann.edit(acme, ["region": "South"])
        let call = ann.create(["customer": .string(acme.description), "subject": "late"], in: "interaction")
        ann.edit(call, ["subject": "later"])
        for laptop in [ann, bob, mia] { try firm.settle(laptop) }
        for number in Int64(2)...5 {
            guard case .handover? = ann.state.verdicts[number] else {
                Issue.record("\(number): \(String(describing: ann.state.verdicts[number]))")
                continue
            }
        }
        #expect(bob.state.rows[acme]?["city"] == "Lyon" && bob.state.rows[acme]?["region"] == nil)
        #expect(bob.state.rows[call] == nil && ann.state.rows[acme] == nil)
        let items = bob.state.rows.values.filter { $0.collection == HandoverRecord.collection }
        #expect(items.map { $0["status"]?.text ?? "" }.sorted() == ["accepted", "open", "open", "open"])
        #expect(items.allSatisfy { $0["author"] == firm.user(ann) })
        #expect(ann.state.rows.values.count { $0.collection == HandoverRecord.collection } == 4)
        for laptop in [ann, bob, mia] { #expect(try firm.difference(laptop) == nil) }
    }

    @Test func whatOneDoesNotSeeIsUnknownAndWhatOneMayNotDoIsRefused() throws {
        let firm = try Firm()
        let (ann, bob, zoe) = (
            try firm.person("Ann", .rep), try firm.person("Bob", .rep), try firm.person("Zoe", .viewer)
        )
        let team = try firm.team("All")
        for laptop in [ann, zoe] { try firm.join(laptop, team) }
        let acme = ann.create(["name": "Acme", "owner": firm.user(ann)])
        for laptop in [ann, bob, zoe] { try firm.settle(laptop) }
        zoe.edit(acme, ["city": "Lyon"])
        let nobody = bob.freshID()
        for id in [acme, nobody] {
            bob.make([Change(id: id, collection: "customer", writes: [Write(path: FieldPath("city"), value: "Rome")])])
            bob.make([
                Change(
                    id: bob.freshID(), collection: "contact", isCreating: true,
                    writes: [
                        Write(path: FieldPath("customer"), value: .string(id.description)),
                        Write(path: FieldPath("name"), value: "x"),
                    ])
            ])
        }
        for laptop in [zoe, bob] { try firm.settle(laptop) }
        #expect(zoe.state.verdicts[1] == .rejected(Refusal(rule: .access, record: acme, path: FieldPath("city"))))
        for (number, id) in [(Int64(1), acme), (2, acme), (3, nobody), (4, nobody)] {
            #expect(bob.state.verdicts[number] == .rejected(Refusal(rule: .unknown, record: id, path: nil)))
        }
        #expect(try firm.workspace.row(acme)?.record["city"] == nil)
    }
}
