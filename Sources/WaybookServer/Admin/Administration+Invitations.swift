import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// Commands that add and invite people.
extension Administration {
    /// Adds a person, with the hash of a password or of an invitation's code.
    func addUser(_ command: AdminCommand) throws -> Value {
        let arguments = command.arguments
        let person: NewPerson
        do {
            person = try NewPerson(
                email: arguments["email"] ?? "", name: arguments["name"] ?? "", role: arguments["role"],
                language: arguments["language"], zone: arguments["zone"])
        } catch {
            throw AdminFailure(error, command)
        }
        var random = SystemRandomNumberGenerator()
        let now = now()
        let id = UserID(now: now, random: &random)
        if let code = Self.code(command) {
            let invited = try file.writeSecurity(ledger, now: now) { db in
                try Inviting(db, now: now).add(person, inviting: code, id: id)
            }
            return invited.value
        }
        guard let password = Self.hash(command) else { throw AdminFailure(.malformed) }
        try file.writeSecurity(ledger, now: now) { db in
            ((), try Inviting(db, now: now).add(person, password: password, id: id))
        }
        return ["email": .string(person.email.text), "id": .string(id.text)]
    }

    /// Gives a person who is there an invitation.
    func invite(_ command: AdminCommand) throws -> Value {
        let email = try email(command)
        guard let code = Self.code(command) else { throw AdminFailure(.malformed) }
        let now = now()
        return try file.writeSecurity(ledger, now: now) { db in
            try Inviting(db, now: now).invite(email, hash: code)
        }.value
    }

    /// The hash of a code, in hexadecimal digits.
    private static func code(_ command: AdminCommand) -> [UInt8]? {
        guard let text = command.arguments["invitation"], text.utf8.count == 64 else { return nil }
        let digits = text.compactMap { $0.isASCII ? $0.hexDigitValue : nil }
        guard digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

extension Inviting.Invited {
    /// What a command is answered; the code is with whoever made it.
    fileprivate var value: Value {
        [
            "added": .bool(isAdded), "email": .string(user.email), "expires": .int(expires),
            "id": .string(user.id.text), "name": .string(user.name), "role": .string(role),
        ]
    }
}

extension AdminFailure {
    /// What of a person's particulars is wrong, in the words of a command.
    init(_ rule: InvitationRule, _ command: AdminCommand) {
        func argument(_ name: String) -> String { command.arguments[name] ?? "" }
        switch rule {
        case .email: self.init(.invalidEmail, command.arguments["newEmail"] ?? argument("email"))
        case .name: self.init(.invalidName, argument("name"))
        case .role: self.init(.invalidValue, argument("role"))
        case .language: self.init(.invalidValue, argument("language"))
        case .zone: self.init(.invalidValue, argument("zone"))
        case .exists: self.init(.userExists, argument("email"))
        case .disabled: self.init(.userDisabled, argument("email"))
        case .unknown: self.init(.userNotFound, argument("email"))
        case .password: self.init(.malformed)
        }
    }
}
