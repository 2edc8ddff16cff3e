import Testing
import WaybookModel
import WaybookTesting
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// `protocol/4-exchange.md#re-stamping`, I10.
@Suite struct RestampingTests {
    let workspace: Workspace
    let ann: Laptop
    let bob: Laptop
    let id: RecordID
    private let year: Int64 = 31_536_000_000

    init() throws {
        workspace = try Workspace()
        ann = Laptop(workspace, 1)
        bob = Laptop(workspace, 2)
        id = ann.create(["name": "Acme", "city": "Lyon"])
        try ann.sync()
        try bob.sync()
    }

    private func latest() throws -> UInt64 {
        try workspace.records().values.flatMap {
            $0.atoms.values.map { max($0.stamp.milliseconds, $0.origin.milliseconds) }
        }
        .max() ?? 0
    }

    @Test func aStampTwoMinutesAheadIsTakenAsItIsAndOneBeyondIsNot() throws {
        let now = workspace.clock.now
        let edge = Stamp(milliseconds: now + 120_020, counter: 0, replica: ReplicaID(2))
        bob.make([bob.change(id, ["city": "Rome"])], stamp: edge)
        try bob.sync()
        #expect(bob.verdictLines == [.applied(first: 1, last: 1)])
        let beyond = Stamp(milliseconds: workspace.clock.now + 120_021, counter: 0, replica: ReplicaID(2))
        bob.make([bob.change(id, ["city": "Bari"])], stamp: beyond)
        try bob.sync()
        guard case .accepted(let stamp?, let outcomes)? = bob.state.verdicts[2] else {
            return #expect(Bool(false), "as it was")
        }
        #expect(
            outcomes.isEmpty && stamp.isServerGiven && stamp.replica == ReplicaID(2) && stamp > edge && stamp < beyond)
    }

    @Test func aLaptopAYearAheadKeepsItsOrderAndNothingLeavesAheadOfTheServer() throws {
        bob.skew = year
        for city in ["Rome", "Bari", "Pisa"] { bob.edit(id, ["city": .string(city)]) }
        try bob.sync()
        let stamps = (Int64(1)...3).compactMap { (number: Int64) -> Stamp? in
            guard case .accepted(let stamp, outcomes: _)? = bob.state.verdicts[number] else { return nil }
            return stamp
        }
        #expect(stamps.count == 3 && stamps == stamps.sorted())
        #expect(try latest() <= workspace.clock.now + 120_000)
        let city = try workspace.value(id, "city")
        #expect(city == "Pisa")
        let open = try workspace.conflicts(id)
        #expect(open.isEmpty)
        bob.skew = 0
        bob.edit(id, ["city": "Nola"])
        try bob.sync()
        let corrected = try workspace.value(id, "city")
        #expect(corrected == "Nola")
        try ann.sync()
        #expect(ann.value(id, "city") == "Nola")
    }

    @Test func aLaptopAYearBehindIsTakenAsItIsAndItsSequentialWritesStillWin() throws {
        bob.skew = -year
        bob.edit(id, ["city": "Rome"])
        try bob.sync()
        let present = try #require(try workspace.atom(id, "city"))
        #expect(present.value == "Rome" && present.origin.milliseconds < workspace.clock.now - UInt64(year) + 1_000)
        #expect(present.stamp.replica.isServer)
        try ann.sync()
        #expect(ann.value(id, "city") == "Rome")
    }

    @Test func aClockThatFellBackAYearIsShiftedByTheOffsetOfTheHello() throws {
        bob.edit(id, ["city": "Rome"])
        try bob.sync()
        bob.skew = -year
        bob.state.clock = HybridClock(replica: ReplicaID(2))
        bob.edit(id, ["city": "Bari"])
        try bob.sync()
        guard case .accepted(let stamp?, _)? = bob.state.verdicts[2] else { return #expect(Bool(false), "as it was") }
        #expect(stamp.isServerGiven && stamp.milliseconds + 1_000 > workspace.clock.now)
    }

    @Test func theServersWallClockMayRunBackwards() throws {
        bob.edit(id, ["city": "Rome"])
        try bob.sync()
        let kept = try workspace.service.file.read { try ServerRows($0).number("clock") ?? 0 }
        workspace.clock.set(Workspace.start - 86_400_000)
        ann.edit(id, ["city": "Oslo"])
        try ann.sync()
        let after = try workspace.service.file.read { try ServerRows($0).number("clock") ?? 0 }
        #expect(after == kept, "it stands still until time has caught up")
        #expect(ann.state.outbox.isEmpty)
    }

    @Test func aBaseFromTheFarFutureDoesNotCarryTheClockAway() throws {
        let future = Stamp(milliseconds: Stamp.latestMilliseconds, counter: 0x7FFF, replica: ReplicaID(9))
        let raw = Stamp(milliseconds: workspace.clock.now + UInt64(year), counter: 0, replica: ReplicaID(2))
        bob.make(
            [
                Change(
                    id: id, collection: "customer",
                    writes: [Write(path: FieldPath("city"), value: "Rome", base: future)])
            ],
            stamp: raw)
        try bob.sync()
        #expect(try latest() <= workspace.clock.now + 120_000)
        ann.edit(id, ["city": "Oslo"])
        try ann.sync()
        #expect(try latest() <= workspace.clock.now + 120_000)
    }

    @Test func aStampWithTheServersBitIsNoLaptopsStamp() throws {
        let forged = Stamp(milliseconds: workspace.clock.now, counter: Stamp.serverBit, replica: ReplicaID(2))
        bob.make([bob.change(id, ["city": "Rome"])], stamp: forged)
        #expect(throws: Problem(.badRequest)) { try bob.sync() }
    }

    @Test func anotherReplicasStampIsNotTaken() throws {
        let forged = Stamp(milliseconds: workspace.clock.now, counter: 0, replica: ReplicaID(1))
        bob.make([bob.change(id, ["city": "Rome"])], stamp: forged)
        #expect(throws: Problem(.badRequest)) { try bob.sync() }
    }

    @Test func everyStampThatLeavesIsAtMostTwoMinutesAheadWhateverComesIn() throws {
        var random = SeededRandom(seed: 7)
        for round in 0..<120 {
            bob.state.clock = HybridClock(replica: ReplicaID(2))
            bob.skew = [0, year, -year, 119_000, 121_000, 3_600_000].randomElement(using: &random) ?? 0
            ann.skew = [0, 119_900, -5_000].randomElement(using: &random) ?? 0
            for laptop in [ann, bob] {
                laptop.edit(id, ["city": .string("\(round)\(laptop.state.replica)"), "stage": "won"])
            }
            try bob.sync()
            try ann.sync()
            let bound = workspace.clock.now + 120_000
            #expect(try latest() <= bound, "round \(round)")
        }
    }
}
