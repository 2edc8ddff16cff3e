import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// Deleted records go once everybody who counts has read of it (`protocol/4-exchange.md#floor`).
@Suite struct FloorTests {
    private let workspace: Workspace
    private let ann: Laptop
    private let bob: Laptop
    private let id: RecordID
    private let child: RecordID
    private var removal: TombstoneRemoval { TombstoneRemoval(workspace.service) }

    init() throws {
        workspace = try Workspace()
        ann = Laptop(workspace, 1)
        bob = Laptop(workspace, 2)
        id = ann.create(["name": "Acme", "city": "Lyon"])
        child = ann.create(["customer": .string(id.description), "name": "Zoe"], in: "contact")
        try ann.sync()
        try bob.sync()
    }

    /// Days pass, each with a run to its end.
    private func pass(days: Int) throws {
        for _ in 0..<days {
            workspace.clock.advance(UInt64(Instant.dayMilliseconds))
            try run()
        }
    }

    private func run() throws {
        var place = try removal.begin()
        while !place.isDone { place = try removal.step(place) }
    }

    private func floor() throws -> Int64 { try workspace.service.file.read { try ServerRows($0).floor() } }

    private func has(_ id: RecordID) throws -> Bool { try workspace.row(id) != nil }

    private func check() throws -> [ServerCheckReport.Fault] {
        try workspace.service.file.read { try ServerCheck.run($0).faults }
    }

    /// What a device has wholly read, as it told at some time.
    private func note(_ laptop: Laptop, read: Int64) throws {
        let now = Int64(workspace.clock.now)
        try workspace.service.file.write { db in
            try Directory().note(
                db, laptop.hello(), readThrough: read, offsetMilliseconds: 0, isComplete: true, now: now)
        }
    }

    private func register(_ laptop: Laptop, person: UInt64) throws {
        try workspace.register(laptop.state.replica, of: RecordID(high: 7, low: person))
        let now = workspace.clock.now
        try workspace.service.file.write { try $0.execute(sql: "UPDATE device SET created = ?", arguments: [now]) }
    }

    @Test func aContactThatWasDeletedGoesWithItsTracesAndItsCustomerStays() throws {
        bob.edit(child, ["name": "Zoé"])
        bob.delete(child)
        try bob.sync()
        try pass(days: Floor.leastDays + 2)
        #expect(try !has(child) && has(id))
        #expect(try workspace.count("bin") == 0 && workspace.count("removed") == 1)
        #expect(try workspace.service.file.read { try ServerRows($0).history(of: child).isEmpty })
        #expect(try check() == [])
    }

    @Test func neverBeforeJournalsAndBackups() throws {
        bob.delete(child)
        try bob.sync()
        try pass(days: Floor.leastDays)
        #expect(try has(child) && floor() == 0)
    }

    @Test func aClockAYearAheadIsOneDay() throws {
        bob.delete(child)
        try bob.sync()
        try pass(days: 3)
        workspace.clock.advance(365 * UInt64(Instant.dayMilliseconds))
        try pass(days: 3)
        #expect(try has(child) && floor() == 0)
    }

    @Test func aTombstoneGoesOnceAllHaveReadIt() throws {
        try register(ann, person: 1)
        try register(bob, person: 2)
        let before = try workspace.service.lastSequence()
        bob.delete(child)
        try bob.sync()
        let after = try workspace.service.lastSequence()
        try note(ann, read: before)
        try note(bob, read: after)
        try pass(days: Floor.leastDays + 5)
        #expect(try has(child) && floor() == before, "Ann has not read that it is deleted")
        try note(ann, read: after)
        try pass(days: 1)
        #expect(try !has(child) && floor() == after)
    }

    @Test func whoeverHasReadItAfter180DaysAtTheLatest() throws {
        try register(ann, person: 1)
        try note(ann, read: 0)
        bob.delete(child)
        try bob.sync()
        for day in 0...Floor.mostDays + 1 {
            // It comes, and never reads.
            if day.isMultiple(of: 20) { try note(ann, read: 0) }
            #expect(try has(child) == (day <= Floor.mostDays), "day \(day)")
            try pass(days: 1)
        }
    }

    @Test func aDeviceThatComesNoMoreHoldsNothing() throws {
        try register(ann, person: 1)
        try register(bob, person: 2)
        try note(ann, read: 0)
        bob.delete(child)
        try bob.sync()
        let after = try workspace.service.lastSequence()
        try note(bob, read: after)
        try workspace.service.file.write { db in
            try db.execute(
                sql: "UPDATE device SET revoked = 1 WHERE replica = ?", arguments: [ann.state.replica.number])
        }
        try pass(days: Floor.leastDays + 2)
        #expect(try !has(child))
    }

    @Test func aReplicaBelowTheFloorPullsAfreshAndLosesNoEdit() throws {
        bob.delete(child)
        try bob.sync()
        try pass(days: Floor.leastDays + 2)
        ann.edit(id, ["city": "Oslo"])
        #expect(throws: Problem(.stale)) { try ann.sync() }
        ann.startAfresh()
        try ann.sync()
        #expect(ann.state.rows[child] == nil && ann.value(id, "city") == "Oslo" && ann.state.outbox.isEmpty)
        #expect(try workspace.value(id, "city") == "Oslo")
        try bob.sync()
        #expect(bob.value(id, "city") == "Oslo", "who had read it goes on")
    }

