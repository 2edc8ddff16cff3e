import Foundation
import GRDB
import Synchronization
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync
import WaybookTesting

/// Lines that tell what is here of others' lost writes are never in each other's way, and go for one reason only.
@Suite struct WitnessBoundsTests {
    private let company: HealingCompany
    private let acme: RecordID
    private var bob: WaybookTesting.Laptop { company.laptops[1] }

    /// A customer of the backup and a set of Ann's of after it, which Bob has read; then the backup is put back.
    init() async throws {
        company = try HealingCompany(laptops: 2)
        let ann = company.laptops[0]
        acme = try company.create("Acme", on: ann)
        for laptop in company.laptops { try await company.sync(laptop) }
        try company.server.backUp("old.db")
        try company.write(acme, "city", "Nice", on: ann)
        for laptop in company.laptops { try await company.sync(laptop) }
    }

    /// Atoms of fields that no schema knows, as a server of another version had told them.
    private func feed(_ sizes: [Int], stamp: Stamp? = nil) -> FeedRecord {
        var record = VersionedRecord(id: acme, collection: "customer")
        let milliseconds = UInt64(company.clock.milliseconds)
        for (index, size) in sizes.enumerated() {
            let stamp = stamp ?? Stamp(milliseconds: milliseconds, counter: UInt16(index), replica: ReplicaID(1))
            record.atoms[FieldPath(FieldName("field\(index)"))] = Atom(
                value: .string(String(repeating: "x", count: size)), stamp: stamp, commit: 3)
        }
        return FeedRecord(record: record, unit: acme, isWhole: false)
    }

    private func put(_ feed: FeedRecord) throws {
        let line = Data(WitnessLine.bytes(of: .atoms(feed)))
        try bob.store.file.write {
            try $0.execute(
                sql: "INSERT INTO witness (id, unit, line) VALUES (?, ?, ?)",
                arguments: [Data(acme.bytes), Data(acme.bytes), line])
        }
    }

    private func told() throws -> (values: Set<String>, beyond: Int) {
        try company.server.service.file.read { db in
            let table = WitnessTable(db)
            return (Set(try table.open().map(\.path.text)), try table.count().beyond)
        }
    }

    // MARK: What is large

    @Test func aLargeRecordTakesSeveralLines() {
        let (parts, tooLarge) = WitnessLine.parts(of: feed(Array(repeating: 40_000, count: 60)))
        #expect(tooLarge == 0 && parts.map(\.atoms).reduce(0, +) == 60 && parts.count > 5)
        #expect(parts.allSatisfy { $0.bytes.count <= 256 << 10 })
        let many = WitnessLine.parts(of: feed(Array(repeating: 1, count: 1_201)))
        #expect(many.parts.map(\.atoms) == [500, 500, 201])
        #expect(WitnessLine.parts(of: feed([5, 6])).parts.map(\.atoms) == [2])
    }

    @Test func whatFitsInNoLineIsCountedAndNothingElse() throws {
        let (parts, tooLarge) = WitnessLine.parts(of: feed([10, 1 << 20, 700_000, 20]))
        #expect(tooLarge == 1 && parts.map(\.atoms) == [1, 1, 1])
        let told = try parts.flatMap { part -> [FieldPath] in
            guard case .record(let feed)? = ResponseLine(try JSONParser.parse(part.bytes)) else { return [] }
            return Array(feed.record.atoms.keys)
        }
        #expect(Set(told.map(\.text)) == ["field0", "field2", "field3"])
    }

