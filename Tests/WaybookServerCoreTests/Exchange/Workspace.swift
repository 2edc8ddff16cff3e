import Foundation
import GRDB
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// A server for one test: the real service on a real file in a folder of its own, with a wall clock that the test sets.
final class Workspace: Sendable {
    // A class: the clock that the service's closure reads and the file that goes at the end are shared.

    static let start: UInt64 = 1_795_293_000_000
    static let epoch = "0198c2ef-0000-7000-8000-000000000001"
    static let secret = [UInt8](repeating: 7, count: 32)

    let folder: String
    let service: ExchangeService
    let ledger: SecurityLedger?
    private let wall: Mutex<UInt64>
    /// The people behind replicas; a replica without one is an administrator's.
    private let people = Mutex<[ReplicaID: RecordID]>([:])

    init(
        pageRows: Int = 1_000, limits: ExchangeLimits = .standard, schema: Schema = TestSchema.schema,
        folder given: String? = nil, ledger: SecurityLedger? = nil
    ) throws {
        self.ledger = ledger
        let name = "waybook-exchange-\(UUID().uuidString)"
        let path = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().appendingPathComponent(name).path
        folder = given ?? path
        let file = try StoreFile(
            path: folder + "/server.db", role: .server, migrations: ServerSchema.migrations)
        let isFresh = try file.read { try ServerRows($0).text("epoch") == nil }
        if isFresh {
            try file.write { try ExchangeService.initialise($0, epoch: Self.epoch, secret: Self.secret) }
        }
        let clock = SharedClock(Self.start)
        self.clock = clock
        wall = Mutex(0)
        service = try ExchangeService(
            file: file, schema: schema, limits: limits, pageRows: pageRows,
            wallMilliseconds: { clock.now },
            authorship: { _, replica in
                replica.isServer ? nil : Authorship(person: "person-\(replica)", device: "laptop-\(replica)")
            })
    }

    deinit {
        try? service.file.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    let clock: SharedClock

    /// One exchange: bytes in, bytes out. A body that holds several batches is committed batch by batch.
    /// - Parameters:
    ///   - chunkBytes: how the body is cut up on its way.
    ///   - afterPage: runs between two chunks of the answer; may throw ``Cut``.
    func exchange(
        _ replica: ReplicaID, body: [UInt8], chunkBytes: Int = 1 << 16, afterPage: (Int) throws -> Void = { _ in }
    ) throws -> [UInt8] {
        var exchange = service.open(principal(replica))
        for start in stride(from: 0, to: body.count, by: chunkBytes) {
            try commit(try exchange.receive(body[start..<min(start + chunkBytes, body.count)]), &exchange)
        }
        try commit(try exchange.endRequest(), &exchange)
        var (answer, pages): ([UInt8], Int) = ([], 0)
        while let chunk = try exchange.nextChunk() {
            answer += chunk
            do { try afterPage(pages) } catch is Cut { return answer }
            pages += 1
        }
        return answer
    }

    private func commit(_ batch: PushBatch?, _ exchange: inout ServerExchange) throws {
        var due = batch
        while let batch = due { due = exchange.note(try service.commit([batch], ledger: ledger)[0]) }
    }

    /// Puts somebody of the directory behind a replica.
    func sign(_ replica: ReplicaID, in person: RecordID) { people.withLock { $0[replica] = person } }

    private func principal(_ replica: ReplicaID) -> ExchangePrincipal {
        guard let person = people.withLock({ $0[replica] }) else {
            return ExchangePrincipal(replica: replica, user: "user-\(replica)", kind: .administrator)
        }
        return ExchangePrincipal(replica: replica, user: person.description)
    }

    /// Writes to the directory by the server's own right.
    func direct(_ fields: [FieldName: Value], of id: RecordID, in collection: CollectionName) throws {
        try service.file.write { db in
            _ = try DirectoryWriter(db, now: Int64(clamping: clock.now)).write(fields, of: id, in: collection)
        }
    }

    /// Makes a laptop a device that the directory knows.
    func register(_ replica: ReplicaID, of person: RecordID) throws {
        try service.file.write { db in
            try db.execute(
                sql:
                    "INSERT INTO user (id, email, name, language, password, created) VALUES (?1, ?1, 'x', 'en', 'x', 1)",
                arguments: [person.description])
            try db.execute(
                sql: "INSERT INTO device (replica, user, name, created, lastSeen) VALUES (?, ?, 'laptop', 1, 1)",
                arguments: [replica.number, person.description])
        }
    }

    /// The wire broke.
    struct Cut: Error {}

    /// A record as the server keeps it.
    func row(_ id: RecordID) throws -> ServerRow? { try service.file.read { try ServerRows($0).row(id) } }

    func value(_ id: RecordID, _ path: String) throws -> Value? { try row(id)?.record.atoms[FieldPath(path)]?.value }

    func atom(_ id: RecordID, _ path: String) throws -> Atom? { try row(id)?.record.atoms[FieldPath(path)] }

    /// The open conflicts of a record.
    func conflicts(_ id: RecordID) throws -> [ConflictRecord] {
        try service.file.read { try ServerRows($0).openConflicts(of: id) }.sorted { $0.loser.origin < $1.loser.origin }
    }

    /// All records, conflicts too.
    func records() throws -> [RecordID: VersionedRecord] {
        try service.file.read { db in
            let rows = ServerRows(db)
            return try rows.feed(after: 0, atLeast: .max).rows.reduce(into: [:]) { all, row in
                all[row.id] = try rows.row(row.id)?.record
            }
        }
    }

    /// Everything in the file's tables, to compare two moments.
    func dump() throws -> [String] {
        try service.file.read { db in
            var lines: [String] = []
            for table in try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            {
                let rows = try Row.fetchAll(db, sql: "SELECT * FROM \"\(table)\"")
                lines += rows.map { row in "\(table): " + row.map { "\($0)=\($1)" }.joined(separator: " ") }.sorted()
            }
            return lines
        }
    }

    func count(_ table: String) throws -> Int {
        try service.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }
}

/// A wall clock that only moves when told.
final class SharedClock: Sendable {
    // A class because server and laptops of one test read the same.
    private let time: Mutex<UInt64>

    init(_ start: UInt64) { time = Mutex(start) }

    var now: UInt64 { time.withLock { $0 } }

    func set(_ milliseconds: UInt64) { time.withLock { $0 = milliseconds } }

    func advance(_ milliseconds: UInt64 = 1_000) { time.withLock { $0 += milliseconds } }
}

extension FieldPath {
    /// A path of a test's own, known to be well formed.
    init(_ text: String) {
        self = FieldPath(parsing: text) ?? .life
    }
}
