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

    func run() async throws {
        guard options.folder.hasStore else { throw FailureWording.notInitialised(options.folder) }
        guard let address = AccountEmail(email) else { throw AdminFailure(.invalidEmail, email) }
        let hash = try NewPassword.hash(email: address.text, variable: "WAYBOOK_PASSWORD")
        let added = try await options.perform(
            AdminCommand(
                "user.add",
                [
                    "email": address.text, "name": name ?? address.localPart, "password": hash.phc,
                    "role": role.rawValue,
                ]))
        try options.write(added, [Texts.Server.userAdded(email: address.text)(Speech.language)])
    }
}

extension Role: ExpressibleByArgument {}
