import Foundation
import GRDB
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync

/// Some laptops and a server, all production code on real files, under one seed: edits on few customers with hot fields,
/// while syncing too, exchanges cut at random bytes, refused sets, wrong clocks, a laptop put back from an older copy.
/// The oracle compares values, open conflicts and refused sets on every replica.
public final class ExchangeSimulation: Sendable {
    // A class, because laptops, transports and the world between chunks refer back to it.

    /// What a run is made of.
    public struct Plan: Sendable {
        public var seed: UInt64
        public var laptops = 4
        public var editsPerLaptop = 500
        public var customers = 40
        public var cutPercent = 25
        public var refusedPercent = 5
        public var fault: Tampering.Fault?
        /// Whether a laptop is compared with the server after each sync that ended; dear on many customers.
        public var checksEverySync = false

        public init(seed: UInt64) { self.seed = seed }
    }

    /// What a run did.
    public struct Report: Sendable {
        public var edits = 0
        public var exchanges = 0
        public var refusedSets = 0
        public var conflictsListed = 0
        public var forks = 0
        public var restampedSets = 0

        public init() {}
    }

    private struct World {
        var random: SeededRandom
        var oracle: WriteOracle
        var editsLeft: [Int]
        var report = Report()
        var nextReplica: UInt32 = 100
        var refused: [ReplicaID: Set<String>] = [:]
        var failure: SimulationFailure?
    }

    private static let name = FieldPath(FieldName("name"))
    private static let city = FieldPath(FieldName("city"))
    private static let mood = FieldPath(FieldName("mood"))
    private static let code = FieldPath(FieldName("code"))
    private static let customer: CollectionName = "customer"
    private static let year: Int64 = 365 * 86_400_000

    private let plan: Plan
    private let service: ExchangeService
    private let clock: WorldClock
    private let world: Mutex<World>
    private let laptopsBox = Mutex<[Laptop]>([])
    private var laptops: [Laptop] { laptopsBox.withLock { $0 } }

    /// Sets everything up in a folder, which must be empty.
    public init(_ plan: Plan, in folder: URL) throws {
        self.plan = plan
        let clock = WorldClock(milliseconds: 1_790_000_000_000)
        self.clock = clock
        let file = try StoreFile(
            path: folder.appending(path: "server/server.db").path, role: .server, migrations: [ServerMigrations.records]
        )
        try file.write {
            try ExchangeService.initialise($0, epoch: "simulated", secret: Array(repeating: 7, count: 32))
        }
        service = try ExchangeService(
            file: file, schema: Self.schema(codeLimit: 8), pageRows: 40,
            wallMilliseconds: { UInt64(clock.milliseconds) },
            authorship: { _, replica in Authorship(person: "rep", device: "\(replica)") })
        world = Mutex(
            World(
                random: SeededRandom(seed: plan.seed), oracle: WriteOracle(quiet: [Self.mood]),
                editsLeft: Array(repeating: plan.editsPerLaptop, count: plan.laptops)))
        for index in 0..<plan.laptops { try addLaptop(index, in: folder) }
    }

    /// The laptops know a longer limit for `code` than the server: what they take, it may refuse.
    private static func schema(codeLimit: Int) -> Schema {
        Schema(
            version: 1,
            collections: [
                CollectionSchema(
                    customer, "Customer", "客户", title: "name", list: ["name"],
                    fields: [
                        FieldSchema(
                            "name", .text(maximum: 80), .register, "Name", "名称", required: true, searched: true),
                        FieldSchema("city", .text(maximum: 80), .register, "City", "城市"),
                        FieldSchema("mood", .text(maximum: 80), .register(quiet: true), "Mood", "心情"),
                        FieldSchema("code", .text(maximum: codeLimit), .register(quiet: true), "Code", "代码"),
                        FieldSchema("tags", .set(key: .text, maximum: 40), .set, "Tags", "标签"),
                    ])
            ])
    }

