import Foundation
import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

/// Who may do what, when what had been acknowledged is sent again to a server that was put back beside its ledger.
@Suite struct OldAccessTests: WithRestoredStaff {
    let staff: RestoredStaff

    init() throws { staff = try RestoredStaff() }

    /// Writes to the directory by the server's own right, and has the ledger told.
    private func rule(_ fields: [FieldName: Value], of name: String, _ fact: (UserID) -> SecurityFact) throws {
        let user = try #require(UserID(try person(name).description))
        let now = Int64(clamping: server.workspace.clock.now)
        let id = try person(name)
        _ = try server.workspace.service.file.writeSecurity(server.ledger, now: now) { db in
            (try DirectoryWriter(db, now: now).write(fields, of: id, in: "user"), [fact(user)])
        }
    }

    @Test func whatTheLedgerRulesIsNotDoneAgain() throws {
        let acme = try laptop("Ann").create(["name": "Acme"])
        try settle("Ann", "Ada")
        try server.backUp("old.db")
        // Ann's, then Bob's by Ada's word, then Mia's; Bob is disabled by Ada's laptop, and enabled at the server.
        try laptop("Ada").edit(acme, ["owner": user("Bob"), "city": "Lyon"])
        try settle("Ada")
        try laptop("Ada").edit(acme, ["owner": user("Mia")])
        try laptop("Ada").edit(person("Bob"), ["status": "disabled"])
        try settle("Ada")
        try rule(["status": "active"], of: "Bob") { .enabled($0) }
        try restore()
        #expect(try value(acme, "owner") == user("Mia") && value(person("Bob"), "status") == "active")
        try settle("Ada")
        #expect(try laptop("Ada").state.refused.isEmpty)
        #expect(try value(acme, "owner") == user("Mia") && value(acme, "city") == "Lyon")
        #expect(try value(person("Bob"), "status") == "active")
        #expect(try laptop("Ada").value(acme, "owner") == user("Mia"))
    }

    /// The ledger tells the last name alone; that the ones before it were written on another base is no question.
    @Test func whatPeopleAndTeamsAreCalledIsNotAskedAbout() throws {
        let east = try laptop("Ada").create(["name": "East"], in: "team")
        try settle("Ada")
        try server.backUp("old.db")
        for round in 1...3 {
            try laptop("Ada").edit(east, ["name": .string("East \(round)")])
            try laptop("Ada").edit(person("Bob"), ["name": .string("Bob \(round)")])
            try settle("Ada")
        }
        try restore()
        #expect(try value(east, "name") == "East 3" && value(person("Bob"), "name") == "Bob 3")
        try settle("Ada")
        #expect(try value(east, "name") == "East 3" && value(person("Bob"), "name") == "Bob 3")
        #expect(try laptop("Ada").state.refused.isEmpty)
        let conflicts = try server.workspace.records().values.filter { $0.collection == "conflict" }
        #expect(conflicts.isEmpty, "\(conflicts)")
    }

    /// By her clock it was made after it had been given away.
    @Test func whatALaptopMadeWhoseClockWasAheadGoesToWhomItWasGiven() throws {
        try server.backUp("old.db")
        try laptop("Ann").skew = 90_000
        let acme = try laptop("Ann").create(["name": "Acme"])
        try settle("Ann", "Ada")
        try laptop("Ada").edit(acme, ["owner": user("Bob")])
        try settle("Ada")
        try restore()
        try settle("Ann")
        #expect(try value(acme, "owner") == user("Bob") && laptop("Ann").state.refused.isEmpty)
    }

    @Test func withoutALedgerLaptopsTellWhoAnswersForWhom() throws {
        let acme = try laptop("Ann").create(["name": "Acme"])
        try settle("Ann", "Ada")
        try server.backUp("old.db")
        try laptop("Ada").edit(acme, ["owner": user("Bob")])
        try settle("Ada")
        try server.stop()
        try server.remove(SecurityLedger.fileName)
        try server.start()
        try restore()
        #expect(try value(acme, "owner") == user("Ann"))
        try settle("Ada")
        #expect(try value(acme, "owner") == user("Bob"))
    }

    /// Ada has taken from Bob what Ann shares with him; her own laptop does not come back.
    private func unshared() throws -> RecordID {
        let acme = try laptop("Ann").create(["name": "Acme"])
        try settle("Ann", "Ada")
        try server.backUp("old.db")
        try laptop("Ann").edit(acme, [try member("Bob"): "edit"])
        try settle("Ann", "Ada")
        try laptop("Ada").edit(acme, [try member("Bob"): nil])
        try settle("Ada")
        return acme
    }

    @Test func aSecondRestoreForgetsNothingThatTheLedgerRuled() throws {
        let acme = try unshared()
        try restore()
        try server.restore(nil)
        try follow()
        try settle("Ann")
        #expect(try value(acme, member("Bob")) == nil && laptop("Ann").state.refused.isEmpty)
    }

