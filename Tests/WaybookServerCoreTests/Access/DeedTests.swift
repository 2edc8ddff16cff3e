import Foundation
import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// What the audit and the security ledger say of what laptops decide.
@Suite struct DeedTests: WithLedger {
    let written: LedgerFirm

    init() throws { written = try LedgerFirm() }

    /// The entries of some kinds, oldest first, as `what by@device about detail`.
    private func told(_ kinds: Set<AuditKind>) throws -> [AuditEntry] {
        try firm.workspace.service.file.read { try Audit($0).entries(Audit.Query(limit: 1_000)) }
            .filter { entry in kinds.contains { $0.rawValue == entry.what } }.reversed()
    }

    private func user(_ laptop: Laptop) -> String { firm.person(of: laptop).description }

    private var accessFacts: [AccessFact] {
        get throws {
            try ledger.facts.compactMap { if case .access(let fact) = $0.fact { fact } else { nil } }
        }
    }

    @Test func anAssignmentIsToldWithItsAuthorAndDeviceOnceAndAResendAddsNothing() throws {
        let acme = ann.create(["name": "Acme"])
        for laptop in [ann, ada] { try firm.settle(laptop) }
        #expect(try told([.assigned, .granted]).isEmpty && accessFacts.isEmpty, "one's own customer is no assignment")
        ada.edit(acme, ["owner": firm.user(bob)])
        try ada.sync(losesAnswer: true)
        try firm.settle(ada)
        let entries = try told([.assigned])
        #expect(entries.count == 1)
        let entry = try #require(entries.first)
        #expect(entry.who == user(ada) && entry.replica == ada.state.replica && entry.about == .record(acme))
        #expect(entry.detail == ["from": firm.user(ann), "mode": "assigned", "to": firm.user(bob)])
        #expect(try accessFacts == [.assigned([acme], UnitAccess(owner: firm.person(of: bob)))])
        let named = try firm.workspace.service.file.read { try Audit($0).entries(Audit.Query(who: user(bob))) }
        #expect(named.map(\.what) == ["assignment"], "who is assigned something is found by their name")
    }

    @Test func sharesClaimsAndResolvedConflictsAreTold() throws {
        let acme = ann.create(["name": "Acme"])
        for laptop in [ann, ada] { try firm.settle(laptop) }
        ann.edit(acme, ["members/\(user(bob))": "view"])
        try firm.settle(ann)
        ann.edit(acme, ["members/\(user(bob))": "edit"])
        try firm.settle(ann)
        ann.edit(acme, ["members/\(user(bob))": nil])
        try firm.settle(ann)
        let shares = try told([.granted, .revoked])
        #expect(shares.map(\.what) == ["grant", "grant", "revoke"])
        #expect(shares.allSatisfy { $0.about == .user(user(bob)) && $0.detail["unit"] == .string(acme.description) })
        #expect(shares.map { $0.detail["mode"] } == ["view", "edit", nil])
        #expect(
            try accessFacts.count == 3 && accessFacts.last == .assigned([acme], UnitAccess(owner: firm.person(of: ann)))
        )

        ada.edit(acme, ["owner": .null])
        for laptop in [ada, bob] { try firm.settle(laptop) }
        bob.edit(ServerMadeID.card(of: acme), ["claimedBy": firm.user(bob)])
        try firm.settle(bob)
        let moves = try told([.assigned])
        #expect(moves.map { $0.detail["mode"] } == ["released", "claimed"] && moves[1].who == user(bob))
        #expect(try accessFacts.last == .assigned([acme], UnitAccess(owner: firm.person(of: bob))))

