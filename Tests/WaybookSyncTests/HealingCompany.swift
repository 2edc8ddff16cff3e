import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync
import WaybookTesting

/// Production laptops around a production server that is backed up and put back.
final class HealingCompany {
    let clock = WorldClock(milliseconds: noon)
    let server: RestorableServer
    private(set) var laptops: [WaybookTesting.Laptop] = []
    private let folder: URL
    private var random: SeededRandom

    /// The server takes shorter names of cities than the laptops do: what it does not take it refuses.
    private static func schema(cityLimit: Int) -> Schema {
        Schema(
            version: 1,
            collections: [
                CollectionSchema(
                    "customer", "Customer", "客户", title: "name", list: ["name"],
                    access: .directory,
                    fields: [
                        FieldSchema(
                            "name", .text(maximum: 80), .register, "Name", "名称", required: true, searched: true),
                        FieldSchema("city", .text(maximum: cityLimit), .register, "City", "城市"),
                        FieldSchema("mood", .text(maximum: 80), .register, "Mood", "心情"),
                    ])
            ])
    }

    init(laptops count: Int, seed: UInt64 = 1, pageRows: Int = 1_000) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "waybook-healing-\(UUID().uuidString)")
        random = SeededRandom(seed: seed)
        let place = folder.appending(path: "server")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let clock = clock
        server = try RestorableServer(
            in: place, schema: Self.schema(cityLimit: 20), clock: clock, seed: seed,
            open: { file, _ in
                try ExchangeService(
                    file: file, schema: Self.schema(cityLimit: 20), pageRows: pageRows,
                    wallMilliseconds: { UInt64(clock.milliseconds) },
                    authorship: { _, replica in Authorship(person: "rep", device: "\(replica)") })
            })
        for number in 1...count { try add(ReplicaID(UInt32(number))) }
    }

    deinit {
        for laptop in laptops { try? laptop.close() }
        try? server.close()
        try? FileManager.default.removeItem(at: folder)
    }

    /// One more laptop; its files, where it begins as the copy of another.
    @discardableResult
    func add(_ replica: ReplicaID, copying other: WaybookTesting.Laptop? = nil) throws -> WaybookTesting.Laptop {
        let name = "laptop-\(laptops.count)"
        let place = folder.appending(path: name)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        if let other, let index = laptops.firstIndex(where: { $0 === other }) {
            try other.store.file.checkpoint(.truncate)
            let source = folder.appending(path: "laptop-\(index)/store.db")
            try FileManager.default.copyItem(at: source, to: place.appending(path: "store.db"))
        }
        let server = server
        let transport = InProcessTransport(
            to: .init(service: { server.service }, isOff: { false }, leaves: { _, _ in }),
            principal: ExchangePrincipal(replica: replica, user: "rep", kind: .administrator), seed: random.next(),
            enrol: { old in
                let new = ReplicaID(old.number + 1_000)
                try server.service.file.write { try server.service.noteFork($0, of: old, as: new) }
                return new
            }, observe: { _, _, _, _ in })
        let laptop = try WaybookTesting.Laptop(
            name: name, folder: place, replica: replica, transport: transport, world: clock,
            wallShiftMilliseconds: 0,
            open: { try StoreOpening.production.client($0, Self.schema(cityLimit: 80)) })
        laptops.append(laptop)
        return laptop
    }

    // MARK: What people do

    @discardableResult
    func create(_ name: String, on laptop: WaybookTesting.Laptop) throws -> RecordID {
        let id = RecordID.version7(milliseconds: UInt64(clock.milliseconds), random: (random.next(), random.next()))
        let write = Write(path: FieldPath("name"), value: .string(name))
        try save([Change(id: id, collection: "customer", isCreating: true, writes: [write])], on: laptop)
        return id
    }

    func write(_ id: RecordID, _ field: FieldName, _ text: String, on laptop: WaybookTesting.Laptop) throws {
        let write = Write(path: FieldPath(field), value: .string(text))
        try save([Change(id: id, collection: "customer", writes: [write])], on: laptop)
    }

    private func save(_ changes: [Change], on laptop: WaybookTesting.Laptop) throws {
        clock.advance(milliseconds: 7)
        _ = try laptop.store.edit(UserAction(changes), at: laptop.now)
    }

    @discardableResult
    func sync(_ laptop: WaybookTesting.Laptop) async throws -> SyncReport {
        clock.advance(milliseconds: 20)
        return try await laptop.synchronise(seed: random.next())
    }

    /// Synchronises until it is through: cut as often as it may be.
    func settle(_ laptop: WaybookTesting.Laptop) async throws -> SyncReport? {
        for _ in 0..<200 {
            let report = try await sync(laptop)
            if report.ending == .upToDate { return report }
        }
        return nil
    }

    // MARK: What there is

    /// What the server has: each customer's values.
    func values() throws -> [RecordID: [FieldPath: Value]] {
        try server.service.file.read { db in
            let rows = ServerRows(db)
            return try rows.feed(after: 0, atLeast: .max).rows.reduce(into: [:]) { all, row in
                guard row.collection == "customer" else { return }
                all[row.id] = try rows.record(row).atoms.compactMapValues(\.value)
            }
        }
    }

    func shown(_ laptop: WaybookTesting.Laptop) throws -> [RecordID: [FieldPath: Value]] {
        let ids = try laptop.store.file.read { db in
            try Row.fetchAll(db, sql: "SELECT id FROM record").compactMap { RecordID(bytes: $0[0] as Data) }
        }
        return try ids.reduce(into: [:]) { all, id in
            guard let shown = try laptop.store.record(id)?.record, shown.collection == "customer" else { return }
            all[id] = shown.atoms.compactMapValues(\.value)
        }
    }

    func value(_ id: RecordID, _ field: FieldName, on laptop: WaybookTesting.Laptop) throws -> String? {
        try laptop.store.record(id)?.record[field]?.text
    }

    func tables(_ laptop: WaybookTesting.Laptop, _ sql: String) throws {
        try laptop.store.file.write { try $0.execute(sql: sql) }
    }

    func openConflicts() throws -> Int {
        try server.service.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM open_conflict") ?? 0 }
    }
}
