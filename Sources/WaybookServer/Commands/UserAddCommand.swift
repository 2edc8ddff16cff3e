import ArgumentParser
import WaybookCRM
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
    @Flag(name: .customLong("admin"), help: ArgumentHelp(Texts.HelpOptions.makeAdmin(Speech.language)))
    var isAdmin = false

    func run() async throws {
        guard options.folder.hasStore else { throw FailureWording.notInitialised(options.folder) }
        guard let address = AccountEmail(email) else { throw AdminFailure(.invalidEmail, email) }
        let hash = try NewPassword.hash(email: address.text, variable: "WAYBOOK_PASSWORD")
        let added = try await options.perform(
            AdminCommand(
                "user.add",
                [
                    "email": address.text, "name": name ?? address.localPart, "password": hash.phc,
                    "admin": isAdmin ? "true" : "false",
                ]))
        try options.write(added, [Texts.Server.userAdded(email: address.text)(Speech.language)])
    }
}
