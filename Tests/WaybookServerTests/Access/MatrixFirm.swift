import Foundation
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookTesting

/// A firm on the real server program with somebody in every role, and for each of them units in every bond, each with one
/// record of every kind. What is deleted, assigned or shared has units of its own, so that no attempt decides another.
struct MatrixFirm {
    /// What a unit is there for.
    enum Purpose: CaseIterable { case work, delete, assign, share }

    /// One customer, or a task of no customer, with what hangs on it.
    struct Unit {
        var role: Role
        var bond: AccessTable.Bond
        var purpose: Purpose
        var name: String
        /// The customer; of the records that the server makes, none until they are looked up.
        var records: [AccessTable.Kind: RecordID]
        var root: RecordID
    }

    static let leaver = "leaver@example.com", mate = "mate@example.com", outsider = "outsider@example.com"

    let folder = DataFolderFixture()
    let server: ServerProcess
    /// Administers, and sets everything up.
    private(set) var mei: WireDevice
    private(set) var actors: [Role: WireDevice] = [:]
    private(set) var people: [String: RecordID] = [:]
    private(set) var units: [Unit] = []
    private(set) var common: [Role: [Purpose: [AccessTable.CommonKind: RecordID]]] = [:]

    init() throws {
        try folder.initialise()
        for role in Role.allCases { try Self.add(Self.email(role), role, folder) }
        for person in [Self.leaver, Self.mate, Self.outsider] { try Self.add(person, .rep, folder) }
        server = try ServerProcess(folder)
        mei = try WireDevice(server, ServerProcess.email, "mei")
        try mei.exchange()
        for (id, row) in mei.rows where row.collection == "user" { people[row["email"]?.text ?? ""] = id }
        for role in Role.allCases { actors[role] = try WireDevice(server, Self.email(role), role.rawValue) }
        try makeTeams()
        for role in Role.allCases { try makeCommon(role) }
        for role in Role.allCases {
            for bond in AccessTable.Bond.allCases { for purpose in Purpose.allCases { makeUnit(role, bond, purpose) } }
        }
        try mei.exchange()
        try dispute()
        try handOn()
        try mei.exchange()
        lookUp()
    }

    static func email(_ role: Role) -> String { "\(role.rawValue)@example.com" }

    private static func add(_ email: String, _ role: Role, _ folder: DataFolderFixture) throws {
        let added = try ServerProcess.command(
            ["user", "add", email, "--role", role.rawValue, "--data", folder.data],
            environment: ["WAYBOOK_PASSWORD": ServerProcess.password])
        #expect(added.status == 0, "\(added.errors)")
    }

    func among(_ role: Role) -> AccessTable.People {
        AccessTable.People(
            actor: person(Self.email(role)), mate: person(Self.mate), outsider: person(Self.outsider))
    }

    private func person(_ email: String) -> RecordID { people[email] ?? RecordID(high: 0, low: 0) }
    private func text(_ id: RecordID) -> Value { .string(id.description) }

    // MARK: Making

    private mutating func make(
        _ collection: CollectionName, _ fields: [FieldPath: Value], id: RecordID = WireDevice.freshID()
    ) -> RecordID {
        mei.write(id, in: collection, fields, new: true)
        return id
    }

    /// Each actor in a team of their own; the mate in the team below each.
    private mutating func makeTeams() throws {
        for role in Role.allCases {
            let above = make("team", [FieldPath("name"): .string("Above \(role)")])
            let below = make("team", [FieldPath("name"): .string("Below \(role)"), FieldPath("parent"): text(above)])
            for (email, team) in [(Self.email(role), above), (Self.mate, below)] {
                _ = make("membership", [FieldPath("user"): text(person(email)), FieldPath("team"): text(team)])
            }
        }
        try mei.exchange()
    }

    private mutating func makeCommon(_ role: Role) throws {
        for purpose in Purpose.allCases {
            let spare = make("team", [FieldPath("name"): .string("Spare")])
            common[role, default: [:]][purpose] = [
                .team: spare, .product: make("product", [FieldPath("name"): "Product"]),
                .membership: make(
                    "membership", [FieldPath("user"): text(person(Self.outsider)), FieldPath("team"): text(spare)]),
                .assignmentRule: make("assignmentRule", [FieldPath("name"): "Rule"]),
                .otherUser: person(Self.outsider), .ownUser: person(Self.email(role)),
            ]
        }
    }

