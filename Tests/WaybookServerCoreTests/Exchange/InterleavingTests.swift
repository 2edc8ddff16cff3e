import Testing
import WaybookModel
import WaybookTesting
import WaybookProtocol

@testable import WaybookServerCore

/// Random histories of three laptops, cut and interrupted anywhere. Each failure names its seed.
@Suite struct InterleavingTests {
    @Test func whateverHappensInBetweenLaptopsThatHaveReadEverythingHoldWhatTheServerHolds() throws {
        for seed in UInt64(1)...150 {
            var history = try RandomHistory(seed: seed)
            for _ in 0..<40 { try history.step() }
            let differences = try history.settle()
            #expect(differences.isEmpty, "seed \(seed): \(differences)")
        }
    }

    @Test func everyOpenConflictIsListedOnceAndItsRecordSaysSo() throws {
        for seed in UInt64(1_000)...1_040 {
            var history = try RandomHistory(seed: seed)
            for _ in 0..<40 { try history.step() }
            let records = try history.workspace.records()
            let listed = records.values.filter { $0.collection == ConflictRecord.collection }
            let open = Set(listed.filter { $0[ConflictRecord.Field.status] == "open" }.map(\.id))
            var found: [RecordID] = []
            for id in records.keys { found += try history.workspace.conflicts(id).map(\.id) }
            #expect(found.count == Set(found).count && Set(found) == open, "seed \(seed)")
        }
    }
}

/// One random history.
struct RandomHistory {
    let workspace: Workspace
    var random: SeededRandom
    var laptops: [Laptop]
    var ids: [RecordID] = []

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        workspace = try Workspace(pageRows: Int.random(in: 1...5, using: &random))
        let skews: [Int64] = [0, 0, -90_000, 60_000, 400_000, -31_536_000_000, 31_536_000_000]
        laptops = []
        for number in UInt32(1)...3 {
            laptops.append(Laptop(workspace, number, skew: skews.randomElement(using: &random) ?? 0))
        }
    }

    mutating func step() throws {
        workspace.clock.advance(UInt64.random(in: 0...5_000, using: &random))
        guard let laptop = laptops.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<6: write(laptop)
        case 6: _ = try laptop.sync(losesAnswer: true)
        default: try sync(laptop)
        }
    }

    private mutating func write(_ laptop: Laptop) {
        let known = ids.filter { laptop.shown($0).atoms.isEmpty == false }
        guard let id = known.randomElement(using: &random), Int.random(in: 0..<6, using: &random) > 0 else {
            let id = laptop.create(["name": "one"])
            ids.append(id)
            ids.append(laptop.create(["customer": .string(id.description), "name": "child"], in: "contact"))
            return
        }
        let value = Value.string(["won", "open", "lost"].randomElement(using: &random) ?? "")
        let collection = laptop.shown(id).collection
        let open = laptop.state.rows.values.filter { record in
            record[ConflictRecord.Field.about]?.text == id.description
                && record[ConflictRecord.Field.status] == "open"
        }
        if laptop.shown(id).isDeleted {
            if Bool.random(using: &random) { laptop.restore(id) }
            return
        }
        if let conflict = open.sorted(by: { $0.id < $1.id }).randomElement(using: &random),
            let path = conflict[ConflictRecord.Field.path]?.text, Bool.random(using: &random)
        {
            laptop.edit(id, [path: path == "$life" ? "alive" : value], resolves: [conflict.id])
            return
        }
        if Int.random(in: 0..<8, using: &random) == 0 { return laptop.delete(id) }
        guard collection == "customer" else { return _ = laptop.edit(id, ["name": value]) }
        let lines = (0..<4).map { $0 == Int.random(in: 0..<4, using: &random) ? value.text ?? "" : "line \($0)" }
        let writes: [[String: Value?]] = [
            ["name": value], ["city": value, "mood": value], ["stage": value], ["tags/a": "A"], ["tags/a": nil],
            ["phones/+1": ["street": value], "phones/+1/optOut": true], ["phones/+1": nil],
            ["notes": .string(lines.joined(separator: "\n"))], ["owner": value], ["code": value], ["score": 99],
        ]
        laptop.edit(id, writes.randomElement(using: &random) ?? [:])
    }

    private mutating func sync(_ laptop: Laptop) throws {
        let (pulls, partly) = (Int.random(in: 0..<4, using: &random) > 0, Int.random(in: 0..<3, using: &random) == 0)
        let first = partly ? Int.random(in: 0...laptop.state.outbox.count, using: &random) : nil
        var cut = Int.random(in: 0..<3, using: &random) == 0 ? Int.random(in: 0..<4, using: &random) : .max
        let others = laptops.filter { $0 !== laptop }
        let busy = Bool.random(using: &random)
        var random = random
        try laptop.sync(pulls: pulls, first: first, chunkBytes: 1 << 12) { page in
            if busy, let other = others.randomElement(using: &random) { try other.sync(pulls: false) }
            cut -= 1
            if cut < 0 { throw Workspace.Cut() }
        }
        self.random = random
    }

    /// Lets everybody read everything, and tells where they differ from the server.
    func settle() throws -> [String] {
        for _ in 0..<2 {
            for laptop in laptops { try laptop.sync() }
        }
        let records = try workspace.records()
        var differences: [String] = []
        for laptop in laptops {
            if !laptop.state.outbox.isEmpty { differences.append("laptop \(laptop.state.replica) has unsent sets") }
            for (id, record) in records {
                let (mine, theirs) = (laptop.state.rows[id], RecordEncoding.canonicalBytes(record))
                if let mine, RecordEncoding.canonicalBytes(mine) == theirs { continue }
                if mine == nil, record.isDeleted { continue }
                let text = mine.map { String(decoding: RecordEncoding.canonicalBytes($0), as: UTF8.self) } ?? "nothing"
                differences.append(
                    "laptop \(laptop.state.replica) holds \(text), server \(String(decoding: theirs, as: UTF8.self))")
            }
        }
        return differences
    }
}
