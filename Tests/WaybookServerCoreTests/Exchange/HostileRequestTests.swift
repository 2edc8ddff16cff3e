import Testing
import WaybookModel
import WaybookTesting
import WaybookProtocol

@testable import WaybookServerCore

/// Nothing that comes in stops the server, or changes anything that it should not.
@Suite struct HostileRequestTests {
    let workspace: Workspace
    let ann: Laptop
    let id: RecordID

    init() throws {
        workspace = try Workspace()
        ann = Laptop(workspace, 1)
        id = ann.create(["name": "Acme", "city": "Lyon"])
        try ann.sync()
    }

    private func problem(_ lines: [String]) -> Problem? {
        do {
            let body = lines.map { $0 + "\n" }.joined()
            _ = try workspace.exchange(ReplicaID(1), body: Array(body.utf8))
            return nil
        } catch { return error as? Problem }
    }

    private func hello(last: Int64 = 9) -> String {
        #"{"hello":{"answered":1,"last":\#(last),"protocol":[5,5],"replica":1,"schema":1,"wall":1795293000000}}"#
    }

    private func set(_ changes: String, stamp: Stamp? = nil, more: String = "") -> String {
        let stamp = stamp ?? Stamp(milliseconds: Workspace.start + 500, counter: 0, replica: ReplicaID(1))
        return #"{"changes":[\#(changes)],"on":0,"set":2,"stamp":"\#(stamp)","wall":0\#(more)}"#
    }