    private mutating func makeUnit(_ role: Role, _ bond: AccessTable.Bond, _ purpose: Purpose) {
        let name = "\(role)-\(bond)-\(purpose)"
        let first = bond == .lost ? Self.email(role) : Self.leaver
        let customer = make(
            "customer",
            [
                FieldPath("name"): .string(name), FieldPath("legalName"): "first",
                FieldPath("owner"): text(person(first)),
            ])
        disputed[customer] = mei.lastStamp
        var records: [AccessTable.Kind: RecordID] = [.customer: customer]
        for kind in [AccessTable.Kind.contact, .interaction, .followup, .purchase] {
            let title = FieldPath(AccessTable.editedField(of: kind))
            records[kind] = make(kind.collection, [title: .string(name), FieldPath("customer"): text(customer)])
        }
        if AccessTable.allowed(role, bond, .freeTask) != nil {
            var fields = AccessTable.fields(of: bond, .freeTask, among: among(role))
            fields[FieldPath("title")] = .string(name)
            records[.freeTask] = make("followup", fields)
        }
        units.append(
            Unit(role: role, bond: bond, purpose: purpose, name: name, records: records, root: customer))
    }

    /// The stamp of each customer's first names.
    private var disputed: [RecordID: Stamp] = [:]

    /// Two devices change one field of each customer at once.
    private mutating func dispute() throws {
        var other = try WireDevice(server, ServerProcess.email, "mei-2")
        for unit in units {
            let field = FieldPath("legalName")
            mei.write(unit.root, in: "customer", [field: "second"], base: disputed[unit.root])
            other.write(unit.root, in: "customer", [field: "third"], base: disputed[unit.root])
        }
        try mei.exchange()
        try other.exchange(pulls: false)
    }

    /// Brings each customer into its bond; then who had it writes to it once more.
    private mutating func handOn() throws {
        var leaver = try WireDevice(server, Self.leaver, "leaver")
        try leaver.exchange()
        for role in Role.allCases { try actors[role]?.exchange() }
        for unit in units {
            let fields = AccessTable.fields(of: unit.bond, .customer, among: among(unit.role))
            mei.write(unit.root, in: "customer", fields)
        }
        for role in Role.allCases { makeCards(role) }
        try mei.exchange()
        for unit in units {
            let city = [FieldPath("city"): Value.string("late")]
            if unit.bond == .lost, unit.role != .admin {
                actors[unit.role]?.write(unit.root, in: "customer", city)
            } else {
                leaver.write(unit.root, in: "customer", city)
            }
        }
        try leaver.exchange(pulls: false)
        for role in Role.allCases { try actors[role]?.exchange(pulls: false) }
    }

    private var pooled: [RecordID: (Role, Purpose, AccessTable.CommonKind)] = [:]

    private mutating func makeCards(_ role: Role) {
        for purpose in Purpose.allCases {
            for kind in [AccessTable.CommonKind.openCard, .closedCard] {
                let customer = make("customer", [FieldPath("name"): .string("\(role)-\(kind)-\(purpose)")])
                pooled[customer] = (role, purpose, kind)
                guard kind == .closedCard else { continue }
                mei.write(customer, in: "customer", [FieldPath("owner"): text(person(Self.outsider))])
            }
        }
    }

    /// Finds what the server made.
    private mutating func lookUp() {
        let index = Dictionary(uniqueKeysWithValues: units.indices.map { (units[$0].root, $0) })
        for (id, row) in mei.rows {
            if row.collection == "customerCard", let customer = row["customer"]?.text.flatMap({ RecordID($0) }),
                let (role, purpose, kind) = pooled[customer]
            {
                common[role]?[purpose]?[kind] = id
            }
            let about = row.collection == "handover" ? row["about"]?.text.flatMap { RecordID($0) } : mei.units[id]
            guard let unit = about.flatMap({ index[$0] }) else { continue }
            switch row.collection {
            case "conflict": units[unit].records[.conflict] = id
            case "assignment": units[unit].records[.assignment] = id
            case "handover": units[unit].records[.handover] = id
            default: break
            }
        }
    }

    /// Everybody reads.
    mutating func everybodyReads() throws {
        for role in Role.allCases { try actors[role]?.exchange() }
    }

    /// Sends what an actor is to attempt, and has the administrator read what became of it.
    mutating func attempt(_ role: Role, _ body: (inout WireDevice) throws -> Void) throws {
        guard var actor = actors[role] else { return }
        try body(&actor)
        try actor.exchange(pulls: false)
        actors[role] = actor
        try mei.exchange()
    }
}
