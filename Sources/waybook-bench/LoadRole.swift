import AsyncHTTPClient
import Foundation
import NIOCore
import WaybookClient
import WaybookModel
import WaybookProtocol

/// Many laptops at once, each pushing one change at a time over a connection that stays open. Measures from the request
/// to the last byte of the answer: then the change is durable at the server. The laptops keep no store: what is measured
/// is HTTP and the server.
struct LoadRole {
    private let options: Options

    init(_ options: Options) { self.options = options }

    func run() async throws {
        let (clients, rounds) = (try options.number("clients"), try options.number("rounds"))
        let address = try ServerAddress(try options.text("server"))
        let connection = try ServerConnection(address)
        var laptops: [PushingLaptop] = []
        for index in 0..<clients { laptops.append(try await PushingLaptop(connection, index)) }
        let start = Machine.seconds
        let samples = try await withThrowingTaskGroup(of: Samples.self) { group in
            for laptop in laptops {
                group.addTask {
                    var laptop = laptop
                    return try await laptop.push(rounds: rounds)
                }
            }
            return try await group.reduce(Samples()) { $0 + $1 }
        }
        var figures = Figures()
        figures["p50"] = samples.quantile(0.5)
        figures["p99"] = samples.quantile(0.99)
        figures["perSecond"] = Double(clients * (rounds + 1)) / (Machine.seconds - start)
        print(try figures.line)
        // A person may have so many devices and no more.
        for laptop in laptops { try await laptop.signOut() }
        await connection.close()
    }
}

private struct PushingLaptop {
    private let connection: ServerConnection
    private let token: String
    private let replica: ReplicaID
    private let owner: RecordID
    private var number: Int64 = 0
    private var last: Stamp?
    private var id: RecordID { Workload.id(10_000_000 + Int(replica.number)) }

    /// Signs a device in.
    init(_ connection: ServerConnection, _ index: Int) async throws {
        let answer = try await connection.signIn(
            SignInRequest(
                email: ServerProcess.repEmail, password: ServerProcess.password, device: "Bench \(index)"))
        guard let owner = RecordID(answer.user) else { throw Failure("signed in as nobody") }
        (self.connection, token, replica, self.owner) = (connection, answer.token, ReplicaID(answer.replica), owner)
    }

    func signOut() async throws { try await connection.signOut(token: token) }

    /// Creates one record, then changes one field of it in every round; only the rounds are timed.
    mutating func push(rounds: Int) async throws -> Samples {
        var samples = Samples()
        try await push(writes: Workload.creation(10_000_000 + Int(replica.number), owner: owner).writes)
        for round in 0..<rounds {
            let start = Machine.seconds
            try await push(writes: [Write(path: FieldPath("city"), value: .string("Lyon \(round)"), base: last)])
            samples.add(seconds: Machine.seconds - start)
        }
        return samples
    }

    private mutating func push(writes: [Write]) async throws {
        number += 1
        let now = UInt64(Date().timeIntervalSince1970 * 1_000)
        let stamp = Stamp(milliseconds: max(now, (last?.milliseconds ?? 0) + 1), counter: 0, replica: replica)
        let hello = Hello(
            schemaVersion: Workload.schema.version, replica: replica, wallMilliseconds: Int64(now), checkpoint: nil,
            lastSet: number, answered: number - 1, pulls: false)
        let change = Change(id: id, collection: Workload.collection, isCreating: number == 1, writes: writes)
        let set = ChangeSet(
            number: number, stamp: stamp, readThrough: 0, wallMilliseconds: Int64(now), changes: [change])
        last = stamp
        let body = CanonicalJSON.bytes(hello.value) + [0x0A] + ChangeSetLine.bytes(set) + [0x0A]
        let answer = String(decoding: try await exchange(body), as: UTF8.self)
        guard answer.contains("{\"applied\":[\(number),\(number)]}"), answer.contains("\"end\":true}") else {
            throw Failure("not applied: \(answer)")
        }
    }

    /// One exchange as the product's transport makes it.
    private func exchange(_ body: [UInt8]) async throws -> [UInt8] {
        var compressor = try Compressor(.zstdShared)
        var request = connection.exchangeRequest(token: token, coding: .zstdShared)
        request.body = .bytes(ByteBuffer(bytes: try compressor.compress(body) + compressor.finish()))
        let response = try await connection.client.execute(request, timeout: .seconds(60))
        guard response.status == .ok else { throw Failure("the server answered \(response.status)") }
        var decompressor = try Decompressor(.zstdShared, limit: DecompressionLimit(totalBytes: 1 << 20, ratio: 2_000))
        var answer: [UInt8] = []
        for try await buffer in response.body {
            try decompressor.feed(Array(buffer.readableBytesView))
            while let piece = try decompressor.next() { answer += piece }
        }
        return answer
    }
}
