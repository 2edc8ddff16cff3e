import ArgumentParser
import WaybookCRM
import WaybookServerCore
import WaybookTerminal

/// `waybook-server user password`: the devices stay signed in.
struct UserPasswordCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "password", abstract: Texts.Help.serverUserPassword(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.email(Speech.language)))
    var email: String

    func run() async throws {
        guard options.folder.hasStore else { throw FailureWording.notInitialised(options.folder) }
        guard let address = AccountEmail(email) else { throw AdminFailure(.invalidEmail, email) }
        let hash = try NewPassword.hash(email: address.text, variable: "WAYBOOK_PASSWORD")
        let done = try await options.perform(
            AdminCommand("user.password", ["email": address.text, "password": hash.phc]))
        try options.write(done, [Texts.Server.userPasswordSet(email: address.text)(Speech.language)])
    }
}
