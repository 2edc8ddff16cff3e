import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookProtocol
import WaybookTerminal

/// `waybook user add EMAIL --name NAME [--role ROLE] [--language TAG] [--zone ZONE]`
struct UserAddCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "add", abstract: Texts.Help.userAdd.spoken,
            discussion: KindHelp.examples([
                "waybook user add bo@example.org --name 'Bo Li' --role manager --language zh-Hans --zone Asia/Shanghai"
            ]))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.email.spoken))
    var email: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.newPersonName.spoken))
    var name: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.userRole.spoken))
    var role: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.personLanguage.spoken, valueName: "tag"))
    var language: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.personZone.spoken, valueName: "zone"))
    var zone: String?
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let request = InvitationRequest(email: email, name: name, role: role, language: language, zone: zone)
        try await PersonInviting(options).invite(request)
    }
}

/// `waybook user invite EMAIL`
struct UserInviteCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "invite", abstract: Texts.Help.userInvite.spoken,
            discussion: KindHelp.examples(["waybook user invite bo@example.org"]))
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.email.spoken))
    var email: String
    @OptionGroup var options: StoreOptions

    func run() async throws { try await PersonInviting(options).invite(InvitationRequest(email: email)) }
}

/// Asks the server to add or invite somebody, and tells what came of it.
private struct PersonInviting {
    let options: StoreOptions

    init(_ options: StoreOptions) { self.options = options }

    func invite(_ request: InvitationRequest) async throws {
        let workspace = try options.openForUpkeep()
        let reporter = options.reporter
        let invited: InvitationResponse
        do {
            invited = try await workspace.invite(request, language: reporter.scene.language)
        } catch let error as WorkspaceError {
            guard case .refused(let problem) = error.code, let failure = Self.failure(problem, request) else {
                throw error
            }
            throw failure
        }
        try reporter.json(
            .object([
                "added": .bool(invited.isAdded), "code": .string(invited.code), "email": .string(invited.email),
                "expires": .string(Instant(milliseconds: invited.expires).description), "id": .string(invited.user),
                "name": .string(invited.name), "role": .string(invited.role),
            ]))
        let wording = InvitationWording(
            name: invited.name, email: invited.email, role: invited.role,
            isAdded: request.name == nil ? nil : invited.isAdded)
        let sentences = wording.sentences(
            code: invited.code, expires: invited.expires, zone: reporter.scene.zone,
            server: workspace.session.server.text, reporter.scene.language)
        for sentence in sentences { try reporter.say(sentence) }
    }

    /// Nil for what concerns no invitation.
    private static func failure(_ problem: Problem, _ request: InvitationRequest) -> CommandFailure? {
        let email = request.email
        if problem.refusal == .forbidden {
            return CommandFailure("administrators-only", Texts.Invitations.administratorsOnly)
        }
        func invalid(_ value: String?) -> CommandFailure {
            CommandFailure("invalid-value", Texts.Server.valueInvalid(value: value ?? ""), status: .usage)
        }
        return switch problem.rule {
        case .email: CommandFailure("invalid-email", Texts.Server.emailInvalid(email: email), status: .usage)
        case .name: CommandFailure("invalid-name", Texts.Server.nameInvalid, status: .usage)
        case .role: invalid(request.role)
        case .language: invalid(request.language)
        case .zone: invalid(request.zone)
        case .exists:
            CommandFailure(
                "user-exists", Texts.Server.userExists(email: email), hint: Texts.Invitations.existsHint(email: email))
        case .disabled: CommandFailure("user-disabled", Texts.Invitations.disabled(email: email))
        case .unknown:
            CommandFailure(
                "user-not-found", Texts.Server.userNotFound(email: email),
                hint: Texts.Invitations.unknownHint(email: email))
        case .password, nil: nil
        }
    }
}
