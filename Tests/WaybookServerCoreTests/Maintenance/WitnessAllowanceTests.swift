import Foundation
import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// No device takes more of what laptops may tell than its part, hides what others tell, or makes the server work for nothing.
@Suite struct WitnessAllowanceTests: WithWitness {
    let staff: RestoredStaff
    private var acme = RecordID(high: 0, low: 0)

    init() throws {
        staff = try RestoredStaff()
        acme = try laptop("Ann").create(["name": "Acme", member("Bob"): "edit", member("Mia"): "edit"])
        try settle("Ann", "Bob", "Mia")
        try server.backUp("old.db")
        for name in ["Bob", "Ann", "Mia"] {
            try laptop(name).edit(acme, ["city": .string(name)])
            try settle(name)
        }
        try restore()
        try settle("Bob", "Ann", "Mia")
    }

    // MARK: What was decided about

    @Test func aForgedValueThatWasDroppedDoesNotHideTheTrueOne() throws {
        try drop(try tell("Bob", atoms(acme, ["website": "Forged"])))
        let open = try tell("Ann", atoms(acme, ["website": "Right"]))
        #expect(open.map(\.atom.value) == ["Right"] && open.map(\.decided) == [.dropped])
        // The same one is known for as long as anybody tells it.
        #expect(try tell("Mia", atoms(acme, ["website": "Forged"])).map(\.atom.value) == ["Right"])
        #expect(try accept().standing == 1)
        #expect(try value(acme, "website") == "Right")
    }

    @Test func aForgedValueThatWasAcceptedDoesNotHideTheTrueOne() throws {
        try tell("Bob", atoms(acme, ["website": "Forged"]))
        #expect(try accept().standing == 1)
        let open = try tell("Ann", atoms(acme, ["website": "Right"]))
        #expect(open.map(\.atom.value) == ["Right"] && open.map(\.decided) == [.accepted])
        #expect(try tell("Mia", atoms(acme, ["website": "Forged"])).count == 1)
        #expect(try accept().standing == 1)
        #expect(try value(acme, "website") == "Right")
        try settle("Ann", "Bob")
        #expect(try laptop("Bob").value(acme, "website") == "Right")
    }

    @Test func ofWhatWasDecidedNoValueIsLeft() throws {
        try drop(try tell("Bob", atoms(acme, ["website": "zqmarker"])))
        let left = try server.workspace.service.file.read {
            try Row.fetchAll($0, sql: "SELECT value, length(digest) FROM witness")
        }
        #expect(left.count == 1 && left[0][0] as String? == nil && left[0][1] == 16)
    }

    // MARK: Bounds

    @Test func aDeviceTellsOneValueOfAWrite() throws {
        try tell("Bob", atoms(acme, ["website": "a"]))
        #expect(try tell("Bob", .beyond(0), atoms(acme, ["website": "b"])).map(\.atom.value) == ["a"])
        #expect(try told("Bob").refused == 1)
        #expect(try tell("Ann", atoms(acme, ["website": "b"])).map(\.rivals) == [1, 1])
    }

    @Test func aWriteHasEightValuesAtMost() throws {
        guard case .atoms(let feed) = try atoms(acme, ["website": "x"]) else { return }
        let noted = try server.workspace.service.file.write { db in
            try (1...10).map { number in
                let device = ReplicaID(UInt32(500 + number))
                let atom = Atom(value: .string("v\(number)"), stamp: try stamp(), commit: 900)
                return try WitnessTable(db).note(
                    atom, at: FieldPath("website"), of: feed, by: .init(replica: device, device: device), now: 5)
            }
        }
        #expect(noted.prefix(8).allSatisfy { $0 == .news(11) } && noted.suffix(2) == [.tooMany, .tooMany])
    }

    @Test func aNewNumberIsNoNewAllowance() throws {
        let (bob, service) = (try laptop("Bob"), server.workspace.service)
        try tell("Bob", atoms(acme, ["website": "a", "notes": "n"]))
        let (old, before) = (bob.state.replica, try told("Bob"))
        #expect(before.atoms == 2 && before.bytes > 0)
        try bob.takeNewNumber(2_003)
        server.workspace.sign(bob.state.replica, in: try person("Bob"))
        // What it told already is nothing new, under whatever number; the list names both.
        let open = try tell("Bob", atoms(acme, ["website": "a"]))
        #expect(open.first { $0.path == FieldPath("website") }?.tellers.count == 2)
        try tell("Bob", atoms(acme, ["legalName": "c"]))
        let told = try service.file.read { try WitnessTable($0).told(by: old, on: service.timeline) }
        #expect(told.atoms == 3)
        #expect(try self.told("Bob").atoms == 0)
    }

    @Test func whoHasToldEnoughCostsNothing() throws {
        let service = server.workspace.service
        let replica = try laptop("Bob").state.replica
        try service.file.write {
            var told = WitnessTold()
            told.bytes = WitnessLine.mostBytes
            try WitnessTable($0).setTold(told, by: replica, on: service.timeline)
            // Reading the record would fail.
            try $0.execute(
                sql: "UPDATE record SET stamps = '[' WHERE id = ?", arguments: [Data(acme.bytes)])
        }
        #expect(try tell("Bob", atoms(acme, ["website": "a"])).isEmpty)
        #expect(try told("Bob").refused == 1)
    }

