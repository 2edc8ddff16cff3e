import GRDB
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookStore

/// Commands about values that only others' laptops held when the server was put back. Each is one bounded transaction, and
/// says where to go on.
extension Administration {
    /// The most records of one page of the list, and how many it has unless told otherwise.
    static let mostListedWitness = 1_000
    static let listedWitness = 100
    /// The most records of one transaction; so many values fill it.
    static let mostDecidedRecords = 100
    static let fullDecidedValues = 1_000

    /// The records of which something waits for a decision.
    func listWitness(_ command: AdminCommand) throws -> Value {
        var query = WitnessTable.Query(limit: Self.listedWitness, text: command.arguments["text"])
        if let typed = command.arguments["limit"] {
            guard let limit = Int(typed), limit > 0 else { throw AdminFailure(.invalidValue, typed) }
            query.limit = min(limit, Self.mostListedWitness)
        }
        query.after = try command.arguments["after"].map { try recordID($0) }
        return try file.read { db in
            let (table, people) = (WitnessTable(db), try Tellers(db))
            let closed = try TimelineTable(db).present().flatMap { try HealingClosing(db).closed($0)?.closed }
            let records = try table.records(query)
            let values = try records.map { record -> Value in
                let present = try ServerRows(db).row(record.id)?.record
                return [
                    "id": .string(record.id.description), "in": .string(record.collection.text),
                    "late": .bool(closed.map { record.told > $0 } ?? false),
                    "tellers": people.value(Set(record.tellers)), "there": .bool(present != nil),
                    "title": try Self.title(record, present, table).map { .string($0) } ?? .null,
                    "unit": .string(record.unit.description), "values": .int(Int64(record.values)),
                ]
            }
            let isLast = records.count < query.limit
            return [
                "count": .int(Int64(try table.count(query))),
                "next": isLast ? .null : records.last.map { .string($0.id.description) } ?? .null,
                "records": .list(values),
            ]
        }
    }

    private static func title(
        _ record: WitnessedRecord, _ present: VersionedRecord?, _ table: WitnessTable
    ) throws -> String? {
        guard let field = Catalogue.schema[record.collection]?.titleField else { return nil }
        return try present?[field]?.text ?? table.latest(FieldPath(field), of: record.id)?.text
    }

    /// What waits for a decision of one record, beside what stands.
    func showWitness(_ command: AdminCommand) throws -> Value {
        let id = try recordID(command.arguments["id"] ?? "")
        return try file.read { db in
            let values = try WitnessTable(db).open(of: [id])
            guard let first = values.first else { throw AdminFailure(.witnessNotFound, id.description) }
            let present = try ServerRows(db).row(id)?.record
            let people = try Tellers(db)
            let closed = try TimelineTable(db).present().flatMap { try HealingClosing(db).closed($0)?.closed }
            return [
                "id": .string(id.description), "in": .string(first.collection.text), "there": .bool(present != nil),
                "unit": .string(first.unit.description),
                "values": .list(values.map { Self.value($0, present, people, closed) }),
            ]
        }
    }

    private static func value(
        _ witnessed: Witnessed, _ present: VersionedRecord?, _ people: Tellers, _ closed: Int64?
    ) -> Value {
        let stands = present?.atoms[witnessed.path]
        let origin = witnessed.atom.origin
        var value: [String: Value] = [
            "author": people.value(origin.replica), "commit": .int(witnessed.atom.commit),
            "decided": witnessed.decided.map { .string($0.rawValue) } ?? .null,
            "late": .bool(closed.map { witnessed.told > $0 } ?? false),
            "later": .bool(stands.map { $0.stamp > witnessed.atom.stamp } ?? false),
            "made": .int(Int64(clamping: origin.milliseconds)), "number": .int(witnessed.number),
            "path": .string(witnessed.path.text), "rivals": .int(Int64(witnessed.rivals)),
            "stands": stands?.value ?? .null, "tellers": people.value(Set(witnessed.tellers)),
            "told": .int(witnessed.told),
        ]
        if let told = witnessed.atom.value { value["value"] = told } else { value["gone"] = true }
        return .map(value)
    }

