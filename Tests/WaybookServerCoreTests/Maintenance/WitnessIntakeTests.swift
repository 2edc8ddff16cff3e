import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// What the server takes of what a laptop tells of others' lost writes, and what an administrator makes of it.
@Suite struct WitnessIntakeTests: WithWitness {
    let staff: RestoredStaff
    private var acme = RecordID(high: 0, low: 0)
    private var solo = RecordID(high: 0, low: 0)

    /// Two customers of Ann's, one shared with Bob; a backup; then the server is put back and Bob has sent again.
    init() throws {
        staff = try RestoredStaff()
        acme = try laptop("Ann").create(["name": "Acme", member("Bob"): "edit"])
        solo = try laptop("Ann").create(["name": "Solo"])
        try settle("Ann", "Bob")
        try server.backUp("old.db")
        try laptop("Bob").edit(acme, ["city": "Lyon"])
        try settle("Bob", "Ann")
        try restore()
        try settle("Bob")
    }

    @Test func aForgedOneIsOnlyALine() throws {
        let before = try value(acme, "city")
        let open = try tell("Bob", atoms(acme, ["city": "Forged"]))
        #expect(try open.map(\.atom.value) == ["Forged"] && open[0].tellers == [laptop("Bob").state.replica])
        #expect(try value(acme, "city") == before)
        try settle("Ann")
        #expect(try laptop("Ann").value(acme, "city") == before)
    }

    @Test func whoIsNotSendingAgainHasNothingToTell() throws {
        #expect(try tell("Mia", atoms(acme, ["city": "x"])).isEmpty)
        #expect(try tell("Ann", atoms(acme, ["city": "x"])).isEmpty)
    }

    @Test func whatTheyDoNotSeeIsLeftAside() throws {
        #expect(try tell("Bob", atoms(solo, ["city": "x"])).isEmpty)
        let hung = try laptop("Bob").freshID()
        #expect(try tell("Bob", atoms(hung, ["name": "x"], in: "contact", unit: solo)).isEmpty)
        // Of what is not there nobody can say who saw it.
        #expect(try tell("Bob", atoms(laptop("Ann").freshID(), ["name": "x"])).count == 1)
    }

    @Test func whatTheServerMakesOrRulesIsLeftAside() throws {
        let bob = try person("Bob")
        #expect(try tell("Bob", atoms(bob, ["role": "admin"], in: "user")).isEmpty)
        #expect(try tell("Bob", atoms(laptop("Bob").freshID(), ["about": "x"], in: "handover")).isEmpty)
        #expect(try tell("Bob", atoms(acme, ["owner": user("Bob"), member("Mia"): "edit"])).isEmpty)
        #expect(try tell("Bob", atoms(acme, ["$erased": "request"])).isEmpty)
    }

