import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// Ada, who administers, Ann and Bob, who sell, and Mia, who leads, each with a laptop at a server that is put back.
final class RestoredStaff {
    // A class: the laptops go on with each new start of the server.

    let server: RestoredServer
    fileprivate(set) var laptops: [String: Laptop] = [:]
    fileprivate var people: [String: RecordID] = [:]

    init() throws {
        server = try RestoredServer(schema: Catalogue.schema)
        for (index, (name, role)) in [("Ada", "admin"), ("Ann", "rep"), ("Bob", "rep"), ("Mia", "manager")].enumerated()
        {
            let person = Laptop(server.workspace, 90 + UInt32(index)).freshID()
            let fields: [FieldName: Value] = [
                "name": .string(name), "email": .string("\(name.lowercased())@example.com"), "role": .string(role),
                "status": "active",
            ]
            try server.workspace.direct(fields, of: person, in: "user")
            let laptop = Laptop(server.workspace, UInt32(index + 1))
            server.workspace.sign(laptop.state.replica, in: person)
            (laptops[name], people[name]) = (laptop, person)
        }
        for name in laptops.keys.sorted() { try settle(name) }
    }

    /// Makes somebody's laptop a device that the directory knows.
    func register(_ name: String) throws {
        let (laptop, person) = (try #require(laptops[name]), try #require(people[name]))
        try server.workspace.register(laptop.state.replica, of: person)
    }

    fileprivate func settle(_ name: String) throws {
        let laptop = try #require(laptops[name])
        for _ in 0..<10 {
            do {
                if let problem = try laptop.heal() { throw problem }
                if !laptop.hasMore, laptop.state.outbox.isEmpty { break }
            } catch let problem as Problem where problem.code == .stale { laptop.startAfresh() }
        }
    }
}

/// A suite about them.
protocol WithRestoredStaff {
    var staff: RestoredStaff { get }
}

extension WithRestoredStaff {
    var server: RestoredServer { staff.server }

    func laptop(_ name: String) throws -> Laptop { try #require(staff.laptops[name]) }
    func person(_ name: String) throws -> RecordID { try #require(staff.people[name]) }
    func user(_ name: String) throws -> Value { .string(try person(name).description) }
    func member(_ name: String) throws -> String { "members/\(try person(name))" }

    /// Has each sync, in this order, until there is nothing more.
    func settle(_ names: String...) throws { for name in names { try staff.settle(name) } }

    func restore(_ name: String? = "old.db") throws {
        try server.restore(name)
        try follow()
    }

    /// The laptops go on with the server that was started last.
    func follow() throws {
        for (name, laptop) in staff.laptops { staff.laptops[name] = server.follow(laptop, person: try person(name)) }
    }

    /// The item that the server made of a laptop's set.
    func item(_ laptop: Laptop, _ number: Int64) throws -> VersionedRecord {
        guard case .handover(let item)? = laptop.state.verdicts[number] else {
            throw NotHandedOver(verdict: laptop.state.verdicts[number])
        }
        return try #require(try server.workspace.row(item)).record
    }

    func value(_ id: RecordID, _ path: String) throws -> Value? { try server.workspace.value(id, path) }
}

struct NotHandedOver: Error {
    var verdict: Verdict?
}
