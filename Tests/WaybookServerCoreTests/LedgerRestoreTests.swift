import Foundation
import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

/// Who sees what, after an older backup was put back beside the ledger.
@Suite struct LedgerRestoreTests: WithLedger {
    let written: LedgerFirm

    init() throws { written = try LedgerFirm() }

    private func access(_ workspace: Workspace, _ unit: RecordID) throws -> UnitAccess? {
        try workspace.service.file.read { UnitAccess(try ServerRows($0).members(of: unit).mapValues(\.grade)) }
    }

    /// The file as it is now, to be opened later.
    private func backedUp() throws -> String {
        let place = FileManager.default.temporaryDirectory.appending(path: "wb-restore-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        _ = try ServerBackup.write(firm.workspace.service.file, to: place + "/server.db")
        return place
    }

    @Test func whatWasDecidedSinceHoldsAgain() throws {
        let (acme, bolt, cast) = (
            ann.create(["name": "Acme"]), ann.create(["name": "Bolt"]), ann.create(["name": "Cast"])
        )
        let call = ann.create(["customer": .string(acme.description), "subject": "hello"], in: "interaction")
        ann.edit(bolt, ["members/\(firm.person(of: bob))": "edit"])
        try firm.settle(ann)
        let (east, west) = (try firm.team("East"), try firm.team("West"))
        let time = try firm.join(bob, east)
        let eve = try firm.person("Eve", .admin)
        for laptop in [ada, bob, ann, eve] { try firm.settle(laptop) }
        let old = try backedUp()

        let later = try firm.person("Zoe", .rep)
        try firm.settle(ada)
        ada.edit(acme, ["owner": firm.user(bob)])
        ann.edit(bolt, ["members/\(firm.person(of: bob))": nil])
        ada.edit(cast, ["owner": firm.user(later)])
        ada.edit(firm.person(of: bob), ["role": "manager"])
        ada.edit(firm.person(of: eve), ["role": "rep"])
        ada.edit(time, ["until": "2020-01-01"])
        ada.edit(west, ["parent": .string(east.description)])
        let north = ada.create(["name": "North", "parent": .string(east.description)], in: "team")
        let joined = ada.create(
            ["user": firm.user(ann), "team": .string(west.description)], in: "membership")
        for laptop in [ada, ann] { try firm.settle(laptop) }
        #expect(ada.state.refused.isEmpty && ann.state.refused.isEmpty)

        let restored = try Workspace(schema: Catalogue.schema, folder: old)
        restored.clock.set(firm.workspace.clock.now)
        let before = try restored.row(call)?.position
        let changed = try restored.service.file.write { try ledger.apply($0, schema: Catalogue.schema, now: 5) }
        #expect(changed == 9)
        #expect(try access(restored, acme) == UnitAccess(owner: firm.person(of: bob)))
        #expect(try access(restored, bolt) == UnitAccess(owner: firm.person(of: ann)))
        #expect(try access(restored, cast) == UnitAccess(owner: nil), "Zoe is not known there: the pool has it")
        #expect(try restored.row(acme)?.record["owner"] == firm.user(bob))
        #expect(try restored.row(bolt)?.record.elements(of: "members") == [:])
        #expect(try restored.row(ServerMadeID.card(of: cast))?.record["isOpen"] == true)
        #expect(try restored.row(call)?.position == before, "nothing that hangs on a unit is touched")
        #expect(try restored.row(firm.person(of: bob))?.record["role"] == "manager")
        #expect(try restored.row(firm.person(of: eve))?.record["role"] == "rep")
        #expect(try restored.row(time)?.record["until"] == "2020-01-01")
        #expect(try restored.row(west)?.record["parent"] == .string(east.description))
        #expect(try restored.row(north)?.record["name"] == "North", "a team of after the backup")
        #expect(try restored.row(north)?.record["parent"] == .string(east.description))
        #expect(try restored.row(joined)?.record["team"] == .string(west.description))
        let again = try restored.service.file.write { try ledger.apply($0, schema: Catalogue.schema, now: 6) }
        #expect(again == 0)
        let anew = try restored.service.file.write { db in
            try ServerRows(db).set(SecurityLedger.markKey, "of another ledger")
            return try ledger.apply(db, schema: Catalogue.schema, now: 7)
        }
        #expect(anew == 0, "applied once more it changes nothing")
        let told = try restored.service.file.read { try Audit($0).entries(Audit.Query(limit: 1)) }
        #expect(told.map(\.what) == ["restore"] && told[0].detail == ["count": 9])
        #expect(try restored.service.file.read { try ServerCheck.run($0) }.faults.isEmpty)
    }

    @Test func aBookOfManyIsFewLinesAndComesBackWhole() throws {
        let customers = (0..<450).map { ann.create(["name": .string("C\($0)")]) }
        for laptop in [ann, ada] { try firm.settle(laptop) }
        let old = try backedUp()
        try firm.direct(ann, ["status": "disabled", "successor": firm.user(bob)])
        let moves = BookMove(firm.workspace.service, ledger: ledger)
        for pending in try moves.pending() { while try moves.moveSome(pending).units > 0 {} }
        let lines = try ledger.facts.filter { if case .access(.assigned) = $0.fact { true } else { false } }
        #expect(lines.count == 8, "64 customers a line")
        let restored = try Workspace(schema: Catalogue.schema, folder: old)
        let changed = try restored.service.file.write { try ledger.apply($0, schema: Catalogue.schema, now: 5) }
        #expect(changed == 450)
        for customer in customers {
            #expect(try access(restored, customer) == UnitAccess(owner: firm.person(of: bob)))
        }
    }

    @Test func aCompactedLedgerSaysTheSameOfAnOlderFileAndNothingNewToTheOneThatHadIt() throws {
        let acme = ann.create(["name": "Acme"])
        for laptop in [ann, ada] { try firm.settle(laptop) }
        let old = try backedUp()
        for owner in [bob, ada, ann, bob, ada, ann, bob] {
            ada.edit(acme, ["owner": firm.user(owner)])
            ada.edit(firm.person(of: ann), ["status": "disabled"])
            ada.edit(firm.person(of: ann), ["status": "active"])
            try firm.settle(ada)
        }
        let whole = try folder.bytes()
        let marked = try firm.workspace.service.file.read { try ServerRows($0).text(SecurityLedger.markKey) }
        #expect(marked == ledger.mark)
        let small = try SecurityLedger(path: folder.path, compactionBytes: 1)
        #expect(try folder.bytes().count * 3 < whole.count)
        #expect(try small.facts(after: marked).isEmpty, "the file that had all of it is told nothing")
        #expect(
            try Set(small.facts.map(\.fact)) == [
                .enabled(try #require(UserID(firm.person(of: ann).description))),
                .access(.assigned([acme], UnitAccess(owner: firm.person(of: bob)))),
                .access(.formerly([acme], [.book(firm.person(of: ada)), .book(firm.person(of: ann))])),
            ])
        let restored = try Workspace(schema: Catalogue.schema, folder: old)
        try restored.service.file.write { _ = try small.apply($0, schema: Catalogue.schema, now: 5) }
        #expect(try access(restored, acme) == UnitAccess(owner: firm.person(of: bob)))
        // It goes on, is read back, and is compacted again.
        let ann = try #require(UserID(firm.person(of: ann).description))
        try small.append([.disabled(ann), .enabled(ann), .disabled(ann)], at: 9)
        let third = try SecurityLedger(path: folder.path, compactionBytes: 1)
        #expect(try third.facts.map(\.fact).contains(.disabled(ann)) && third.facts.count == 3)
        #expect(try third.facts(after: small.mark).isEmpty && SecurityLedger(path: folder.path).mark == third.mark)
        #expect(!FileManager.default.fileExists(atPath: folder.path + ".new"))
    }
}
