import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// What an administrator makes of what laptops told: page by page, record by record.
@Suite struct WitnessDecisionTests: WithWitness {
    let staff: RestoredStaff
    private var acme = RecordID(high: 0, low: 0)

    init() throws {
        staff = try RestoredStaff()
        acme = try laptop("Ann").create(["name": "Acme", member("Bob"): "edit"])
        try settle("Ann", "Bob")
        try server.backUp("old.db")
        try laptop("Bob").edit(acme, ["city": "Lyon"])
        try settle("Bob", "Ann")
        try restore()
        try settle("Bob")
    }

    @Test func oneRecordThatIsRefusedKeepsNoOtherFromIt() throws {
        let (bolt, corp) = (try laptop("Ann").freshID(), try laptop("Ann").freshID())
        try tell(
            "Bob", atoms(bolt, ["city": "Lyon"]), atoms(acme, ["website": "w"]),
            atoms(corp, ["name": "Corp", "owner": user("Ann"), "city": 5]))
        let accepted = try accept()
        #expect(Set(accepted.refused.map(\.record)) == [bolt, corp] && accepted.standing == 1)
        #expect(accepted.refused.first { $0.record == bolt }?.obstacle == .refused(.required))
        #expect(try value(acme, "website") == "w")
        #expect(try Set(open().map(\.record)) == [bolt, corp], "they wait as before")
        #expect(try server.workspace.service.file.read { try ServerCheck.run($0) }.faults.isEmpty)
    }

    @Test func whoAnswersForARecordThatIsThereIsNotTakenFromALaptop() throws {
        // Told while it was not there; its author brings it before anybody decides.
        try server.backUp("older.db")
        let bolt = try laptop("Ann").create(["name": "Bolt", member("Bob"): "edit"])
        try settle("Ann", "Bob")
        try restore("older.db")
        try settle("Bob")
        try tell(
            "Bob",
            atoms(bolt, ["owner": user("Bob"), member("Mia"): "edit", "website": "w"], stamp: stamp(7, by: "Mia")))
        try settle("Ann")
        #expect(try value(bolt, "owner") == user("Ann"))
        let accepted = try accept()
        #expect(accepted.leftOut == 2 && accepted.standing == 1 && accepted.refused.isEmpty)
        #expect(try value(bolt, "owner") == user("Ann") && value(bolt, member("Mia")) == nil)
        #expect(try value(bolt, "website") == "w")
        #expect(try Set(open().map(\.path.text)) == ["owner", member("Mia")], "they wait to be dropped")
    }

    @Test func aListHasPages() throws {
        let ids = try (0..<5).map { _ in try laptop("Ann").freshID() }.sorted()
        for id in ids { try tell("Bob", atoms(id, ["name": .string("C\(id)"), "city": "Lyon"])) }
        let service = server.workspace.service
        func page(_ after: RecordID?, _ text: String? = nil) throws -> [WitnessedRecord] {
            try service.file.read { try WitnessTable($0).records(.init(after: after, limit: 2, text: text)) }
        }
        let first = try page(nil)
        #expect(first.map(\.id) == Array(ids[..<2]) && first.allSatisfy { $0.values == 2 })
        #expect(try page(ids[1]).map(\.id) == Array(ids[2..<4]) && page(ids[3]).map(\.id) == [ids[4]])
        #expect(try page(nil, "c\(ids[3])").map(\.id) == [ids[3]] && page(nil, "Oslo").isEmpty)
        #expect(try service.file.read { try WitnessTable($0).count(.init(limit: 2)) } == 5)
    }

    @Test func allAreDealtWithInPartsWhatOthersHangOnFirst() throws {
        let ids = [try laptop("Ann").freshID(), try laptop("Ann").freshID()].sorted()
        let (contact, bolt) = (ids[0], ids[1])
        try tell(
            "Bob", atoms(contact, ["customer": .string(bolt.description), "name": "Jo"], in: "contact", unit: bolt),
            atoms(bolt, ["name": "Bolt", "owner": user("Ann"), member("Bob"): "edit"]), atoms(acme, ["website": "w"]))
        let service = server.workspace.service
        var (place, order): (WitnessTable.Place?, [RecordID]) = (WitnessTable.Place(), [])
        while let from = place {
            let part = try service.file.read { try WitnessTable($0).next(from: from, records: 1, values: 100) }
            order += part.chosen.first.map { [$0.record] } ?? []
            #expect(try accept(part.chosen).refused.isEmpty)
            // As a command line passes it on.
            place = try part.next.map { try #require(WitnessTable.Place($0.text)) }
        }
        #expect(order.count == 3 && Set(order) == [acme, bolt, contact] && order.last == contact)
        #expect(try open().isEmpty && value(contact, "name") == "Jo")
        #expect(WitnessTable.Place("x") == nil && WitnessTable.Place("0zz") == nil)
    }

    @Test func aPartIsFullOfValuesToo() throws {
        let ids = try (0..<3).map { _ in try laptop("Ann").freshID() }.sorted()
        for id in ids { try tell("Bob", atoms(id, ["name": "n", "city": "c", "website": "w"])) }
        let part = try server.workspace.service.file.read {
            try WitnessTable($0).next(from: .init(), records: 10, values: 7)
        }
        #expect(part.chosen.count == 6 && part.next != nil)
        let one = try server.workspace.service.file.read {
            try WitnessTable($0).next(from: .init(), records: 10, values: 1)
        }
        #expect(one.chosen.count == 3, "the first comes whatever it has")
    }
}
