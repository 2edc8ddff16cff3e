import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server user enable`.
struct UserEnableCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "enable", abstract: Texts.Help.serverUserEnable(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.email(Speech.language)))
    var email: String

    func run() async throws {
        let done = try await options.perform(AdminCommand("user.enable", ["email": email]))
        let address = done.entries?["email"]?.text ?? email
        let text = Texts.Server.userEnabled(email: address)
        try options.write(done, [text(Speech.language)])
    }
}
