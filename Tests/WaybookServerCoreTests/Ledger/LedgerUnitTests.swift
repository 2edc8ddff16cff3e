import Foundation
import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

/// Who answers for what, after an older backup was put back: when it was lost, who had it in between, and what comes back
/// later than the restore.
@Suite struct LedgerUnitTests: WithLedger {
    let written: LedgerFirm
    private static let minute: UInt64 = 60_000

    init() throws {
        written = try LedgerFirm()
        for laptop in [bob, ann] {
            try firm.workspace.register(laptop.state.replica, of: firm.person(of: laptop))
        }
    }

    private func backedUp() throws -> String {
        let place = FileManager.default.temporaryDirectory.appending(path: "wb-units-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        _ = try ServerBackup.write(firm.workspace.service.file, to: place + "/server.db")
        return place
    }

    /// The backup, put back some minutes later, with the ledger applied.
    private func restored(_ place: String, by other: SecurityLedger? = nil) throws -> Workspace {
        firm.workspace.clock.advance(10 * Self.minute)
        let workspace = try Workspace(schema: Catalogue.schema, folder: place)
        workspace.clock.set(firm.workspace.clock.now)
        let now = Int64(clamping: workspace.clock.now)
        _ = try workspace.service.file.write {
            try (other ?? ledger).apply($0, schema: Catalogue.schema, now: now)
        }
        return workspace
    }

    /// A laptop, or what it was earlier, at the server that was put back.
    private func follow(_ laptop: Laptop, _ state: Laptop.State? = nil, to workspace: Workspace) -> Laptop {
        let again = Laptop(workspace, laptop.state.replica.number)
        again.state = state ?? laptop.state
        workspace.sign(laptop.state.replica, in: firm.person(of: laptop))
        return again
    }

    private func access(_ workspace: Workspace, _ unit: RecordID) throws -> UnitAccess? {
        try workspace.service.file.read { UnitAccess(try ServerRows($0).members(of: unit).mapValues(\.grade)) }
    }

    private func give(_ unit: RecordID, to laptop: Laptop) throws -> UInt64 {
        firm.workspace.clock.advance(Self.minute)
        ada.edit(unit, ["owner": firm.user(laptop)])
        try firm.settle(ada)
        #expect(ada.state.refused.isEmpty)
        let now = firm.workspace.clock.now
        firm.workspace.clock.advance(Self.minute)
        return now
    }

    private func item(_ laptop: Laptop, _ number: Int64, at workspace: Workspace) throws -> VersionedRecord? {
        guard case .handover(let item)? = laptop.state.verdicts[number] else {
            Issue.record("\(number): \(String(describing: laptop.state.verdicts[number]))")
            return nil
        }
        return try workspace.row(item)?.record
    }

    @Test func whatWasMadeAndGivenAwaySinceTheBackupGoesToWhomItWasGiven() throws {
        let place = try backedUp()
        let acme = ann.create(["name": "Acme"])
        let typed = ann.state
        for laptop in [ann, ada] { try firm.settle(laptop) }
        let when = try give(acme, to: bob)
        let workspace = try restored(place)
        #expect(try workspace.count("foretold_access") == 1 && workspace.row(acme) == nil)
        #expect(try workspace.service.file.read { try ServerCheck.run($0) }.faults.isEmpty)

        // Her laptop sends once more what it had sent, and the customer is not hers any more.
        let again = follow(ann, typed, to: workspace)
        #expect(try again.sync() == nil && again.state.refused.isEmpty)
        #expect(try access(workspace, acme) == UnitAccess(owner: firm.person(of: bob)))
        #expect(try workspace.row(acme)?.record["owner"] == firm.user(bob))
        #expect(try workspace.count("foretold_access") == 0)
        let end = try workspace.service.file.read { try ServerRows($0).departures(of: acme) }
        #expect(end.map(\.scope) == [.book(firm.person(of: ann))] && end.first?.end.milliseconds == Int64(when))
        let history = try workspace.records().values.filter { $0.collection == AssignmentRecord.collection }
        #expect(history.map { $0["at"] } == [.string(Instant(milliseconds: Int64(when)).description)])
        #expect(again.state.rows[acme] == nil && again.state.departed.map(\.unit) == [acme])
        let bobs = follow(bob, to: workspace)
        #expect(try bobs.sync() == nil && bobs.state.rows[acme]?["name"] == "Acme")
    }

    @Test func whatIsMadeAfterThatWasDecidedIsItsMakers() throws {
        let place = try backedUp()
        let acme = ann.create(["name": "Acme"])
        for laptop in [ann, ada] { try firm.settle(laptop) }
        _ = try give(acme, to: bob)
        let workspace = try restored(place)
        // Imported anew, under the same identity.
        let other = Laptop(workspace, 900)
        workspace.sign(other.state.replica, in: firm.person(of: ann))
        other.create(["name": "Acme"], id: acme)
        #expect(try other.sync() == nil && other.state.refused.isEmpty)
        #expect(try access(workspace, acme) == UnitAccess(owner: firm.person(of: ann)))
        #expect(try workspace.count("foretold_access") == 0)
    }

    @Test func lossesAreDatedByTheLedgersLines() throws {
        let acme = ann.create(["name": "Acme"])
        for laptop in [ann, ada] { try firm.settle(laptop) }
        let place = try backedUp()
        firm.workspace.clock.advance(Self.minute)
        ann.edit(acme, ["city": "Lyon"])
        let first = try give(acme, to: bob)
        ann.edit(acme, ["city": "Paris"])
        let second = try give(acme, to: ada)
        let workspace = try restored(place)
        let ends = try workspace.service.file.read { try ServerRows($0).departures(of: acme) }
        #expect(
            Dictionary(uniqueKeysWithValues: ends.map { ($0.scope, $0.end.milliseconds) }) == [
                .book(firm.person(of: ann)): Int64(first), .book(firm.person(of: bob)): Int64(second),
            ])
        let again = follow(ann, to: workspace)
        _ = try again.sync()
        #expect(try item(again, 2, at: workspace)?["status"] == "accepted", "written before she lost it")
        #expect(try item(again, 3, at: workspace)?["status"] == "open", "written after, though before the restore")
        #expect(try workspace.row(acme)?.record["city"] == "Lyon")
        #expect(try access(workspace, acme) == UnitAccess(owner: firm.person(of: ada)))
    }

