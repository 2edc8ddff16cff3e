import Foundation
import GRDB
import Logging
import Synchronization
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

@testable import WaybookServer

/// What somebody with a token, good or not, tries beyond what they may: refused, written down, over real HTTP.
@Suite(.timeLimit(.minutes(2)), .serialized) struct ForgeryTests {
    private static let day: UInt64 = 86_400_000

    @Test func aTokenOfARevokedDeviceIsRefusedAndLogged() async throws {
        try await Bench.run { bench in
            try await bench.server.queue.write { [mei = bench.mei] in
                try Directory().revoke($0, replica: mei.replica, now: 2_000)
            }
            let refused = try await bench.post(bench.mei, [])
            #expect(refused.status == 401 && Problem(json: refused.body)?.code == .revoked)
            let queue = bench.server.queue
            let told = try await Bench.told("access-refused") { try queue.read { try Audit($0).entries() } }
            #expect(told?.about == .device(bench.mei.replica) && told?.detail == ["reason": "cut-off"])
        }
    }

    @Test func aReplayedExchangeIsAnsweredAsBeforeAndChangesNothing() async throws {
        try await Bench.run { bench in
            var mei = bench.mei
            let body = mei.body([mei.set([mei.creation("Acme")], at: bench.now)])
            let first = try await bench.post(mei, raw: body)
            let before = try bench.service.lastSequence()
            let second = try await bench.post(mei, raw: body)
            #expect(first.status == 200 && second.status == 200)
            #expect(Bench.lines(first).contains(.applied(first: 1, last: 1)) || !Bench.verdicts(first).isEmpty)
            #expect(Bench.verdicts(first) == Bench.verdicts(second))
            #expect(try bench.service.lastSequence() == before)
            // Nor does it help with another's token.
            let stolen = try await bench.server.request(
                "POST", "/v1/exchange",
                ["Authorization": "Bearer \(bench.li.token)", "Content-Type": "application/x-ndjson"], body: body)
            #expect(stolen.status == 409 && Problem(json: stolen.body)?.code == .fork)
            #expect(try bench.service.lastSequence() == before)
        }
    }

    @Test func aForgedScopeIsAnsweredAsWhatDoesNotExistAndLogged() async throws {
        try await Bench.run { bench in
            var (mei, li) = (bench.mei, bench.li)
            var acme = li.creation("Acme")
            // Not in the pool, whose cards every rep sees.
            acme.writes.append(Write(path: FieldPath("owner"), value: .string(li.user.record.description)))
            let made = try await bench.post(li, [li.set([acme], at: bench.now)])
            #expect(Bench.lines(made).contains { if case .record = $0 { false } else { true } })
            let own = Value.string(bench.mei.user.record.description)
            let nowhere = try #require(RecordID("0198c2f0-6d1a-7c3e-9a52-3f1b2c4d5e6f"))
            func steal(_ id: RecordID) -> Change {
                Change(id: id, collection: "customer", writes: [Write(path: FieldPath("owner"), value: own)])
            }
            func child(of id: RecordID) -> Change {
                Change(
                    id: mei.id(), collection: "contact", isCreating: true,
                    writes: [
                        Write(path: FieldPath("customer"), value: .string(id.description)),
                        Write(path: FieldPath("name"), value: "Eve"),
                    ])
            }
            let sets = [
                mei.set([steal(acme.id)], at: bench.now), mei.set([steal(nowhere)], at: bench.now),
                mei.set([child(of: acme.id)], at: bench.now), mei.set([child(of: nowhere)], at: bench.now),
            ]
            let answer = try await bench.post(mei, sets)
            let rules = Bench.verdicts(answer).map { verdict -> RefusalRule? in
                if case .rejected(let refusal) = verdict { refusal.rule } else { nil }
            }
            #expect(rules == [.unknown, .unknown, .unknown, .unknown], "one is told from the other by nothing")
            #expect(
                !Bench.lines(answer).contains {
                    if case .record(let told) = $0 { told.record.id == acme.id } else { false }
                })
            #expect(!answer.text.contains("Acme"))
            // A checkpoint of somebody who sees it helps as little.
            let tokens = Bench.lines(made).compactMap { line -> String? in
                if case .checkpoint(let token, _) = line { token } else { nil }
            }
            let token = try #require(tokens.last)
            let taken = try await bench.post(mei, raw: mei.body([], checkpoint: token))
            #expect(taken.text.contains("\"stale\"") && !taken.text.contains("Acme"))
            let file = bench.service.file
            let told = try await Bench.told("access-refused") { try file.read { try Audit($0).entries() } }
            #expect(told?.replica == mei.replica && told?.detail == ["count": 4, "reason": "unknown"])
        }
    }

    @Test func aForgedAuthorIsRefusedAndLogged() async throws {
        try await Bench.run { bench in
            var (mei, li) = (bench.mei, bench.li)
            let before = try bench.service.lastSequence()
            // In the hello, in the stamp, and as the server itself.
            let hello = try await bench.post(mei, raw: li.body([]))
            #expect(hello.status == 409 && Problem(json: hello.body)?.code == .fork)
            let stamped = try await bench.post(mei, raw: mei.body([li.set([li.creation("Acme")], at: bench.now)]))
            #expect(stamped.status == 400 && Problem(json: stamped.body)?.code == Problem(.badRequest).code)
            var forged = mei.set([mei.creation("Bolt")], at: bench.now)
            forged.stamp = Stamp(milliseconds: bench.now, counter: Stamp.serverBit, replica: ReplicaID(0))
            #expect(try await bench.post(mei, [forged]).status == 400)
            #expect(try bench.service.lastSequence() == before)
            let file = bench.service.file
            let told = try await Bench.told("access-refused") { try file.read { try Audit($0).entries() } }
            #expect(told?.who == mei.user.text && told?.replica == nil && told?.detail["reason"] == "another-author")
        }
    }

    @Test(arguments: [29 as UInt64, 31])
    func aBackdatedStampBeyondTheGraceIsHandedOverAndNotTaken(_ days: UInt64) async throws {
        try await Bench.run { bench in
            var (mei, li) = (bench.mei, bench.li)
            let acme = mei.creation("Acme")
            let creation = mei.set([acme], at: bench.now)
            #expect(try await bench.post(mei, [creation]).status == 200)
            bench.advance(1_000)
            // Made before the customer moves on, or so it says.
            let late = mei.set(
                [Change(id: acme.id, collection: "customer", writes: [Write(path: FieldPath("city"), value: "Lyon")])],
                at: bench.now)
            bench.advance(1_000)
            let owner = try bench.service.file.read {
                try ServerRows($0).row(acme.id)?.record.atoms[FieldPath("owner")]
            }
            let take = Write(
                path: FieldPath("owner"), value: .string(li.user.record.description), base: owner?.origin)
            let moved = try await bench.post(
                li, [li.set([Change(id: acme.id, collection: "customer", writes: [take])], at: bench.now)])
            #expect(Bench.verdicts(moved).allSatisfy { if case .rejected = $0 { false } else { true } })
            bench.advance(days * Self.day)
            let answer = try await bench.post(mei, [late])
            guard case .handover(let item)? = Bench.verdicts(answer).first else {
                Issue.record("\(answer.text)")
                return
            }
            let (row, kept) = try bench.service.file.read {
                (try ServerRows($0).row(acme.id)?.record, try ServerRows($0).row(item)?.record)
            }
            let isTaken = days < 30
            #expect(row?["city"] == (isTaken ? "Lyon" : nil))
            #expect(kept?["why"] == (isTaken ? "late" : "moved") && kept?["status"] == (isTaken ? "accepted" : "open"))
            #expect(kept?["author"] == .string(mei.user.record.description), "nothing that was typed is lost")
        }
    }
}