    /// A ledger that was copied with the database, a little later.
    @Test func aLineRulesOnlyWhatItIsAbout() throws {
        let (acme, bolt) = (
            try laptop("Ann").create(["name": "Acme"]), try laptop("Ann").create(["name": "Bolt"])
        )
        try settle("Ann", "Ada")
        try server.backUp("old.db")
        let ledger = server.folder + "/" + SecurityLedger.fileName
        try laptop("Ann").edit(bolt, [try member("Mia"): "edit"])
        try settle("Ann")
        try FileManager.default.copyItem(atPath: ledger, toPath: ledger + ".copied")
        try laptop("Ann").edit(acme, [try member("Bob"): "edit"])
        try settle("Ann")
        try server.stop()
        try server.remove(SecurityLedger.fileName)
        try FileManager.default.copyItem(atPath: ledger + ".copied", toPath: ledger)
        try server.start()
        try restore()
        #expect(try value(bolt, member("Mia")) == "edit" && value(acme, member("Bob")) == nil)
        try settle("Ann")
        #expect(try value(acme, member("Bob")) == "edit" && laptop("Ann").state.refused.isEmpty)
    }

    @Test func aLedgerFromBesideTheBackupRulesNothing() throws {
        let acme = try laptop("Ann").create(["name": "Acme"])
        try settle("Ann", "Ada")
        try server.backUp("old.db")
        try laptop("Ann").edit(acme, [try member("Mia"): "edit"])
        try settle("Ann")
        let (ledger, copy) = (
            server.folder + "/" + SecurityLedger.fileName, server.folder + "/old.db" + ServerBackup.ledgerSuffix
        )
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: ledger, toPath: copy)
        try laptop("Ann").edit(acme, [try member("Bob"): "edit"])
        try settle("Ann")
        try server.stop()
        try server.remove(SecurityLedger.fileName)
        try server.start()
        try restore()
        #expect(try value(acme, member("Mia")) == "edit" && value(acme, member("Bob")) == nil)
        try settle("Ann")
        #expect(try value(acme, member("Bob")) == "edit" && value(acme, member("Mia")) == "edit")
    }

    /// What is left out tells nobody that there is such a record, and makes nobody hold it.
    @Test func whoLiesLearnsNothingOfWhatIsSettled() throws {
        let acme = try laptop("Ann").create(["name": "Acme"])
        let mei = try laptop("Ann").create(["customer": .string(acme.description), "name": "Mei"], in: "contact")
        try settle("Ann", "Ada", "Bob")
        try server.backUp("old.db")
        try laptop("Ada").edit(acme, ["owner": user("Mia")])
        try laptop("Ada").make([
            Change(id: mei, collection: "contact", writes: [Write(path: .erased, value: "request")])
        ])
        try settle("Ada")
        try restore()
        let bob = try laptop("Bob")
        let first = bob.state.lastSet + 1
        for id in [acme, bob.freshID()] {
            bob.make([
                Change(
                    id: id, collection: "customer", writes: [Write(path: FieldPath("owner"), value: try user("Bob"))])
            ])
        }
        bob.make([Change(id: mei, collection: "contact", writes: [Write(path: .erased, value: "request")])])
        bob.state.again = AgainSets(first: first, answered: first + 2, through: first + 2)
        try settle("Bob")
        // What is not his to see waits like what does not exist; nobody but its owner is told more.
        let items = try (first...(first + 1)).map { try item(bob, $0) }
        for item in items {
            let told = try #require(bob.state.rows[item.id])
            #expect(told["why"] == "early" && told["status"] == "open" && told.atoms.count == items[0].atoms.count)
        }
        guard case .rejected(let refusal)? = bob.state.verdicts[first + 2] else {
            Issue.record("an erasure does not wait")
            return
        }
        #expect(refusal.rule == .unknown)
        let held = try server.workspace.service.file.read { try ServerRows($0).held(acme, by: bob.state.replica) }
        #expect(held == nil && bob.state.rows[acme] == nil)
    }

    @Test func itemsAreCountedAndNotSets() throws {
        let (acme, bolt) = (
            try laptop("Ann").create(["name": "Acme"]), try laptop("Ann").create(["name": "Bolt"])
        )
        try settle("Ann")
        try server.backUp("old.db")
        let ann = try laptop("Ann")
        ann.make([ann.change(acme, ["city": "Lyon"]), ann.change(bolt, ["city": "Metz"])])
        try settle("Ann")
        try rule(["role": "viewer"], of: "Ann") { .access(.role($0, "viewer")) }
        try restore()
        try settle("Ann")
        let healing = try server.workspace.service.file.read { try HealingTable($0).all(on: 1) }
        #expect(healing.first { $0.replica == ann.state.replica }?.handed == 2)
    }

    @Test func aLoweredRoleHandsOver() throws {
        let acme = try laptop("Ann").create(["name": "Acme"])
        try settle("Ann")
        try server.backUp("old.db")
        try laptop("Ann").edit(acme, ["city": "Lyon"])
        let bolt = try laptop("Ann").create(["name": "Bolt"])
        try settle("Ann")
        try rule(["role": "viewer"], of: "Ann") { .access(.role($0, "viewer")) }
        try restore()
        // What she types now is refused; what had been taken from her is kept for others to decide.
        let typed = try laptop("Ann").edit(acme, ["city": "Pau"]).number
        try settle("Ann")
        let ann = try laptop("Ann")
        #expect(ann.state.refused.map(\.number) == [typed])
        let items = try [2, 3].map { number in
            guard case .handover(let item)? = ann.state.verdicts[Int64(number)] else { return nil as String? }
            return try server.workspace.row(item)?.record["why"]?.text
        }
        #expect(items == ["restored", "restored"])
        #expect(try value(acme, "city") == nil && server.workspace.row(bolt) == nil)
        let healing = try server.workspace.service.file.read { try HealingTable($0).all(on: 1) }
        #expect(healing.first { $0.replica == ann.state.replica }?.handed == 2)
    }

    @Test func aDisabledDeviceDelivers() throws {
        let acme = try laptop("Ann").create(["name": "Acme"])
        try settle("Ann")
        try server.backUp("old.db")
        try laptop("Ann").edit(acme, ["city": "Lyon"])
        try settle("Ann")
        try restore()
        try server.workspace.direct(["status": "disabled"], of: person("Ann"), in: "user")
        let ann = try laptop("Ann")
        let told = try {
            do { return try ann.heal() } catch let problem as Problem { return problem }
        }()
        #expect(told?.code == .revoked && ann.state.outbox.isEmpty)
        guard case .handover(let item)? = ann.state.verdicts[2] else {
            Issue.record("it is handed over")
            return
        }
        #expect(try server.workspace.row(item)?.record["status"] == "open")
    }

    @Test func whatWasErasedStaysErased() throws {
        let acme = try laptop("Ann").create(["name": "Acme"])
        let mei = try laptop("Ann").create(["customer": .string(acme.description), "name": "Mei"], in: "contact")
        try settle("Ann", "Ada")
        try server.backUp("old.db")
        try laptop("Ann").edit(mei, ["name": "Mei Li"])
        let later = try laptop("Ann").create(["customer": .string(acme.description), "name": "Li"], in: "contact")
        try settle("Ann", "Ada")
        try laptop("Ada").make([
            Change(id: mei, collection: "contact", writes: [Write(path: .erased, value: "request")])
        ])
        try laptop("Ada").make([
            Change(id: later, collection: "contact", writes: [Write(path: .erased, value: "request")])
        ])
        try settle("Ada")
        #expect(try laptop("Ada").state.refused.isEmpty)
        try restore()
        try settle("Ann", "Ada")
        let name = try value(mei, "name")?.text
        #expect(try name?.contains("Mei") != true && server.workspace.row(later) == nil)
        let ann = try laptop("Ann")
        for number in [Int64(3), 4] {
            guard case .rejected(let refusal)? = ann.state.verdicts[number] else {
                Issue.record("set \(number) is refused")
                continue
            }
            #expect(refusal.rule == .erased)
        }
        #expect(try laptop("Ada").state.refused.isEmpty, "her word was carried out once")
        // What the laptops were told by then the backup does not know.
        let holders = try server.workspace.service.file.read { try ErasureLog($0).holders(of: later).map(\.replica) }
        #expect(holders.contains(ann.state.replica))
    }

    @Test func aClaimThatWasGrantedIsNotRefusedNow() throws {
        let acme = try laptop("Mia").create(["name": "Acme", "owner": .null])
        try settle("Mia", "Ann", "Ada")
        let card = ServerMadeID.card(of: acme)
        try server.backUp("old.db")
        try laptop("Ann").edit(card, ["claimedBy": user("Ann")])
        try settle("Ann", "Ada")
        #expect(try value(acme, "owner") == user("Ann"))
        try laptop("Ada").edit(acme, ["owner": user("Bob")])
        try settle("Ada")
        try restore()
        #expect(try value(acme, "owner") == user("Bob"))
        try settle("Ann", "Ada")
        #expect(try laptop("Ann").state.refused.isEmpty && value(acme, "owner") == user("Bob"))
        #expect(try laptop("Ann").state.rows[acme] == nil)
    }

    @Test func whoLiesAboutWhatWasAnsweredWinsItemsInABoxAndNoMore() throws {
        let acme = try laptop("Ann").create(["name": "Acme"])
        try settle("Ann", "Bob")
        try server.backUp("old.db")
        try laptop("Ann").edit(acme, ["city": "Lyon"])
        try settle("Ann")
        try restore()
        try settle("Ann")
        // Bob has never seen the customer.
        let bob = try laptop("Bob")
        bob.make([Change(id: acme, collection: "customer", writes: [Write(path: FieldPath("city"), value: "Pau")])])
        bob.make([
            Change(id: try person("Bob"), collection: "user", writes: [Write(path: FieldPath("role"), value: "admin")])
        ])
        bob.state.again = AgainSets(first: 1, answered: 2, through: 2)
        try settle("Bob")
        #expect(try value(acme, "city") == "Lyon" && value(person("Bob"), "role") == "rep")
        #expect(try item(bob, 1)["why"] == "early", "unknown to him")
    }
}