        try firm.settle(ada)
        bob.edit(acme, ["name": "Acme One"])
        ada.edit(acme, ["name": "Acme Two"])
        for laptop in [bob, ada] { try firm.settle(laptop) }
        let conflict = try #require(try firm.workspace.conflicts(acme).first)
        ada.edit(acme, ["name": "Acme Three"], resolves: [conflict.id])
        try firm.settle(ada)
        let resolved = try told([.conflictResolved])
        #expect(resolved.count == 1 && resolved[0].about == .record(acme) && resolved[0].who == user(ada))
        #expect(!"\(try told(Set(AuditKind.allCases)))".contains("Acme"), "no value of a field is in the audit")
    }

    @Test func rolesDisablingAndTeamsDecidedOnALaptopAreToldAndWrittenDown() throws {
        let (bobs, id) = (firm.person(of: bob), try #require(UserID(user(bob))))
        ada.edit(bobs, ["role": "manager"])
        let team = ada.create(["name": "East"], in: "team")
        let time = ada.create(
            ["user": firm.user(bob), "team": .string(team.description), "from": "2026-01-01"], in: "membership")
        ada.edit(time, ["until": "2026-12-31"])
        ada.edit(bobs, ["status": "disabled", "successor": firm.user(ann)])
        ada.edit(bobs, ["status": "active"])
        try firm.settle(ada)
        #expect(ada.state.refused.isEmpty)
        let entries = try told(Set(AuditKind.allCases)).filter { $0.who == user(ada) }
        #expect(
            entries.map(\.what) == [
                "role-change", "team-change", "grant", "revoke", "user-disable", "user-enable",
            ])
        #expect(entries[0].detail == ["from": "rep", "to": "manager"] && entries[0].replica == ada.state.replica)
        #expect(entries[3].detail["to"] == "2026-12-31" && entries[4].detail == ["to": firm.user(ann)])
        let facts = try ledger.facts.map(\.fact)
        #expect(
            facts.filter { if case .access(.directory) = $0 { false } else { true } } == [
                .access(.role(id, "manager")), .disabled(id, successor: UserID(user(ann))), .enabled(id),
            ])
        #expect(try accessFacts.count { if case .directory = $0 { true } else { false } } == 3)
    }

    @Test func whatALaptopDisablesIsNamedSoThatItsSessionsEnd() throws {
        let (first, second) = (ReplicaID(70), ReplicaID(71))
        let id = try #require(UserID(user(bob)))
        try firm.workspace.service.file.write { db in
            try db.execute(
                sql: """
                    INSERT INTO user (id, email, name, language, password, created) VALUES (?, 'b@x', 'B', 'en', '', 1)
                    """, arguments: [id.text])
            for replica in [first, second] {
                try db.execute(
                    sql: "INSERT INTO device (replica, user, name, created, lastSeen) VALUES (?, ?, 'x', 1, 1)",
                    arguments: [replica.number, id.text])
            }
        }
        let set = ada.edit(firm.person(of: bob), ["status": "disabled"])
        let principal = ExchangePrincipal(replica: ada.state.replica, user: user(ada))
        let batch = PushBatch(principal: principal, offsetMilliseconds: 0, answered: 0, sets: [set])
        #expect(try firm.workspace.service.commit([batch], ledger: ledger)[0].cutOff == [first, second])
        #expect(try firm.workspace.service.commit([batch], ledger: ledger)[0].cutOff == [], "a resend cuts nobody")
    }

    /// Whatever is written to an open file from now on finds no room.
    private func fillDisk(under path: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name)
            guard target == path, let descriptor = Int32(name) else { continue }
            let full = open("/dev/full", O_WRONLY | O_APPEND)
            #expect(dup2(full, descriptor) == descriptor)
            close(full)
        }
    }

    @Test func whereTheLedgerCannotBeWrittenNothingIsAcceptedAndOtherWorkGoesOn() throws {
        #expect(throws: SecurityLedgerError.unreadable(errno: EINVAL)) { try SecurityLedger(path: "/dev/full") }
        let folder = try LedgerFolder()
        let firm = try Firm(ledger: try SecurityLedger(path: folder.path))
        let (ada, bob) = (try firm.person("Ada", .admin), try firm.person("Bob", .rep))
        for laptop in [ada, bob] { try firm.settle(laptop) }
        let acme = bob.create(["name": "Acme"])
        for laptop in [bob, ada] { try firm.settle(laptop) }
        try fillDisk(under: folder.path)
        ada.edit(acme, ["owner": firm.user(ada)])
        #expect(throws: SecurityLedgerError.self) { try ada.sync() }
        #expect(try firm.workspace.row(acme)?.record["owner"] == firm.user(bob))
        bob.edit(acme, ["city": "Lyon"])
        try firm.settle(bob)
        #expect(try firm.workspace.row(acme)?.record["city"] == "Lyon")
    }
}

/// Somebody is always left to administer the workspace.
@Suite struct LastAdministratorTests {
    private let firm: Firm
    private let ada: Laptop
    private let eve: Laptop

    init() throws {
        firm = try Firm()
        (ada, eve) = (try firm.person("Ada", .admin), try firm.person("Eve", .admin))
        for laptop in [ada, eve] { try firm.settle(laptop) }
    }

    private var administrators: Set<RecordID> {
        get throws {
            try firm.workspace.service.file.read { Organisation(try ServerRows($0).directory()).administrators }
        }
    }

    @Test func twoWhoDemoteEachOtherLeaveOne() throws {
        ada.edit(firm.person(of: eve), ["role": "rep"])
        eve.edit(firm.person(of: ada), ["role": "rep"])
        try firm.settle(ada)
        try firm.settle(eve)
        #expect(try administrators == [firm.person(of: ada)])
        guard case .rejected(let refusal)? = eve.state.verdicts[1] else {
            Issue.record("\(eve.state.verdicts)")
            return
        }
        #expect(refusal.rule == .access)
    }

    @Test func twoWhoGiveTheirOwnRoleUpLeaveOne() throws {
        for laptop in [ada, eve] { laptop.edit(firm.person(of: laptop), ["role": "manager"]) }
        try firm.settle(ada)
        try firm.settle(eve)
        #expect(try administrators == [firm.person(of: eve)])
        guard case .rejected(let refusal)? = eve.state.verdicts[1] else {
            Issue.record("\(eve.state.verdicts)")
            return
        }
        #expect(refusal.rule == .access && refusal.path == FieldPath("role"))
    }

    @Test(arguments: [["role": "rep"], ["role": "nonsense"], ["status": "disabled"], ["$life": "deleted"]])
    func theLastIsNeitherDemotedNorDisabledNorDeleted(_ writes: [String: String]) throws {
        try firm.direct(eve, ["role": "rep"])
        try firm.settle(ada)
        ada.edit(firm.person(of: ada), writes.mapValues { .string($0) })
        try firm.settle(ada)
        #expect(try administrators == [firm.person(of: ada)])
        guard case .rejected? = ada.state.verdicts[1] else {
            Issue.record("\(ada.state.verdicts)")
            return
        }
        #expect(throws: DirectoryError.lastAdministrator) { try firm.direct(ada, ["status": "disabled"]) }
    }

    @Test func oneSetThatDemotesBothIsRefusedAndOneThatChangesPlacesIsNot() throws {
        let bob = try firm.person("Bob", .rep)
        try firm.settle(ada)
        let (adas, eves) = (firm.person(of: ada), firm.person(of: eve))
        ada.make([ada.change(adas, ["role": "rep"]), ada.change(eves, ["role": "rep"])])
        try firm.settle(ada)
        #expect(try administrators == [adas, eves])
        ada.make([
            ada.change(adas, ["role": "rep"]), ada.change(eves, ["role": "rep"]),
            ada.change(firm.person(of: bob), ["role": "admin"]),
        ])
        try firm.settle(ada)
        #expect(try administrators == [firm.person(of: bob)])
    }
}
