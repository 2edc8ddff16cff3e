import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

@Suite struct LeaseTests {
    private static let day: Int64 = 86_400_000
    private let client: Client

    init() throws { client = try Client() }

    /// One exchange that is heard to its end, or up to a place before.
    private func meet(lease days: Int? = nil, offset: Int64 = 0, isWhole: Bool = true) throws {
        let head = Head(
            epoch: "e", timeline: 0, sequence: 0, offsetMilliseconds: offset,
            schemaVersion: 1, limits: .standard, leaseDays: days)
        try client.store.take(head, asked: client.now)
        try client.store.take([], checkpoint: "t", sequence: 0, at: client.now)
        if isWhole { try client.store.finishExchange(isWholeFeed: true, at: client.now) }
    }

    private func lease() throws -> Lease { try client.store.lease(at: client.now) }

    @Test func aStoreThatNeverMetItsServerHasNoEndToFear() throws {
        client.pass(milliseconds: 400 * Self.day)
        #expect(try !lease().isEnded && !lease().isEnding)
    }

    @Test func itIsWarnedOfFromDayTenAndEndsAfterFourteen() throws {
        try meet()
        client.pass(milliseconds: 10 * Self.day - 1)
        #expect(try !lease().isEnding)
        client.pass(milliseconds: 1)
        #expect(try lease().isEnding && lease().daysSince == 10 && lease().daysLeft == 4)
        client.pass(milliseconds: 4 * Self.day - 1)
        #expect(try lease().isEnding && !lease().isEnded)
        client.pass(milliseconds: 1)
        #expect(try lease().isEnded && !lease().isEnding)
        try meet()
        #expect(try lease().sinceMilliseconds == 0)
    }

    @Test func theServerSaysHowLongItIsAndMaySayOtherwise() throws {
        try meet(lease: 30)
        client.pass(milliseconds: 20 * Self.day)
        #expect(try !lease().isEnded && lease().days == 30)
        try meet(lease: nil)
        #expect(try lease().days == 14)
    }

    @Test func anAnswerThatIsCutBeforeItsEndRenewsNothingButTheFirst() throws {
        try meet(isWhole: false)
        client.pass(milliseconds: 9 * Self.day)
        try meet(isWhole: false)
        client.pass(milliseconds: 5 * Self.day)
        #expect(try lease().isEnded)
    }

    @Test func settingTheClockBackDoesNotHelp() throws {
        try meet()
        // In one run of the machine the wall clock does not count.
        client.now.wallMilliseconds -= 100 * Self.day
        client.now.bootMilliseconds += 14 * Self.day
        #expect(try lease().isEnded)

        // After a start of the machine it does; what was seen before holds.
        let other = try Client()
        let test = LeaseTests(other)
        try test.meet()
        other.pass(milliseconds: 13 * Self.day)
        #expect(try !test.lease().isEnded)
        other.now = ClientTime(wallMilliseconds: noon + Self.day, bootMilliseconds: 0, bootID: "b")
        #expect(try test.lease().daysSince == 13)

        // Nor does it where records were made since, and nobody looked.
        let third = try Client()
        let made = LeaseTests(third)
        try made.meet()
        third.pass(milliseconds: 15 * Self.day)
        _ = try third.add(["name": "Acme"])
        third.now = ClientTime(wallMilliseconds: noon, bootMilliseconds: 0, bootID: "b")
        #expect(try made.lease().isEnded)
    }

    @Test func aClockThatRanAheadDoesNotHoldTheNextLeaseBack() throws {
        client.now.wallMilliseconds += 1_000 * Self.day
        _ = try client.add(["name": "Acme"])
        #expect(try !lease().isEnded)
        try meet(offset: -1_000 * Self.day)
        #expect(try lease().sinceMilliseconds == 0)
        // It is set right, in a new run.
        client.now = ClientTime(wallMilliseconds: noon + Self.day, bootMilliseconds: 0, bootID: "b")
        try meet()
        client.pass(milliseconds: Self.day)
        #expect(try lease().daysSince == 1)
    }

    @Test func nothingUnsentGoesByIt() throws {
        try meet()
        _ = try client.add(["name": "Acme"])
        client.pass(milliseconds: 300 * Self.day)
        #expect(try lease().isEnded)
        #expect(try client.sets().count == 1)
    }

    @Test func aReplicaTellsWhatWaitsOnItAndSinceWhen() throws {
        #expect(try client.store.told(client: "x", at: client.now)?.oldestMilliseconds == nil)
        _ = try client.add(["name": "Acme"])
        client.pass(milliseconds: 5_000)
        _ = try client.add(["name": "Bolt"])
        let told = try client.store.told(client: "x", at: client.now)
        #expect(told == Told(unsentSets: 2, oldestMilliseconds: 5_000, conflicts: 0, client: "x"))
        // Once told, only what changed is told again, unless work stays behind.
        let asked = { (isAllSent: Bool) in try client.store.told(client: "x", isAllSent: isAllSent, at: client.now) }
        #expect(try asked(true) == told)
        try client.store.finishExchange(isWholeFeed: true, told: told, at: client.now)
        #expect(try asked(true) == nil && asked(false) == told)
        #expect(try client.store.told(client: "y", isAllSent: true, at: client.now)?.client == "y")
        try client.store.renumber(to: ReplicaID(77), at: client.now)
        #expect(try asked(true) != nil, "of another number the server knows nothing yet")
    }

    private init(_ client: Client) { self.client = client }
}
