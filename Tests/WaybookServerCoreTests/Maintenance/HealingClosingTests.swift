import Foundation
import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// The end of a healing: nothing is awaited, and nothing that comes later is lost.
@Suite struct HealingClosingTests: WithWitness {
    let staff: RestoredStaff
    private var acme = RecordID(high: 0, low: 0)

    /// Ann made a customer after the backup, and Bob wrote to it. The server is put back; Bob has come.
    init() throws {
        staff = try RestoredStaff()
        for name in ["Ann", "Bob", "Mia"] { try staff.register(name) }
        try server.backUp("old.db")
        acme = try laptop("Ann").create(["name": "Acme", try member("Bob"): "edit", try member("Mia"): "edit"])
        try settle("Ann", "Bob", "Mia")
        try laptop("Bob").edit(acme, ["city": "Lyon"])
        try laptop("Mia").edit(acme, ["website": "w"])
        try settle("Bob", "Mia")
        try restore()
        try settle("Bob")
    }

    private var now: Int64 { Int64(clamping: server.workspace.clock.now) }

    @discardableResult
    private func close(_ cause: ClosedHealing.Cause = .command) throws -> ClosedHealing? {
        try server.workspace.service.file.writeSecurity(server.ledger, now: now) { db in
            let done = try HealingClosing(db).close(as: cause, schema: Catalogue.schema, now: now)
            return (done?.closed, done?.facts ?? [])
        }
    }

    private func report() throws -> HealingReport {
        try server.workspace.service.file.read { try HealingReport($0) }
    }

    private func device(_ name: String) throws -> HealingReport.Device {
        let replica = try laptop(name).state.replica
        return try #require(try report().devices.first { $0.device.replica == replica })
    }

    @Test func whatWaitedLiesInTheBoxAndNothingIsAwaited() throws {
        let item = try item(try laptop("Bob"), 1)
        #expect(try report().awaited.map(\.record) == [acme])
        try tell("Bob", atoms(acme, ["name": "Acme"]))
        let closed = try #require(try close())
        let figures = closed.report.entries
        #expect(figures?["waiting"] == 1 && figures?["awaited"] == 1 && figures?["values"] == 1)
        #expect(figures?["devices"] == ["healed": 1, "notSeen": 2])
        #expect(try server.workspace.count("waiting_set") == 0 && server.workspace.count("waiting_item") == 0)
        let report = try report()
        #expect(report.awaited.isEmpty && report.closed == closed && report.lateValues == 0)
        #expect(try server.workspace.row(item.id)?.record["status"] == "open", "people decide about it")
        #expect(try open().count == 1, "what was told stays listed")
        // A second time nothing else comes of it.
        server.workspace.clock.advance(1_000)
        #expect(try close(.age) == closed)
        let noted = try server.workspace.service.file.read { try Audit($0).entries(.init(what: "healing-close")) }
        #expect(noted.count == 1)
    }

    @Test func whoComesLaterIsToldSoAndLosesNothing() throws {
        let closed = try #require(try close()).closed
        server.workspace.clock.advance(60_000)
        // Mia's set would wait for the customer: it lies in the box at once.
        let mia = try laptop("Mia")
        #expect { try mia.sync() } throws: { ($0 as? Problem)?.restored?.closed == closed }
        try settle("Mia")
        let item = try item(mia, 1)
        #expect(item["why"] == "early" && item["status"] == "open")
        #expect(try server.workspace.count("waiting_set") == 0)
        #expect(try device("Mia").isLate && !device("Bob").isLate)
        // What she tells is listed, and late.
        #expect(try tell("Mia", atoms(acme, ["name": "Acme"])).count == 1)
        #expect(try report().lateValues == 1)
        // Ann brings the customer: her work is back as ever, and what others wrote to it people decide.
        try settle("Ann")
        #expect(try value(acme, "name") == "Acme" && device("Ann").isLate && device("Ann").state == .healed)
        #expect(try server.workspace.row(item.id)?.record["status"] == "open")
        #expect(try server.workspace.service.file.read { try ServerCheck.run($0) }.faults.isEmpty)
    }

    @Test func whatCanBeAppliedByThenIs() throws {
        // The customer is back, though nobody looked at what waits for it since: a command gave Bob sight of it.
        try server.workspace.service.file.write {
            try $0.execute(sql: "UPDATE waiting_set SET awaits = x'00000000000000000000000000000000'")
        }
        try settle("Ann")
        #expect(try value(acme, "city") == nil)
        try server.workspace.service.file.write {
            try $0.execute(sql: "UPDATE waiting_set SET awaits = ?", arguments: [Data(acme.bytes)])
        }
        let closed = try #require(try close())
        #expect(try value(acme, "city") == "Lyon")
        #expect(closed.report.entries?["waiting"] == 0)
    }

    @Test func itEndsByItselfAfterSomeDays() throws {
        let service = server.workspace.service
        #expect(try service.closeHealingIfDue() == nil)
        server.workspace.clock.advance(34 * 86_400_000)
        #expect(try service.closeHealingIfDue() == nil)
        server.workspace.clock.advance(86_400_000)
        #expect(try service.closeHealingIfDue()?.closed.cause == .age)
        #expect(try service.closeHealingIfDue() == nil, "once")
    }

    @Test func theDaysMayBeSet() throws {
        let service = server.workspace.service
        try service.file.write { try ServerSettings($0).setHealing(days: 2) }
        server.workspace.clock.advance(2 * 86_400_000)
        #expect(try service.closeHealingIfDue() != nil)
    }

    @Test func anotherRestoreBeginsAnew() throws {
        try server.backUp("between.db")
        try close()
        try restore("between.db")
        #expect(try report().closed == nil)
        try settle("Bob", "Ann")
        #expect(try value(acme, "city") == "Lyon", "what had waited in the backup waits still")
    }

    @Test func aServerThatWasNeverPutBackHasNothingToEnd() throws {
        let fresh = try RestoredStaff()
        let service = fresh.server.workspace.service
        let closed = try service.file.write {
            try HealingClosing($0).close(as: .command, schema: Catalogue.schema, now: 7)
        }
        #expect(closed == nil)
        #expect(try service.closeHealingIfDue() == nil)
    }
}
