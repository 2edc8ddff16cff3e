import Foundation
import GRDB
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// A random organisation on a production server, with production client stores on disk: people in three levels of teams, a
/// book of customers each, and everything that moves customers between them. After every exchange the whole of the laptop's
/// files is searched, and compared with what the pure rules let its holder see.
///
/// - A laptop that has read everything holds no marker of anything that its holder may not see, and every record that they
///   may see, equal to the server's row.
/// - One whose exchange broke may still hold what it was shown to the last whole exchange and what was to be seen since: it
///   was not told otherwise. A person who is disabled is told nothing more at all.
/// - On any laptop that has no purge to do, the files hold nothing but what its tables hold.
public final class LeakFirm {
    // A class: laptops' transports refer to its server.

    /// One laptop of somebody, and what it may hold.
    final class Held {
        let name: String
        let person: RecordID
        let folder: URL
        let laptop: Laptop
        /// The codes that may be on it: of the last look at it, and of everything since.
        var allowed: Set<Int> = []

        init(name: String, person: RecordID, folder: URL, laptop: Laptop) {
            self.name = name
            self.person = person
            self.folder = folder
            self.laptop = laptop
        }
    }

    let plan: LeakPlan
    /// How many exchanges in a hundred are cut now.
    private(set) var cutPercent = 0
    let schema: Schema
    let folder: URL
    let clock = WorldClock(milliseconds: 1_790_000_000_000)
    let service: ExchangeService
    var random: SeededRandom
    var people: [RecordID] = []
    var teams: [RecordID] = []
    var held: [Held] = []
    var units: UnitScopes
    var report = LeakReport()
    var story: [String] = []
    /// The next code, and which record has which.
    var nextCode = 0
    var codes: [RecordID: Int] = [:]
    let lookout: DatabaseQueue
    private let replicas = ReplicaNumbers()
    private var serial: UInt64 = 0

    /// - Parameter folder: empty; everything goes into it.
    public init(_ plan: LeakPlan, schema: Schema, in folder: URL) throws {
        self.plan = plan
        self.schema = schema
        self.folder = folder
        random = SeededRandom(seed: plan.seed)
        units = UnitScopes(schema)
        let path = folder.appending(path: "server/server.db").path
        let file = try StoreOpening.production.server(path)
        try file.write { try ExchangeService.initialise($0, epoch: "firm", secret: Array(repeating: 7, count: 32)) }
        let clock = clock
        service = try ExchangeService(
            file: file, schema: schema, pageRows: plan.pageRows, wallMilliseconds: { UInt64(clock.milliseconds) },
            authorship: { _, replica in Authorship(person: "person", device: "\(replica)") })
        lookout = try DatabaseQueue()
        try lookout.write { db in
            try db.execute(sql: "ATTACH DATABASE ? AS server", arguments: [path])
            try db.execute(sql: "CREATE TEMP TABLE visible (unit BLOB PRIMARY KEY) WITHOUT ROWID")
        }
        try makeTeams()
        for index in 0..<plan.users { try makePerson(index) }
    }

    /// Ends everything and removes the files.
    public func close() throws {
        for one in held { try one.laptop.close() }
        try lookout.close()
        try service.file.close()
        try FileManager.default.removeItem(at: folder)
    }

    func note(_ text: String) { story.append(text) }
    func count(_ action: String) { report.actions[action, default: 0] += 1 }

    func id() -> RecordID {
        serial += 1
        return .version7(milliseconds: UInt64(clock.milliseconds), random: (random.next(), serial))
    }

    // MARK: People and teams

    func direct(_ fields: [FieldName: Value], of id: RecordID, in collection: CollectionName) throws {
        clock.advance(milliseconds: 5)
        try service.file.write { db in
            _ = try DirectoryWriter(db, now: clock.milliseconds).write(fields, of: id, in: collection)
        }
    }

    /// A root, regions below it, and two groups in each.
    private func makeTeams() throws {
        func team(_ name: String, in parent: RecordID?) throws -> RecordID {
            let team = id()
            try direct(
                ["name": .string(name), "parent": parent.map { .string($0.description) } ?? .null], of: team, in: "team"
            )
            teams.append(team)
            return team
        }
        let root = try team("All", in: nil)
        for region in 0..<max(2, plan.users / 8) {
            let above = try team("Region \(region)", in: root)
            for group in 0..<2 { _ = try team("Group \(region)-\(group)", in: above) }
        }
    }

    static func role(_ index: Int, of users: Int) -> Role {
        switch index {
        case 0: .admin
        case 1: .manager
        case 2: .service
        case 3: .viewer
        case 4..<max(5, users / 5): .manager
        default: .rep
        }
    }

    private func makePerson(_ index: Int) throws {
        let person = id()
        let role = Self.role(index, of: plan.users)
        try direct(
            ["name": .string("Person \(index)"), "role": .string(role.rawValue), "status": "active"], of: person,
            in: "user")
        people.append(person)
        // The first manager leads everybody; others a region or a group.
        try join(person, index == 1 ? teams[0] : random.pick(teams.dropFirst().map { $0 }))
        try addLaptop(of: person)
    }

    func join(_ person: RecordID, _ team: RecordID) throws {
        try direct(
            ["user": .string(person.description), "team": .string(team.description)], of: id(), in: "membership")
    }

    // MARK: Laptops

    /// One more laptop for somebody; its files, where it begins as the copy of another.
    @discardableResult
    func addLaptop(of person: RecordID, copying files: URL? = nil, as replica: ReplicaID? = nil) throws -> Held {
        let own = replica ?? replicas.next()
        let name = "laptop-\(held.count)-\(own.number)-\(serial)"
        let place = folder.appending(path: name)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        if let files { try FileManager.default.copyItem(at: files, to: place.appending(path: "store.db")) }
        let service = service
        let transport = InProcessTransport(
            to: InProcessTransport.Server(service: { service }, isOff: { false }, leaves: { _, _ in }),
            principal: ExchangePrincipal(replica: own, user: person.description), seed: random.next(),
            enrol: { [replicas] old in
                let new = replicas.next()
                try service.file.write { try service.noteFork($0, of: old, as: new) }
                return new
            }, observe: { _, _, _, _ in })
        transport.set(weather(plan.cutPercent))
        let laptop = try Laptop(
            name: name, folder: place, replica: own, transport: transport, world: clock, wallShiftMilliseconds: 0,
            open: { [schema] in try StoreOpening.production.client($0, schema) })
        let one = Held(name: name, person: person, folder: place, laptop: laptop)
        try plant(on: one)
        held.append(one)
        return one
    }

    /// - Parameter keepsWitness: whether the answers are lost by which laptops let go of what they had put aside.
    func weather(_ cutPercent: Int, keepsWitness: Bool = false) -> InProcessTransport.Weather {
        self.cutPercent = cutPercent
        let tampering = keepsWitness ? Tampering(dropping: { $0.entries?["witnessed"] != nil }) : tampering
        return InProcessTransport.Weather(cutPercent: cutPercent, tamper: tampering)
    }

    /// The laptop is gone, with all that was on it.
    func lose(_ one: Held) throws {
        held.removeAll { $0 === one }
        try one.laptop.close()
        try FileManager.default.removeItem(at: one.folder)
    }
}

/// Gives out replica numbers.
private final class ReplicaNumbers: Sendable {
    // A class, because transports give them out as well.

    private let last = Mutex<UInt32>(100)

    func next() -> ReplicaID {
        last.withLock { last in
            last += 1
            return ReplicaID(last)
        }
    }
}
