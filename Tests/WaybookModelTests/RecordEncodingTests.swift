import Testing
import WaybookModel
import WaybookTesting

@Suite struct RecordEncodingTests {
    static let id = RecordID(high: 0x017F_22E2_79B0_7CC3, low: 0x98C4_DC0C_0C07_398F)

    private func record(_ random: inout SeededRandom) -> VersionedRecord {
        var record = VersionedRecord(id: Self.id, collection: "customer")
        let paths = ["$life", "a", "b", "c", "t/k", "t/é~1", "m/1/f"].compactMap { FieldPath(parsing: $0) }
        for path in paths where random.chance(70) {
            let stamp = Stamp(
                milliseconds: UInt64(random.below(3)), counter: 0, replica: ReplicaID(UInt32(random.below(2) + 1)))
            let isGone = path.isElement && random.chance(30)
            record.atoms[path] = Atom(
                value: isGone ? nil : RandomValue.make(&random, depth: 1), stamp: stamp,
                origin: random.chance(80) ? nil : Stamp(milliseconds: 0, counter: 7, replica: ReplicaID(2)),
                commit: Int64(random.below(3)))
        }
        return record
    }

    @Test func whatIsEncodedIsDecoded() {
        let seed = Seeds.first
        var random = SeededRandom(seed: seed)
        for number in 0..<10_000 {
            let record = record(&random)
            let back = RecordEncoding.decode(
                id: record.id, collection: record.collection, fields: RecordEncoding.fields(record),
                stamps: RecordEncoding.stamps(record))
            guard back == record else {
                Issue.record(
                    "seed \(seed), case \(number): \(record.atoms) came back as \(String(describing: back?.atoms))")
                return
            }
        }
    }

    @Test func theBytesAreTheSameWhateverTheOrderOfArrival() {
        let seed = Seeds.first
        var random = SeededRandom(seed: seed)
        for number in 0..<2_000 {
            let parts = (0..<4).map { _ in record(&random) }
            let expected = RecordEncoding.canonicalBytes(parts.reduce(parts[0], Join.records))
            for _ in 0..<4 {
                let shuffled = parts.shuffled(using: &random)
                let bytes = RecordEncoding.canonicalBytes(shuffled.reduce(shuffled[0], Join.records))
                guard bytes == expected else {
                    Issue.record("seed \(seed), case \(number)")
                    return
                }
            }
        }
    }

    @Test func aRecordOfOneSetHasOneGroupWithoutPaths() {
        var record = VersionedRecord(id: Self.id, collection: "customer")
        let stamp = Stamp(milliseconds: 1, counter: 2, replica: ReplicaID(3))
        for field in ["city", "name", "tier"] {
            record.atoms[FieldPath(FieldName(field))] = Atom(value: "x", stamp: stamp, commit: 9)
        }
        #expect(CanonicalJSON.text(RecordEncoding.stamps(record)) == "[[\"\(stamp)\",9]]")
    }

    @Test func whatWasReadOrWrittenByTheAskerIsLeftOut() {
        var record = VersionedRecord(id: Self.id, collection: "customer")
        let own = Stamp(milliseconds: 5, counter: 0, replica: ReplicaID(3))
        let foreign = Stamp(milliseconds: 6, counter: 0, replica: ReplicaID(4))
        record.atoms[FieldPath("city")] = Atom(value: "x", stamp: foreign, commit: 3)
        record.atoms[FieldPath("name")] = Atom(value: "y", stamp: foreign, commit: 2)
        record.atoms[FieldPath("tier")] = Atom(value: "z", stamp: own, commit: 4)
        let told = RecordEncoding.stamps(record, after: 2, omitting: ReplicaID(3))
        #expect(CanonicalJSON.text(told) == "[[\"\(foreign)\",3,[\"city\"]]]")
    }

    @Test func documentsThatDoNotFitAreRefused() throws {
        let s = "----------------"
        let cases: [(String, String)] = [
            ("[]", "[]"), ("{}", "{}"), ("{\"a\":1}", "[]"), ("{\"a\":1}", "[[\"\(s)\",1,[\"b\"]]]"),
            ("{\"a\":1}", "[[\"\(s)\",1],[\"\(s)\",2]]"), ("{\"a\":1}", "[[\"\(s)\",1,[\"a\",\"a\"]]]"),
            ("{\"a\":1}", "[[\"\(s)\",1,[\"a\"]],[\"\(s)\",2,[\"a\"]]]"), ("{\"a\":1}", "[[\"x\",1]]"),
            ("{\"a\":1}", "[[\"\(s)\"]]"), ("{\"a\":1}", "[[\"\(s)\",-1]]"), ("{\"a\":1}", "[[\"\(s)\",\"1\"]]"),
            ("{\"a\":1}", "[[\"\(s)\",1,1]]"), ("{\"a\":1}", "[[\"\(s)\",1,null,\"x\"]]"), ("{\"a\":1}", "[1]"),
            ("{\"a\":1}", "[[\"\(s)\",1,null,\"\(s)\",1]]"), ("{\"1a\":1}", "[[\"\(s)\",1]]"),
            ("{\"a\":1}", "[[\"\(s)\",1,[\"a/\"]]]"), ("{\"a\":1}", "[[\"\(s)\",1,[7]]]"),
        ]
        for (fields, stamps) in cases {
            let record = RecordEncoding.decode(
                id: Self.id, collection: "customer", fields: try JSONParser.parse(fields),
                stamps: try JSONParser.parse(stamps))
            #expect(record == nil, "\(fields) \(stamps)")
        }
    }

    @Test func theDigestOfADeletedRecordIsOverItsLifeAlone() {
        var record = VersionedRecord(id: Self.id, collection: "customer")
        let stamp = Stamp(milliseconds: 1, counter: 0, replica: ReplicaID(1))
        record.atoms[.life] = Atom(value: VersionedRecord.deleted, stamp: stamp)
        let tombstone = RecordEncoding.canonicalBytes(record)
        record.atoms[FieldPath("city")] = Atom(value: "x", stamp: stamp)
        #expect(RecordEncoding.canonicalBytes(record) == tombstone)
    }
}
