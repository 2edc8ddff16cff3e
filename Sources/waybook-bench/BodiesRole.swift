import Foundation
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync

/// Writes the bodies of small exchanges into a folder, a file each: the samples that the shared dictionary is trained
/// from (`protocol/dictionary/make.sh`). The product's own client and server make them, in this process, under one seed
/// and with clocks of their own; names and notes are chance, so that the dictionary learns the form and no one's data.
struct BodiesRole {
    private static let workspaces = 60
    private static let days = 12
    private static let laptops = 3
    private static let customers = 12

    private let folder: String
    private let bodies: String
    private var random: SplitMix
    private var written = 0

    init(_ options: Options) throws {
        bodies = try options.text("bodies")
        folder = bodies + ".stores"
        random = SplitMix(seed: UInt64(try options.number("seed")))
    }

    mutating func run() async throws {
        for path in [folder, bodies] {
            try? FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        for index in 0..<Self.workspaces { try await workspace(folder + "/\(index)") }
        try FileManager.default.removeItem(atPath: folder)
        print("\(written) bodies in \(bodies)")
    }

    /// Some days of one workspace: each laptop makes a little and syncs, or only syncs.
    private mutating func workspace(_ path: String) async throws {
        let office = try SampleOffice(path, laptops: Self.laptops, &random)
        var writer = SampleWriter(random: SplitMix(seed: random.next()))
        let first = (0..<Self.customers).map { _ in writer.customer(at: office.clock.now) }
        try office.laptops[0].make(first, &writer)
        for laptop in office.laptops { _ = try await laptop.sync() }
        for _ in 0..<Self.days {
            office.clock.advance(60_000 + Int64(random.below(80_000_000)))
            for laptop in office.laptops {
                office.clock.advance(1_000 + Int64(random.below(600_000)))
                let actions = try actions(of: laptop, office, &writer)
                try laptop.make(actions, &writer)
                try write(try await laptop.sync())
            }
        }
        try office.close()
    }

    private mutating func actions(
        of laptop: SampleLaptop, _ office: SampleOffice, _ writer: inout SampleWriter
    ) throws -> [UserAction] {
        let count = [0, 1, 1, 1, 1, 2, 3][random.below(7)]
        return (0..<count).map { _ in writer.action(at: office.clock.now) }
    }

    private mutating func write(_ pairs: [(request: [UInt8], answer: [UInt8])]) throws {
        for body in pairs.flatMap({ [$0.request, $0.answer] }) {
            written += 1
            let name = String(format: "%05d.ndjson", written)
            try Data(body).write(to: URL(fileURLWithPath: bodies + "/" + name))
        }
    }
}

/// A clock that the sampler sets. A class, for server and laptops read the same one.
final class SampleClock: @unchecked Sendable {
    // Read and set by one task alone.
    private(set) var now: Int64

    init(_ now: Int64) { self.now = now }

    func advance(_ milliseconds: Int64) { now += milliseconds }
}

/// A server and its laptops.
struct SampleOffice {
    let clock: SampleClock
    let laptops: [SampleLaptop]
    private let service: ExchangeService

    init(_ path: String, laptops count: Int, _ random: inout SplitMix) throws {
        // Some time from 2026 to 2031, some time in the life of a workspace, somewhere among its replicas.
        let clock = SampleClock(1_767_225_600_000 + Int64(random.below(157_000_000)) * 1_000 + Int64(random.below(999)))
        let file = try StoreFile(path: path + ".db", role: .server, migrations: ServerSchema.migrations)
        let epoch = RecordID.version7(milliseconds: UInt64(clock.now), random: (random.next(), random.next()))
        let secret = (0..<32).map { _ in UInt8(random.below(256)) }
        let sequence = random.below(1 << (4 + random.below(15)))
        try file.write { db in
            try ExchangeService.initialise(db, epoch: epoch.description, secret: secret)
            try ServerRows(db).set("sequence", sequence)
        }
        let service = try ExchangeService(
            file: file, schema: Workload.schema, wallMilliseconds: { UInt64(clock.now) },
            authorship: { _, replica in Authorship(person: "Sample", device: "Device \(replica)") })
        let lowest = 1 + random.below(1 << (1 + random.below(10)))
        laptops = try (0..<count).map { index in
            let skew = (Int64(random.below(2)) * 2 - 1) * Int64(random.below(1 << random.below(16)))
            return try SampleLaptop(
                path + "-\(index).db", ReplicaID(UInt32(lowest + index)), service, clock, skew: skew)
        }
        (self.clock, self.service) = (clock, service)
    }

    func close() throws {
        for laptop in laptops { try laptop.store.close() }
        try service.file.close()
    }
}

/// A laptop whose clock is off by `skew` milliseconds.
struct SampleLaptop {
    let store: ClientStore
    private let replica: ReplicaID
    private let service: ExchangeService
    private let clock: SampleClock
    private let skew: Int64

    init(
        _ path: String, _ replica: ReplicaID, _ service: ExchangeService, _ clock: SampleClock, skew: Int64
    ) throws {
        store = try ClientStore(path: path, schema: Workload.schema)
        try store.adopt(replica)
        (self.replica, self.service, self.clock, self.skew) = (replica, service, clock, skew)
    }

    private var now: ClientTime {
        ClientTime(wallMilliseconds: clock.now + skew, bootMilliseconds: clock.now, bootID: "sample")
    }

    /// Takes the actions, as many as are possible here: some are of records that this laptop does not have.
    func make(_ actions: [UserAction], _ writer: inout SampleWriter) throws {
        for action in actions {
            clock.advance(20)
            _ = try store.edit(action, at: now)
        }
    }

