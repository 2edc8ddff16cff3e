import Foundation
import GRDB
import WaybookModel
import WaybookServerCore
import WaybookStore

/// Performs administrators' commands on an open file: inside the server when one runs, in the command's own process when
/// none does. Blocking; never on an event loop.
public struct Administration: Sendable {
    let file: StoreFile
    let ledger: SecurityLedger?
    let directory = Directory()
    let now: @Sendable () -> Int64
    let cut: @Sendable (ReplicaID) -> Void
    let changed: @Sendable () -> Void

    /// Makes the administration of a file.
    ///
    /// - Parameters:
    ///   - ledger: where revocations, disabled users and passwords are written down beside the file.
    ///   - now: milliseconds since 1970.
    ///   - cut: ends what a device has open; called after its revocation is committed.
    ///   - changed: wakes whom it concerns; called after a command is committed that changed records which laptops hold.
    public init(
        file: StoreFile, ledger: SecurityLedger?, now: @escaping @Sendable () -> Int64,
        cut: @escaping @Sendable (ReplicaID) -> Void = { _ in }, changed: @escaping @Sendable () -> Void = {}
    ) {
        self.file = file
        self.ledger = ledger
        self.now = now
        self.cut = cut
        self.changed = changed
    }

    /// Performs a command; its expected failures are answers.
    public func perform(_ command: AdminCommand) -> AdminReply {
        do {
            let value = try dispatch(command)
            if Self.directoryVerbs.contains(command.verb) { changed() }
            return .done(value)
        } catch let failure as AdminFailure {
            return .failed(failure)
        } catch {
            return .failed(Self.failure(error, command))
        }
    }

    /// The verbs that change the directory's records.
    static let directoryVerbs: Set<String> = [
        "user.add", "user.role", "user.disable", "user.enable", "user.edit", "team.add", "team.join", "team.leave",
        "team.edit", "team.delete",
    ]

    private func dispatch(_ command: AdminCommand) throws -> Value {
        switch command.verb {
        case "user.add": try addUser(command)
        case "user.invite": try invite(command)
        case "user.role": try setRole(command)
        case "user.edit": try editUser(command)
        case "user.list": try listUsers()
        case "user.disable": try setDisabled(command, true)
        case "user.enable": try setDisabled(command, false)
        case "user.password": try setPassword(command)
        case "team.add": try addTeam(command)
        case "team.list": try listTeams()
        case "team.edit": try editTeam(command)
        case "team.delete": try deleteTeam(command)
        case "team.join": try joinTeam(command)
        case "team.leave": try leaveTeam(command)
        case "device.list": try listDevices(command)
        case "device.revoke": try revoke(command)
        case "audit.list": try listAudit(command)
        case "audit.retention": try retainAudit(command)
        case "settings.healing": try healingDays(command)
        case "settings.lease": try lease(command)
        case "erase": try erase(command)
        case "erasures.list": try listErasures()
        case "erasures.show": try showErasure(command)
        case "person.export": try exportPerson(command)
        case "healing": try showHealing()
        case "healing.close": try closeHealing(command)
        case "healing.list": try listWitness(command)
        case "healing.show": try showWitness(command)
        case "healing.accept": try acceptWitness(command)
        case "healing.drop": try dropWitness(command)
        case "backup": try backup(command)
        case "check": try check()
        default: throw AdminFailure(.malformed)
        }
    }

    // MARK: Users

    private func listUsers() throws -> Value {
        let (users, devices, records) = try file.read {
            (try directory.users($0), try directory.devices($0), try ServerRows($0).directory())
        }
        let roles = Dictionary(
            records.map { ($0.id, $0[DirectoryRecord.Field.role] ?? .null) }, uniquingKeysWith: { first, _ in first })
        return .list(
            users.map { user in
                [
                    "admin": .bool(user.isAdmin), "created": .int(user.created),
                    "devices": .int(Int64(devices.count { $0.user == user.id && $0.revoked == nil })),
                    "disabled": user.disabled.map { .int($0) } ?? .null, "email": .string(user.email),
                    "id": .string(user.id.text), "name": .string(user.name), "password": .bool(user.hasPassword),
                    "role": roles[user.id.record] ?? .null,
                ]
            })
    }

