import GRDB
import WaybookModel
import WaybookServerCore

/// Commands about devices.
extension Administration {
    func listDevices(_ command: AdminCommand) throws -> Value {
        let typed = command.arguments["email"]
        let now = now()
        let (users, devices) = try file.read { db in
            let only = try typed.map { _ in try user(db, email(command)).id }
            return (try directory.users(db), try directory.summaries(db, of: only, now: now))
        }
        let emails = Dictionary(users.map { ($0.id, $0.email) }, uniquingKeysWith: { first, _ in first })
        return .list(
            devices.map { device, summary in
                .map(summary.entries.merging(["email": .string(emails[device.user] ?? "")]) { $1 })
            })
    }

    func revoke(_ command: AdminCommand) throws -> Value {
        let typed = command.arguments["replica"] ?? ""
        guard let replica = UInt32(typed).map({ ReplicaID($0) }) else { throw AdminFailure(.deviceNotFound, typed) }
        guard let order = DeviceOrder(rawValue: command.arguments["order"] ?? DeviceOrder.revoke.rawValue) else {
            throw AdminFailure(.malformed)
        }
        let now = now()
        let found = try file.writeSecurity(ledger, now: now) { db in
            let (device, facts) = try DeviceEnding(db).end(replica, order, by: nil, from: nil, now: now)
            return ((name: device.name, email: try directory.user(db, id: device.user)?.email ?? ""), facts)
        }
        cut(replica)
        return [
            "email": .string(found.email), "name": .string(found.name), "order": .string(order.rawValue),
            "replica": .int(Int64(replica.number)), "wipe": .bool(order != .revoke),
        ]
    }
}
