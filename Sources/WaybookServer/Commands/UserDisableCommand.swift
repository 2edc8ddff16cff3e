import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server user disable`.
struct UserDisableCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "disable", abstract: Texts.Help.serverUserDisable(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.email(Speech.language)))
    var email: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.bookTo(Speech.language)))
    var bookTo: String?

    func run() async throws {
        let done = try await options.perform(
            AdminCommand(
                "user.disable", ["email": email].merging(bookTo.map { ["successor": $0] } ?? [:]) { first, _ in first })
        )
        let address = done.entries?["email"]?.text ?? email
        let devices = Int(clamping: done.entries?["devices"]?.integer ?? 0)
        let text = Texts.Server.userDisabled(email: address, devices: devices)
        try options.write(done, [text(Speech.language)])
    }
}
