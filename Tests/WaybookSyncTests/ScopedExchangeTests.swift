import Foundation
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookTesting

@testable import WaybookStore
@testable import WaybookSync

/// The production client against the production server, where not everybody sees everything.
@Suite struct ScopedExchangeTests {
    /// Some reps and an administrator, each with a laptop, on one server.
    private final class Company {
        static let admin = 0
        let clock = WorldClock(milliseconds: noon)
        let service: ExchangeService
        let people: [RecordID]
        private(set) var laptops: [WaybookTesting.Laptop] = []
        private let folder: URL
        private var serial: UInt64 = 1_000

        init(reps: Int, seed: UInt64, cutPercent: Int = 0, pageRows: Int = 1_000) throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "waybook-scoped-\(UUID().uuidString)")
            let file = try StoreOpening.production.server(folder.appending(path: "server/server.db").path)
            try file.write {
                try ExchangeService.initialise($0, epoch: "scoped", secret: Array(repeating: 7, count: 32))
            }
            let clock = clock
            let service = try ExchangeService(
                file: file, schema: Catalogue.schema, pageRows: pageRows,
                wallMilliseconds: { UInt64(clock.milliseconds) },
                authorship: { _, replica in Authorship(person: "person", device: "\(replica)") })
            self.service = service
            people = (0...reps).map { identity(UInt64($0) + 500) }
            for (index, person) in people.enumerated() {
                let role: Role = index == Self.admin ? .admin : .rep
                try file.write { db in
                    _ = try DirectoryWriter(db, now: clock.milliseconds).write(
                        ["name": .string("Person \(index)"), "role": .string(role.rawValue), "status": "active"],
                        of: person, in: "user")
                }
                let replica = ReplicaID(UInt32(index + 10))
                let transport = InProcessTransport(
                    to: InProcessTransport.Server(
                        service: { service }, isOff: { false }, leaves: { _, _ in }),
                    principal: ExchangePrincipal(replica: replica, user: person.description),
                    seed: seed &+ UInt64(index), enrol: { $0 }, observe: { _, _, _, _ in })
                transport.set(InProcessTransport.Weather(cutPercent: cutPercent))
                laptops.append(
                    try WaybookTesting.Laptop(
                        name: "laptop\(index)", folder: folder.appending(path: "laptop\(index)"), replica: replica,
                        transport: transport, world: clock, wallShiftMilliseconds: 0,
                        open: { try StoreOpening.production.client($0, Catalogue.schema) }))
            }
        }

        deinit {
            for laptop in laptops { try? laptop.close() }
            try? service.file.close()
            try? FileManager.default.removeItem(at: folder)
        }

        func calm() {
            for laptop in laptops { laptop.transport.set(InProcessTransport.Weather()) }
        }

        func id() -> RecordID {
            serial += 1
            return identity(serial)
        }

        @discardableResult
        func edit(_ person: Int, _ changes: [Change]) throws -> EditOutcome {
            clock.advance(milliseconds: 10)
            return try laptops[person].store.edit(UserAction(changes), at: laptops[person].now, by: people[person])
        }

        func add(_ person: Int, _ fields: [FieldName: Value], to collection: CollectionName) throws -> RecordID {
            let id = id()
            try edit(person, [change(id, fields, in: collection, isCreating: true)])
            return id
        }

        func change(
            _ id: RecordID, _ fields: [FieldName: Value], in collection: CollectionName = "customer",
            isCreating: Bool = false
        ) -> Change {
            let writes = fields.map { Write(path: FieldPath($0.key), value: $0.value) }
            return Change(id: id, collection: collection, isCreating: isCreating, writes: writes)
        }

        func owner(_ person: Int) -> Value { .string(people[person].description) }

        @discardableResult
        func sync(_ person: Int, seed: UInt64 = 1) async throws -> SyncReport {
            clock.advance(milliseconds: 100)
            return try await laptops[person].synchronise(seed: seed)
        }

        func bytes(_ person: Int) throws -> Data {
            let place = folder.appending(path: "laptop\(person)")
            return try FileManager.default.contentsOfDirectory(at: place, includingPropertiesForKeys: nil)
                .reduce(into: Data()) { $0.append(try Data(contentsOf: $1)) }
        }
    }

    @Test func aCustomerThatWasHandedOnLeavesWithWhatWasUnsentHandedOver() async throws {
        let company = try Company(reps: 2, seed: 1)
        try await company.sync(1)
        let acme = try company.add(1, ["name": "Acmemarker"], to: "customer")
        let ann = try company.add(1, ["customer": .string(acme.description), "name": "Annmarker"], to: "contact")
        // The laptop itself wrote who answers for it.
        #expect(try company.laptops[1].store.record(acme)?.record["owner"] == company.owner(1))
        for person in [1, 0, 2] { try await company.sync(person) }
        #expect(try company.laptops[2].store.record(acme) == nil)

        try company.edit(0, [company.change(acme, ["owner": company.owner(2)])])
        #expect(try company.laptops[0].store.record(acme)?.pending.map(\.text) == ["owner"])
        try await company.sync(0)
        #expect(try company.laptops[0].store.record(acme)?.pending == [])
        try company.edit(1, [company.change(acme, ["city": "Lyon"])])
        let report = try await company.sync(1)
        #expect(report.ending == .upToDate && report.departedUnits == 1 && report.handedOverSets == 1)
        let store = company.laptops[1].store
        #expect(try store.record(acme) == nil && store.record(ann) == nil && store.rejected().isEmpty)
        #expect(try store.syncLog().first { $0.kind == .departed }?.cause?.by == company.people[0])
        for marker in ["Acmemarker", "Annmarker", "acmemarker"] {
            #expect(try company.bytes(1).range(of: Data(marker.utf8)) == nil)
            #expect(try company.bytes(2).range(of: Data(marker.utf8)) == nil)
        }
        try await company.sync(2)
        #expect(try company.laptops[2].store.record(ann)?.isVisible == true)
        #expect(try store.exchangeStart().purgedSequence == store.status().storedSequence)
    }

    @Test func whatWasRefusedIsHandedOverWhenItsCustomerLeaves() async throws {
        let company = try Company(reps: 2, seed: 2)
        let acme = try company.add(1, ["name": "Acme", "owner": company.owner(1)], to: "customer")
        try await company.sync(1)
        // Another laptop had the number first: the request is refused.
        let first = try company.add(
            1, ["customer": .string(acme.description), "number": "A-1"], to: "purchase")
        try await company.sync(1)
        try await company.sync(0)
        try company.edit(0, [company.change(first, ["number": "A-2"], in: "purchase")])
        try await company.sync(0)
        try company.edit(1, [company.change(first, ["number": "A-3"], in: "purchase")])
        #expect(try await company.sync(1).refusedSets == 1)
        let store = company.laptops[1].store
        #expect(try store.rejected().count == 1)
        try company.edit(0, [company.change(acme, ["owner": company.owner(2)])])
        try await company.sync(0)
        let report = try await company.sync(1)
        #expect(report.ending == .upToDate && report.exchanges >= 2 && report.sentSets == 1)
        #expect(try store.rejected().isEmpty && store.record(acme) == nil && !store.isLeavingAnything())
        #expect(try store.list(RecordQuery(HandoverRecord.collection)).count == 1)
    }

    /// The verdict shows that the record was there when it was written to; that it is still to be held it does not.
    @Test func whatIsHandedOnWhileEverythingIsFetchedAnewLeavesToo() async throws {
        let company = try Company(reps: 2, seed: 3)
        for person in [0, 1, 2] { try await company.sync(person) }
        let acme = try company.add(1, ["name": "Acmemarker"], to: "customer")
        try await company.sync(1)
        let store = company.laptops[1].store
        try store.file.write { try $0.execute(sql: "UPDATE meta SET value = 'spoiled' WHERE name = 'checkpoint'") }
        try company.edit(1, [company.change(acme, ["owner": company.owner(2)])])
        let report = try await company.sync(1)
        #expect(report.hasBegunAfresh && report.ending == .upToDate)
        #expect(try store.record(acme) == nil)
        #expect(try company.bytes(1).range(of: Data("Acmemarker".utf8)) == nil)
        try await company.sync(2)
        #expect(try company.laptops[2].store.record(acme)?.isVisible == true)
    }

    /// What a deleted record hides goes with the customer also where a laptop was put back to before it left.
    @Test func whatWasDeletedLeavesAnOlderCopyToo() async throws {
        let company = try Company(reps: 2, seed: 4)
        for person in [0, 1, 2] { try await company.sync(person) }
        let acme = try company.add(1, ["name": "Acme"], to: "customer")
        let ann = try company.add(1, ["customer": .string(acme.description), "name": "Annmarker"], to: "contact")
        try await company.sync(1)
        let laptop = company.laptops[1]
        _ = try laptop.store.edit(all: [.delete(ann, in: "contact")], at: laptop.now, by: company.people[1])
        for person in [1, 0] { try await company.sync(person) }
        try laptop.copyFiles()
        try company.edit(0, [company.change(acme, ["owner": company.owner(2)])])
        for person in [0, 1] { try await company.sync(person) }
        // More has come since: the copy's checkpoint proves nothing any more.
        for name in ["Bolt", "Corp"] {
            _ = try company.add(0, ["name": .string(name), "owner": company.owner(1)], to: "customer")
            for person in [0, 1] { try await company.sync(person) }
        }
        try laptop.restoreFiles()
        #expect(try company.bytes(1).range(of: Data("Annmarker".utf8)) != nil)
        let report = try await company.sync(1)
        #expect(report.hasBegunAfresh && report.ending == .upToDate)
        #expect(try laptop.store.record(ann) == nil && laptop.store.record(acme) == nil)
        #expect(try company.bytes(1).range(of: Data("Annmarker".utf8)) == nil)
    }

    /// Reps create, edit, move and hand on, exchanges are cut anywhere; in the end everybody holds their own and no word of
    /// anybody else's.
    @Test(arguments: [11, 12, 13, 14] as [UInt64])
    func everybodyHoldsTheirOwnAndNoWordOfOthers(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let reps = 3
        let company = try Company(reps: reps, seed: seed, cutPercent: 25, pageRows: 7)
        for person in 0...reps { try await company.sync(person) }
        var customers: [RecordID] = []
        var (departed, refused) = (0, 0)
        for step in 0..<160 {
            let person = 1 + random.below(reps)
            let store = company.laptops[person].store
            let mine = try customers.filter { try store.record($0)?.record["owner"] == company.owner(person) }
            switch random.below(10) {
            case 0...1:
                customers.append(
                    try company.add(person, ["name": .string("customer\(customers.count)m")], to: "customer"))
            case 2...4:
                guard !mine.isEmpty else { continue }
                try company.edit(person, [company.change(random.pick(mine), ["city": .string("city \(step)")])])
            case 5:
                guard !mine.isEmpty else { continue }
                _ = try company.add(
                    person, ["customer": .string(random.pick(mine).description), "name": .string("contact \(step)")],
                    to: "contact")
            case 6:
                guard !mine.isEmpty else { continue }
                let next = 1 + random.below(reps)
                try company.edit(person, [company.change(random.pick(mine), ["owner": company.owner(next)])])
            case 7:
                // Somebody else decides, while they go on.
                try await company.sync(Company.admin, seed: random.next())
                let known = try customers.filter { try company.laptops[Company.admin].store.record($0) != nil }
                guard !known.isEmpty else { continue }
                let owner = company.owner(1 + random.below(reps))
                try company.edit(Company.admin, [company.change(random.pick(known), ["owner": owner])])
                try await company.sync(Company.admin, seed: random.next())
            default:
                let report = try await company.sync(person, seed: random.next())
                departed += report.departedUnits
                refused += report.refusedSets + report.handedOverSets
            }
        }
        company.calm()
        for _ in 0..<3 {
            for person in 0...reps { #expect(try await company.sync(person).ending == .upToDate, "seed \(seed)") }
        }
        #expect(departed > 0 && refused > 0, "seed \(seed)")
        let all = company.laptops[Company.admin].store
        for person in 1...reps {
            let store = company.laptops[person].store
            #expect(try !store.isLeavingAnything() && store.purgeDeparted())
            let bytes = try company.bytes(person)
            for (index, customer) in customers.enumerated() {
                let isTheirs = try all.record(customer)?.record["owner"] == company.owner(person)
                #expect(try (store.record(customer) != nil) == isTheirs, "seed \(seed), person \(person)")
                let word = Data("customer\(index)m".utf8)
                #expect((bytes.range(of: word) != nil) == isTheirs, "seed \(seed), person \(person), \(index)")
                guard isTheirs else { continue }
                let contacts = RecordQuery(
                    "contact",
                    filter: .compare(FieldSelector("customer"), .equal, .string(customer.description)))
                #expect(try Set(store.list(contacts).map(\.id)) == Set(all.list(contacts).map(\.id)), "seed \(seed)")
            }
        }
    }
}
