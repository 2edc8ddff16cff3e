import Foundation
import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// Sets about a record that is not back yet, at a server that was put back (`protocol/4-exchange.md#old-sets`).
@Suite struct WaitingSetTests: WithRestoredStaff {
    let staff: RestoredStaff

    init() throws { staff = try RestoredStaff() }

    private func waiting() throws -> [Int64] {
        try server.workspace.service.file.read { try WaitingTable($0).all() }.map(\.set.number)
    }

    /// Ann made a customer after the backup and shares it with Bob, who has written to it. The server is put back.
    private func shared() throws -> RecordID {
        try server.backUp("old.db")
        let acme = try laptop("Ann").create(["name": "Acme", try member("Bob"): "edit"])
        try settle("Ann", "Bob", "Ada")
        try laptop("Bob").edit(acme, ["city": "Lyon"])
        try settle("Bob")
        #expect(try value(acme, "city") == "Lyon" && laptop("Bob").state.refused.isEmpty)
        return acme
    }

    @Test func anEditBeforeItsCreationIsBackOnceThatIs() throws {
        let acme = try shared()
        try restore()
        try settle("Bob")
        let bob = try laptop("Bob")
        #expect(bob.state.refused.isEmpty && bob.state.rows[acme] == nil)
        let item = try item(bob, 1)
        #expect(item["why"] == "early" && item["status"] == "open" && item["about"] == .string(acme.description))
        #expect(bob.state.rows[item.id]?["status"] == "open", "he is told that it waits")
        #expect(try waiting() == [1])

        try settle("Ann")
        #expect(try value(acme, "city") == "Lyon" && waiting().isEmpty)
        #expect(try server.workspace.conflicts(acme).isEmpty)
        #expect(try server.workspace.row(item.id)?.record["status"] == "accepted")
        try settle("Bob", "Ann")
        #expect(try laptop("Bob").value(acme, "city") == "Lyon", "the author hears of it")
        #expect(try laptop("Ann").value(acme, "city") == "Lyon")
        #expect(try server.workspace.count("waiting_item") == 0)
        let healing = try server.workspace.service.file.read { try HealingTable($0).all(on: 1) }
        let bobs = try #require(healing.first { $0.replica == bob.state.replica })
        #expect(bobs.handed == 0 && bobs.back == 1)
        #expect(try server.workspace.service.file.read { try ServerCheck.run($0) }.faults.isEmpty)
    }

    @Test func whoSeesEverythingHearsOfItToo() throws {
        try server.backUp("old.db")
        let acme = try laptop("Ann").create(["name": "Acme"])
        try settle("Ann", "Ada")
        try laptop("Ada").edit(acme, ["city": "Lyon"])
        try settle("Ada")
        try restore()
        try settle("Ada", "Ann", "Ada")
        #expect(try laptop("Ada").value(acme, "city") == "Lyon" && value(acme, "city") == "Lyon")
        // What she writes next names what she wrote before.
        try laptop("Ada").edit(acme, ["city": "Pau"])
        try settle("Ada", "Ann")
        #expect(try value(acme, "city") == "Pau" && server.workspace.conflicts(acme).isEmpty)
    }

    @Test func aChainComesBackWithItsFirst() throws {
        try server.backUp("old.db")
        let acme = try laptop("Ann").create(["name": "Acme", try member("Bob"): "edit"])
        try settle("Ann", "Bob")
        let mei = try laptop("Bob").create(["customer": .string(acme.description), "name": "Mei"], in: "contact")
        try settle("Bob")
        try laptop("Bob").edit(mei, ["name": "Mei Li"])
        try settle("Bob", "Ada")
        try laptop("Ada").edit(mei, ["role": "user"])
        try settle("Ada")
        try restore()
        try settle("Ada", "Bob")
        #expect(try waiting().count == 3 && server.workspace.row(mei) == nil)
        try settle("Ann")
        #expect(try waiting().isEmpty)
        #expect(try value(mei, "name") == "Mei Li" && value(mei, "role") == "user")
        #expect(try server.workspace.conflicts(mei).isEmpty)
        try settle("Ada", "Bob", "Ann")
        for name in ["Ada", "Bob", "Ann"] {
            #expect(try laptop(name).value(mei, "name") == "Mei Li" && laptop(name).value(mei, "role") == "user")
            #expect(try laptop(name).state.refused.isEmpty)
        }
    }

