import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server device revoke`.
struct DeviceRevokeCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "revoke", abstract: Texts.Help.serverDeviceRevoke(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.deviceNumber(Speech.language)))
    var id: String
    @Flag(help: ArgumentHelp(Texts.HelpOptions.wipe(Speech.language)))
    var wipe = false

    func run() async throws {
        let done = try await options.perform(
            AdminCommand("device.revoke", ["replica": id, "wipe": wipe ? "true" : "false"]))
        let (name, email) = (done.entries?["name"]?.text ?? id, done.entries?["email"]?.text ?? "")
        var sentences = [Texts.Server.deviceRevoked(device: name, email: email)(Speech.language)]
        if wipe { sentences.append(Texts.Server.deviceWipeOrdered(Speech.language)) }
        try options.write(done, sentences)
    }
}
