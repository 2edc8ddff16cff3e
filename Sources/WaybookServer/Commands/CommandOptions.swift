import ArgumentParser
import Foundation
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookStore
import WaybookTerminal

/// What every command takes.
struct CommandOptions: ParsableArguments, ResultWriting {
    @Option(help: ArgumentHelp(Texts.HelpOptions.data(Speech.language), valueName: "dir"))
    var data: String

    @Flag(help: ArgumentHelp(Texts.HelpOptions.json(Speech.language)))
    var json = false

    var folder: DataFolder { DataFolder(data) }

    /// Performs an administrator's command on the server that runs, or on the file.
    func perform(_ command: AdminCommand) async throws -> Value { try await folder.perform(command) }
}

extension DataFolder {
    /// Performs an administrator's command on the server that runs, or on the file; failures are worded.
    func perform(_ command: AdminCommand) async throws -> Value {
        guard hasStore else { throw FailureWording.notInitialised(self) }
        do {
            return try await AdminGateway(self, now: SystemClock.now, tell: { Self.warn(of: $0) }).perform(command)
        } catch let error as StoreFileError {
            throw FailureWording.failure(error, path: path)
        }
    }
}

extension DataFolder {
    /// The server tells it once more in its log, when it starts.
    private static func warn(of timeline: Timeline) {
        let text = Texts.Server.timelineRaised(timeline: Int(timeline.number), fork: Int(timeline.fork))
        // A closed stream leaves nobody to tell.
        try? Terminal.error.write(text(Speech.language) + "\n")
    }
}

/// A command whose result may be asked for as JSON.
protocol ResultWriting {
    var json: Bool { get }
}

extension ResultWriting {
    /// Writes the result: the value itself with `--json`, the sentences otherwise.
    func write(_ value: Value, _ sentences: @autoclosure () -> [String]) throws {
        let lines = json ? [CanonicalJSON.text(value)] : sentences().map { PlainText.of($0, keepsLines: true) }
        try Terminal.output.write(lines.map { $0 + "\n" }.joined())
    }

    /// Writes a table, or the list as JSON.
    func write(_ value: Value, _ table: TextTable) throws {
        let width = Terminal.output.width(environment: CommandEnvironment.variables)
        try write(value, table.lines(width: width))
    }
}

/// The wall clock, read at the edge only.
enum SystemClock {
    /// Milliseconds since 1970.
    @Sendable static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}

/// Passwords at the edge: asked for, checked, hashed in the command's own process.
enum NewPassword {
    /// Asks twice on the terminal, or takes the environment's.
    ///
    /// - Returns: the hash in the form that is stored.
    /// - Throws: `CommandFailure`.
    static func hash(email: String, variable: String) throws -> PasswordHash {
        let language = Speech.language
        let typed = try PasswordPrompt.newPassword(
            Texts.Server.adminPasswordPrompt(email: email)(language), variable: variable,
            environment: CommandEnvironment.variables)
        guard let password = Password(typed), password.isLongEnough else {
            throw CommandFailure(
                "password-too-long", Texts.Session.passwordTooLong(limit: Password.maximumBytes), status: .usage)
        }
        var random = SystemRandomNumberGenerator()
        return try PasswordHash(of: password.bytes, salt: randomBytes(PasswordHash.saltBytes, &random))
    }
}