    /// Synchronises as the client program does.
    /// - Returns: the bodies of the exchanges, as lines.
    func sync() async throws -> [(request: [UInt8], answer: [UInt8])] {
        let transport = RecordingTransport(service, ExchangePrincipal(replica: replica, user: "sample"))
        let now = now
        let engine = SyncEngine(
            store, over: transport, .init(now: { now }, random: { 4 }, pause: { _ in throw Failure("a pause") }))
        let report = try await engine.synchronise()
        guard report.ending == .upToDate else { throw Failure("sync ended \(report.ending)") }
        return transport.bodies
    }
}

/// Makes user actions of the product's collections with texts of chance.
struct SampleWriter {
    private var random: SplitMix
    private var customers: [RecordID] = []
    private var tasks: [RecordID] = []

    init(random: SplitMix) { self.random = random }

    mutating func customer(at now: Int64) -> UserAction {
        let id = freshID(now)
        customers.append(id)
        return action("customer", id, isNew: true, ["name": text(3), "city": text(1), "tier": tier, "stage": stage])
    }

    /// What reps do, the commoner the oftener.
    mutating func action(at now: Int64) -> UserAction {
        switch random.below(20) {
        case 0..<9: return action("customer", random.pick(customers), isNew: false, change())
        case 9: return customer(at: now)
        case 10: return contact(now)
        case 11..<15: return interaction(now)
        case 15..<17: return task(now)
        case 17..<19 where !tasks.isEmpty:
            return action("followup", random.pick(tasks), isNew: false, ["status": "completed", "result": text(4)])
        case 19: return action("customer", random.pick(customers), isNew: false, ["$life": "deleted"])
        default: return purchase(now)
        }
    }

    private mutating func change() -> [String: Value] {
        switch random.below(12) {
        case 0..<2: ["city": text(1)]
        case 2: ["name": text(3)]
        case 3: ["tier": tier]
        case 4: ["stage": stage]
        case 5: ["notes": text(12)]
        case 6: ["tags/" + word: text(1)]
        case 7: phone
        case 8: ["owner": .string(freshID(1_767_225_600_000).description)]
        case 9: ["importance": .int(Int64(1 + random.below(5))), "industry": text(2)]
        case 10: ["jobTitle": text(1), "preferredChannel": random.pick(["phone", "wechat", "email", "visit"])]
        default:
            ["country": text(1), "region": text(1), "source": random.pick(["exhibition", "referral", "web", "call"])]
        }
    }

    private mutating func contact(_ now: Int64) -> UserAction {
        let fields = ["customer": owner, "jobTitle": text(1), "name": text(2)].merging(phone) { $1 }
        return action("contact", freshID(now), isNew: true, fields)
    }

    private mutating func interaction(_ now: Int64) -> UserAction {
        action(
            "interaction", freshID(now), isNew: true,
            [
                "customer": owner, "subject": text(3), "channel": random.pick(["phone", "wechat", "email", "visit"]),
                "direction": random.pick(["outbound", "inbound"]), "occurredAt": instant(now), "content": text(14),
                "outcome": random.pick(["reached", "noAnswer", "interested", "followUp", "ordered"]),
            ])
    }

    private mutating func task(_ now: Int64) -> UserAction {
        let id = freshID(now)
        tasks.append(id)
        return action(
            "followup", id, isNew: true,
            [
                "customer": owner, "title": text(3), "due": .string(String(instantText(now).prefix(10))),
                "priority": random.pick(["high", "medium", "low"]), "status": "notStarted",
                "type": random.pick(["call", "visit", "email", "quote", "deliver"]),
            ])
    }

    private mutating func purchase(_ now: Int64) -> UserAction {
        action(
            "purchase", freshID(now), isNew: true,
            ["customer": owner, "currency": random.pick(["EUR", "CNY", "USD"]), "orderedAt": instant(now)])
    }

    private func action(_ collection: CollectionName, _ id: RecordID, isNew: Bool, _ fields: [String: Value])
        -> UserAction
    {
        let writes = fields.compactMap { path, value in
            FieldPath(parsing: path).map { Write(path: $0, value: value) }
        }
        return UserAction([Change(id: id, collection: collection, isCreating: isNew, writes: writes)])
    }

    private mutating func freshID(_ now: Int64) -> RecordID {
        .version7(milliseconds: UInt64(now), random: (random.next(), random.next()))
    }

    private var owner: Value { mutating get { .string(random.pick(customers).description) } }
    private var tier: Value { mutating get { random.pick(["vip", "important", "normal", "potential"]) } }
    private var stage: Value {
        mutating get { random.pick(["lead", "firstPurchase", "active", "loyal", "dormant"]) }
    }
    private var phone: [String: Value] {
        mutating get {
            let number = "+\(1_000_000_000 + random.below(89_000_000_000))"
            return ["phones/" + number: ["raw": .string(number), "type": random.pick(["mobile", "work"])]]
        }
    }

    private func instant(_ now: Int64) -> Value { .string(instantText(now)) }
    private func instantText(_ now: Int64) -> String { Instant(milliseconds: now).description }

    /// Some words, Latin or Chinese.
    private mutating func text(_ words: Int) -> Value {
        let isChinese = random.below(3) == 0
        let parts = (0..<words).map { _ in isChinese ? characters : word }
        return .string(parts.joined(separator: isChinese ? "" : " "))
    }

    private var characters: String {
        mutating get {
            String(
                String.UnicodeScalarView(
                    (0..<2).map { _ in Unicode.Scalar(0x4E00 + UInt32(random.below(8_000))) ?? "一" }))
        }
    }

    private var word: String {
        mutating get {
            (0..<2 + random.below(3)).map { _ in
                random.pick(Array("bdfghjklmnprstvwz")).description + random.pick(Array("aeiou")).description
            }.joined()
        }
    }
}