    @Test func aBatchIsBoundedByItsAtoms() throws {
        let bob = try laptop("Bob")
        let service = server.workspace.service
        var exchange = service.open(
            ExchangePrincipal(replica: bob.state.replica, user: try person("Bob").description))
        var body = bob.request(sets: [])
        let fields = Dictionary(uniqueKeysWithValues: (0..<300).map { ("members/k\($0)", Value.string("x")) })
        for number in 1...9 {
            body += WitnessLine.bytes(WitnessLine.bytes(of: try atoms(acme, fields)), number: Int64(number)) + [10]
        }
        let many = Dictionary(uniqueKeysWithValues: (0..<1_200).map { ("members/m\($0)", Value.string("x")) })
        body += WitnessLine.bytes(WitnessLine.bytes(of: try atoms(acme, many)), number: 10) + [10]
        var sizes: [Int] = []
        var due = try exchange.receive(body)
        while let batch = due {
            sizes.append(batch.witness.reduce(0) { $0 + $1.atomCount })
            #expect(batch.witness.allSatisfy { $0.atomCount <= WitnessLine.mostLineAtoms })
            var result = PushResult()
            result.witnessed = batch.witness.last?.number
            due = exchange.note(result)
        }
        if let last = try exchange.endRequest() { sizes.append(last.witness.reduce(0) { $0 + $1.atomCount }) }
        let (total, most) = (sizes.reduce(0, +), PushBatch.fullWitnessAtoms + WitnessLine.mostLineAtoms)
        #expect(total == 9 * 300 + 1_200)
        #expect(sizes.count > 2 && sizes.allSatisfy { $0 < most })
    }

    @Test func whatLiesInTheBoxIsReadOnce() throws {
        // An author's set that waits for somebody to decide is not told by others, whatever else they tell of it.
        try server.backUp("older.db")
        let bolt = try laptop("Ann").create(["name": "Bolt", member("Bob"): "edit", member("Mia"): "edit"])
        try settle("Ann", "Bob", "Mia")
        let set = try laptop("Bob").edit(bolt, ["city": "Nice", "website": "w"])
        try settle("Bob", "Mia")
        try restore("older.db")
        try settle("Bob", "Mia")
        let open = try tell("Mia", atoms(bolt, ["city": "Nice", "website": "w", "notes": "n"], stamp: set.stamp))
        #expect(open.map(\.path.text) == ["notes"])
    }

    // MARK: Erasing

    @Test func anErasureTakesWhatNamesThePerson() throws {
        let (call, other) = (try laptop("Ann").freshID(), try laptop("Ann").freshID())
        try tell(
            "Bob", atoms(call, ["notes": "zq"], in: "interaction"),
            atoms(call, ["contacts/\(acme)": "x"], in: "interaction", stamp: stamp(2)),
            atoms(other, ["customer": .string(acme.description)], in: "task", stamp: stamp(3)))
        let free = try laptop("Ann").freshID()
        try drop(try tell("Bob", atoms(free, ["notes": "keeps"], in: "interaction")).filter { $0.record == other })
        let told = try #require(try document(acme)?["witnessed"]?.elements)
        #expect(told.count == 3 && told.contains { $0.entries?["state"] == "dropped" })
        try erase(acme)
        #expect(try open().map(\.record) == [free])
        let left = try server.workspace.service.file.read { db in
            try Int.fetchOne(
                db,
                sql: """
                    SELECT (SELECT count(*) FROM witness) + (SELECT count(*) FROM witness_mention)
                        + (SELECT count(*) FROM witness_teller)
                    """)
        }
        #expect(left == 2)
    }

    @Test func whomOnlyLaptopsToldOfIsFoundExportedAndErased() throws {
        try server.backUp("older.db")
        let zoe = try laptop("Ann").create(["name": "Zoe zqmarker", member("Bob"): "edit"])
        try settle("Ann", "Bob")
        try restore("older.db")
        try settle("Bob")
        try tell("Bob", atoms(zoe, ["name": "Zoe zqmarker"]))
        let found = try server.workspace.service.file.read { db in
            try WitnessTable(db).records(.init(limit: 10, text: "ZQMARKER"))
        }
        #expect(found.map(\.id) == [zoe])
        let document = try document(zoe)
        #expect(document?["witnessed"]?.elements?.count == 1 && document?["about"]?.entries?["in"] == "customer")
        let facts = try erase(zoe)
        #expect(facts.count == 1)
        #expect(try open().isEmpty && self.document(zoe) == nil)
        #expect(try tell("Bob", atoms(zoe, ["name": "Zoe zqmarker"])).isEmpty, "it is not taken again")
        // Nor does its author's laptop bring it back.
        try settle("Ann")
        #expect(try server.workspace.row(zoe) == nil)
        #expect(throws: ErasureWriter.Obstacle.unknownRecord) { try erase(laptop("Ann").freshID()) }
    }
}