/// A server over HTTP with the sync engine behind it, a clock that a test sets, Mei who sells and Li who administers.
private final class Bench: Sendable {
    // A class, for the clock.

    /// A person's device: makes sets and bodies.
    struct Device: Sendable {
        let user: UserID
        let replica: ReplicaID
        let token: String
        private var last: Int64 = 0
        private var serial: UInt64 = 0

        init(user: UserID, replica: ReplicaID, token: String) {
            (self.user, self.replica, self.token) = (user, replica, token)
        }

        func id() -> RecordID {
            .version7(milliseconds: 1_795_293_000_000, random: (UInt64.random(in: 1...UInt64.max), 1))
        }

        func creation(_ name: String) -> Change {
            Change(
                id: id(), collection: "customer", isCreating: true,
                writes: [Write(path: FieldPath("name"), value: .string(name))])
        }

        mutating func set(_ changes: [Change], at milliseconds: UInt64) -> ChangeSet {
            (last, serial) = (last + 1, serial + 1)
            let stamp = Stamp(milliseconds: milliseconds, counter: UInt16(serial), replica: replica)
            return ChangeSet(
                number: last, stamp: stamp, readThrough: 0, wallMilliseconds: Int64(milliseconds), changes: changes)
        }

        func body(_ sets: [ChangeSet], checkpoint: String? = nil, at milliseconds: UInt64 = 0) -> [UInt8] {
            let hello = Hello(
                schemaVersion: 1, replica: replica, wallMilliseconds: Int64(milliseconds), checkpoint: checkpoint,
                lastSet: last, answered: 0, pulls: true)
            var bytes = CanonicalJSON.bytes(hello.value) + [0x0A]
            for set in sets { bytes += ChangeSetLine.bytes(set) + [0x0A] }
            return bytes
        }
    }

