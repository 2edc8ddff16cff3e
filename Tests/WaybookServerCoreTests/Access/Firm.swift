import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

/// A firm of two representatives and their manager in one team.
struct SalesTeam {
    let firm: Firm
    let ann: Laptop
    let bob: Laptop
    let mia: Laptop

    init() throws {
        firm = try Firm()
        (ann, bob, mia) = (
            try firm.person("Ann", .rep), try firm.person("Bob", .rep), try firm.person("Mia", .manager)
        )
        let team = try firm.team("All")
        for laptop in [ann, bob, mia] { try firm.join(laptop, team) }
    }
}

/// Tests that begin with a ``SalesTeam``.
protocol AmongSales {
    var sales: SalesTeam { get }
}

extension AmongSales {
    var firm: Firm { sales.firm }
    var ann: Laptop { sales.ann }
    var bob: Laptop { sales.bob }
    var mia: Laptop { sales.mia }
}

/// A firm of an administrator and two representatives, whose server keeps a security ledger.
struct LedgerFirm {
    let folder: LedgerFolder
    let ledger: SecurityLedger
    let firm: Firm
    let ada: Laptop
    let bob: Laptop
    let ann: Laptop

    init() throws {
        folder = try LedgerFolder()
        ledger = try SecurityLedger(path: folder.path)
        firm = try Firm(ledger: ledger)
        (ada, bob, ann) = (
            try firm.person("Ada", .admin), try firm.person("Bob", .rep), try firm.person("Ann", .rep)
        )
        for laptop in [ada, bob, ann] { try firm.settle(laptop) }
    }
}

/// Tests that begin with a ``LedgerFirm``.
protocol WithLedger {
    var written: LedgerFirm { get }
}

extension WithLedger {
    var folder: LedgerFolder { written.folder }
    var ledger: SecurityLedger { written.ledger }
    var firm: Firm { written.firm }
    var ada: Laptop { written.ada }
    var bob: Laptop { written.bob }
    var ann: Laptop { written.ann }
}

/// An organisation on a real server with the product's schema: people, teams, and a laptop for each person.
final class Firm {
    // A class: a test's laptops share it.

    let workspace: Workspace
    private(set) var laptops: [RecordID: Laptop] = [:]
    private(set) var retired: [Laptop] = []
    private var serial: UInt64 = 0
    private var lastReplica: UInt32 = 100

    init(pageRows: Int = 1_000, ledger: SecurityLedger? = nil) throws {
        workspace = try Workspace(pageRows: pageRows, schema: Catalogue.schema, ledger: ledger)
    }

    func id() -> RecordID {
        serial += 1
        return .version7(milliseconds: workspace.clock.now, random: (serial, serial))
    }

    /// Adds a person with a laptop.
    func person(_ name: String, _ role: Role) throws -> Laptop {
        let person = id()
        try workspace.direct(
            ["name": .string(name), "role": .string(role.rawValue), "status": "active"], of: person, in: "user")
        return laptop(of: person)
    }

    /// One more laptop for somebody; it takes the place of the last in ``laptops``.
    @discardableResult
    func laptop(of person: RecordID) -> Laptop {
        lastReplica += 1
        let laptop = Laptop(workspace, lastReplica)
        workspace.sign(laptop.state.replica, in: person)
        if let old = laptops[person] { retired.append(old) }
        laptops[person] = laptop
        return laptop
    }

    func person(of laptop: Laptop) -> RecordID {
        laptops.first { $0.value === laptop }?.key ?? RecordID(high: 0, low: 0)
    }

    func user(_ laptop: Laptop) -> Value { .string(person(of: laptop).description) }

    func team(_ name: String, in parent: RecordID? = nil) throws -> RecordID {
        let team = id()
        let above: Value = parent.map { .string($0.description) } ?? .null
        try workspace.direct(["name": .string(name), "parent": above], of: team, in: "team")
        return team
    }

    @discardableResult
    func join(_ laptop: Laptop, _ team: RecordID, until: String? = nil) throws -> RecordID {
        let membership = id()
        try workspace.direct(
            [
                "user": user(laptop), "team": .string(team.description),
                "until": until.map { .string($0) } ?? .null,
            ], of: membership, in: "membership")
        return membership
    }

    func direct(_ laptop: Laptop, _ fields: [FieldName: Value]) throws {
        try workspace.direct(fields, of: person(of: laptop), in: "user")
    }

    // MARK: What may be held

    /// Exchanges until the server says that there is no more; a token that is refused is given up.
    func settle(_ laptop: Laptop) throws {
        for _ in 0..<20 {
            do {
                let problem = try laptop.sync()
                if let problem { throw problem }
                if !laptop.hasMore, laptop.state.outbox.isEmpty { return }
            } catch let problem as Problem where problem.code == .stale {
                laptop.startAfresh()
            }
        }
        throw Problem(.internalError)
    }

    /// What a person may see of the server's records, by the pure rules alone: the index and the feed have no part in it.
    func visible(to laptop: Laptop) throws -> [RecordID: VersionedRecord] {
        let person = person(of: laptop)
        return try workspace.service.file.read { db in
            let rows = ServerRows(db)
            let all = try rows.feed(after: 0, atLeast: .max).rows
            let day = AccessDay.text(workspace.clock.now)
            let organisation = Organisation(try rows.directory())
            guard let viewer = Viewer(person, in: organisation, on: day) else { return [:] }
            var roots: [RecordID: VersionedRecord] = [:]
            for row in all where row.unit == row.id { roots[row.id] = try rows.row(row.id)?.record }
            var seen: [RecordID: VersionedRecord] = [:]
            for row in all {
                guard let root = roots[row.unit] else { continue }
                let about = root["about"]?.text.flatMap { RecordID($0) }.flatMap { roots[$0] }
                let author = root["author"]?.text.flatMap { RecordID($0) }
                var scopes = Catalogue.schema.scopes(of: root, about: about)
                if root.collection == HandoverRecord.collection, about == nil, let author {
                    scopes[organisation.holder(of: author).map { .book($0) } ?? .pool] = .edit
                }
                guard viewer.seesEverything || scopes.keys.contains(where: viewer.scopes.contains) else { continue }
                seen[row.id] = try rows.record(row)
            }
            return seen
        }
    }

    /// How a laptop differs from what it may and must hold; nil where it does not.
    func difference(_ laptop: Laptop) throws -> String? {
        let expected = try visible(to: laptop)
        for (id, record) in expected.sorted(by: { $0.key < $1.key }) {
            guard let held = laptop.state.rows[id] else {
                if record.isDeleted { continue }
                return "lacks \(record.collection) \(id)"
            }
            if record.isDeleted, held.isDeleted { continue }
            let values = held.atoms.mapValues(\.value).filter { $0.value != nil }
            let wanted = record.atoms.mapValues(\.value).filter { $0.value != nil }
            if values != wanted {
                let paths = Set(values.keys).union(wanted.keys).filter { values[$0] != wanted[$0] }
                return "\(record.collection) \(id) differs at \(paths.map(\.text).sorted())"
            }
        }
        for (id, record) in laptop.state.rows where expected[id] == nil {
            let unit = laptop.state.units[id]
            let left = laptop.state.departed.count { $0.unit == unit }
            return
                "holds \(record.collection) \(id) of \(unit.map(\.description) ?? "no unit"), which left \(left) times"
        }
        return nil
    }
}
