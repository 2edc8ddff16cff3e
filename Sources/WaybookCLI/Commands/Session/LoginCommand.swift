import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookTerminal

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `waybook login URL --user EMAIL [--device NAME] [--export FILE | --discard]`: signs in, then a first sync.
struct LoginCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "login", abstract: Texts.Help.login.spoken,
            discussion: Texts.Help.loginMore.spoken + "\n\n"
                + KindHelp.examples([
                    "waybook login https://crm.example.org --user ada@example.org",
                    "WAYBOOK_PASSWORD=… waybook login http://127.0.0.1:8080 --user ada@example.org --device laptop",
                ]))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.server.spoken, valueName: "url"))
    var url: String

    @Option(help: ArgumentHelp(Texts.HelpOptions.user.spoken, valueName: "email"))
    var user: String

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
        let password = try PasswordPrompt.password(
            Texts.Session.passwordPrompt(user: user).spoken, variable: "WAYBOOK_PASSWORD",
            environment: scene.environment)
        let workspace = try await signIn(address, password, folder, scene)
        let session = workspace.session
        reporter.note(Texts.Session.signedIn(user: session.email, server: session.server.text))
        reporter.note(Texts.Session.deviceNamed(device: session.device))
        try await SyncRound(workspace, reporter).run()
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
        _ address: ServerAddress, _ password: String, _ folder: WorkspaceFolder, _ scene: CommandScene
    ) async throws -> Workspace {
        let name = device ?? LoginCommand.hostName()
        let credentials = Credentials(
            server: address, email: user, password: password, device: name, authority: ca)
        do {
            return try await Workspace.login(
                credentials, in: folder, device: scene.device, language: scene.language
            ) { work in try parting.part(with: work, options.reporter, orRefuse: FailureWording.keptWork) }
        } catch let error as WorkspaceError {
            switch error.code {
            case .refused(let problem) where problem.code == .signIn:
                throw CommandFailure("sign-in", Texts.Session.wrongPassword(user: user))
            case .unreachable(let failure): throw FailureWording.unreachable(failure, server: address.text)
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
