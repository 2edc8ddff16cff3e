import Testing
import WaybookModel
import WaybookTesting

@Suite struct HybridClockTests {
    private let year: UInt64 = 365 * 86_400_000
    private let now: UInt64 = 1_795_000_000_000

    @Test func stampsRiseWhileTimeStandsStill() {
        var clock = HybridClock(replica: ReplicaID(1))
        let stamps = (0..<5).map { _ in clock.tick(milliseconds: now) }
        #expect(stamps.map(\.counter) == [0, 1, 2, 3, 4] && Set(stamps.map(\.milliseconds)) == [now])
    }

    @Test func stampsRiseWhateverTheWallClockDoes() {
        var random = SeededRandom(seed: Seeds.first)
        var clock = HybridClock(replica: ReplicaID(1))
        var last = clock.last
        for _ in 0..<100_000 {
            let time = random.pick([now, now + UInt64(random.below(10)), now - year, now + year, 0, random.next()])
            let stamp = clock.tick(milliseconds: random.chance(95) ? min(time, now + year) : now)
            if stamp <= last || stamp.isServerGiven { Issue.record("\(stamp) after \(last)") }
            last = stamp
        }
    }

    @Test func aClockThatRanBackwardsKeepsItsLastTime() {
        var clock = HybridClock(replica: ReplicaID(1))
        let first = clock.tick(milliseconds: now)
        let second = clock.tick(milliseconds: now - year)
        #expect(second > first && second.milliseconds == now)
    }

    @Test func aYearAheadIsKeptUntilTheServerLowersIt() {
        var clock = HybridClock(replica: ReplicaID(1))
        let ahead = clock.tick(milliseconds: now + year)
        #expect(ahead.milliseconds == now + year)
        clock.reset(to: Stamp(milliseconds: now, counter: 0x8007, replica: ReplicaID(1)))
        let next = clock.tick(milliseconds: now)
        #expect(next.milliseconds == now + 1 && next.counter == 0)
    }

    @Test func anObservedStampIsPassed() {
        var clock = HybridClock(replica: ReplicaID(1))
        let foreign = Stamp(milliseconds: now, counter: 7, replica: ReplicaID(9))
        clock.observe(foreign)
        let next = clock.tick(milliseconds: now - 5)
        #expect(next > foreign && next.counter == 8)
        clock.observe(Stamp(milliseconds: 1, counter: 0, replica: ReplicaID(9)))
        #expect(clock.last == next)
    }

    @Test func aUsedUpCounterMovesTimeOn() {
        var clock = HybridClock(last: Stamp(milliseconds: now, counter: 0x7FFE, replica: ReplicaID(1)))
        #expect(clock.tick(milliseconds: now).counter == 0x7FFF)
        let next = clock.tick(milliseconds: now)
        #expect(next.milliseconds == now + 1 && next.counter == 0)
    }

    @Test func theServersBitIsNeverSetByALaptop() {
        var clock = HybridClock(last: Stamp(milliseconds: now, counter: 0xFFFF, replica: ReplicaID(1)))
        let next = clock.tick(milliseconds: now)
        #expect(next.milliseconds == now + 1 && !next.isServerGiven)
    }

    @Test func stampsStillRiseAtTheEndOfFortyEightBits() {
        var clock = HybridClock(replica: ReplicaID(1))
        var last = clock.tick(milliseconds: .max)
        for _ in 0..<100_000 {
            let next = clock.tick(milliseconds: .max)
            guard next > last else {
                Issue.record("\(next) after \(last)")
                return
            }
            last = next
        }
    }
}
