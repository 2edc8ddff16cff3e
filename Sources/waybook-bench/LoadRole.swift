import Foundation
import Synchronization
import WaybookModel
import WaybookProtocol

/// Many laptops at once, each pushing one change at a time over a connection that stays open. Measures from the first
/// byte of the request to the last of the answer: then the change is durable at the server.
struct LoadRole {
    private let options: Options

    init(_ options: Options) { self.options = options }

    func run() throws {
        let (clients, rounds) = (try options.number("clients"), try options.number("rounds"))
        let base = try options.number("replica")
        let gathered = Mutex((samples: Samples(), failures: [String]()))
        let group = DispatchGroup()
        let start = Machine.seconds
        for client in 0..<clients {
            group.enter()
            let thread = Thread { [options] in
                defer { group.leave() }
                do {
                    var laptop = try PushingLaptop(options, replica: base + client)
                    let samples = try laptop.push(rounds: rounds)
                    gathered.withLock { $0.samples = $0.samples + samples }
                } catch {
                    gathered.withLock { $0.failures.append("\(error)") }
                }
            }
            thread.start()
        }
        group.wait()
        let (samples, failures) = gathered.withLock { $0 }
        if let failure = failures.first { throw Failure(failure) }
        var figures = Figures()
        figures["p50"] = samples.quantile(0.5)
        figures["p99"] = samples.quantile(0.99)
        figures["perSecond"] = Double(clients * (rounds + 1)) / (Machine.seconds - start)
        print(try figures.line)
    }
}

private struct PushingLaptop {
    let wire: Wire
    let replica: ReplicaID
    let id: RecordID
    let coding: ContentCoding
    var number: Int64 = 0
    var last: Stamp?

    init(_ options: Options, replica: Int) throws {
        wire = try Wire.connect(try options.text("socket"))
        self.replica = ReplicaID(UInt32(replica))
        id = Workload.id(10_000_000 + replica)
        coding = options.coding
    }

    /// Creates one record, then changes one field of it in every round; only the rounds are timed.
    mutating func push(rounds: Int) throws -> Samples {
        defer { wire.close() }
        var samples = Samples()
        try push(writes: Workload.creation(10_000_000 + Int(replica.number)).writes)
        for round in 0..<rounds {
            let start = Machine.seconds
            try push(writes: [Write(path: FieldPath("city"), value: .string("Lyon \(round)"), base: last)])
            samples.add(seconds: Machine.seconds - start)
        }
        return samples
    }

    private mutating func push(writes: [Write]) throws {
        number += 1
        let now = UInt64(Date().timeIntervalSince1970 * 1_000)
        let stamp = Stamp(milliseconds: max(now, (last?.milliseconds ?? 0) + 1), counter: 0, replica: replica)
        let hello = Hello(
            schemaVersion: 1, replica: replica, wallMilliseconds: Int64(now), checkpoint: nil, lastSet: number,
            answered: number - 1, pulls: false)
        let change = Change(id: id, collection: Workload.collection, isCreating: number == 1, writes: writes)
        let set = ChangeSet(
            number: number, stamp: stamp, readThrough: 0, wallMilliseconds: Int64(now), changes: [change])
        last = stamp
        let body = CanonicalJSON.bytes(hello.value) + [0x0A] + ChangeSetLine.bytes(set) + [0x0A]
        let answer = String(decoding: try exchange(body), as: UTF8.self)
        guard answer.contains("{\"applied\":[\(number),\(number)]}"), answer.contains("{\"end\":true}") else {
            throw Failure("not applied: \(answer)")
        }
    }

    private func exchange(_ body: [UInt8]) throws -> [UInt8] {
        try wire.send(Array("exchange \(replica) \(coding.rawValue)".utf8))
        var compressor = try Compressor(coding)
        try wire.send(try compressor.compress(body) + compressor.finish())
        try wire.send([])
        var decompressor = try Decompressor(coding, limit: DecompressionLimit(totalBytes: 1 << 20, ratio: 2_000))
        var answer: [UInt8] = []
        while let frame = try wire.receive(), !frame.isEmpty {
            try decompressor.feed(frame)
            while let piece = try decompressor.next() { answer += piece }
        }
        return answer
    }
}
