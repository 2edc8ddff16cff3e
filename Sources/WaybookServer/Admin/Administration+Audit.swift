import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// Commands about the audit and the settings.
extension Administration {
    func listAudit(_ command: AdminCommand) throws -> Value {
        var query = Audit.Query()
        query.what = try command.arguments["what"].map { typed in
            guard AuditKind(rawValue: typed) != nil else { throw AdminFailure(.invalidValue, typed) }
            return typed
        }
        query.since = try number(command, "since")
        query.until = try number(command, "until")
        if let limit = try number(command, "limit") { query.limit = Int(clamping: limit) }
        let (entries, users, devices) = try file.read { db in
            if command.arguments["email"] != nil { query.who = try user(db, email(command)).id.text }
            return (try Audit(db).entries(query), try directory.users(db), try directory.devices(db))
        }
        let emails = Dictionary(users.map { ($0.id.text, $0.email) }, uniquingKeysWith: { first, _ in first })
        let names = Dictionary(devices.map { ($0.replica, $0.name) }, uniquingKeysWith: { first, _ in first })
        return .list(entries.map { Self.value($0, emails, names) })
    }

    /// An entry for programs; the names beside the identities are those of today.
    private static func value(_ entry: AuditEntry, _ emails: [String: String], _ names: [ReplicaID: String]) -> Value {
        var about: Value = .null
        if let subject = entry.about {
            let texts = subject.texts
            var entries: [String: Value] = ["id": .string(texts.id), "kind": .string(texts.kind)]
            switch subject {
            case .user(let id): entries["email"] = emails[id].map { .string($0) }
            case .device(let replica): entries["name"] = names[replica].map { .string($0) }
            case .record: break
            }
            about = .map(entries)
        }
        return [
            "about": about, "at": .int(entry.at), "detail": .map(entry.detail),
            "device": entry.replica.flatMap { names[$0] }.map { .string($0) } ?? .null,
            "email": entry.who.flatMap { emails[$0] }.map { .string($0) } ?? .null, "number": .int(entry.number),
            "replica": entry.replica.map { .int(Int64($0.number)) } ?? .null, "what": .string(entry.what),
            "who": entry.who.map { .string($0) } ?? .null,
        ]
    }

    /// Tells the days that entries are kept, or sets them and removes what is older.
    func retainAudit(_ command: AdminCommand) throws -> Value {
        guard let typed = command.arguments["days"] else {
            return ["days": .int(Int64(try file.read { try Audit($0).days() }))]
        }
        guard let days = Int(typed), Audit.daysRange.contains(days) else { throw AdminFailure(.invalidValue, typed) }
        let now = now()
        let removed = try file.write { db in
            let audit = Audit(db)
            let before = try audit.days()
            try audit.keep(days: days)
            if before != days {
                try audit.note(
                    .settingChanged, at: now,
                    detail: [.name: "audit-retention", .from: .int(Int64(before)), .to: .int(Int64(days))])
            }
            return try audit.removeExpired(now: now)
        }
        return ["days": .int(Int64(days)), "removed": .int(Int64(removed))]
    }

    /// Tells the lease of devices, or sets it.
    func lease(_ command: AdminCommand) throws -> Value {
        guard let typed = command.arguments["days"] else {
            return ["days": .int(Int64(try file.read { try ServerSettings($0).leaseDays() }))]
        }
        guard let days = Int(typed), Head.leaseRange.contains(days) else { throw AdminFailure(.invalidValue, typed) }
        let now = now()
        try file.write { db in
            let settings = ServerSettings(db)
            let before = try settings.leaseDays()
            try settings.setLease(days: days)
            guard before != days else { return }
            try Audit(db).note(
                .settingChanged, at: now,
                detail: [.name: "lease", .from: .int(Int64(before)), .to: .int(Int64(days))])
        }
        return ["days": .int(Int64(days))]
    }

    private func number(_ command: AdminCommand, _ name: String) throws -> Int64? {
        guard let typed = command.arguments[name] else { return nil }
        guard let number = Int64(typed) else { throw AdminFailure(.invalidValue, typed) }
        return number
    }
}