    @Test func aUnitGoesWholeAndWhatHungOnItLeavesLaptopsToo() throws {
        bob.delete(id)
        try bob.sync()
        try ann.sync()
        #expect(ann.value(child, "$life") == nil)
        try pass(days: Floor.leastDays + 2)
        #expect(try has(id) && workspace.row(child)?.record.isDeleted == true)
        try ann.sync()
        try bob.sync()
        #expect(ann.value(child, "$life") == "deleted" && bob.value(child, "$life") == "deleted")
        #expect(try check() == [])
        try pass(days: Floor.leastDays + 2)
        #expect(try !has(id) && !has(child))
        for table in ["record", "bin", "member", "held", "unit_size"] {
            #expect(try workspace.count(table) == 0, "\(table)")
        }
        #expect(try workspace.count("removed") == 2)
        #expect(try check() == [])
    }

    @Test func aRestoredRootBringsBackWhatHungOnIt() throws {
        bob.delete(id)
        try bob.sync()
        try pass(days: Floor.leastDays + 2)
        try bob.sync()
        bob.restore(id)
        try bob.sync()
        #expect(try workspace.row(child)?.record.isDeleted == false && workspace.row(id)?.record.isDeleted == false)
        #expect(try workspace.value(child, "name") == "Zoe")
        try bob.sync()
        #expect(bob.value(child, "name") == "Zoe" && bob.value(child, "$life") == "alive")
        #expect(try check() == [])
    }

    @Test func whatSomebodyDeletedThemselvesStaysDeletedWhenTheRootComesBack() throws {
        bob.delete(child)
        bob.delete(id)
        try bob.sync()
        try pass(days: 3)
        bob.restore(id)
        try bob.sync()
        #expect(try workspace.row(child)?.record.isDeleted == true && workspace.row(id)?.record.isDeleted == false)
    }

    @Test func whatAPersonDeletedUnderAStampOfTheServersStaysDeleted() throws {
        bob.delete(child)
        try bob.sync()
        ann.edit(child, ["name": "Zoé"])
        try ann.sync()
        #expect(try workspace.row(child)?.record.isDeleted == false, "revived, under a stamp of the server's")
        let cy = Laptop(workspace, 3, skew: -3_600_000)
        try cy.sync()
        cy.delete(child)
        try cy.sync()
        #expect(try workspace.atom(child, "$life")?.stamp.replica.isServer == true)
        cy.delete(id)
        try cy.sync()
        cy.restore(id)
        try cy.sync()
        #expect(try workspace.row(id)?.record.isDeleted == false && workspace.row(child)?.record.isDeleted == true)
    }

    @Test func aLostAnswerOfHalfAYearAgoLeavesNothingThatIsGone() throws {
        ann.edit(child, ["name": "Zoé"])
        try ann.sync(losesAnswer: true)
        try bob.sync()
        bob.delete(child)
        try bob.sync()
        try pass(days: Floor.leastDays + 2)
        #expect(try !has(child))
        #expect(throws: Problem(.stale)) { try ann.sync() }
        ann.startAfresh()
        try ann.sync()
        #expect(ann.state.outbox.isEmpty && ann.state.rows[child] == nil)
        #expect(try ann.state.rows.count == workspace.records().count)
    }

    @Test func whoIsDisabledHoldsNothing() throws {
        try register(ann, person: 1)
        try note(ann, read: 0)
        bob.delete(child)
        try bob.sync()
        try workspace.service.file.write { try $0.execute(sql: "UPDATE user SET disabled = 1") }
        try pass(days: Floor.leastDays + 2)
        #expect(try !has(child))
    }

    @Test func aClockAYearAheadEndsNobodysClaim() throws {
        try register(ann, person: 1)
        try register(bob, person: 2)
        let before = try workspace.service.lastSequence()
        try note(ann, read: before)
        bob.delete(child)
        try bob.sync()
        try note(bob, read: try workspace.service.lastSequence())
        try pass(days: Floor.leastDays + 5)
        workspace.clock.advance(365 * UInt64(Instant.dayMilliseconds))
        try run()
        #expect(try has(child) && floor() == before, "Ann has not read that it is deleted")
    }

    @Test func aLargeUnitGoesInParts() throws {
        for number in 0..<1_200 {
            ann.create(["customer": .string(id.description), "name": .string("\(number)")], in: "contact")
            if number % 500 == 499 { try ann.sync() }
        }
        try ann.sync()
        try bob.sync()
        bob.delete(id)
        try bob.sync()
        try pass(days: Floor.leastDays)
        workspace.clock.advance(UInt64(Instant.dayMilliseconds))
        var place = try removal.begin()
        var parts: [Int] = []
        while !place.isDone {
            let next = try removal.step(place)
            if next.deleted > place.deleted { parts.append(next.deleted - place.deleted) }
            place = next
        }
        #expect(parts == [1_000, 201])
        #expect(try check() == [])
    }