    /// Has values applied, as many as fill a transaction; the audit says which device told them.
    func acceptWitness(_ command: AdminCommand) throws -> Value {
        let now = now()
        let (next, accepted): (String?, WitnessWriter.Accepted) = try file.writeSecurity(ledger, now: now) { db in
            let chosen = try chosen(command, db)
            let (accepted, facts) = try WitnessWriter(db, schema: Catalogue.schema, now: now).accept(
                chosen.values, goesOn: chosen.next != nil)
            return ((chosen.next, accepted), facts)
        }
        if accepted.standing + accepted.retired > 0 { changed() }
        return [
            "leftOut": .int(Int64(accepted.leftOut)), "next": next.map { .string($0) } ?? .null,
            "refused": .list(accepted.refused.map { Self.value($0) }), "retired": .int(Int64(accepted.retired)),
            "standing": .int(Int64(accepted.standing)),
        ]
    }

    private static func value(_ refused: WitnessWriter.Refused) -> Value {
        var value: [String: Value] = ["id": .string(refused.record.description), "root": .null, "rule": .null]
        let why: WitnessRefusal
        switch refused.obstacle {
        case .contradicted: why = .contradicted
        case .rootMissing(let root): (why, value["root"]) = (.rootMissing, .string(root.description))
        case .refused(let rule): (why, value["rule"]) = (.refused, .string(rule.rawValue))
        }
        value["why"] = .string(why.rawValue)
        return .map(value)
    }

    /// Lets go of values for good, as many as fill a transaction.
    func dropWitness(_ command: AdminCommand) throws -> Value {
        let now = now()
        let (next, count): (String?, Int) = try file.write { db in
            let chosen = try chosen(command, db)
            try WitnessWriter(db, schema: Catalogue.schema, now: now).drop(chosen.values, goesOn: chosen.next != nil)
            return (chosen.next, chosen.values.count)
        }
        return ["dropped": .int(Int64(count)), "next": next.map { .string($0) } ?? .null]
    }

    /// The values that a command names, by number, by record, or all, as far as they fill a transaction; and where to go on:
    /// the place within all, or how many names were dealt with.
    private func chosen(_ command: AdminCommand, _ db: Database) throws -> (values: [Witnessed], next: String?) {
        let table = WitnessTable(db)
        if command.arguments["all"] != nil {
            let typed = command.arguments["from"]
            guard let place = typed.map({ WitnessTable.Place($0) }) ?? WitnessTable.Place() else {
                throw AdminFailure(.invalidValue, typed ?? "")
            }
            let (values, next) = try table.next(
                from: place, records: Self.mostDecidedRecords, values: Self.fullDecidedValues)
            return (values, next?.text)
        }
        let named = (command.arguments["what"] ?? "").split(separator: " ").map(String.init)
        guard !named.isEmpty else { throw AdminFailure(.malformed) }
        var chosen: [Int64: Witnessed] = [:]
        for (index, name) in named.enumerated() {
            if chosen.count >= Self.fullDecidedValues { return (chosen.values.sorted(by: \.number), String(index)) }
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
        return (chosen.values.sorted(by: \.number), nil)
    }

    private func recordID(_ typed: String) throws -> RecordID {
        guard let id = RecordID(typed) else { throw AdminFailure(.invalidValue, typed) }
        return id
    }
}

/// Why nothing of a record was accepted; the names are stable, programs read them.
enum WitnessRefusal: String, Sendable, CaseIterable {
    case contradicted = "witness-contradicted"
    case rootMissing = "witness-root-missing"
    case refused = "witness-refused"
}

extension Sequence<Witnessed> {
    fileprivate func sorted(by key: (Witnessed) -> Int64) -> [Witnessed] { sorted { key($0) < key($1) } }
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