    /// A workspace whose first backup was made before the ledger had a line.
    @Test func linesBehindAnEmptyLedgerFollowItToo() throws {
        let acme = ann.create(["name": "Acme"])
        for laptop in [ann, ada] { try firm.settle(laptop) }
        try firm.workspace.service.file.write { try ServerRows($0).set(SecurityLedger.markKey, "") }
        let place = try backedUp()
        let first = try give(acme, to: bob)
        _ = try give(acme, to: ada)
        let workspace = try restored(place)
        let ends = try workspace.service.file.read { try ServerRows($0).departures(of: acme) }
        #expect(ends.first { $0.scope == .book(firm.person(of: ann)) }?.end.milliseconds == Int64(first))
    }

    @Test func whoLostATeamLostItThen() throws {
        let zoe = try firm.person("Zoe", .manager)
        let east = try firm.team("East")
        let time = try firm.join(zoe, east)
        try firm.join(ann, east)
        let acme = ann.create(["name": "Acme"])
        zoe.edit(firm.person(of: zoe), ["zone": "Asia/Shanghai"])
        for laptop in [ann, zoe, ada] { try firm.settle(laptop) }
        let place = try backedUp()
        firm.workspace.clock.advance(Self.minute)
        ada.edit(time, ["until": "2020-01-01"])
        try firm.settle(ada)
        firm.workspace.clock.advance(Self.minute)
        zoe.edit(acme, ["city": "Lyon"])
        let workspace = try restored(place)
        let again = follow(zoe, to: workspace)
        _ = try again.sync()
        #expect(try item(again, 2, at: workspace)?["status"] == "open")
        #expect(try workspace.row(acme)?.record["city"] == nil)
    }

    @Test(arguments: [false, true]) func whoHeldItInBetweenHandsOver(isCompacted: Bool) throws {
        let acme = ann.create(["name": "Acme"])
        for laptop in [ann, ada] { try firm.settle(laptop) }
        let place = try backedUp()
        _ = try give(acme, to: bob)
        try firm.settle(bob)
        bob.edit(acme, ["city": "Lyon"])
        for owner in [ann, bob, ann, bob, ann] { _ = try give(acme, to: owner) }
        let small = try SecurityLedger(path: folder.path, compactionBytes: isCompacted ? 1 : .max)
        #expect(try small.facts.count == (isCompacted ? 2 : 6))
        let workspace = try restored(place, by: small)
        #expect(try access(workspace, acme) == UnitAccess(owner: firm.person(of: ann)))
        let held = try workspace.service.file.read { try ServerRows($0).held(acme, by: bob.state.replica) }
        #expect(held == .left)
        let again = follow(bob, to: workspace)
        again.startAfresh()
        _ = try again.sync()
        #expect(try item(again, 1, at: workspace)?["about"] == .string(acme.description))
        #expect(again.state.refused.isEmpty)
    }

    @Test func whatWasErasedIsNotForetold() throws {
        let place = try backedUp()
        let acme = ann.create(["name": "Acme"])
        let typed = ann.state
        for laptop in [ann, ada] { try firm.settle(laptop) }
        _ = try give(acme, to: bob)
        let now = Int64(clamping: firm.workspace.clock.now)
        let facts = try firm.workspace.service.file.write { db in
            try ErasureWriter(db, schema: Catalogue.schema, now: now).erase(
                ErasureRequest(record: acme, reason: .other, by: nil, replica: nil))
        }
        try ledger.append(facts, at: now)
        let workspace = try restored(place)
        #expect(try workspace.count("foretold_access") == 0)
        let again = follow(ann, typed, to: workspace)
        _ = try again.sync()
        #expect(try workspace.row(acme) == nil && again.state.refused.count == 1)
        // Bob's laptop may hold it: it is among those that must confirm.
        let holders = try workspace.service.file.read { try ErasureLog($0).holders(of: acme).map(\.replica) }
        #expect(holders == [bob.state.replica])
    }
}