    @Test func aRestoredRootUnderAnOpenItemStays() throws {
        let other = Laptop(workspace, 3)
        try other.sync()
        bob.delete(child)
        try bob.sync()
        try workspace.service.file.write { db in
            let item = RecordID(high: 9, low: 9)
            try ServerRows(db).link(item: item, about: child)
            var record = VersionedRecord(id: item, collection: HandoverRecord.collection)
            record.atoms[FieldPath(HandoverRecord.Field.status)] = Atom(
                value: "open", stamp: Stamp(milliseconds: 1, counter: 0, replica: ReplicaID(1)), commit: 1)
            try ServerRows(db).store(
                ServerRow(record: record, unit: item), at: FeedPosition.make(sequence: 1, index: 900))
        }
        bob.delete(id)
        try bob.sync()
        for _ in 0..<2 { try pass(days: Floor.leastDays + 2) }
        #expect(try has(id) && has(child), "somebody has yet to decide about the contact")
    }

    @Test func aClockThatGoesToAndFroAgesNothing() throws {
        bob.delete(child)
        try bob.sync()
        for _ in 0..<50 {
            workspace.clock.set(Workspace.start + 400 * UInt64(Instant.dayMilliseconds))
            try run()
            workspace.clock.set(Workspace.start)
            try run()
        }
        #expect(try has(child) && floor() == 0)
    }

    @Test func whatWasAskedAboutARecordGoesAfterIt() throws {
        ann.edit(child, ["name": "Zoé"])
        bob.edit(child, ["name": "Zoë"])
        try ann.sync()
        try bob.sync()
        let asked = try workspace.conflicts(child).map(\.id)
        #expect(asked.count == 1)
        try pass(days: Floor.leastDays + 2)
        bob.edit(child, ["name": "Zoe"], resolves: asked)
        try bob.sync()
        bob.delete(child)
        try bob.sync()
        try pass(days: Floor.leastDays + 2)
        #expect(try !has(child) && workspace.row(asked[0])?.record.isDeleted == true)
        try bob.sync()
        try pass(days: Floor.leastDays + 2)
        #expect(try !has(asked[0]) && workspace.count("record") == 1)
        #expect(try check() == [])
    }

    @Test func whatIsAskedKeepsWhatItIsAbout() throws {
        bob.edit(child, ["name": "Zoë"])
        try bob.sync()
        ann.delete(id)
        try ann.sync()
        #expect(try workspace.row(id)?.record.isDeleted == false, "the delete is asked about")
        try pass(days: Floor.mostDays + 2)
        #expect(try has(id) && has(child))
    }

    @Test func anIdentityMadeAgainIsShownEverywhere() throws {
        bob.delete(child)
        try bob.sync()
        try ann.sync()
        try pass(days: Floor.leastDays + 2)
        #expect(try !has(child))
        let cy = Laptop(workspace, 3)
        try cy.sync()
        cy.create(["customer": .string(id.description), "name": "Zoe II"], in: "contact", id: child)
        try cy.sync()
        for laptop in [ann, bob, cy] {
            try laptop.sync()
            #expect(laptop.value(child, "name") == "Zoe II" && laptop.value(child, "$life") == "alive")
            #expect(
                try laptop.state.rows[child].map(RecordEncoding.canonicalBytes)
                    == workspace.row(child).map { RecordEncoding.canonicalBytes($0.record) })
        }
        #expect(try workspace.count("removed") == 0)
        #expect(try check() == [])
    }

    @Test func aPullThatTheFloorPassesBeginsAnew() throws {
        let workspace = try Workspace(pageRows: 1)
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        let removal = TombstoneRemoval(workspace.service)
        let ids = (0..<6).map { ann.create(["name": .string("\($0)")]) }
        try ann.sync()
        // Bob reads the first of them, then nothing for long.
        try bob.sync(afterPage: { if $0 == 2 { throw Workspace.Cut() } })
        #expect(bob.state.rows[ids[0]] != nil && bob.state.readThrough == 0)
        ann.delete(ids[0])
        try ann.sync()
        for _ in 0...Floor.leastDays + 1 {
            workspace.clock.advance(UInt64(Instant.dayMilliseconds))
            var place = try removal.begin()
            while !place.isDone { place = try removal.step(place) }
        }
        #expect(try workspace.row(ids[0]) == nil)
        #expect(throws: Problem(.stale)) { try bob.sync() }
        bob.startAfresh()
        try bob.sync()
        #expect(bob.state.rows.count == 5)
    }

    @Test func aPullThatWasCutGoesOnWhereTheFloorStands() throws {
        let workspace = try Workspace(pageRows: 1)
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        try workspace.service.file.write { try ServerRows($0).set(Floor.key, 3) }
        for number in 0..<6 { ann.create(["name": .string("\(number)")]) }
        try ann.sync()
        try bob.sync(afterPage: { if $0 == 2 { throw Workspace.Cut() } })
        try bob.sync()
        #expect(bob.state.rows.count == 6)
        try bob.sync()
        #expect(bob.told.isEmpty)
    }
}
