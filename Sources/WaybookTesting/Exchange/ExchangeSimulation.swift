import Foundation
import GRDB
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync

/// Some laptops and a server, all production code on real files, under one seed: edits on few customers with hot fields,
/// while syncing too, exchanges cut at random bytes, refused sets, wrong clocks, a laptop put back from an older copy,
/// another whose checkpoint the server does not take, a server that is put back to an earlier backup.
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
        /// How many steps in a hundred are synchronisations.
        public var syncPercent = 6
        /// The most rows of a page of the feed.
        public var pageRows = 40
        /// How often the power of one of the machines is cut; with any, the run ends after the last of them.
        public var powerCuts = 0
        /// How often the server is put back to an earlier backup.
        public var restores = 0
        public var opening = StoreOpening.production

        public init(seed: UInt64) { self.seed = seed }
    }

    /// What a run did.
    public struct Report: Sendable {
        public var edits = 0
        public var exchanges = 0
        public var refusedSets = 0
        public var waitingSets = 0
        public var conflictsListed = 0
        public var forks = 0
        public var restampedSets = 0
        public var power = PowerReport()
        public var freshPulls = 0
        public var backups = 0
        public var restores = 0
        /// Synchronisations that went back behind the server.
        public var rewinds = 0
        /// How often a laptop had nothing left to send again.
        public var lostJournals = 0

        public init() {}
    }

    struct World {
        var random: SeededRandom
        var oracle: WriteOracle
        var editsLeft: [Int]
        var report = Report()
        var nextReplica: UInt32 = 100
        var refused: [ReplicaID: Set<String>] = [:]
        var failure: SimulationFailure?
        var power = PowerWorld()
        var restoring = RestoreWorld()
    }

    static let name = FieldPath(FieldName("name"))
    static let city = FieldPath(FieldName("city"))
    static let mood = FieldPath(FieldName("mood"))
    static let code = FieldPath(FieldName("code"))
    static let customer: CollectionName = "customer"
    static let year: Int64 = 365 * 86_400_000

    let plan: Plan
    /// The running service; nil where ``restorable`` has it.
    let serviceBox: Mutex<ExchangeService?>
    /// The server where it is put back; nil where it never is.
    let restorable: RestorableServer?
    /// The machines of the laptops, then the server's; none where no power is cut.
    let machines: [Machine]
    let clock: WorldClock
    let world: Mutex<World>
    let laptopsBox = Mutex<[Laptop]>([])
    var laptops: [Laptop] { laptopsBox.withLock { $0 } }
    var service: ExchangeService {
        guard let service = restorable?.service ?? serviceBox.withLock({ $0 }) else {
            preconditionFailure("one of the two is made at the beginning")
        }
        return service
    }

    /// Sets everything up in a folder, which must be empty.
    public init(_ plan: Plan, in folder: URL) throws {
        self.plan = plan
        let clock = WorldClock(milliseconds: 1_790_000_000_000)
        self.clock = clock
        let names = (0..<plan.laptops).map { "laptop\($0)" } + ["server"]
        machines = plan.powerCuts > 0 ? try names.map { try Machine($0, in: folder) } : []
        let serverFolder = machines.last?.folder ?? folder.appending(path: "server")
        if plan.restores > 0 {
            restorable = try RestorableServer(
                in: serverFolder, schema: Self.schema(codeLimit: 8), clock: clock, seed: plan.seed,
                opening: plan.opening, open: { file, _ in try Self.service(file, plan, clock) })
            serviceBox = Mutex(nil)
        } else {
            let file = try plan.opening.server(serverFolder.appending(path: "server.db").path)
            try file.write {
                try ExchangeService.initialise($0, epoch: "simulated", secret: Array(repeating: 7, count: 32))
            }
            restorable = nil
            serviceBox = Mutex(try Self.service(file, plan, clock))
        }
        world = Mutex(
            World(
                random: SeededRandom(seed: plan.seed), oracle: WriteOracle(quiet: [Self.mood]),
                editsLeft: Array(repeating: plan.editsPerLaptop, count: plan.laptops)))
        for index in 0..<plan.laptops { try addLaptop(index, in: folder) }
    }

    static func service(_ file: StoreFile, _ plan: Plan, _ clock: WorldClock) throws -> ExchangeService {
        try ExchangeService(
            file: file, schema: schema(codeLimit: 8), pageRows: plan.pageRows,
            wallMilliseconds: { UInt64(clock.milliseconds) },
            authorship: { _, replica in Authorship(person: "rep", device: "\(replica)") })
    }

    /// The laptops know a longer limit for `code` than the server: what they take, it may refuse.
    private static func schema(codeLimit: Int) -> Schema {
        Schema(
            version: 1,
            collections: [
                CollectionSchema(
                    customer, "Customer", "客户", title: "name", list: ["name"],
                    access: .directory,
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
            to: server(for: index),
            principal: ExchangePrincipal(replica: replica, user: "rep\(index)", kind: .administrator),
            seed: plan.seed &+ UInt64(index),
            enrol: { try self.enrol($0) }, observe: { try self.observe($0, $1, before: $2, after: $3) })
        let laptop = try Laptop(
            name: "laptop\(index)",
            folder: machines.isEmpty ? folder.appending(path: "laptop\(index)") : machines[index].folder,
            replica: replica, transport: transport, world: clock,
            wallShiftMilliseconds: index == 1 ? Self.year : index == 2 ? -Self.year : 0,
            open: { try self.plan.opening.client($0, Self.schema(codeLimit: 80)) })
        setWeather(of: laptop, index)
        laptopsBox.withLock { $0.append(laptop) }
    }

    func setWeather(of laptop: Laptop, _ index: Int) {
        let tamper = plan.fault.map { Tampering($0, seed: plan.seed) }
        laptop.transport.set(
            InProcessTransport.Weather(
                cutPercent: plan.cutPercent, between: { try self.liveOn(laptop, index) }, tamper: tamper))
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
        if plan.powerCuts > 0 {
            try await runWithPowerCuts()
        } else {
            while world.withLock({ $0.editsLeft.contains { $0 > 0 } }) {
                try liveWithRestores()
                try await step()
            }
            try await endRestores()
        }
        try await settle()
        let conflicts = restorable == nil ? try checkServer() : 0
        if restorable != nil { try checkNothingIsLost() }
        world.withLock { $0.report.conflictsListed = conflicts }
        for laptop in laptops {
            try checkReplica(laptop)
            try laptop.close()
        }
        try service.file.close()
        for machine in machines { machine.end() }
        return world.withLock { $0.report }
    }

    func step() async throws {
        let (index, action) = world.withLock { world in
            (world.random.below(plan.laptops), world.random.below(100))
        }
        clock.advance(milliseconds: Int64(world.withLock { $0.random.below(3_000) }))
        try await step(laptops[index], index, action)
    }

    private func step(_ laptop: Laptop, _ index: Int, _ action: Int) async throws {
        switch action {
        case 0..<plan.syncPercent: _ = try await synchronise(laptop)
        case 6 where index == 3: try laptop.copyFiles()
        case 7 where index == 3 && world.withLock({ $0.random.chance(30) }): try laptop.restoreFiles()
        case 6 where index == 2: try spoilCheckpoint(of: laptop)
        case 8: laptop.setWallShift(world.withLock { Int64($0.random.below(7_200_000)) - 3_600_000 })
        case 9..<12 where index == 1:
            let shift = world.withLock { $0.random.chance(50) } ? Self.year : -Self.year
            laptop.reboot(wallShiftMilliseconds: shift)
        default: try edit(laptop, index)
        }
    }

    /// The server will not know this token: the laptop pulls afresh, perhaps cut, perhaps again and again.
    private func spoilCheckpoint(of laptop: Laptop) throws {
        guard try laptop.store.exchangeStart().checkpoint != nil else { return }
        try laptop.store.file.write {
            try $0.execute(sql: "UPDATE meta SET value = 'spoiled' WHERE name = 'checkpoint'")
        }
        world.withLock { $0.report.freshPulls += 1 }
    }

    func synchronise(_ laptop: Laptop) async throws -> SyncReport {
        let seed = world.withLock { $0.random.next() }
        let report: SyncReport
        do {
            report = try await laptop.synchronise(seed: seed)
        } catch {
            try noteInterruption(of: laptop)
            if let failure = world.withLock({ $0.failure }) { throw failure }
            throw error
        }
        world.withLock { world in
            world.report.exchanges += report.exchanges
            if report.setsSentAgain != nil { world.report.rewinds += 1 }
        }
        try noteAnswers(to: laptop)
        if let failure = world.withLock({ $0.failure }) { throw failure }
        if plan.checksEverySync, report.ending == .upToDate, try laptop.store.status().unsentSets == 0 {
            try checkReplica(laptop)
        }
        return report
    }

    /// The rep goes on working while an exchange is under way.
    private func liveOn(_ laptop: Laptop, _ index: Int) throws {
        try requirePower(index)
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
            world.withLock { $0.oracle.note(text, at: .init(record: id, path: Self.name), shown: nil) }
            try save(UserAction([change]), laptops[number % laptops.count])
        }
    }

    func customerID(_ number: Int) -> RecordID {
        .version7(milliseconds: 1_789_000_000_000, random: (UInt64(number), plan.seed))
    }

    // MARK: Observing the server

    func observe(_ set: ChangeSet, _ verdict: Verdict, before: ServerView, after: ServerView) throws {
        try world.withLock { world in
            do {
                switch verdict {
                case .accepted(let given, _):
                    if given != nil { world.report.restampedSets += 1 }
                    try arrive(set, stamp: given ?? set.stamp, before: before, after: after, &world)
                // After a restore it waits for its record: what was acknowledged stays so.
                case .handover where restorable != nil: world.report.waitingSets += 1
                case .rejected, .quarantined, .handover:
                    try checkNotAcknowledged(set, world)
                    refuse(set, &world)
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
                if restorable != nil {
                    world.oracle.accept(text, at: place, stamp: stamp)
                    continue
                }
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

    /// What was acknowledged is not refused: but for the laptop that is put back itself, and takes another number by that.
    private func checkNotAcknowledged(_ set: ChangeSet, _ world: World) throws {
        guard restorable != nil else { return }
        for change in set.changes {
            for write in change.writes where !write.path.isElement {
                guard let text = write.value?.text, world.restoring.authors[text] != "laptop3",
                    world.oracle.ruling(on: text, at: .init(record: change.id, path: write.path)) == true
                else { continue }
                throw SimulationFailure(law: "acknowledged", detail: "“\(text)” was accepted, and is refused")
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
}
