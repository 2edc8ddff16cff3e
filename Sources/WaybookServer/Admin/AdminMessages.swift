import WaybookModel
import WaybookServerCore

/// One command to a running server: a verb and named arguments.
public struct AdminCommand: Sendable, Equatable {
    /// The most bytes of a line.
    public static let maximumLineBytes = 64 * 1_024

    /// The verb, for instance `user.add`.
    public var verb: String
    /// The arguments. Hashes of passwords may be among them, passwords never: the command's own process hashes them.
    public var arguments: [String: String]

    /// Makes a command.
    public init(_ verb: String, _ arguments: [String: String] = [:]) {
        self.verb = verb
        self.arguments = arguments
    }

    /// Reads a line; nil when it is malformed.
    init?(line: [UInt8]) {
        guard var object = (try? JSONParser.parse(line))?.entries,
            let verb = object.removeValue(forKey: "command")?.text
        else { return nil }
        self.verb = verb
        arguments = [:]
        for (name, value) in object {
            guard let text = value.text else { return nil }
            arguments[name] = text
        }
    }

    /// The line, without its line feed.
    var line: [UInt8] {
        var object = arguments.mapValues { Value.string($0) }
        object["command"] = .string(verb)
        return CanonicalJSON.bytes(.map(object))
    }
}

/// What became of a command: data, not sentences, because the process that asked speaks its own person's language.
public enum AdminReply: Sendable, Equatable {
    /// It was done; the value depends on the verb.
    case done(Value)
    /// It was not done.
    case failed(AdminFailure)

    /// Whether it is one of several parts, and not the last.
    var goesOn: Bool {
        guard case .done(let value) = self, let next = value.entries?["next"] else { return false }
        return next != .null
    }

    /// The bytes on the socket: one line.
    var bytes: [UInt8] {
        switch self {
        case .done(let value): CanonicalJSON.bytes(["done": value]) + [0x0A]
        case .failed(let failure):
            CanonicalJSON.bytes([
                "failed": .string(failure.code.rawValue), "subject": .string(failure.subject),
            ]) + [0x0A]
        }
    }

    /// Reads what came; nil when it is malformed or cut.
    init?(bytes: [UInt8]) {
        guard bytes.last == 0x0A, let object = (try? JSONParser.parse(Array(bytes.dropLast())))?.entries else {
            return nil
        }
        if let value = object["done"] {
            self = .done(value)
        } else if let code = object["failed"]?.text.flatMap({ AdminFailure.Code(rawValue: $0) }),
            let subject = object["subject"]?.text
        {
            self = .failed(AdminFailure(code, subject))
        } else {
            return nil
        }
    }
}

/// Why a command was not done.
public struct AdminFailure: Error, Sendable, Hashable {
    /// The closed list of reasons; their names are stable, programs read them.
    public enum Code: String, Sendable, CaseIterable {
        case malformed = "malformed-command"
        case invalidEmail = "invalid-email"
        case invalidName = "invalid-name"
        case userExists = "user-exists"
        case userNotFound = "user-not-found"
        case userDisabled = "user-disabled"
        case teamExists = "team-exists"
        case teamNotFound = "team-not-found"
        case teamCircle = "team-circle"
        case notMember = "not-a-member"
        case invalidDay = "invalid-day"
        case deviceNotFound = "device-not-found"
        case lastAdmin = "last-admin"
        case backupExists = "backup-exists"
        case backupFailed = "backup-failed"
        case backupNotWhole = "backup-not-whole"
        case restoreInterrupted = "restore-interrupted"
        case serverRunning = "server-running"
        case reachedDamaged = "reached-damaged"
        case reachedOther = "reached-other"
        case diskFull = "disk-full"
        case busy = "store-busy"
        case damaged = "store-damaged"
        case ledgerDamaged = "ledger-damaged"
        case ledgerFailed = "ledger-failed"
        case invalidValue = "invalid-value"
        case recordNotFound = "record-not-found"
        case notErasable = "not-erasable"
        case witnessNotFound = "witness-not-found"
        case timelineNotPresent = "timeline-not-present"
        case fileExists = "file-exists"
        case fileUnwritable = "file-unwritable"
        case failed = "server-failed"
    }

    /// The reason.
    public let code: Code
    /// What it is about, as the person named it.
    public let subject: String

    /// Describes a failure.
    public init(_ code: Code, _ subject: String = "") {
        self.code = code
        self.subject = subject
    }
}

extension AdminFailure {
    /// What is wrong with the security ledger; the subject is the line, or the system's number of the error.
    init(_ error: SecurityLedgerError) {
        switch error {
        case .damaged(let line): self.init(.ledgerDamaged, String(line))
        case .unreadable(let errno), .notWritten(let errno): self.init(.ledgerFailed, String(errno))
        }
    }
}

extension AdminFailure {
    /// Why it cannot be told whether the database went back.
    init(_ failure: ReachedFile.Failure, path: String) {
        switch failure {
        case .damaged: self.init(.reachedDamaged, path)
        case .otherWorkspace: self.init(.reachedOther, path)
        case .refused: self.init(.failed, path)
        }
    }
}

/// Why the admin socket cannot be used.
public enum AdminSocketError: Error, Sendable, Equatable {
    /// The data folder's path leaves no room in a socket address (106 bytes).
    case pathTooLong
    /// Another server listens there.
    case alreadyServed
    /// No server listens there: the command goes to the file itself.
    case notRunning
    /// The server's answer is malformed, cut, or did not come in time.
    case noAnswer
}

/// The place of the socket.
public enum AdminSocket {
    /// The name of the file in the data folder.
    public static let fileName = "admin.sock"
    /// The most bytes of a path: 107 in a `sockaddr_un` on Linux, less one for the name under which it is prepared.
    public static let maximumPathBytes = 106

    /// Returns the path in a data folder.
    public static func path(inDataFolder folder: String) throws(AdminSocketError) -> String {
        let path = folder + "/" + fileName
        guard path.utf8.count <= maximumPathBytes else { throw .pathTooLong }
        return path
    }
}
