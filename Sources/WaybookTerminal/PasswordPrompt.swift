import WaybookCRM
import WaybookModel
import WaybookProtocol

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Asks for a password, or another secret, on the terminal, without showing it.
public enum PasswordPrompt {
    /// Returns the password: from the environment variable if it is set, else typed on the terminal.
    ///
    /// - Parameters:
    ///   - question: what stands before the cursor.
    ///   - variable: the environment variable that may hold it, such as `WAYBOOK_PASSWORD`.
    ///   - environment: the process's environment.
    ///   - missing: said where there is no terminal.
    /// - Throws: when there is no terminal, the person cancels, or the line is too long.
    public static func password(
        _ question: String, variable: String, environment: [String: String],
        missing: LocalizedText? = nil
    ) throws(CommandFailure) -> String {
        if let told = environment[variable], !told.isEmpty { return told }
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else {
            throw CommandFailure(
                "password-missing", missing ?? Texts.Session.passwordMissing,
                hint: Texts.Session.passwordMissingHint(variable: variable),
                status: .usage)
        }
        defer { close(terminal) }
        return try ask(question, on: terminal)
    }

    /// Returns a password that is to be set: from the environment variable, else typed twice alike.
    ///
    /// - Throws: also when the two differ, or it is too short.
    public static func newPassword(
        _ question: String, variable: String, environment: [String: String]
    ) throws(CommandFailure) -> String {
        let typed = try password(question, variable: variable, environment: environment)
        let again = try password(
            Texts.Server.passwordAgainPrompt(Speech.language), variable: variable, environment: environment)
        guard typed == again else { throw CommandFailure("passwords-differ", Texts.Server.passwordsDiffer) }
        let minimum = InvitationAcceptance.minimumPasswordCharacters
        guard typed.count >= minimum else {
            throw CommandFailure(
                "password-too-short", Texts.Server.passwordTooShort(minimum: minimum), status: .usage)
        }
        return typed
    }

    /// Asks on an open terminal; its settings are put back whatever happens, as keys that would end the process are read.
    static func ask(_ question: String, on terminal: Int32) throws(CommandFailure) -> String {
        var settings = termios()
        guard tcgetattr(terminal, &settings) == 0 else {
            throw CommandFailure("password-missing", Texts.Session.passwordMissing, status: .usage)
        }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer { tcsetattr(terminal, TCSAFLUSH, &settings) }
        let stream = Terminal(descriptor: terminal)
        try? stream.write(PlainText.of(question))
        defer { try? stream.write("\n") }
        return try readLine(from: terminal)
    }

    private static func readLine(from terminal: Int32) throws(CommandFailure) -> String {
        var line = SecretLine()
        while true {
            var byte: UInt8 = 0
            let count = read(terminal, &byte, 1)
            if count < 0, errno == EINTR { continue }
            switch count == 1 ? line.take(byte) : .cancelled {
            case .goesOn: continue
            case .entered(let text): return text
            case .cancelled: throw CommandFailure("cancelled", Texts.Session.passwordCancelled)
            case .tooLong:
                let text = Texts.Session.passwordTooLong(limit: SecretLine.byteLimit)
                throw CommandFailure("password-too-long", text)
            }
        }
    }
}