    private func addLaptop(_ index: Int, in folder: URL) throws {
        let replica = ReplicaID(UInt32(index + 1))
        let transport = InProcessTransport(
            service, principal: ExchangePrincipal(replica: replica, user: "rep\(index)"),
            seed: plan.seed &+ UInt64(index),
            enrol: { try self.enrol($0) }, observe: { try self.observe($0, $1, before: $2, after: $3) })
        let laptop = try Laptop(
            name: "laptop\(index)", folder: folder.appending(path: "laptop\(index)"),
            schema: Self.schema(codeLimit: 80),
            replica: replica, transport: transport, world: clock,
            wallShiftMilliseconds: index == 1 ? Self.year : index == 2 ? -Self.year : 0)
        let tamper = plan.fault.map { Tampering($0, seed: plan.seed) }
        transport.set(
            InProcessTransport.Weather(
                cutPercent: plan.cutPercent, between: { try self.liveOn(laptop, index) }, tamper: tamper))
        laptopsBox.withLock { $0.append(laptop) }
    }

    private func enrol(_ old: ReplicaID) throws -> ReplicaID {
        let new = world.withLock { world in
            world.nextReplica += 1
            world.report.forks += 1
            return ReplicaID(world.nextReplica)
        }
        try service.file.write { try service.noteFork($0, of: old, as: new) }
        return new
    }

    // MARK: Running

    /// Runs the history and checks it. Throws a ``SimulationFailure`` at the first broken law.
    public func run() async throws -> Report {
        try seedCustomers()
        while world.withLock({ $0.editsLeft.contains { $0 > 0 } }) {
            let (index, action) = world.withLock { world in
                (world.random.below(plan.laptops), world.random.below(100))
            }
            clock.advance(milliseconds: Int64(world.withLock { $0.random.below(3_000) }))
            try await step(laptops[index], index, action)
        }
        try await settle()
        try checkServer()
        for laptop in laptops {
            try checkReplica(laptop)
            try laptop.close()
        }
        return world.withLock { $0.report }
    }

    private func step(_ laptop: Laptop, _ index: Int, _ action: Int) async throws {
        switch action {
        case 0..<6: _ = try await synchronise(laptop)
        case 6 where index == 3: try laptop.copyFiles()
        case 7 where index == 3 && world.withLock({ $0.random.chance(30) }): try laptop.restoreFiles()
        case 8: laptop.setWallShift(world.withLock { Int64($0.random.below(7_200_000)) - 3_600_000 })
        case 9..<12 where index == 1:
            let shift = world.withLock { $0.random.chance(50) } ? Self.year : -Self.year
            laptop.reboot(wallShiftMilliseconds: shift)
        default: try edit(laptop, index)
        }
    }

    private func synchronise(_ laptop: Laptop) async throws -> SyncReport {
        let seed = world.withLock { $0.random.next() }
        let report: SyncReport
        do {
            report = try await laptop.synchronise(seed: seed)
        } catch {
            if let failure = world.withLock({ $0.failure }) { throw failure }
            throw error
        }
        world.withLock { $0.report.exchanges += report.exchanges }
        if let failure = world.withLock({ $0.failure }) { throw failure }
        if plan.checksEverySync, report.ending == .upToDate, try laptop.store.status().unsentSets == 0 {
            try checkReplica(laptop)
        }
        return report
    }

    /// The rep goes on working while an exchange is under way.
    private func liveOn(_ laptop: Laptop, _ index: Int) throws {
        guard world.withLock({ $0.random.chance(20) }) else { return }
        try edit(laptop, index)
    }

    /// Each laptop makes its share of the customers before it has met the server: some by clocks that are a year off.
    private func seedCustomers() throws {
        for number in 0..<plan.customers {
            let id = customerID(number)
            let text = "n0-\(number)"
            let change = Change(
                id: id, collection: Self.customer, isCreating: true,
                writes: [Write(path: Self.name, value: .string(text))])
            let author = laptops[number % laptops.count]
            _ = try author.store.edit(UserAction([change]), at: author.now)
            world.withLock { $0.oracle.note(text, at: .init(record: id, path: Self.name), shown: nil) }
        }
    }

    private func customerID(_ number: Int) -> RecordID {
        .version7(milliseconds: 1_789_000_000_000, random: (UInt64(number), plan.seed))
    }

    // MARK: Editing

    private func edit(_ laptop: Laptop, _ index: Int) throws {
        let drawn = world.withLock { world -> (Int, Int, Int, Bool)? in
            guard world.editsLeft[index] > 0 else { return nil }
            world.editsLeft[index] -= 1
            world.report.edits += 1
            let customer = min(world.random.below(plan.customers), world.random.below(plan.customers))
            let isRefused = world.random.chance(plan.refusedPercent)
            return (customer, world.random.below(100), world.report.edits, isRefused)
        }
        guard let (customer, kind, number, isRefused) = drawn else { return }
        let id = customerID(customer)
        guard let shown = try laptop.store.record(id), shown.isVisible else { return }
        switch kind {
        case 0..<4: _ = try laptop.store.edit(tagging(id, number, shown.record), at: laptop.now)
        case 4..<12: try resolve(laptop, id, shown, number)
        default: try write(laptop, id, shown.record, number, kind, isRefused: isRefused)
        }
    }

