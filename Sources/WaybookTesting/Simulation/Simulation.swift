import Foundation
import GRDB
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync

/// Runs one simulated history: production clients and the production server on real files, every clock, line, disk and
/// decision under the history; and beside them a model of what must hold, asked after every step.
///
/// Steps that find nothing to do (a record that the laptop does not show) do nothing, so that any part of a history is one.
public final class Simulation: @unchecked Sendable {
    // A class, because exchanges under way refer back to it; unchecked, because the turnstile lets only one of the
    // history and its exchanges run at a time, and hands over between them.

    /// A law that a history broke, and where.
    public struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
        public var failure: SimulationFailure
        /// The index of the step; as many as there are steps where everybody came together at the end.
        public var step: Int
        /// What the steps did, in words.
        public var story: [String]

        public var description: String { "step \(step): \(failure)" }
    }

    static let start: Int64 = 1_790_000_000_000
    static let mostExtraLaptops = 3
    static let replicasFrom: UInt32 = 100
    static let database = "server.db"

    let history: SimulatedHistory
    let schemas: SimulatedSchemas
    let folder: URL
    let templates: SimulatedTemplates
    /// True time, and the server's.
    let clock = WorldClock(milliseconds: start)
    let wall: ServerWall
    let serverMachine: Machine?
    var serverFaults: Set<FaultVFS.Fault> = []
    var serverFolder: URL
    var service: ExchangeService
    var ledger: SecurityLedger
    /// Not on the machine: it is not SQLite that writes it.
    var ledgerFolder: URL
    var laptops: [SimulatedLaptop] = []
    let people: [RecordID]
    var memberships: [(id: RecordID, person: RecordID)] = []
    var backups: [URL] = []
    var units: UnitScopes
    var model = SimulatedModel()
    var coverage = Coverage()
    var story: [String] = []
    var serial: UInt64 = 0
    /// Only where somebody will read it.
    let tellsStory: Bool

    /// - Parameters:
    ///   - folder: empty, or not there; everything goes into it.
    ///   - templates: files to begin with.
    public init(
        _ history: SimulatedHistory, schemas: SimulatedSchemas, templates: SimulatedTemplates, in folder: URL,
        tellsStory: Bool = false
    ) throws {
        self.history = history
        self.schemas = schemas
        self.folder = folder
        self.templates = templates
        self.tellsStory = tellsStory
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        wall = ServerWall(clock)
        people = history.people.indices.map { Self.identity(UInt64($0), 3) }
        units = UnitScopes(schemas.server)
        serverMachine = history.hasMachines ? try Machine("server", in: folder) : nil
        serverFolder = serverMachine?.folder ?? folder.appending(path: "server")
        try templates.place(.server, as: serverFolder.appending(path: Self.database))
        ledgerFolder = folder
        ledger = try SecurityLedger(path: folder.appending(path: SecurityLedger.fileName).path)
        service = try Self.open(serverFolder, schemas.server, history.pageRows, ledger, wall)
        try makeDirectory()
        for index in history.laptops.indices { try addLaptop(index) }
    }

    static func identity(_ number: UInt64, _ kind: UInt64) -> RecordID {
        .version7(milliseconds: UInt64(start) - 86_400_000, random: (number, kind))
    }

    static func open(
        _ folder: URL, _ schema: Schema, _ pageRows: Int, _ ledger: SecurityLedger, _ wall: ServerWall
    ) throws -> ExchangeService {
        let options = StoreFile.Options(checkpointPages: 50)
        let file = try StoreOpening.production(options).server(folder.appending(path: database).path)
        do {
            try file.write { _ = try ledger.apply($0, schema: schema, now: wall.milliseconds) }
            return try ExchangeService(
                file: file, schema: schema, pageRows: pageRows, ledger: ledger,
                wallMilliseconds: { UInt64(clamping: wall.milliseconds) },
                authorship: { _, replica in Authorship(person: "person", device: "\(replica)") })
        } catch {
            try? file.close()
            throw error
        }
    }

    // MARK: Running

    /// Runs the history and checks it.
    /// - Returns: what happened in it.
    /// - Throws: a ``Violation`` at the first broken law.
    public func run() async throws -> Coverage {
        var index = 0
        do {
            for step in history.steps {
                try await perform(step)
                index += 1
            }
            try await settle()
        } catch let failure as SimulationFailure {
            await abandon()
            throw Violation(failure: failure, step: index, story: story)
        } catch {
            await abandon()
            throw Violation(failure: SimulationFailure(law: "error", detail: "\(error)"), step: index, story: story)
        }
        await abandon()
        return coverage
    }

    /// Closes everything and removes the files.
    private func abandon() async {
        for one in laptops {
            await one.kill()
            try? one.laptop.close()
            one.machine?.end()
        }
        // Their transports refer back to this: kept, every history would keep its files open.
        laptops = []
        try? service.file.close()
        serverMachine?.end()
        try? FileManager.default.removeItem(at: folder)
    }

    private func perform(_ step: SimulatedStep) async throws {
        let one = laptops[step.actor % laptops.count]
        coverage.count("step \(step.verb.rawValue)")
        clock.advance(milliseconds: Int64(step.elapsed))
        do {
            try await act(step, one)
        } catch {
            guard isExcused(error, step.verb, one) else { throw error }
            note("\(one.name): \(error)")
            coverage.count("excused \(step.verb.rawValue)")
        }
        try await startFallen()
    }

    func note(_ text: @autoclosure () -> String) {
        if tellsStory { story.append(text()) }
    }

    // MARK: Beginning

    /// What is written into one record of the directory.
    struct Direction {
        var fields: [FieldName: Value]
        var id: RecordID
        var collection: CollectionName
    }

    func direct(_ fields: [FieldName: Value], of id: RecordID, in collection: CollectionName) throws {
        do {
            try direct([Direction(fields: fields, id: id, collection: collection)])
        } catch DirectoryError.lastAdministrator {
            coverage.count("directory lastAdministrator")
        }
    }

    private func direct(_ directions: [Direction]) throws {
        try service.file.writeSecurity(ledger, now: wall.milliseconds) { db in
            let writer = DirectoryWriter(db, now: wall.milliseconds)
            return ((), try directions.flatMap { try writer.write($0.fields, of: $0.id, in: $0.collection) })
        }
    }

    private func makeDirectory() throws {
        var directions = (0..<3).map { index in
            let parent: Value = index == 0 ? .null : .string(Self.identity(0, 4).description)
            return Direction(
                fields: ["name": .string("Team \(index)"), "parent": parent], id: Self.identity(UInt64(index), 4),
                collection: "team")
        }
        for (index, role) in history.people.enumerated() {
            let role = SimulatedVerb.roles[role % SimulatedVerb.roles.count]
            directions.append(
                Direction(
                    fields: ["name": .string("Person \(index)"), "role": .string(role), "status": "active"],
                    id: people[index], collection: "user"))
            // The first manager leads everybody.
            directions.append(joining(people[index], team: index == 1 ? 0 : index % 3))
            memberships.append((directions[directions.count - 1].id, people[index]))
        }
        try direct(directions)
    }

    func join(_ person: RecordID, team: Int) throws {
        let membership = joining(person, team: team)
        try direct(membership.fields, of: membership.id, in: membership.collection)
        memberships.append((membership.id, person))
    }

    private func joining(_ person: RecordID, team: Int) -> Direction {
        serial += 1
        let named = Self.identity(UInt64(team % 3), 4).description
        return Direction(
            fields: ["user": .string(person.description), "team": .string(named)], id: Self.identity(serial, 5),
            collection: "membership")
    }

    // MARK: Laptops

    private func addLaptop(_ index: Int) throws {
        let person = people[history.laptops[index] % people.count]
        let kind = history.schemas.indices.contains(index) ? history.schemas[index] : 0
        let skew = history.skews.indices.contains(index) ? history.skews[index] : 0
        if kind == 1 { coverage.count("laptop older schema") }
        if kind == 2 { coverage.count("laptop newer schema") }
        laptops.append(try makeLaptop(index, of: person, kind, skew: Int64(skew), as: nil, from: nil))
    }

    /// A laptop with an empty store, or with the copy of another's.
    func makeLaptop(
        _ index: Int, of person: RecordID, _ kind: Int, skew: Int64, as copied: ReplicaID?, from file: URL?
    ) throws -> SimulatedLaptop {
        let schema = schemas.laptop(kind)
        serial += 1
        let name = "laptop\(index)-\(serial)"
        let replica = copied ?? model.newReplica(on: service.timeline)
        let machine = history.hasMachines ? try Machine(name, in: folder) : nil
        let place = machine?.folder ?? folder.appending(path: name)
        let store = place.appending(path: "store.db")
        if let file {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: file, to: store)
        } else {
            try templates.place(.client(schema, kind: kind), as: store)
        }
        let transport = InProcessTransport(
            to: server, principal: ExchangePrincipal(replica: replica, user: person.description), seed: serial,
            enrol: { try self.enrol($0) }, observe: { try self.observe($0, $1, before: $2, after: $3) })
        let laptop = try Laptop(
            name: name, folder: place, replica: replica, transport: transport, world: clock,
            wallShiftMilliseconds: skew,
            open: { try StoreOpening.production(.init(checkpointPages: 50)).client($0, schema) })
        return SimulatedLaptop(
            index: index, name: name, person: person, kind: kind, schema: schema, transport: transport,
            laptop: laptop, machine: machine, folder: place)
    }

    private func enrol(_ old: ReplicaID) throws -> ReplicaID {
        let new = model.newReplica(on: service.timeline)
        coverage.count("fork")
        // Where the power went before the store took the number, it is the store's former one that forks once more.
        let isUntaken = try laptops.contains { one in
            try one.transport.principal.replica == old && one.laptop.store.replica() != old
        }
        guard model.copied.contains(old) || isUntaken else {
            throw SimulationFailure(law: "fork", detail: "\(old) takes another number, and nobody has copied it")
        }
        for one in laptops where one.transport.principal.replica == old { one.owed = [] }
        try service.file.write { try service.noteFork($0, of: old, as: new) }
        return new
    }
}
