import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookProtocol
import WaybookTerminal

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `waybook login URL --user EMAIL [--invitation] [--device NAME] [--export FILE | --discard]`: signs in, then a first sync.
struct LoginCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "login", abstract: Texts.Help.login.spoken,
            discussion: Texts.Help.loginMore.spoken + "\n\n"
                + KindHelp.examples([
                    "waybook login https://crm.example.org --user ada@example.org",
                    "waybook login https://crm.example.org --user ada@example.org --invitation",
                    "WAYBOOK_PASSWORD=… waybook login http://127.0.0.1:8080 --user ada@example.org --device laptop",
                ]))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.server.spoken, valueName: "url"))
    var url: String

    @Option(help: ArgumentHelp(Texts.HelpOptions.user.spoken, valueName: "email"))
    var user: String

    @Flag(help: ArgumentHelp(Texts.HelpOptions.invitation.spoken))
    var invitation = false

    @Option(help: ArgumentHelp(Texts.HelpOptions.device.spoken, valueName: "name"))
    var device: String?

    @Option(help: ArgumentHelp(Texts.HelpOptions.authority.spoken, valueName: "file"))
    var ca: String?

    @Flag(help: ArgumentHelp(Texts.HelpOptions.insecure.spoken))
    var insecure = false

    @OptionGroup var parting: PartingOptions

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let scene = CommandScene.current
        let folder = try scene.folder(options.store)
        let address = try address()
        if let device, device.allSatisfy(\.isWhitespace) {
            throw CommandFailure("device-empty", Texts.Session.deviceEmpty, status: .usage)
        }
        let reporter = options.reporter
        let secrets = try secrets(scene)
        let credentials = Credentials(
            server: address, email: user, password: secrets.password, invitation: secrets.code,
            device: device ?? LoginCommand.hostName(), authority: ca)
        let workspace = try await signIn(credentials, folder, scene)
        let session = workspace.session
        reporter.note(Texts.Session.signedIn(user: session.email, server: session.server.text))
        reporter.note(Texts.Session.deviceNamed(device: session.device))
        try await SyncRound(workspace, reporter).run()
    }

    /// Asks for what opens the door.
    private func secrets(_ scene: CommandScene) throws(CommandFailure) -> (password: String, code: InvitationCode?) {
        let variable = "WAYBOOK_PASSWORD"
        guard invitation else {
            let question = Texts.Session.passwordPrompt(user: user).spoken
            return (
                try PasswordPrompt.password(question, variable: variable, environment: scene.environment), nil
            )
        }
        let typed = try PasswordPrompt.password(
            Texts.Invitations.codePrompt(user: user).spoken, variable: "WAYBOOK_INVITATION",
            environment: scene.environment, missing: Texts.Invitations.codeMissing)
        guard let code = InvitationCode(typed) else {
            throw CommandFailure(
                "invitation-invalid", Texts.Invitations.codeInvalid, hint: Texts.Invitations.codeInvalidHint,
                status: .usage)
        }
        let question = Texts.Server.adminPasswordPrompt(email: user).spoken
        return (
            try PasswordPrompt.newPassword(question, variable: variable, environment: scene.environment), code
        )
    }

    private func address() throws(CommandFailure) -> ServerAddress {
        do {
            return try ServerAddress(url, allowsPlain: insecure)
        } catch {
            switch error {
            case .plain:
                throw CommandFailure(
                    "address-plain", Texts.Session.plainRefused, hint: Texts.Session.plainRefusedHint, status: .usage)
            case .malformed:
                throw CommandFailure(
                    "address-invalid", Texts.Session.serverAddressInvalid(address: url), status: .usage)
            }
        }
    }

    private func signIn(
        _ credentials: Credentials, _ folder: WorkspaceFolder, _ scene: CommandScene
    ) async throws -> Workspace {
        do {
            return try await Workspace.login(
                credentials, in: folder, device: scene.device, language: scene.language,
                byPassword: { options.reporter.note(Texts.Invitations.passwordInstead) }
            ) { work in try parting.part(with: work, options.reporter, orRefuse: FailureWording.keptWork) }
        } catch let error as WorkspaceError {
            switch error.code {
            case .refused(let problem) where problem.code == .signIn && invitation:
                let hint = Texts.Invitations.refusedHint(server: credentials.server.text, email: user)
                throw CommandFailure("invitation-refused", Texts.Invitations.refused, hint: hint)
            case .refused(let problem) where problem.code == .signIn:
                throw CommandFailure("sign-in", Texts.Session.wrongPassword(user: user))
            case .refused(let problem) where problem.rule == .password:
                let limit = SecretLine.byteLimit
                throw CommandFailure("password-too-long", Texts.Session.passwordTooLong(limit: limit), status: .usage)
            case .unreachable(let failure): throw FailureWording.unreachable(failure, server: credentials.server.text)
            default: throw error
            }
        }
    }

    private static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "laptop" }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.isEmpty ? "laptop" : name
    }
}