    @Test func whatWasUnsentWaitsToo() throws {
        let acme = try shared()
        try laptop("Bob").edit(acme, ["city": "Metz"])
        try restore()
        try settle("Bob", "Ann", "Bob")
        #expect(try value(acme, "city") == "Metz" && laptop("Bob").value(acme, "city") == "Metz")
        #expect(try server.workspace.conflicts(acme).isEmpty && laptop("Bob").state.refused.isEmpty)
    }

    @Test func whatWasTypedByAClockThatRanAheadComesBackInItsOrder() throws {
        let acme = try shared()
        try laptop("Bob").skew = 7_200_000
        for city in ["Metz", "Pau"] {
            try laptop("Bob").edit(acme, ["city": .string(city)])
            server.workspace.clock.advance(1_000)
        }
        try restore()
        // Both were typed in a time that is still to come: both are of the moment in which they are sent.
        try settle("Bob")
        #expect(try waiting() == [1, 2, 3])
        let stamps = try server.workspace.service.file.read { try WaitingTable($0).all() }.map(\.stamp)
        #expect(stamps == stamps.sorted() && Set(stamps).count == 3)
        try settle("Ann", "Bob")
        #expect(try value(acme, "city") == "Pau" && laptop("Bob").value(acme, "city") == "Pau")
        #expect(try waiting().isEmpty && server.workspace.conflicts(acme).isEmpty)
    }

    @Test func aYoungerValueStays() throws {
        let acme = try shared()
        try settle("Ann")
        try laptop("Ann").edit(acme, ["city": "Pau"])
        try settle("Ann")
        try restore()
        try settle("Bob", "Ann")
        #expect(try value(acme, "city") == "Pau", "his was written before hers")
    }

    @Test func aLostAnswerChangesNothing() throws {
        let acme = try shared()
        try restore()
        #expect(try laptop("Bob").heal(losesAnswer: true) == nil)
        #expect(try waiting() == [1])
        try settle("Ann", "Bob")
        #expect(try item(laptop("Bob"), 1)["status"] == "accepted")
        #expect(try laptop("Bob").value(acme, "city") == "Lyon" && value(acme, "city") == "Lyon")
    }

    @Test func aSecondRestoreForgetsNothingThatWaits() throws {
        let acme = try shared()
        try restore()
        try settle("Bob")
        try server.backUp("newer.db")
        // Of before it was sent: it is sent once more.
        try restore()
        #expect(try waiting().isEmpty)
        try settle("Bob")
        #expect(try waiting() == [1] && laptop("Bob").state.refused.isEmpty)
        // Of while it waited: it is there.
        try restore("newer.db")
        #expect(try waiting() == [1])
        try settle("Ann", "Bob")
        #expect(try value(acme, "city") == "Lyon" && laptop("Bob").value(acme, "city") == "Lyon")
    }

    @Test func aCopyOfTheLaptopMakesItWaitOnce() throws {
        let acme = try shared()
        let copy = try laptop("Bob").state
        try restore()
        try settle("Bob")
        let twin = Laptop(server.workspace, copy.replica.number)
        twin.state = copy
        #expect(try twin.heal() == nil)
        #expect(try waiting() == [1])
        try settle("Ann")
        #expect(try twin.heal() == nil)
        #expect(try value(acme, "city") == "Lyon" && server.workspace.conflicts(acme).isEmpty)
        #expect(twin.value(acme, "city") == "Lyon" && twin.state.refused.isEmpty)
    }

