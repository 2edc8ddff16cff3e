import GRDB
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookStore

/// Commands about values that only others' laptops held when the server was put back.
extension Administration {
    /// The most records that are listed.
    static let mostListedWitness = 1_000

    /// The records of which something waits for a decision.
    func listWitness() throws -> Value {
        try file.read { db in
            let values = try WitnessTable(db).open()
            let records = Dictionary(grouping: values, by: \.record).sorted { $0.key < $1.key }
            let people = try Tellers(db)
            return [
                "count": .int(Int64(records.count)),
                "records": .list(
                    try records.prefix(Self.mostListedWitness).map { id, values in
                        let present = try ServerRows(db).row(id)?.record
                        return [
                            "id": .string(id.description), "in": .string(values[0].collection.text),
                            "tellers": people.value(Set(values.flatMap(\.tellers))), "there": .bool(present != nil),
                            "title": Self.title(values, present).map { .string($0) } ?? .null,
                            "unit": .string(values[0].unit.description), "values": .int(Int64(values.count)),
                        ]
                    }),
            ]
        }
    }

    private static func title(_ values: [Witnessed], _ present: VersionedRecord?) -> String? {
        guard let field = Catalogue.schema[values[0].collection]?.titleField else { return nil }
        return present?[field]?.text ?? values.first { $0.path == FieldPath(field) }?.atom.value?.text
    }

    /// What waits for a decision of one record, beside what stands.
    func showWitness(_ command: AdminCommand) throws -> Value {
        let typed = command.arguments["id"] ?? ""
        guard let id = RecordID(typed) else { throw AdminFailure(.invalidValue, typed) }
        return try file.read { db in
            let values = try WitnessTable(db).open(of: [id])
            guard let first = values.first else { throw AdminFailure(.witnessNotFound, id.description) }
            let present = try ServerRows(db).row(id)?.record
            let people = try Tellers(db)
            return [
                "id": .string(id.description), "in": .string(first.collection.text), "there": .bool(present != nil),
                "unit": .string(first.unit.description),
                "values": .list(values.map { Self.value($0, present, people) }),
            ]
        }
    }

    private static func value(_ witnessed: Witnessed, _ present: VersionedRecord?, _ people: Tellers) -> Value {
        let stands = present?.atoms[witnessed.path]
        let origin = witnessed.atom.origin
        var value: [String: Value] = [
            "author": people.value(origin.replica), "commit": .int(witnessed.atom.commit),
            "later": .bool(stands.map { $0.stamp > witnessed.atom.stamp } ?? false),
            "made": .int(Int64(clamping: origin.milliseconds)), "number": .int(witnessed.number),
            "path": .string(witnessed.path.text), "stands": stands?.value ?? .null,
            "tellers": people.value(Set(witnessed.tellers)), "told": .int(witnessed.told),
        ]
        if let told = witnessed.atom.value { value["value"] = told } else { value["gone"] = true }
        return .map(value)
    }

    /// Has values applied; the audit says which device told them.
    func acceptWitness(_ command: AdminCommand) throws -> Value {
        let now = now()
        let (count, accepted): (Int, WitnessWriter.Accepted)
        do {
            (count, accepted) = try file.writeSecurity(ledger, now: now) { db in
                let chosen = try chosen(command, db)
                let (accepted, facts) = try WitnessWriter(db, schema: Catalogue.schema, now: now).accept(chosen)
                return ((chosen.count, accepted), facts)
            }
        } catch let obstacle as WitnessWriter.Obstacle {
            switch obstacle {
            case .contradicted(let id): throw AdminFailure(.witnessContradicted, id.description)
            case .rootMissing(let id): throw AdminFailure(.witnessRootMissing, id.description)
            case .refused(let id, _): throw AdminFailure(.witnessRefused, id.description)
            }
        }
        changed()
        return [
            "accepted": .int(Int64(count)), "retired": .int(Int64(accepted.retired)),
            "standing": .int(Int64(accepted.standing)),
        ]
    }

    /// Lets go of values for good.
    func dropWitness(_ command: AdminCommand) throws -> Value {
        let now = now()
        let count = try file.write { db in
            let chosen = try chosen(command, db)
            try WitnessWriter(db, schema: Catalogue.schema, now: now).drop(chosen)
            return chosen.count
        }
        return ["dropped": .int(Int64(count))]
    }

    /// The values that a command names: by number, by record, or all.
    private func chosen(_ command: AdminCommand, _ db: Database) throws -> [Witnessed] {
        let table = WitnessTable(db)
        if command.arguments["all"] != nil { return try table.open() }
        let named = (command.arguments["what"] ?? "").split(separator: " ").map(String.init)
        guard !named.isEmpty else { throw AdminFailure(.malformed) }
        var chosen: [Int64: Witnessed] = [:]
        for name in named {
            let found: [Witnessed]
            if let id = RecordID(name) {
                found = try table.open(of: [id])
            } else if let number = Int64(name) {
                found = try table.open(number).map { [$0] } ?? []
            } else {
                throw AdminFailure(.invalidValue, name)
            }
            guard !found.isEmpty else { throw AdminFailure(.witnessNotFound, name) }
            for value in found { chosen[value.number] = value }
        }
        return chosen.values.sorted { $0.number < $1.number }
    }
}

/// Whose devices told something, as an administrator is shown them.
private struct Tellers {
    private let devices: [ReplicaID: DirectoryDevice]
    private let emails: [UserID: String]

    init(_ db: Database) throws {
        let directory = Directory()
        devices = Dictionary(
            try directory.devices(db).map { ($0.replica, $0) }, uniquingKeysWith: { first, _ in first })
        emails = Dictionary(try directory.users(db).map { ($0.id, $0.email) }, uniquingKeysWith: { first, _ in first })
    }

    func value(_ replica: ReplicaID) -> Value {
        let device = devices[replica]
        return [
            "email": device.flatMap { emails[$0.user] }.map { .string($0) } ?? .null,
            "name": device.map { .string($0.name) } ?? .null, "replica": .int(Int64(replica.number)),
        ]
    }

    func value(_ replicas: Set<ReplicaID>) -> Value {
        .list(replicas.sorted { $0.number < $1.number }.map { value($0) })
    }
}
