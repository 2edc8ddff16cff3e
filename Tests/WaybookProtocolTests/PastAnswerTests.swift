import Testing
import WaybookModel
import WaybookProtocol

/// What is told of sets that are sent again (`protocol/4-exchange.md#old-sets`).
@Suite struct PastAnswerTests {
    private let stamp = Stamp(milliseconds: 1_795_293_000_000, counter: 1, replica: ReplicaID(7))

    private func hello(_ again: Value, answered: Int64 = 3, last: Int64 = 9) throws -> Hello? {
        var entries = try #require(
            Hello(
                schemaVersion: 1, replica: ReplicaID(7), wallMilliseconds: 5, checkpoint: nil, lastSet: last,
                answered: answered, pulls: true
            ).value.entries?["hello"]?.entries)
        entries["again"] = again
        return Hello(["hello": .map(entries)])
    }

    @Test func aHelloSaysNothingThatCannotBe() throws {
        #expect(try hello([4, 7, 8])?.again == AgainSets(first: 4, answered: 7, through: 8))
        // An empty journal: the first is behind all that was answered.
        #expect(try hello([4, 3, 9])?.again == AgainSets(first: 4, answered: 3, through: 9))
        let malformed: [Value] = [
            [0, 7, 8], [5, 3, 9], [4, 7, 6], [4, 7, 10], [5, 7, 8], [4, 7], [4, 7, 8, 9], [4, 7, "8"], 4, .null,
            [1, .int(.max), .int(.max)],
        ]
        for again in malformed { #expect(try hello(again) == nil, "\(again)") }
        // What is counted on from there must not pass what a number can be.
        let most = ChangeSet.maximumNumber
        #expect(try hello([.int(most), .int(most), .int(most)], answered: most, last: most)?.again?.first == most)
        #expect(try hello([.int(most), .int(most), .int(most + 1)], answered: most, last: .max) == nil)
        #expect(try hello([.int(.max), .int(.max), .int(.max)], answered: .max, last: .max) == nil)
        for timeline in [256, -1, "1"] as [Value] {
            #expect(
                Hello([
                    "hello": [
                        "answered": 0, "last": 0, "protocol": [7, 7], "replica": 7, "schema": 1, "wall": 5,
                        "timeline": timeline,
                    ]
                ]) == nil)
        }
    }

    @Test func whatBecameOfASetIsReadAsItWasWritten() {
        let answers: [PastAnswer.Answer] = [.accepted, .restamped(stamp), .rejected, .quarantined, .handedOver]
        for answer in answers {
            for isCut in [false, true] {
                let past = PastAnswer(sequence: 57, answer: answer, isCut: isCut)
                #expect(PastAnswer(past.value) == past)
                #expect(CanonicalJSON.bytes(past.value).count + 7 <= PastAnswer.maximumBytes)
            }
        }
        let widest = PastAnswer(sequence: .max, answer: .restamped(stamp), isCut: true)
        #expect(CanonicalJSON.bytes(widest.value).count + 7 <= PastAnswer.maximumBytes)
        let malformed: [Value] = [
            [:], ["at": -1], ["at": 1, "rejected": false], ["at": 1, "rejected": true, "quarantined": true],
            ["at": 1, "stamp": "x"], ["at": 1, "gone": 1], .null, ["gone": true],
        ]
        for value in malformed { #expect(PastAnswer(value) == nil, "\(value)") }
    }

    @Test func aSetsNumberIsBounded() {
        func set(_ number: Int64) -> Value {
            [
                "changes": [
                    ["id": .string(RecordID(high: 1, low: 1).description), "in": "customer", "put": ["city": "Lyon"]]
                ],
                "on": 1, "set": .int(number), "stamp": .string(stamp.description), "wall": 5,
            ]
        }
        #expect(ChangeSetLine.decode(set(ChangeSet.maximumNumber)) != nil)
        for number in [ChangeSet.maximumNumber + 1, .max, 0, -1] { #expect(ChangeSetLine.decode(set(number)) == nil) }
    }

    @Test func itStandsBesideTheSetAndIsNoPartOfIt() throws {
        let set = ChangeSet(
            number: 4, stamp: stamp, readThrough: 1, wallMilliseconds: 5,
            changes: [
                Change(
                    id: RecordID(high: 1, low: 1), collection: "customer",
                    writes: [Write(path: FieldPath(FieldName("city")), value: "Lyon")])
            ])
        let past = PastAnswer(sequence: 57, answer: .accepted, isCut: false)
        let line = ChangeSetLine.bytes(ChangeSetLine.bytes(set), was: past)
        let document = try JSONDocument(line)
        #expect(CanonicalJSON.bytes(try JSONParser.parse(line)) == line, "it is canonical")
        #expect(ChangeSetLine.decode(document).map { SetHash(of: $0) } == SetHash(of: set))
        #expect(ChangeSetLine.past(document) == .some(past))
        #expect(ChangeSetLine.past(try JSONDocument(ChangeSetLine.bytes(set))) == .some(nil))
        let wrong = Array(String(decoding: line, as: UTF8.self).replacing("57", with: "-57").utf8)
        #expect(ChangeSetLine.past(try JSONDocument(wrong)) == nil)
    }
}
