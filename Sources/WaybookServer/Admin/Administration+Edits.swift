import Foundation
import GRDB
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// Commands that change what people and teams are called, where teams stand, and that delete teams.
extension Administration {
    private typealias Field = DirectoryRecord.Field

    func editUser(_ command: AdminCommand) throws -> Value {
        let email = try email(command)
        var fields: [FieldName: Value] = [:]
        let other: AccountEmail?
        do {
            let arguments = command.arguments
            fields[Field.name] = try arguments["name"].map { .string(try NewPerson.name($0)) }
            fields[Field.language] = try arguments["language"].map { .string(try NewPerson.language($0).rawValue) }
            fields[Field.zone] = try arguments["zone"].map { .string(try NewPerson.zone($0)) }
            other = try arguments["newEmail"].map { try NewPerson.email($0) }
        } catch let rule as InvitationRule {
            throw AdminFailure(rule, command)
        }
        let now = now()
        try file.writeSecurity(ledger, now: now) { db in
            let user = try user(db, email)
            if let other { fields[Field.email] = .string(try directory.setEmail(db, of: user.id, to: other).text) }
            return (
                (), try DirectoryWriter(db, now: now).write(fields, of: user.id.record, in: DirectoryRecord.user)
            )
        }
        return ["email": .string((other ?? email).text)]
    }

    func editTeam(_ command: AdminCommand) throws -> Value {
        var fields: [FieldName: Value] = [:]
        if let name = command.arguments["name"] { fields[Field.name] = .string(try teamName(name)) }
        let now = now()
        let shown = try file.writeSecurity(ledger, now: now) { db in
            let team = try team(db, command.arguments["team"] ?? "")
            let present = try records(db, of: DirectoryRecord.team)
            if let name = fields[Field.name], present.contains(where: { $0.id != team && $0[Field.name] == name }) {
                throw AdminFailure(.teamExists, name.text ?? "")
            }
            if command.arguments["top"] != nil { fields[Field.parent] = .null }
            if let above = command.arguments["in"] {
                let parent = try self.team(db, above)
                guard !Organisation(present).closesCircle(team, under: parent) else {
                    throw AdminFailure(.teamCircle, above)
                }
                fields[Field.parent] = .string(parent.description)
            }
            let facts = try DirectoryWriter(db, now: now).write(fields, of: team, in: DirectoryRecord.team)
            return (fields[Field.name] ?? present.first { $0.id == team }?[Field.name] ?? .null, facts)
        }
        return ["name": shown]
    }

    /// The people of a deleted team, and the teams below it, are in no team above from then on.
    func deleteTeam(_ command: AdminCommand) throws -> Value {
        let now = now()
        let name = try file.writeSecurity(ledger, now: now) { db in
            let team = try team(db, command.arguments["team"] ?? "")
            let name = try records(db, of: DirectoryRecord.team).first { $0.id == team }?[Field.name] ?? .null
            let facts = try DirectoryWriter(db, now: now).write(
                [:], of: team, in: DirectoryRecord.team, isDeleted: true)
            return (name, facts)
        }
        return ["name": name]
    }

    func teamName(_ typed: String) throws -> String {
        let name = typed.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...Self.maximumTeamNameCharacters).contains(name.count), ValueForm.isOneLine(name) else {
            throw AdminFailure(.invalidName, name)
        }
        return name
    }
}