    @Test func whoGotTheCustomerMeanwhileDecides() throws {
        try staff.register("Bob")
        let acme = try shared()
        server.workspace.clock.advance(60_000)
        try laptop("Ada").edit(acme, ["owner": user("Mia"), try member("Bob"): nil])
        try settle("Ada")
        server.workspace.clock.advance(60_000)
        try laptop("Bob").edit(acme, ["city": "Metz"])
        try restore()
        try settle("Bob")
        #expect(try waiting() == [1, 2])
        try settle("Ann")
        #expect(try value(acme, "owner") == user("Mia") && waiting().isEmpty)
        #expect(try value(acme, "city") != "Metz", "written when it was no longer his")
        let late = try item(laptop("Bob"), 2)
        #expect(late["status"] == "open" && late["why"] == "moved" && late["about"] == .string(acme.description))
        try settle("Mia", "Bob")
        #expect(try laptop("Mia").state.rows[late.id] != nil && laptop("Bob").state.rows[acme] == nil)
    }

    @Test func anErasureTakesWhatWaits() throws {
        let bolt = try laptop("Ann").create(["name": "Bolt"])
        let mei = try laptop("Ann").create(["customer": .string(bolt.description), "name": "Mei"], in: "contact")
        try laptop("Ann").edit(bolt, [try member("Bob"): "edit"])
        try settle("Ann", "Ada", "Bob")
        let acme = try shared()
        let talk = try laptop("Bob").create(
            [
                "customer": .string(acme.description), "contacts/\(mei)": .string(mei.description),
                "content": "Mei likes tea", "occurredAt": "2026-11-20T10:00:00.000Z",
            ], in: "interaction")
        try settle("Bob")
        #expect(try laptop("Bob").state.refused.isEmpty && value(talk, "content") == "Mei likes tea")
        try restore()
        try settle("Bob", "Ada")
        #expect(try waiting().count == 2)
        try laptop("Ada").make([
            Change(id: mei, collection: "contact", writes: [Write(path: .erased, value: "request")])
        ])
        try settle("Ada")
        #expect(try waiting() == [1])
        let dump = try server.workspace.service.file.read { db in
            try ["record", "bin", "waiting_set", "history"].flatMap { table in
                try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { row in
                    row.databaseValues.map { value in
                        Data.fromDatabaseValue(value).map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
                    }.joined(separator: " ")
                }
            }
        }
        #expect(!dump.contains { $0.contains("likes tea") }, "neither in what waits nor in its item")
        try settle("Ann")
        #expect(try value(acme, "city") == "Lyon" && server.workspace.row(talk) == nil)
    }

    @Test func whatSomebodyDroppedMeanwhileStaysDropped() throws {
        let acme = try shared()
        try restore()
        try settle("Bob", "Ada")
        let item = try item(laptop("Bob"), 1)
        try laptop("Bob").edit(item.id, ["status": "dropped"])
        try settle("Bob")
        #expect(try laptop("Bob").state.refused.isEmpty)
        try settle("Ann")
        #expect(try value(acme, "city") == nil && waiting().isEmpty)
        #expect(try server.workspace.row(item.id)?.record["status"] == "dropped")
    }

    @Test func whatMayNotBeDoneAnyMoreIsThereToBeDecided() throws {
        let acme = try shared()
        try restore()
        try settle("Bob")
        try server.workspace.direct(["role": "viewer"], of: person("Bob"), in: "user")
        try settle("Ann")
        #expect(try value(acme, "city") == nil && waiting().isEmpty)
        let item = try item(laptop("Bob"), 1)
        #expect(item["status"] == "open" && item["about"] == .string(acme.description))
        try settle("Ann")
        #expect(try laptop("Ann").state.rows[item.id]?["status"] == "open", "whose it is decides")
    }

    @Test func whatIsMadeAfterTheRestoreDoesNotWait() throws {
        _ = try shared()
        try restore()
        try settle("Bob")
        server.workspace.clock.advance(10 * 60_000)
        let bob = try laptop("Bob")
        let writes = [Write(path: FieldPath("city"), value: "Pau")]
        bob.make([Change(id: bob.freshID(), collection: "customer", writes: writes)])
        try settle("Bob")
        #expect(bob.state.refused.map(\.number) == [2])
    }
}
