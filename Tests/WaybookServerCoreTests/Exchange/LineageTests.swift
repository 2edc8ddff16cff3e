import Testing

@testable import WaybookServerCore

@Suite struct LineageTests {
    /// 0 ─┬─ 1 (after 50) ── 3 (after 20 of its own)
    ///    └─ 2 (after 30)
    private static let tree = [
        timeline(1, of: 0, fork: 50), timeline(2, of: 0, fork: 30),
        timeline(3, of: 1, fork: Timeline.start(of: 1) + 20),
    ]

    private static func timeline(_ number: UInt8, of parent: UInt8, fork: Int64) -> Timeline {
        Timeline(number: number, parent: parent, fork: fork, restored: 0, reached: nil, cause: .command)
    }

    /// What each timeline had in the end, written out: 60 sequences of the first, 40 of each later one.
    private static let histories: [UInt8: Set<Int64>] = {
        func own(_ number: UInt8, _ count: Int64) -> Set<Int64> {
            Set((0...count).map { Timeline.start(of: number) + $0 })
        }
        return [
            0: own(0, 60), 1: own(0, 50).union(own(1, 40)), 2: own(0, 30).union(own(2, 40)),
            3: own(0, 50).union(own(1, 20)).union(own(3, 40)),
        ]
    }()

    @Test func commonOfEveryPairInATreeOfFour() throws {
        var pairs = 0
        for (present, own) in Self.histories {
            let lineage = Lineage(present: present, timelines: Self.tree)
            for (other, theirs) in Self.histories {
                let shared = own.intersection(theirs).sorted()
                for sequence in theirs {
                    let expected = try #require(shared.last { $0 <= sequence })
                    #expect(
                        lineage.common(timeline: other, sequence: sequence) == expected,
                        "\(present) and \(other) up to \(sequence)")
                    pairs += 1
                }
            }
            // Of all that was ever given it holds its own, and nothing else.
            for sequence in Set(Self.histories.values.joined()) {
                #expect(lineage.holds(sequence) == own.contains(sequence), "\(present): \(sequence)")
            }
        }
        #expect(pairs > 1_000)
    }

    @Test func ofWhatIsNotKnownNothingIsCommon() {
        let lineage = Lineage(present: 3, timelines: Self.tree)
        #expect(lineage.common(timeline: 9, sequence: 0) == nil)
        // A link is missing, or leads nowhere.
        let torn = Lineage(present: 2, timelines: [Self.tree[1], Self.timeline(7, of: 5, fork: 10)])
        #expect(torn.common(timeline: 7, sequence: 5) == nil && torn.common(timeline: 3, sequence: 5) == nil)
        let circle = Lineage(
            present: 2, timelines: [Self.timeline(2, of: 4, fork: 1), Self.timeline(4, of: 2, fork: 1)])
        #expect(circle.common(timeline: 4, sequence: 5) == nil && !circle.holds(1))
    }

    @Test func theNumbersOfTwoTimelinesNeverMeet() {
        for number in UInt8.min..<UInt8.max {
            #expect(Timeline.start(of: number) < Timeline.start(of: number + 1))
            #expect(Timeline.pullStart(of: number) < Timeline.pullStart(of: number + 1))
        }
        // The position of a record is the sequence, times 4,096; JSON numbers are whole up to 2^53.
        #expect(!Timeline.start(of: .max).multipliedReportingOverflow(by: 8 * 4_096).overflow)
        #expect(Timeline.start(of: .max) < 1 << 53)
    }
}
