import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server user role`.
struct UserRoleCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "role", abstract: Texts.Help.serverUserRole(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.email(Speech.language)))
    var email: String
    @Argument(help: ArgumentHelp(Texts.HelpOptions.userRole(Speech.language)))
    var role: Role

    func run() async throws {
        let done = try await options.perform(AdminCommand("user.role", ["email": email, "role": role.rawValue]))
        let text = Texts.Server.roleChanged(
            email: done.entries?["email"]?.text ?? email, role: role.label.text(in: Speech.language))
        try options.write(done, [text(Speech.language)])
    }
}
