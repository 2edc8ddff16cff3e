import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookTerminal

/// `waybook-server user add`.
struct UserAddCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "add", abstract: Texts.Help.serverUserAdd(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.email(Speech.language)))
    var email: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.personName(Speech.language)))
    var name: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.userRole(Speech.language)))
    var role: Role = .rep
    @Option(help: ArgumentHelp(Texts.HelpOptions.personLanguage(Speech.language), valueName: "tag"))
    var language: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.personZone(Speech.language), valueName: "zone"))
    var zone: String?
    @Flag(help: ArgumentHelp(Texts.HelpOptions.invite(Speech.language)))
    var invite = false

    func run() async throws {
        guard options.folder.hasStore else { throw FailureWording.notInitialised(options.folder) }
        guard let address = AccountEmail(email) else { throw AdminFailure(.invalidEmail, email) }
        var arguments = ["email": address.text, "name": name ?? address.localPart, "role": role.rawValue]
        arguments["language"] = language
        arguments["zone"] = zone
        if invite {
            let code = NewCode()
            arguments["invitation"] = code.hash
            let added = try await options.perform(AdminCommand("user.add", arguments))
            return try code.write(added, isAdding: true, options)
        }
        arguments["password"] = try NewPassword.hash(email: address.text, variable: "WAYBOOK_PASSWORD").phc
        let added = try await options.perform(AdminCommand("user.add", arguments))
        try options.write(added, [Texts.Server.userAdded(email: address.text)(Speech.language)])
    }
}

extension Role: ExpressibleByArgument {}
