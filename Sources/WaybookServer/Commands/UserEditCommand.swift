import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server user edit`.
struct UserEditCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "edit", abstract: Texts.Help.serverUserEdit(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.email(Speech.language)))
    var email: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.personName(Speech.language)))
    var name: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.personLanguage(Speech.language), valueName: "tag"))
    var language: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.personZone(Speech.language), valueName: "zone"))
    var zone: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.newEmail(Speech.language), valueName: "email"))
    var newEmail: String?

    func run() async throws {
        var arguments = ["email": email]
        arguments["name"] = name
        arguments["language"] = language
        arguments["zone"] = zone
        arguments["newEmail"] = newEmail
        let done = try await options.perform(AdminCommand("user.edit", arguments))
        let text = Texts.Server.userEdited(email: done.entries?["email"]?.text ?? email)
        try options.write(done, [text(Speech.language)])
    }
}
