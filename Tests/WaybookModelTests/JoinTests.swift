import Testing
import WaybookModel
import WaybookTesting

@Suite struct JoinTests {
    private func atom(_ random: inout SeededRandom) -> Atom {
        // Few stamps, so that many meet: with equal values, with unequal ones, and with other origins.
        let stamps = (0..<3).map { Stamp(milliseconds: UInt64($0 / 2), counter: UInt16($0 % 2), replica: ReplicaID(1)) }
        let values: [Value?] = ["x", "y", 1, nil, ["k": "v"]]
        return Atom(
            value: random.pick(values), stamp: random.pick(stamps),
            origin: random.chance(70) ? nil : random.pick(stamps),
            commit: Int64(random.below(3)))
    }

    @Test func theJoinIsCommutativeAssociativeAndIdempotent() {
        let seed = Seeds.first
        let count = Seeds.count("WAYBOOK_CASES", otherwise: 100_000)
        print("join laws: \(count) cases from seed \(seed)")
        var random = SeededRandom(seed: seed)
        for number in 0..<count {
            let (a, b, c) = (atom(&random), atom(&random), atom(&random))
            let isCommutative = Join.atoms(a, b) == Join.atoms(b, a)
            let isAssociative = Join.atoms(Join.atoms(a, b), c) == Join.atoms(a, Join.atoms(b, c))
            guard isCommutative, isAssociative, Join.atoms(a, a) == a else {
                Issue.record("seed \(seed), case \(number): \(a) \(b) \(c)")
                return
            }
        }
    }

    @Test func recordsJoinAtomByAtomAndNothingStaysBelowAnErasure() {
        var random = SeededRandom(seed: Seeds.first)
        let paths = [FieldPath("a"), FieldPath("b"), FieldPath("t", key: "k"), .erased]
        func record() -> VersionedRecord {
            var record = VersionedRecord(id: RecordID(high: 1, low: 1), collection: "thing")
            for path in paths where random.chance(60) { record.atoms[path] = atom(&random) }
            record.dropBelowErasure()
            return record
        }
        for _ in 0..<10_000 {
            let (a, b, c) = (record(), record(), record())
            let joined = Join.records(Join.records(a, b), c)
            guard joined == Join.records(c, Join.records(b, a)), Join.records(joined, b) == joined else {
                Issue.record("\(a) \(b) \(c)")
                return
            }
        }
    }

    @Test func theLaterStampStays() {
        let early = Atom(value: "x", stamp: Stamp(milliseconds: 1, counter: 0, replica: ReplicaID(9)))
        let late = Atom(value: nil, stamp: Stamp(milliseconds: 2, counter: 0, replica: ReplicaID(1)))
        #expect(Join.atoms(early, late) == late)
    }
}
