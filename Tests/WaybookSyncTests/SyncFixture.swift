import Foundation
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookSync

let syncSchema = Schema(
    version: 1,
    collections: [
        CollectionSchema(
            "customer", "Customer", "客户", title: "name", list: ["name"],
            access: .directory,
            fields: [
                FieldSchema("name", .text(maximum: 120), .register, "Name", "名称", required: true, searched: true),
                FieldSchema("city", .text(maximum: 80), .register, "City", "城市"),
            ])
    ])

let noon: Int64 = 1_763_700_000_000
let noonReading = ClientTime(wallMilliseconds: noon, bootMilliseconds: 1_000, bootID: "a")

/// A folder of its own for one test, removed at its end.
final class Folder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("waybook-sync-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A replica on a real file.
final class Laptop {
    private let folder: Folder
    let store: ClientStore

    private var path: String { folder.path + "/store.db" }

    /// A replica on a copy of another one's file, which is closed.
    init(copyOf other: Laptop) throws {
        folder = try Folder()
        try FileManager.default.copyItem(atPath: other.path, toPath: folder.path + "/store.db")
        store = try ClientStore(path: folder.path + "/store.db", schema: syncSchema)
    }

    init(_ replica: ReplicaID = ReplicaID(7)) throws {
        folder = try Folder()
        store = try ClientStore(path: folder.path + "/store.db", schema: syncSchema)
        try store.adopt(replica)
    }

    @discardableResult
    func add(_ name: String, id: RecordID) throws -> RecordID {
        let writes = [Write(path: FieldPath("name"), value: .string(name))]
        let change = Change(id: id, collection: "customer", isCreating: true, writes: writes)
        _ = try store.edit(UserAction([change]), at: noonReading)
        return id
    }

    func write(_ id: RecordID, city: String) throws {
        let write = Write(path: FieldPath("city"), value: .string(city))
        _ = try store.edit(
            UserAction([Change(id: id, collection: "customer", writes: [write])]), at: noonReading)
    }

    func city(_ id: RecordID) throws -> Value? { try store.record(id)?.record["city"] }

    func session(pulls: Bool = true, limits: ExchangeLimits = .standard) throws -> ExchangeSession {
        try ExchangeSession(store, plan: .init(pulls: pulls, limits: limits), now: noonReading)
    }
}

func identity(_ number: UInt64) -> RecordID { RecordID.version7(milliseconds: UInt64(noon), random: (number, number)) }

func stamp(_ milliseconds: Int64, _ replica: UInt32 = 8) -> Stamp {
    Stamp(milliseconds: UInt64(noon + milliseconds), counter: 0, replica: ReplicaID(replica))
}

func head(sequence: Int64 = 10, epoch: String = "epoch", limits: ExchangeLimits = .standard) -> ResponseLine {
    .head(
        Head(
            epoch: epoch, timeline: 0, sequence: sequence, offsetMilliseconds: 500, schemaVersion: 1, limits: limits))
}

func whole(_ id: RecordID, name: String, at sequence: Int64, stamp written: Stamp = stamp(0)) -> ResponseLine {
    var record = VersionedRecord(id: id, collection: "customer")
    record.atoms[FieldPath("name")] = Atom(value: .string(name), stamp: written, commit: sequence)
    return .record(FeedRecord(record: record, unit: id, isWhole: true))
}

func checkpoint(_ sequence: Int64) -> ResponseLine { .checkpoint(token: "token-\(sequence)", sequence: sequence) }

func bytes(_ lines: [ResponseLine]) -> [UInt8] { lines.flatMap { $0.bytes + [UInt8(ascii: "\n")] } }

extension ExchangeSession {
    /// The whole request, line by line.
    func request() throws -> [Value] {
        var body: [UInt8] = []
        while let chunk = try nextRequestChunk() { body += chunk }
        return try body.split(separator: UInt8(ascii: "\n")).map { try JSONParser.parse($0) }
    }
}

/// A server that plays prepared answers, one an exchange, and keeps what it was sent.
final class ScriptedServer: ExchangeTransport {
    enum Answer: Sendable {
        case lines([ResponseLine])
        /// The first so many bytes of them.
        case cut([ResponseLine], after: Int)
        case failure(TransportFailure)
        /// Composed from the request's lines.
        case made(@Sendable ([Value]) -> [ResponseLine])
    }

    private struct State {
        var answers: [Answer]
        var requests: [[Value]] = []
        var numbers: [UInt32] = [100, 101, 102, 103]
    }

    private let state: Mutex<State>

    init(_ answers: [Answer]) { state = Mutex(State(answers: answers)) }

    var requests: [[Value]] { state.withLock { $0.requests } }

    func exchange(_ session: ExchangeSession) async throws {
        let request = try session.request()
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answers.isEmpty ? .failure(.unreachable) : state.answers.removeFirst()
        }
        switch answer {
        case .lines(let lines): try session.receive(bytes(lines))
        case .cut(let lines, let count): try session.receive(bytes(lines).prefix(count))
        case .failure(let failure): throw failure
        case .made(let compose): try session.receive(bytes(compose(request)))
        }
    }

    func newReplica() async throws -> ReplicaID { state.withLock { ReplicaID($0.numbers.removeFirst()) } }
}

/// Answers every set of a request as applied and ends.
func applyingAll(_ request: [Value], _ limits: ExchangeLimits = .standard) -> [ResponseLine] {
    let numbers = request.dropFirst().compactMap { $0.entries?["set"]?.integer }
    let pulls = request[0].entries?["hello"]?.entries?["pull"]?.boolean ?? false
    let applied = numbers.first.flatMap { first in numbers.last.map { ResponseLine.applied(first: first, last: $0) } }
    return [head(limits: limits)] + (applied.map { [$0] } ?? []) + (pulls ? [checkpoint(10)] : []) + [
        .end(readable: nil)
    ]
}

/// Notes the pauses instead of taking them.
final class Pauses: Sendable {
    private let list = Mutex<[Int64]>([])
    var milliseconds: [Int64] { list.withLock { $0 } }

    var surroundings: SyncEngine.Surroundings {
        SyncEngine.Surroundings(
            now: { noonReading }, random: { 7 },
            pause: { milliseconds in self.list.withLock { $0.append(milliseconds) } })
    }
}