    let server: TestServer
    let service: ExchangeService
    let mei: Device
    let li: Device
    private let clock: BenchClock

    private init(_ server: TestServer, _ service: ExchangeService, _ mei: Device, _ li: Device, _ clock: BenchClock) {
        (self.server, self.service, self.mei, self.li, self.clock) = (server, service, mei, li, clock)
    }

    var now: UInt64 { clock.now }
    func advance(_ milliseconds: UInt64) { clock.advance(milliseconds) }

    static func run(_ body: @escaping @Sendable (Bench) async throws -> Void) async throws {
        let (folder, clock, threads) = (DataFolderFixture(), BenchClock(), ServerThreads())
        let file = try StoreFile(path: folder.path + "/server.db", role: .server, migrations: ServerSchema.migrations)
        try file.write { try ExchangeService.initialise($0, epoch: "e", secret: Array(repeating: 7, count: 32)) }
        let service = try ExchangeService(
            file: file, schema: Catalogue.schema, wallMilliseconds: { clock.now }, authorship: { _, _ in nil })
        let engine = ExchangeEngine(
            service: service, threads: threads, metrics: ExchangeMetrics(PrometheusMetrics()),
            announcer: try CommitAnnouncer(hub: EventHub(), service: service, threads: threads),
            refusals: RefusalNotes(StoreDatabase(file, threads: threads)) { Int64(clock.now) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await TestServer.run(exchange: engine) { server in
            let mei = try await server.device()
            let li = try await secondPerson(server)
            try file.write { db in
                for (user, role) in [(server.mei, "rep"), (li.user, "admin")] {
                    try DirectoryWriter(db, now: 1).write(
                        ["name": "x", "role": .string(role), "status": "active"], of: user.record,
                        in: DirectoryRecord.user)
                }
            }
            try await body(
                Bench(
                    server, service, Device(user: server.mei, replica: mei.replica, token: mei.token), li, clock))
        }
        try await threads.stop()
        try file.close()
    }

    private static func secondPerson(_ server: TestServer) async throws -> Device {
        var random = SystemRandomNumberGenerator()
        let (user, token) = (UserID(now: 2, random: &random), DeviceToken(random: &random))
        let hash = try PasswordHash(
            of: Array("x".utf8), salt: Array("somesalt".utf8), cost: PasswordCost(memoryKiB: 64, passes: 1, lanes: 1))
        let email = try #require(AccountEmail("li@example.com"))
        let device = try await server.queue.write { db in
            _ = try Directory().addUser(
                db, id: user, email: email, name: "Li", passwordHash: hash, role: .admin, now: 1)
            return try Directory().addDevice(db, user: user, name: "desk", token: token, timeline: 1, now: 1_000)
        }
        return Device(user: user, replica: device.replica, token: token.text)
    }

    func post(_ device: Device, _ sets: [ChangeSet]) async throws -> RawResponse {
        try await post(device, raw: device.body(sets, at: now))
    }

    func post(_ device: Device, raw body: [UInt8]) async throws -> RawResponse {
        try await server.request(
            "POST", "/v1/exchange",
            ["Authorization": "Bearer \(device.token)", "Content-Type": "application/x-ndjson"], body: body)
    }

    static func lines(_ response: RawResponse) -> [ResponseLine] {
        response.body.split(separator: 0x0A).compactMap { line in
            (try? JSONParser.parse(Array(line))).flatMap { ResponseLine($0) }
        }
    }

    static func verdicts(_ response: RawResponse) -> [Verdict] {
        lines(response).compactMap { if case .verdict(_, let verdict) = $0 { verdict } else { nil } }
    }

    /// The latest entry of a kind; those that are written when there is time are waited for.
    static func told(_ kind: String, _ entries: () throws -> [AuditEntry]) async throws -> AuditEntry? {
        for _ in 0..<200 {
            if let found = try entries().first(where: { $0.what == kind }) { return found }
            try await Task.sleep(for: .milliseconds(10))
        }
        return nil
    }
}

private final class BenchClock: Sendable {
    private let time = Mutex<UInt64>(1_795_293_000_000)
    var now: UInt64 { time.withLock { $0 } }
    func advance(_ milliseconds: UInt64) { time.withLock { $0 += milliseconds } }
}