    @Test func aLargeRowIsPutAsideInPartsAndTold() async throws {
        var row = feed(Array(repeating: 40_000, count: 40))
        row.isWhole = true
        row.record.atoms[FieldPath("name")] = Atom(
            value: "Acme", stamp: Stamp(milliseconds: 1_000, counter: 0, replica: ReplicaID(1)), commit: 1)
        try bob.store.take([.record(IncomingRecord(row))], checkpoint: "t", sequence: 3, at: bob.now)
        try company.server.putBack("old.db")
        try bob.store.rewind(
            to: ServerRewind(expected: 1, timeline: 1, lost: LostRange(fork: 1, start: 1 << 34, vetted: nil)),
            at: bob.now)
        try bob.store.gatherWitness()
        let lines = try bob.store.witnessLines(after: 0, limit: 100, maximumBytes: .max)
        #expect(lines.count > 4 && lines.allSatisfy { $0.content.count <= 256 << 10 })
        try await company.sync(bob)
        #expect(try told().values.count { $0.hasPrefix("field") } == 40)
        #expect(try !bob.store.hasWitness())
    }

    @Test func nothingBlocksWhatIsBehindIt() async throws {
        try company.server.putBack("old.db")
        try await company.sync(bob)
        let before = try told().values
        // As a program of before wrote them: one line a record, whatever its size.
        try put(feed(Array(repeating: 40_000, count: 40)))
        try put(feed([3 << 20]))
        try put(
            feed(
                [0, 1],
                stamp: Stamp(milliseconds: UInt64(company.clock.milliseconds), counter: 900, replica: ReplicaID(1))))
        #expect(try await company.sync(bob).ending == .upToDate)
        let after = try told()
        #expect(after.values.subtracting(before).count == 40 && after.beyond == 1)
        #expect(try !bob.store.hasWitness())
    }

    // MARK: What a server does not take

    @Test func onlyARequestWithoutLinesShowsThatTheyAreWhy() async throws {
        try company.server.putBack("old.db")
        try await company.sync(bob)
        try put(feed([1]))
        let (transport, bob) = (RefusingTransport(), bob)
        let engine = SyncEngine(
            bob.store, over: transport, .init(now: { bob.now }, random: { 1 }, pause: { _ in }))
        let report = try await engine.synchronise()
        guard case .stopped(.problem(let problem)) = report.ending else {
            Issue.record("\(report.ending)")
            return
        }
        #expect(problem.refusal == .badRequest)
        #expect(transport.requests.withLock { $0.map { $0.contains("\"witness\"") } } == [true, false])
        #expect(try bob.store.hasWitness(), "the lines were not why")
        #expect(try bob.store.syncLog().allSatisfy { $0.kind != .witnessGivenUp })
    }

    @Test func givenUpItIsInTheLog() async throws {
        try company.server.putBack("old.db")
        try await company.sync(bob)
        try company.tables(bob, "INSERT INTO witness (line) VALUES (CAST('{\"beyond\":\"x\"}' AS BLOB))")
        #expect(try await company.sync(bob).ending == .upToDate)
        #expect(try !bob.store.hasWitness())
        #expect(try bob.store.syncLog().contains { $0.kind == .witnessGivenUp && $0.count == 1 })
    }

    @Test func howFarItIsIsTold() async throws {
        for number in 0..<1_100 { try company.create("C\(number)", on: company.laptops[0]) }
        for laptop in [company.laptops[0], company.laptops[0], bob] { try await company.sync(laptop) }
        try company.server.putBack("old.db")
        try bob.store.rewind(
            to: ServerRewind(expected: 1, timeline: 1, lost: LostRange(fork: 1, start: 1 << 34, vetted: nil)),
            at: bob.now)
        var told: [WitnessProgress] = []
        try bob.store.gatherWitness { told.append($0) }
        #expect(told.count == 3 && told.last.map { $0.rows == $0.total } == true)
        #expect(told.map(\.rows) == told.map(\.rows).sorted())
    }
}

/// To a server at the other end every request is malformed.
private final class RefusingTransport: ExchangeTransport {
    // A class, because it remembers what it was given.
    let requests = Mutex<[String]>([])

    func exchange(_ session: ExchangeSession) async throws {
        var bytes: [UInt8] = []
        while let chunk = try session.nextRequestChunk() { bytes += chunk }
        requests.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        throw TransportFailure.refused(Problem(.badRequest))
    }

    func newReplica() async throws -> ReplicaID { throw TransportFailure.unreachable }
}
