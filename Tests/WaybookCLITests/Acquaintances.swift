import Foundation
import Testing
import WaybookClient
import WaybookModel
import WaybookProtocol
import WaybookStore

/// An organisation as a laptop has it after a sync, for transcripts without a server: Ada, who administers and is signed
/// in; Bo and Cy; Di, who is disabled; a team; customers; one in the pool; what was handed over.
enum Acquaintances {
    static let bo = id(1), cy = id(2), di = id(3), east = id(4), acme = id(5), bolt = id(6)

    private static func id(_ low: UInt64) -> RecordID {
        RecordID(high: 0x0198_C2F0_0000_7000, low: 0x8000_0000_0000_0000 + low)
    }
    /// As the server makes them.
    private static func madeID(_ low: UInt64) -> RecordID {
        RecordID(high: 0x0198_C2F1_0000_8000, low: 0x8000_0000_0000_0000 + low)
    }

    /// - Parameter role: Ada's.
    static func arrive(in shell: Shell, as role: Role = .admin) throws {
        let workspace = try Workspace.open(WorkspaceFolder(shell.home), device: .system())
        var incoming: [IncomingRecord] = []
        for (record, unit) in records(role) {
            let feed = FeedRecord(record: record, unit: unit ?? record.id, isWhole: true)
            incoming.append(IncomingRecord(feed))
        }
        try workspace.store.take(
            incoming.map { .record($0) }, checkpoint: "token", sequence: 1, at: workspace.device.now())
        try workspace.store.close()
    }

    private static func records(_ role: Role) -> [(VersionedRecord, unit: RecordID?)] {
        people(role) + customers + handedOver
    }

    private static func people(_ role: Role) -> [(VersionedRecord, unit: RecordID?)] {
        func person(_ id: RecordID, _ name: String, _ role: Role, _ status: String = "active") -> VersionedRecord {
            record(
                id, "user",
                [
                    "name": .string(name), "email": .string("\(name.lowercased())@example.org"),
                    "role": .string(role.rawValue), "status": .string(status),
                ])
        }
        return [
            (person(Shell.user, "Ada", role), nil), (person(bo, "Bo", .rep), nil), (person(cy, "Cy", .rep), nil),
            (person(di, "Di", .rep, "disabled"), nil), (person(id(10), "Vi", .viewer), nil),
            (
                record(
                    id(11), "assignmentRule",
                    ["name": "Broken", "filter": "town=Lyon", "order": 0, "isActive": false]), nil
            ),
            (record(east, "team", ["name": "East"]), nil),
            (
                record(
                    id(7), "membership",
                    ["user": .string("\(bo)"), "team": .string("\(east)"), "from": "2026-01-01"]), nil
            ),
        ]
    }

    private static var customers: [(VersionedRecord, unit: RecordID?)] {
        [
            (record(acme, "customer", ["name": "Acme", "city": "Lyon", "owner": .string("\(bo)")]), nil),
            (record(bolt, "customer", ["name": "Bolt", "city": "Nice", "owner": .string("\(di)")]), nil),
            (record(id(8), "customer", ["name": "Corp", "city": "Lyon"]), nil),
            (
                record(
                    madeID(1), "customerCard",
                    ["customer": .string("\(id(8))"), "name": "Corp", "city": "Lyon", "isOpen": true]), nil
            ),
            (
                record(
                    madeID(2), "customerCard",
                    ["customer": .string("\(id(9))"), "name": "Gone", "isOpen": false, "claimedBy": .string("\(cy)")]),
                nil
            ),
            (
                record(
                    madeID(3), "assignment",
                    [
                        "customer": .string("\(acme)"), "from": .string("\(cy)"), "to": .string("\(bo)"),
                        "by": .string("\(Shell.user)"), "cause": "assigned", "reason": "Cy moved",
                        "at": "2026-11-02T01:00:00.000Z",
                    ]), acme
            ),
            (
                record(
                    madeID(4), "assignment",
                    [
                        "customer": .string("\(acme)"), "to": .string("\(cy)"), "by": .string("\(cy)"),
                        "cause": "claimed", "at": "2026-11-01T01:00:00.000Z",
                    ]), acme
            ),
        ]
    }

    private static var handedOver: [(VersionedRecord, unit: RecordID?)] {
        func item(_ low: UInt64, about: RecordID, _ changes: String, status: String = "open") -> VersionedRecord {
            record(
                madeID(low), "handover",
                [
                    "about": .string("\(about)"), "author": .string("\(cy)"), "device": "Cy's laptop",
                    "madeAt": .string("2026-11-0\(low - 4)T01:00:00.000Z"), "arrivedAt": "2026-11-10T01:00:00.000Z",
                    "why": .string(status == "accepted" ? "late" : "moved"), "changes": .string(changes),
                    "status": .string(status),
                ])
        }
        let city = "[{\"base\":\"\(stamp)\",\"id\":\"\(acme)\",\"in\":\"customer\",\"put\":{\"city\":\"Nice\"}}]"
        let contact = """
            [{"id":"\(id(20))","in":"contact","new":true,"put":{"customer":"\(acme)","name":"Zed"}}]
            """
        let job = "[{\"id\":\"\(id(20))\",\"in\":\"contact\",\"put\":{\"jobTitle\":\"Buyer\"}}]"
        let owner = city.replacing("{\"city\":\"Nice\"}", with: "{\"city\":\"Brest\",\"owner\":\"\(cy)\"}")
        return [
            (item(5, about: acme, city), nil), (item(6, about: acme, contact), nil),
            (item(7, about: id(30), city.replacing("\(acme)", with: "\(id(30))")), nil),
            (item(8, about: acme, city, status: "accepted"), nil), (item(9, about: acme, job), nil),
            (item(10, about: acme, owner), nil),
        ]
    }

    private static let stamp = Stamp(milliseconds: 1_795_000_000_000, counter: 0, replica: ReplicaID(9))

    private static func record(
        _ id: RecordID, _ collection: CollectionName, _ fields: [FieldName: Value]
    ) -> VersionedRecord {
        var record = VersionedRecord(id: id, collection: collection)
        for (name, value) in fields { record.atoms[FieldPath(name)] = Atom(value: value, stamp: stamp, commit: 1) }
        return record
    }
}