    private func setDisabled(_ command: AdminCommand, _ isDisabled: Bool) throws -> Value {
        let email = try email(command)
        let now = now()
        let cutOff = try file.writeSecurity(ledger, now: now) { db in
            let user = try user(db, email)
            let successor = try command.arguments["successor"].map { typed in
                guard let email = AccountEmail(typed) else { throw AdminFailure(.invalidEmail, typed) }
                let successor = try self.user(db, email)
                guard successor.disabled == nil, successor.id != user.id else {
                    throw AdminFailure(.userNotFound, email.text)
                }
                return successor.id
            }
            return try directory.setDisabled(db, user: user.id, isDisabled, successor: successor, now: now)
        }
        for replica in cutOff { cut(replica) }
        return ["devices": .int(Int64(cutOff.count)), "email": .string(email.text)]
    }

    private func setPassword(_ command: AdminCommand) throws -> Value {
        let email = try email(command)
        guard let hash = Self.hash(command) else { throw AdminFailure(.malformed) }
        let now = now()
        try file.writeSecurity(ledger, now: now) { db in
            let user = try user(db, email).id
            try directory.setPassword(db, of: user, to: hash)
            try directory.endInvitation(db, of: user)
            try Audit(db).note(.passwordChanged, about: .user(user.text), at: now)
            return ((), [.password(user, hash: hash.phc)])
        }
        return ["email": .string(email.text)]
    }

    func email(_ command: AdminCommand) throws -> AccountEmail {
        let typed = command.arguments["email"] ?? ""
        guard let email = AccountEmail(typed) else { throw AdminFailure(.invalidEmail, typed) }
        return email
    }

    func user(_ db: Database, _ email: AccountEmail) throws -> DirectoryUser {
        guard let user = try directory.user(db, email: email) else { throw AdminFailure(.userNotFound, email.text) }
        return user
    }

    static func hash(_ command: AdminCommand) -> PasswordHash? {
        command.arguments["password"].flatMap { try? PasswordHash(phc: $0) }
    }

    // MARK: The file

    private func backup(_ command: AdminCommand) throws -> Value {
        guard let path = command.arguments["path"], path.hasPrefix("/") else { throw AdminFailure(.malformed) }
        let began = now()
        let report = try ServerBackup.write(
            file, to: path, ledger: ledger, isQuick: command.arguments["quick"] != nil
        ) { try Audit($0).note(.backedUp, at: began) }
        return report.value(path: path, milliseconds: max(0, now() - began))
    }

    private func check() throws -> Value {
        let report = try file.read { try ServerCheck.run($0) }
        return [
            "faults": .list(
                report.faults.map { ["kind": .string($0.kind.rawValue), "subject": .string($0.subject)] }),
            "records": .int(Int64(report.records)),
        ]
    }

    // MARK: Failures

    private static func failure(_ error: any Error, _ command: AdminCommand) -> AdminFailure {
        let email = command.arguments["email"] ?? ""
        switch error {
        case DirectoryError.emailTaken:
            return AdminFailure(.userExists, command.arguments["newEmail"] ?? email)
        case DirectoryError.unknownUser: return AdminFailure(.userNotFound, email)
        case DirectoryError.userDisabled: return AdminFailure(.userDisabled, email)
        case DirectoryError.unknownDevice: return AdminFailure(.deviceNotFound, command.arguments["replica"] ?? "")
        case DirectoryError.lastAdministrator: return AdminFailure(.lastAdmin, email)
        case DirectoryError.invalidName: return AdminFailure(.invalidName, command.arguments["name"] ?? "")
        case ServerBackup.Failure.exists: return AdminFailure(.backupExists, command.arguments["path"] ?? "")
        case ServerBackup.Failure.notWhole: return AdminFailure(.backupNotWhole, command.arguments["path"] ?? "")
        case is ServerBackup.Failure: return AdminFailure(.backupFailed, command.arguments["path"] ?? "")
        case let error as SecurityLedgerError: return AdminFailure(error)
        case let error as StoreFileError: return AdminFailure(code(of: error), error.context)
        default: return AdminFailure(.failed)
        }
    }

    private static func code(of error: StoreFileError) -> AdminFailure.Code {
        switch error.code {
        case .diskFull: .diskFull
        case .busy: .busy
        case .damaged: .damaged
        default: .failed
        }
    }
}
