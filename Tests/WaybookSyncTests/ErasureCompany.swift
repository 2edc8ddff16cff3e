import Foundation
import Synchronization
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookTesting

@testable import WaybookStore
@testable import WaybookSync

/// An administrator and some reps, each with the production client, on one server with its ledger; and all their files.
final class ErasureCompany {
    // A class: its folders go with it.

    static let admin = 0
    /// What is looked for, byte by byte: no part of it is in any text that stays.
    static let markers = ["zqmarker", "彗", "7319"]

    let clock = WorldClock(milliseconds: noon)
    /// The running service; another one after a backup was put back.
    private let running: Running
    var service: ExchangeService { running.service.withLock { $0 } }
    let people: [RecordID]
    private(set) var laptops: [WaybookTesting.Laptop] = []
    let folder: URL
    private(set) var ledger: SecurityLedger
    private var serial: UInt64 = 1_000

    init(reps: Int, seed: UInt64 = 1, pageRows: Int = 1_000) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "waybook-erasure-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "server"), withIntermediateDirectories: true)
        people = (0...reps).map { identity(UInt64($0) + 500) }
        let (service, ledger) = try Self.open(folder, clock, pageRows: pageRows, isNew: true)
        running = Running(service)
        self.ledger = ledger
        for index in people.indices { try add(index, pageRows, seed) }
    }

    deinit {
        for laptop in laptops { try? laptop.close() }
        try? service.file.close()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func open(
        _ folder: URL, _ clock: WorldClock, pageRows: Int = 1_000, isNew: Bool = false
    ) throws -> (ExchangeService, SecurityLedger) {
        let file = try StoreOpening.production.server(folder.appending(path: "server/server.db").path)
        if isNew {
            try file.write {
                try ExchangeService.initialise($0, epoch: "erasure", secret: Array(repeating: 7, count: 32))
            }
        }
        let ledger = try SecurityLedger(path: folder.appending(path: "server/security.ledger").path)
        try file.write { _ = try ledger.apply($0, schema: Catalogue.schema, now: clock.milliseconds) }
        let service = try ExchangeService(
            file: file, schema: Catalogue.schema, pageRows: pageRows, ledger: ledger,
            wallMilliseconds: { UInt64(clock.milliseconds) },
            authorship: { _, replica in Authorship(person: "person", device: "\(replica)") })
        return (service, ledger)
    }

    private func add(_ index: Int, _ pageRows: Int, _ seed: UInt64) throws {
        let role: Role = index == Self.admin ? .admin : .rep
        let person = people[index]
        try service.file.write { db in
            _ = try DirectoryWriter(db, now: clock.milliseconds).write(
                ["name": .string("Person \(index)"), "role": .string(role.rawValue), "status": "active"],
                of: person, in: "user")
        }
        let (replica, running) = (ReplicaID(UInt32(index + 10)), running)
        let transport = InProcessTransport(
            to: InProcessTransport.Server(
                service: { running.service.withLock { $0 } }, isOff: { false }, leaves: { _, _ in }),
            principal: ExchangePrincipal(replica: replica, user: person.description), seed: seed &+ UInt64(index),
            enrol: { old in
                let new = ReplicaID(old.number + 100)
                let service = running.service.withLock { $0 }
                try service.file.write { try service.noteFork($0, of: old, as: new) }
                return new
            }, observe: { _, _, _, _ in })
        laptops.append(
            try WaybookTesting.Laptop(
                name: "laptop\(index)", folder: folder.appending(path: "laptop\(index)"), replica: replica,
                transport: transport, world: clock, wallShiftMilliseconds: 0,
                open: { try StoreOpening.production.client($0, Catalogue.schema) }))
    }

    private final class Running: Sendable {
        let service: Mutex<ExchangeService>

        init(_ service: ExchangeService) { self.service = Mutex(service) }
    }

    // MARK: Working

    func store(_ person: Int) -> ClientStore { laptops[person].store }

    func id() -> RecordID {
        serial += 1
        return identity(serial)
    }

    func owner(_ person: Int) -> Value { .string(people[person].description) }

    @discardableResult
    func edit(
        _ person: Int, _ id: RecordID, _ values: [String: Value?], in collection: CollectionName = "customer",
        isCreating: Bool = false, resolves: [RecordID] = [], note: String? = nil
    ) throws -> EditOutcome {
        clock.advance(milliseconds: 10)
        let writes = values.compactMap { text, value in FieldPath(parsing: text).map { Write(path: $0, value: value) } }
        let change = Change(id: id, collection: collection, isCreating: isCreating, writes: writes)
        return try store(person).edit(
            UserAction([change], resolves: resolves, note: note), at: laptops[person].now, by: people[person])
    }

    @discardableResult
    func add(_ person: Int, _ values: [String: Value], to collection: CollectionName = "customer") throws -> RecordID {
        let id = id()
        try edit(person, id, values, in: collection, isCreating: true)
        return id
    }

    @discardableResult
    func sync(_ person: Int, seed: UInt64 = 1) async throws -> SyncReport {
        clock.advance(milliseconds: 100)
        let report = try await laptops[person].synchronise(seed: seed)
        let start = try store(person).exchangeStart()
        if let purged = start.purgedSequence, report.ending == .upToDate {
            try service.file.write {
                try ErasureLog($0).confirm(start.replica, through: purged, now: clock.milliseconds)
            }
        }
        return report
    }

    /// Everybody reads what there is.
    func settle(_ rounds: Int = 2) async throws {
        for _ in 0..<rounds { for person in people.indices { try await sync(person) } }
    }

    /// The administrator asks for it and syncs.
    func erase(_ id: RecordID, in collection: CollectionName = "customer") async throws {
        try await sync(Self.admin)
        _ = try store(Self.admin).edit(
            .erase(id, in: collection, reason: .request), at: laptops[Self.admin].now, by: people[Self.admin])
        try await sync(Self.admin)
    }

    // MARK: The server's files

    func purgeServer() throws -> Bool {
        let clock = clock
        return try ErasurePurge(service.file, now: { clock.milliseconds }).perform()
    }

    /// Keeps a copy of the server's file as it is.
    func backUp() throws {
        _ = try ServerBackup.write(service.file, to: folder.appending(path: "backup.db").path)
    }

    /// Puts the copy back beside the ledger, and opens it as a start of the server does.
    func putBack() throws {
        try service.file.close()
        for ending in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(at: folder.appending(path: "server/server.db" + ending))
        }
        try FileManager.default.moveItem(
            at: folder.appending(path: "backup.db"), to: folder.appending(path: "server/server.db"))
        let (service, ledger) = try Self.open(folder, clock)
        running.service.withLock { $0 = service }
        self.ledger = ledger
    }

    /// The files in which a marker stands, with the marker.
    func found(in names: [String]? = nil) throws -> [String] {
        let all = names ?? (["server"] + people.indices.map { "laptop\($0)" })
        var found: [String] = []
        for name in all {
            let place = folder.appending(path: name)
            for file in try FileManager.default.contentsOfDirectory(at: place, includingPropertiesForKeys: nil) {
                let bytes = try Data(contentsOf: file)
                for marker in Self.markers where bytes.range(of: Data(marker.utf8)) != nil {
                    found.append("\(name)/\(file.lastPathComponent): \(marker)")
                }
            }
        }
        return found.sorted()
    }
}