    @Test func malformedHellosAreRefused() throws {
        let hellos = [
            "", "{}", "[]", "null", #"{"hello":1}"#, hello().replacing("\"wall\"", with: "\"last\""),
            hello().replacing("1795293000000", with: "9223372036854775808"),
            hello().replacing("1795293000000", with: "1e3"), hello().replacing("[5,5]", with: "[2,1]"),
            hello().replacing("[5,5]", with: "[1]"), hello().replacing("\"answered\":1", with: "\"answered\":10"),
            hello().replacing("\"answered\":1", with: "\"answered\":-1"),
            hello().replacing("\"replica\":1", with: "\"replica\":-1"),
            hello().replacing("\"replica\":1", with: "\"replica\":4294967296"), hello() + "x", "\u{0}",
        ]
        for hello in hellos { #expect(problem([hello]) == Problem(.badRequest), "\(hello)") }
        #expect(problem([hello().replacing("[5,5]", with: "[\(Hello.protocolVersion + 1),99]")]) == Problem(.upgrade))
        #expect(problem([hello().replacing("\"replica\":1", with: "\"replica\":2")]) == Problem(.fork))
    }

    @Test func wallTimesAtTheEndsOf64BitsAreHarmless() throws {
        for wall in [Int64.min, -1, 0, .max] {
            let line = hello().replacing("1795293000000", with: "\(wall)")
            #expect(problem([line]) == nil)
        }
    }

    @Test func malformedSetsAreRefusedAndLeaveNothing() throws {
        let good = #"{"id":"\#(id)","in":"customer","put":{"city":"Rome"}}"#
        let before = try workspace.dump()
        let sets = [
            "{}", "7", "{", set(""), set(good + "," + good), set(good.replacing("customer", with: "no such")),
            set(good.replacing("city", with: "")), set(good.replacing("city", with: "a/b/c/d")),
            set(good.replacing("city", with: String(repeating: "c", count: 65))),
            set(good.replacing("city", with: "tags/" + String(repeating: "k", count: 508))),
            set(good.replacing("city", with: "tags/~2")), set(good.replacing("city", with: "$life/x")),
            set(good.replacing("\"Rome\"", with: "1.5")), set(good.replacing("\"Rome\"", with: "\"\\ud800\"")),
            set(good.replacing("\"Rome\"", with: "\"\\u0000\"")),
            set(good.replacing("\"Rome\"", with: String(repeating: "[", count: 40))),
            set(good.replacing(#"{"city":"Rome"}"#, with: #"{"city":"a","city":"b"}"#)),
            set(good.replacing(#""put""#, with: #""new":1,"put""#)),
            set(good.replacing(#""put""#, with: #""base":"x","put""#)),
            set(good.replacing(#""put""#, with: #""base":{"city":"x"},"put""#)),
            set(good.replacing(#"{"city":"Rome"}"#, with: "{}")),
            set(good.replacing(#"{"id":"\#(id)""#, with: #"{"id":"\#(id.description.uppercased())""#)),
            set(good, more: #","resolves":"x""#), set(good, more: #","resolves":["x"]"#),
            set(good).replacing(#""on":0"#, with: #""on":-1"#), set(good).replacing(#""set":2"#, with: #""set":0"#),
            set(good).replacing(#""set":2"#, with: #""set":-9223372036854775808"#),
            set(good).replacing(#""stamp":""#, with: #""stamp":"é"#),
        ]
        for line in sets { #expect(problem([hello(), line]) == Problem(.badRequest), "\(line.prefix(200))") }
        let after = try workspace.dump()
        #expect(before == after)
        #expect(problem([hello(), set(good)]) == nil)
    }

    @Test func numbersAtTheEndsOf64BitsAreHarmless() throws {
        let good = #"{"id":"\#(id)","in":"customer","put":{"city":"Rome","score":9223372036854775807}}"#
        let line = set(good).replacing(#""on":0"#, with: #""on":9223372036854775807"#)
            .replacing(#""wall":0"#, with: #""wall":-9223372036854775808"#)
        #expect(problem([hello(), line]) == nil)
        let most = ChangeSet.maximumNumber
        #expect(problem([hello(last: .max), line]) == Problem(.badRequest))
        #expect(problem([hello(), line.replacing(#""set":2"#, with: "\"set\":\(most + 1)")]) == Problem(.badRequest))
        let far = line.replacing(#""set":2"#, with: "\"set\":\(most)")
        let answer = try workspace.exchange(ReplicaID(1), body: Array((hello(last: most) + "\n" + far + "\n").utf8))
        #expect(String(decoding: answer, as: UTF8.self).contains(#"{"error":{"code":"gap","expected":3}}"#))
    }

    @Test func stampsAtTheEndsOfTheirRangeAreHarmless() throws {
        for (number, milliseconds) in [UInt64(0), Stamp.latestMilliseconds].enumerated() {
            let stamp = Stamp(milliseconds: milliseconds, counter: 0x7FFF, replica: ReplicaID(1))
            let good = #"{"base":"zzzzzzzzzzzzzzzz","id":"\#(id)","in":"customer","put":{"city":"Rome\#(number)"}}"#
            let line = set(good, stamp: stamp).replacing(#""set":2"#, with: "\"set\":\(2 + number)")
            #expect(problem([hello(), line]) == nil)
        }
        let present = try #require(try workspace.atom(id, "city"))
        #expect(present.stamp.milliseconds <= workspace.clock.now + 120_000)
    }

    @Test func limitsOfLinesSetsAndBodiesAreKeptAndNamed() throws {
        let long = String(repeating: "x", count: 1 << 20)
        #expect(
            problem([hello(), set(#"{"id":"\#(id)","in":"customer","put":{"blob":"\#(long)"}}"#)])
                == Problem(.tooLarge, maximum: 1 << 20))
        #expect(problem([hello(), long + long]) == Problem(.tooLarge, maximum: 1_052_672))
        var limits = ExchangeLimits.standard
        limits.requestSets = 2
        limits.requestBytes = 5_000
        let small = try Workspace(limits: limits)
        let bob = Laptop(small, 2)
        for _ in 0..<3 { bob.create(["name": "x"]) }
        #expect(throws: Problem(.tooLarge, maximum: 2)) { try bob.sync() }
        bob.state.outbox = [bob.make([bob.change(id, ["a": .string(String(repeating: "x", count: 5_000))])])]
        #expect(throws: Problem(.tooLarge, maximum: 5_000)) { try bob.sync() }
    }

    @Test func aSetOfTooManyWritesIsRefusedAndOneOfAThousandIsTaken() throws {
        func writes(_ count: Int) -> [String: Value?] {
            Dictionary(uniqueKeysWithValues: (0..<count).map { ("tags/k\($0)", Value.string("v")) })
        }
        ann.edit(id, writes(1_000))
        #expect(try ann.sync() == nil)
        #expect(ann.verdictLines == [.applied(first: 2, last: 2)])
        ann.edit(id, writes(1_001))
        #expect(throws: Problem(.badRequest)) { try ann.sync() }
    }

    @Test func invalidValuesAreRefusedWithRuleAndPathAndEverythingElseGoesThrough() throws {
        let cases: [(String, Value?, RefusalRule)] = [
            ("city", 7, .type), ("city", .string(String(repeating: "x", count: 101)), .limit), ("score", 11, .limit),
            ("score", "x", .type), ("rank", 1, .access), ("name", .null, .required), ("tags", [], .path),
            ("city/x", "y", .path), ("tags/e\u{301}", "x", .path), ("city", nil, .path), ("$life", "zombie", .type),
        ]
        for (path, value, rule) in cases {
            let number = ann.edit(id, [path: value]).number
            let next = ann.edit(id, ["mood": .string("\(number)")]).number
            try ann.sync()
            #expect(
                ann.state.verdicts[number] == .rejected(Refusal(rule: rule, record: id, path: FieldPath(path))),
                "\(path)")
            #expect(ann.state.verdicts[next] == .accepted(stamp: nil, outcomes: []))
        }
        let nameless = ann.create(["city": "x"])
        try ann.sync()
        #expect(
            ann.state.verdicts[ann.state.lastSet]
                == .rejected(Refusal(rule: .required, record: nameless, path: FieldPath("name"))))
    }

    @Test func noSetMakesARecordThatNobodyCanRead() throws {
        let bob = Laptop(workspace, 2)
        let many = Value.list(Array(repeating: 1, count: 150_000))
        ann.edit(id, ["one": many])
        ann.edit(id, ["two": many])
        try ann.sync()
        #expect(ann.state.verdicts[2] == .rejected(Refusal(rule: .limit, record: id, path: FieldPath("one"))))
        for round in 0..<15 {
            ann.edit(
                id, Dictionary(uniqueKeysWithValues: (0..<1_000).map { ("tags/\(round)k\($0)", Value.string("v")) }))
        }
        try ann.sync(pulls: false)
        #expect(ann.state.verdicts.values.contains(.rejected(Refusal(rule: .limit, record: id, path: nil))))
        try bob.sync()
        bob.edit(id, ["city": "Rome"])
        try bob.sync()
        let carl = Laptop(workspace, 3)
        try carl.sync()
        #expect(carl.state.rows[id]?.atoms.isEmpty == false)
        ann.delete(id)
        try ann.sync()
        #expect(ann.state.outbox.isEmpty)
    }

    @Test func manyRecordsInOneSequenceAreToldInOnePageBehindTheOther() throws {
        let workspace = try Workspace(pageRows: 3)
        let (ann, bob) = (Laptop(workspace, 1), Laptop(workspace, 2))
        ann.make((0..<1_000).map { ann.change(RecordID(high: 7, low: UInt64($0)), ["name": "x"], new: true) })
        ann.make((0..<1_000).map { ann.change(RecordID(high: 7, low: UInt64($0)), ["city": "y"]) })
        try ann.sync()
        try bob.sync()
        #expect(bob.state.rows.count == 1_000 && bob.state.rows.values.allSatisfy { $0["city"] == "y" })
    }

    @Test func aRequestThatEndsInTheMiddleOfALineIsRefused() throws {
        #expect(throws: Problem(.badRequest)) {
            try workspace.exchange(ReplicaID(1), body: Array((hello() + "\n{\"changes\":").utf8))
        }
        #expect(throws: Problem(.badRequest)) { try workspace.exchange(ReplicaID(1), body: []) }
    }

    @Test func randomBytesNeverStopTheServer() throws {
        var random = SeededRandom(seed: 3)
        let good = Array((hello() + "\n" + set(#"{"id":"\#(id)","in":"customer","put":{"city":"Rome"}}"#) + "\n").utf8)
        for _ in 0..<3_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: index)
                }
            }
            do { _ = try workspace.exchange(ReplicaID(1), body: bytes) } catch { #expect(error is Problem) }
        }
        #expect(try workspace.row(id) != nil)
    }

    @Test func errorsCarryNothingOfWhatWasSent() throws {
        let secret = "Hildegard"
        let lines = [
            set(#"{"id":"\#(id)","in":"customer","put":{"\#(secret)/\#(secret)/\#(secret)/x":"\#(secret)"}}"#),
            "{\"\(secret)\"", set(#"{"id":"\#(secret)","in":"customer","put":{"city":"\#(secret)"}}"#),
        ]
        for line in lines {
            let found = try #require(problem([hello(), line]))
            #expect(
                !"\(found)".contains(secret) && !String(decoding: found.json(.english), as: UTF8.self).contains(secret))
        }
        ann.edit(id, ["score": .string(secret)])
        try ann.sync()
        #expect(!String(decoding: ann.wire.answer, as: UTF8.self).contains(secret))
    }
}