    private func tagging(_ id: RecordID, _ number: Int, _ record: VersionedRecord) -> UserAction {
        let path = FieldPath("tags", key: "t\(number % 5)")
        let isThere = record.atoms[path]?.value != nil
        return UserAction([
            Change(
                id: id, collection: Self.customer,
                writes: [Write(path: path, value: isThere ? nil : .string("t\(number % 5)"))])
        ])
    }

    private func write(
        _ laptop: Laptop, _ id: RecordID, _ record: VersionedRecord, _ number: Int, _ kind: Int, isRefused: Bool
    ) throws {
        let path = kind < 55 ? Self.city : kind < 80 ? Self.name : Self.mood
        let text = "\(path)-\(number)"
        var writes = [Write(path: path, value: .string(text))]
        // Longer than the server takes: the whole set will be refused.
        if isRefused { writes.append(Write(path: Self.code, value: .string("too-long-\(number)"))) }
        note(text, at: path, of: id, in: record)
        try save(UserAction([Change(id: id, collection: Self.customer, writes: writes)]), laptop)
    }

    private func resolve(_ laptop: Laptop, _ id: RecordID, _ shown: ShownRecord, _ number: Int) throws {
        let conflicts = try shown.conflicts.compactMap { try laptop.store.record($0) }
            .compactMap { ConflictRecord($0.record) }
        guard let first = conflicts.first else { return }
        let path = first.loser.path
        let settled = conflicts.filter { $0.loser.path == path }
        let text = "resolved-\(number)"
        note(
            text, at: path, of: id, in: shown.record,
            resolves: Set(settled.compactMap { $0.loser.value?.text }))
        let change = Change(id: id, collection: Self.customer, writes: [Write(path: path, value: .string(text))])
        try save(UserAction([change], resolves: settled.map(\.id)), laptop)
    }

    private func note(
        _ text: String, at path: FieldPath, of id: RecordID, in record: VersionedRecord, resolves: Set<String> = []
    ) {
        let shown = record.atoms[path]?.value?.text
        world.withLock {
            $0.oracle.note(text, at: .init(record: id, path: path), shown: shown, resolves: resolves)
        }
    }

    private func save(_ action: UserAction, _ laptop: Laptop) throws {
        guard case .saved = try laptop.store.edit(action, at: laptop.now) else {
            throw SimulationFailure(law: "edit", detail: "a fitting edit was not saved")
        }
    }

    // MARK: Observing the server

    private func observe(_ set: ChangeSet, _ verdict: Verdict, before: ServerView, after: ServerView) throws {
        try world.withLock { world in
            do {
                switch verdict {
                case .accepted(let given, _):
                    if given != nil { world.report.restampedSets += 1 }
                    try arrive(set, stamp: given ?? set.stamp, before: before, after: after, &world)
                case .rejected, .quarantined: refuse(set, &world)
                }
            } catch let failure as SimulationFailure {
                world.failure = failure
                throw failure
            }
        }
    }

    private func arrive(
        _ set: ChangeSet, stamp: Stamp, before: ServerView, after: ServerView, _ world: inout World
    ) throws {
        for change in set.changes {
            for write in change.writes where !write.path.isElement && write.path != .life {
                guard let text = write.value?.text, write.path != Self.code else { continue }
                let place = WriteOracle.Place(record: change.id, path: write.path)
                let expected = world.oracle.arrive(
                    text, at: place, stamp: stamp, before: before.rows[change.id]?.atoms[write.path])
                let present = after.rows[change.id]?.atoms[write.path]
                guard present?.value?.text == expected else {
                    throw SimulationFailure(law: "present", detail: "\(place): another write should be present")
                }
                if let old = before.rows[change.id]?.atoms[write.path], let present, present.stamp < old.stamp {
                    throw SimulationFailure(law: "stamps rise", detail: "\(place)")
                }
                if let present, present.stamp.milliseconds > UInt64(clock.milliseconds) + 121_000 {
                    throw SimulationFailure(law: "I10", detail: "\(place): a stamp from the future")
                }
            }
        }
    }

