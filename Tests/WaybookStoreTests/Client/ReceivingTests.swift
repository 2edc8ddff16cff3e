import GRDB
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

@Suite struct ReceivingTests {
    @Test func aCleanRowIsTheBytesAsReceived() throws {
        let client = try Client()
        let id = client.newID()
        let whole = record(id, ["name": ("Acme", stamp(0)), "tags/vip": ("VIP", stamp(1)), "tags/x": (nil, stamp(2))])
        try client.receive(whole, sequence: 3)
        let row = try #require(try client.row(id))
        #expect(row["fields"] == CanonicalJSON.text(RecordEncoding.fields(whole)))
        #expect(row["stamps"] == CanonicalJSON.text(RecordEncoding.stamps(whole)))
        #expect(row["unit"] == nil && row["server"] == nil)
        #expect(try client.shown(id).record == whole)
        #expect(try client.store.exchangeStart().checkpoint == "token-3")
    }

    @Test func incomingDataTouchesOnlyTheServersRow() throws {
        let client = try Client()
        let id = client.newID()
        try client.receive(record(id, ["name": ("Acme", stamp(0)), "city": ("Lyon", stamp(0))]), sequence: 1)
        try client.write(id, ["city": "Paris"])
        try client.receive(
            record(id, ["city": ("Nice", stamp(50)), "rank": (5, stamp(50))], commit: 2), isWhole: false, sequence: 2)
        #expect(try client.value(id, "city") == "Paris")
        #expect(try client.value(id, "rank") == 5)
        let preview = try client.store.preview()
        #expect(preview[0].clashes.map(\.server) == ["Nice"])
        try client.answer(1, .rejected(Refusal(rule: .served, record: id, path: nil)))
        #expect(try client.value(id, "city") == "Nice")
    }

    @Test func noStampIsEverLowered() throws {
        let client = try Client()
        let id = client.newID()
        try client.receive(record(id, ["name": ("New", stamp(10))]), sequence: 2)
        try client.receive(record(id, ["name": ("Old", stamp(5))]), isWhole: false, sequence: 2)
        try client.receive(record(id, ["name": ("Old", stamp(5)), "city": ("Lyon", stamp(5))]), sequence: 2)
        #expect(try client.value(id, "name") == "New")
        #expect(try client.value(id, "city") == "Lyon")
    }

    @Test func aCheckpointNeverGoesBackAndItsPageIsNotStored() throws {
        let client = try Client()
        let id = client.newID()
        try client.receive(record(client.newID(), ["name": ("Acme", stamp(0))]), sequence: 5)
        #expect(throws: ClientStoreError.checkpointWentBack) {
            try client.receive(record(id, ["name": ("Bolt", stamp(0))]), sequence: 4)
        }
        #expect(try client.store.record(id) == nil)
        #expect(try client.store.exchangeStart().checkpoint == "token-5")
    }

    @Test func aTombstoneHidesAndKeepsItsBin() throws {
        let client = try Client()
        let id = client.newID()
        try client.receive(record(id, ["name": ("Acme", stamp(0))]), sequence: 1)
        try client.receive(record(id, ["$life": ("deleted", stamp(9))], commit: 2), isWhole: false, sequence: 2)
        #expect(try client.store.list(RecordQuery("customer")).isEmpty)
        #expect(try client.shown(id).record["name"] == "Acme")
        #expect(try client.store.search("Acme").records.isEmpty)
    }

    @Test func nextStampsAreAboveWhatWasReceived() throws {
        let client = try Client()
        let id = client.newID()
        try client.receive(record(id, ["name": ("Acme", stamp(60_000))]), sequence: 1)
        try client.write(id, ["name": "Acme SA"])
        #expect(try client.sets()[0].stamp > stamp(60_000))
    }

    @Test func recordsOfUnknownCollectionsAreKeptAsTheyCame() throws {
        let client = try Client()
        let (id, unit) = (client.newID(), client.newID())
        let whole = record(id, in: "shipment", ["place": ("Oslo", stamp(0))])
        try client.receive(whole, unit: unit, sequence: 1)
        try client.receive(
            record(id, in: "shipment", ["place": ("Bergen", stamp(1))], commit: 2), unit: unit, isWhole: false,
            sequence: 2)
        #expect(try client.value(id, "place") == "Bergen")
        #expect(try client.row(id)?["unit"] == unit.blob)
    }

    @Test func conflictsAreListedUntilAnUnsentSetResolvesThem() throws {
        let client = try Client()
        let (id, quarrel) = (client.newID(), client.newID())
        try client.receive(record(id, ["name": ("Acme", stamp(0))]), sequence: 1)
        let conflict = record(
            quarrel, in: "conflict",
            [
                "about": (.string(id.description), stamp(1)), "status": ("open", stamp(1)), "path": ("name", stamp(1)),
                "unit": (.string(id.description), stamp(1)),
            ])
        try client.receive(conflict, unit: id, sequence: 2)
        #expect(try client.shown(id).conflicts == [quarrel])
        #expect(try client.store.conflicts(about: id).map(\.id) == [quarrel])
        #expect(try client.store.list(RecordQuery("customer", filter: .conflicted)).map(\.id) == [id])
        #expect(try client.store.status().openConflicts == 1)
        try client.write(id, ["name": "Acme SA"], resolves: [quarrel])
        #expect(try client.shown(id).conflicts.isEmpty)
        #expect(try client.store.conflicts().isEmpty)
        #expect(try client.store.status().openConflicts == 0)
        try client.answer(1, .rejected(Refusal(rule: .served, record: id, path: nil)))
        #expect(try client.store.conflicts().map(\.id) == [quarrel])
    }

    @Test func historyAndLogTellWhatCameAndWhatWent() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme"])
        try client.accept(through: 1)
        try client.receive(record(id, ["city": ("Lyon", stamp(9))]), isWhole: false, sequence: 2)
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        #expect(try client.store.history(of: id).map(\.kind) == [.received, .created])
        #expect(try client.store.syncLog().map(\.kind) == [.completed, .changed, .accepted])
        let status = try client.store.status()
        #expect(status.isComplete && status.recordCount == 1 && status.storedSequence == 2)
    }
}
