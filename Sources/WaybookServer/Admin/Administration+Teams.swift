import Foundation
import GRDB
import WaybookModel
import WaybookServerCore
import WaybookStore

/// Commands about roles and teams: records of the directory, written by the server's own right.
extension Administration {
    private typealias Field = DirectoryRecord.Field
    /// The most characters of a team's name.
    static var maximumTeamNameCharacters: Int { 120 }

    func setRole(_ command: AdminCommand) throws -> Value {
        let email = try email(command)
        guard let role = command.arguments["role"].flatMap({ Role(rawValue: $0) }) else {
            throw AdminFailure(.malformed)
        }
        let now = now()
        try file.writeSecurity(ledger, now: now) { db in
            ((), try directory.setRole(db, user: try user(db, email).id, role, now: now))
        }
        return ["email": .string(email.text), "role": .string(role.rawValue)]
    }

    func addTeam(_ command: AdminCommand) throws -> Value {
        let name = try teamName(command.arguments["name"] ?? "")
        var random = SystemRandomNumberGenerator()
        let now = now()
        let id = RecordID.version7(milliseconds: UInt64(clamping: now), random: (random.next(), random.next()))
        try file.writeSecurity(ledger, now: now) { db in
            guard try records(db, of: DirectoryRecord.team).allSatisfy({ $0[Field.name]?.text != name }) else {
                throw AdminFailure(.teamExists, name)
            }
            var fields: [FieldName: Value] = [Field.name: .string(name)]
            if let parent = command.arguments["in"] {
                fields[Field.parent] = .string(try team(db, parent).description)
            }
            return ((), try DirectoryWriter(db, now: now).write(fields, of: id, in: DirectoryRecord.team))
        }
        return ["id": .string(id.description), "name": .string(name)]
    }

    func listTeams() throws -> Value {
        let (teams, times, people) = try file.read { db in
            try (
                records(db, of: DirectoryRecord.team), records(db, of: DirectoryRecord.membership),
                records(db, of: DirectoryRecord.user)
            )
        }
        func texts(_ records: [VersionedRecord], _ field: FieldName) -> [String: Value] {
            Dictionary(
                records.map { ($0.id.description, $0[field] ?? .null) }, uniquingKeysWith: { first, _ in first })
        }
        let (names, emails) = (texts(teams, Field.name), texts(people, Field.email))
        return .list(
            teams.map { team in
                let members = times.filter { $0[Field.team]?.text == team.id.description }
                return [
                    "id": .string(team.id.description),
                    "members": .list(
                        members.map { time in
                            [
                                "email": time[Field.user]?.text.flatMap { emails[$0] } ?? .null,
                                "from": time[Field.from] ?? .null, "until": time[Field.until] ?? .null,
                            ]
                        }), "name": team[Field.name] ?? .null,
                    "parent": team[Field.parent]?.text.flatMap { names[$0] } ?? .null,
                ]
            })
    }

    func joinTeam(_ command: AdminCommand) throws -> Value {
        let email = try email(command)
        var fields: [FieldName: Value] = [:]
        for (name, field) in [("from", Field.from), ("until", Field.until)] {
            guard let day = command.arguments[name] else { continue }
            guard ValueForm.isDate(day) else { throw AdminFailure(.invalidDay, day) }
            fields[field] = .string(day)
        }
        var random = SystemRandomNumberGenerator()
        let now = now()
        let id = RecordID.version7(milliseconds: UInt64(clamping: now), random: (random.next(), random.next()))
        try file.writeSecurity(ledger, now: now) { db in
            let team = try team(db, command.arguments["team"] ?? "")
            fields[Field.user] = .string(try user(db, email).id.text)
            fields[Field.team] = .string(team.description)
            return ((), try DirectoryWriter(db, now: now).write(fields, of: id, in: DirectoryRecord.membership))
        }
        return ["email": .string(email.text), "id": .string(id.description)]
    }

    /// Ends the times of a person in a team that are not over: yesterday was the last day, which is a day of UTC.
    func leaveTeam(_ command: AdminCommand) throws -> Value {
        let email = try email(command)
        let now = now()
        let today = Self.day(now), yesterday = Self.day(now - 86_400_000)
        try file.writeSecurity(ledger, now: now) { db in
            let team = try team(db, command.arguments["team"] ?? "")
            let user = try user(db, email).id.text
            let present = try records(db, of: DirectoryRecord.membership).filter { time in
                time[Field.user]?.text == user && time[Field.team]?.text == team.description
                    && (time[Field.until]?.text ?? today) >= today
            }
            guard !present.isEmpty else { throw AdminFailure(.notMember, email.text) }
            let facts = try present.flatMap { time in
                try DirectoryWriter(db, now: now).write(
                    [Field.until: .string(yesterday)], of: time.id, in: DirectoryRecord.membership)
            }
            return ((), facts)
        }
        return ["email": .string(email.text)]
    }

    private static func day(_ milliseconds: Int64) -> String {
        String(Instant(milliseconds: milliseconds).description.prefix(10))
    }

    /// The living records of a collection of the directory, in the order of their identities.
    func records(_ db: Database, of collection: CollectionName) throws -> [VersionedRecord] {
        try ServerRows(db).directory().filter { $0.collection == collection && !$0.isDeleted }.sorted { $0.id < $1.id }
    }

    /// The team of that name or identity.
    func team(_ db: Database, _ text: String) throws -> RecordID {
        let found = try records(db, of: DirectoryRecord.team).filter {
            $0.id == RecordID(text) || $0[Field.name]?.text == text
        }
        guard let team = found.first, found.count == 1 else { throw AdminFailure(.teamNotFound, text) }
        return team.id
    }
}