    @Test func whatTheServerHasIsLeftAside() throws {
        let row = try #require(try server.workspace.service.file.read { try ServerRows($0).row(acme) })
        let present = try #require(row.record.atoms[FieldPath("city")])
        #expect(try tell("Bob", atoms(acme, ["city": "Lyon"], stamp: present.stamp)).isEmpty)
        try laptop("Bob").edit(acme, ["city": "Nice"])
        try settle("Bob")
        #expect(try tell("Bob", atoms(acme, ["city": "Lyon"], stamp: present.stamp)).isEmpty, "history has it")
        let later = Stamp(
            milliseconds: UInt64(try #require(server.workspace.service.present).restored) + 200_000, counter: 0,
            replica: try laptop("Ann").state.replica)
        #expect(try tell("Bob", atoms(acme, ["city": "x"], stamp: later)).isEmpty, "made since")
    }

    @Test func whoeverTellsAnotherValueDoesNotHideTheRightOne() throws {
        try tell("Bob", atoms(acme, ["website": "Forged"]))
        try settle("Ann")
        let open = try tell("Ann", atoms(acme, ["website": "Right"]))
        #expect(Set(open.map(\.atom.value)) == ["Forged", "Right"])
        #expect(try accept().refused == [.init(record: acme, obstacle: .contradicted)])
        #expect(try self.open() == open)
        #expect(try accept(open.filter { $0.atom.value == "Right" }).standing == 1)
        #expect(try value(acme, "website") == "Right")
    }

    @Test func oneLaptopTellsNoMoreThanItMay() throws {
        let service = server.workspace.service
        let replica = try laptop("Bob").state.replica
        try service.file.write {
            var told = WitnessTold()
            told.atoms = WitnessLine.mostAtoms - 1
            try WitnessTable($0).setTold(told, by: replica, on: service.timeline)
        }
        let lines = [try atoms(acme, ["city": "a", "website": "b"]), try atoms(acme, ["notes": "b"]), .beyond(7)]
        #expect(try tell("Bob", lines).map(\.path.text) == ["city"])
        // The answer was lost: what was not kept counts once.
        #expect(try tell("Bob", lines).map(\.path.text) == ["city"])
        let told = try told("Bob")
        #expect(told.atoms == WitnessLine.mostAtoms && told.refused == 2 && told.beyond == 7)
        let count = try service.file.read { try WitnessTable($0).count() }
        #expect(count.beyond == 9)
    }

    @Test func twoLostWritesOfOneFieldAreBothKept() throws {
        let (first, second) = (try stamp(1), try stamp(2))
        try tell("Bob", try atoms(acme, ["legalName": "Oslo"], stamp: first))
        try tell("Bob", try atoms(acme, ["legalName": "Rome"], stamp: second))
        let accepted = try accept(try open().filter { $0.path == FieldPath("legalName") })
        #expect(accepted.standing == 1 && accepted.retired == 1)
        let (name, isKept) = try server.workspace.service.file.read { db in
            let rows = ServerRows(db)
            return (
                try rows.row(acme)?.record.atoms[FieldPath("legalName")]?.value,
                try rows.hasRetired(acme, FieldPath("legalName"), [first])
            )
        }
        #expect(name == "Rome" && isKept)
    }

    @Test func whatWouldBeatEveryWriteOfTodayIsLeftAside() throws {
        let ahead = Stamp(milliseconds: 7_258_118_400_000, counter: 0, replica: try laptop("Ann").state.replica)
        var record = VersionedRecord(id: acme, collection: "customer")
        record.atoms[FieldPath("city")] = Atom(value: "Rome", stamp: ahead, origin: try stamp(), commit: 900)
        #expect(try tell("Bob", .atoms(FeedRecord(record: record, unit: acme, isWhole: false))).isEmpty)
    }

    @Test func aCountBeyondAllReasonIsNoLine() {
        #expect(WitnessLine(["beyond": .int(.max), "witness": 1]) == nil)
        #expect(WitnessLine(["beyond": .int(WitnessLine.mostBeyond), "witness": 1]) != nil)
    }

    @Test func theRootComesBeforeWhatHangsOnIt() throws {
        let (bolt, contact) = (try laptop("Ann").freshID(), try laptop("Ann").freshID())
        let open = try tell(
            "Bob", atoms(contact, ["customer": .string(bolt.description), "name": "Jo"], in: "contact", unit: bolt),
            atoms(bolt, ["name": "Bolt", "owner": user("Ann"), member("Bob"): "edit"]))
        let hung = open.filter { $0.record == contact }
        #expect(try accept(hung).refused == [.init(record: contact, obstacle: .rootMissing(bolt))])
        #expect(try accept().standing == 5)
        try settle("Ann", "Bob")
        #expect(try laptop("Ann").value(contact, "name") == "Jo" && laptop("Bob").value(bolt, "name") == "Bolt")
    }

    @Test func aPartOfARecordIsNotARecord() throws {
        let bolt = try laptop("Ann").freshID()
        try tell("Bob", atoms(bolt, ["city": "Lyon"]))
        #expect(try accept().refused == [.init(record: bolt, obstacle: .refused(.required))])
        #expect(try open().count == 1)
    }

    @Test func itGoesWithThePerson() throws {
        let bolt = try laptop("Ann").freshID()
        try tell("Bob", atoms(acme, ["notes": "zqmarker"]), atoms(bolt, ["name": "Bolt"]))
        let now = Int64(clamping: server.workspace.clock.now)
        _ = try server.workspace.service.file.writeSecurity(server.ledger, now: now) { db in
            let facts = try ErasureWriter(db, schema: Catalogue.schema, now: now).erase(
                ErasureRequest(record: acme, reason: .request))
            return ((), facts)
        }
        #expect(try open().map(\.record) == [bolt])
        // And is not taken again.
        #expect(try tell("Bob", atoms(acme, ["notes": "zqmarker"])).map(\.record) == [bolt])
    }

    @Test func whatWaitsForAnAcceptedRecordIsApplied() throws {
        try server.backUp("older.db")
        let bolt = try laptop("Ann").create(["name": "Bolt", member("Bob"): "edit"])
        try settle("Ann", "Bob")
        try laptop("Bob").edit(bolt, ["city": "Nice"])
        try settle("Bob")
        try restore("older.db")
        try settle("Bob")
        #expect(try value(bolt, "city") == nil)
        let stamp = try stamp(3)
        try tell("Bob", atoms(bolt, ["name": "Bolt", "owner": user("Ann"), member("Bob"): "edit"], stamp: stamp))
        _ = try accept()
        #expect(try value(bolt, "name") == "Bolt" && value(bolt, "city") == "Nice")
    }
}