    private func refuse(_ set: ChangeSet, _ world: inout World) {
        world.report.refusedSets += 1
        for change in set.changes {
            for write in change.writes {
                guard let text = write.value?.text else { continue }
                world.oracle.refuse(text, at: .init(record: change.id, path: write.path))
                world.refused[set.stamp.replica, default: []].insert(text)
            }
        }
    }

    // MARK: Checking

    /// Everybody syncs until nothing moves; then a second sync sends nothing and brings nothing.
    private func settle() async throws {
        for _ in 0..<2 {
            for laptop in laptops {
                var ending: SyncEnding?
                for _ in 0..<200 where ending != .upToDate { ending = try await synchronise(laptop).ending }
                guard ending == .upToDate else {
                    throw SimulationFailure(
                        law: "liveness", detail: "\(laptop.name) is stuck: \(String(describing: ending))")
                }
            }
        }
        for laptop in laptops {
            laptop.transport.set(InProcessTransport.Weather(tamper: plan.fault.map { Tampering($0, seed: plan.seed) }))
            _ = try await synchronise(laptop)
        }
        for laptop in laptops {
            let report = try await synchronise(laptop)
            guard report.ending == .upToDate, report.sentSets == 0, report.receivedRecords == 0 else {
                throw SimulationFailure(law: "quiet", detail: "a second sync of \(laptop.name) still moved something")
            }
        }
    }

    private func checkServer() throws {
        let places = world.withLock { $0.oracle.places }
        try service.file.read { db in
            let rows = ServerRows(db)
            for place in places {
                let (present, open) = world.withLock { ($0.oracle.present(at: place), $0.oracle.open(at: place)) }
                let row = try rows.row(place.record)
                guard row?.record.atoms[place.path]?.value?.text == present else {
                    throw SimulationFailure(law: "I1", detail: "\(place): the server lost the present value")
                }
                let listed = try rows.openConflicts(of: place.record).filter { $0.loser.path == place.path }
                let texts = listed.compactMap { $0.loser.value?.text }
                guard texts.count == Set(texts).count, Set(texts) == open else {
                    let story = world.withLock { $0.oracle.story(of: Set(texts).symmetricDifference(open), at: place) }
                    throw SimulationFailure(
                        law: "I3", detail: "\(place): lists \(texts), heads \(open.sorted()); \(story)")
                }
                world.withLock { $0.report.conflictsListed += texts.count }
            }
        }
    }

    private func checkReplica(_ laptop: Laptop) throws {
        let status = try laptop.store.status()
        guard status.unsentSets == 0 else {
            throw SimulationFailure(law: "liveness", detail: "\(laptop.name) kept sets")
        }
        let rows = try service.file.read { db in
            let serverRows = ServerRows(db)
            return try serverRows.feed(after: 0, atLeast: .max).rows.map { try serverRows.record($0) }
        }
        for row in rows {
            let shown = try laptop.store.record(row.id)?.record
            guard shown.map(RecordEncoding.canonicalBytes) != RecordEncoding.canonicalBytes(row) else { continue }
            let texts = [shown, row].map { record in
                record.map { String(decoding: RecordEncoding.canonicalBytes($0), as: UTF8.self) } ?? "nothing"
            }
            throw SimulationFailure(law: "I2", detail: "\(laptop.name) has \(texts[0]), the server \(texts[1])")
        }
        guard status.recordCount <= rows.count else {
            throw SimulationFailure(law: "I2", detail: "\(laptop.name) holds more than the server")
        }
        try checkRejected(laptop)
    }

    /// Every refused set is on its author's list, but for what an older copy no longer knows of.
    private func checkRejected(_ laptop: Laptop) throws {
        guard let replica = try laptop.store.replica(), laptop.name != "laptop3" else { return }
        let expected = world.withLock { $0.refused[replica] ?? [] }
        var listed: Set<String> = []
        for rejected in try laptop.store.rejected(limit: 1_000_000) {
            for change in rejected.set.changes { listed.formUnion(change.writes.compactMap { $0.value?.text }) }
        }
        guard listed == expected else {
            throw SimulationFailure(
                law: "I9", detail: "\(laptop.name): \(listed.count) listed, \(expected.count) refused")
        }
    }
}
