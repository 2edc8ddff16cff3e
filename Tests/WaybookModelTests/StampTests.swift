import Testing
import WaybookModel
import WaybookTesting

@Suite struct StampTests {
    private func random(_ random: inout SeededRandom) -> Stamp {
        let few = random.chance(50)
        return Stamp(
            milliseconds: few ? UInt64(random.below(3)) : random.next() >> 16,
            counter: few ? UInt16(random.below(2)) : UInt16(truncatingIfNeeded: random.next()),
            replica: ReplicaID(few ? UInt32(random.below(3)) : UInt32(truncatingIfNeeded: random.next())))
    }

    @Test func theOrderOfTextsIsTheOrderOfStamps() {
        var source = SeededRandom(seed: Seeds.first)
        for _ in 0..<50_000 {
            let (left, right) = (random(&source), random(&source))
            let isBefore = left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
            if isBefore != (left < right) { Issue.record("\(left) and \(right)") }
        }
    }

    @Test func aTextIsReadBack() {
        var source = SeededRandom(seed: Seeds.first)
        for _ in 0..<50_000 {
            let stamp = random(&source)
            if Stamp(stamp.description) != stamp { Issue.record("\(stamp)") }
        }
    }

    @Test func otherTextsAreNoStamps() {
        for text in [
            "", "0", "---------------", "-----------------", "--------------+-", "-------------é", "--------------/-",
        ] {
            #expect(Stamp(text) == nil, "\(text)")
        }
    }

    @Test func theOrderIsTimeThenCounterThenReplica() {
        func stamp(_ milliseconds: UInt64, _ counter: UInt16, _ replica: UInt32) -> Stamp {
            Stamp(milliseconds: milliseconds, counter: counter, replica: ReplicaID(replica))
        }
        let ascending = [stamp(1, 9, 9), stamp(2, 0, 9), stamp(2, 1, 3), stamp(2, 1, 4), stamp(2, 0x8000, 0)]
        #expect(ascending.sorted() == ascending)
    }

    @Test func aReplicaNumberIsTimelineAndSerial() {
        #expect(ReplicaID(timeline: 2, serial: 5)?.number == 0x0200_0005)
        #expect(ReplicaID(timeline: 256, serial: 0) == nil && ReplicaID(timeline: 0, serial: 1 << 24) == nil)
        #expect(ReplicaID(timeline: 3, serial: 0)?.isServer == true && ReplicaID(3).isServer == false)
    }
}
