import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookServerCore
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
    @Flag(help: ArgumentHelp(Texts.HelpOptions.wipeAfterUpload(Speech.language)))
    var afterUpload = false

    func run() async throws {
        let order: DeviceOrder = afterUpload ? .wipeAfterUpload : wipe ? .wipe : .revoke
        let done = try await options.perform(
            AdminCommand("device.revoke", ["replica": id, "order": order.rawValue]))
        let (name, email) = (done.entries?["name"]?.text ?? id, done.entries?["email"]?.text ?? "")
        let language = Speech.language
        let sentences =
            switch order {
            case .revoke: [Texts.Server.deviceRevoked(device: name, email: email)(language)]
            case .wipe:
                [
                    Texts.Server.deviceRevoked(device: name, email: email)(language),
                    Texts.Server.deviceWipeOrdered(language),
                ]
            case .wipeAfterUpload: [Texts.Server.deviceLastUploadOrdered(device: name, email: email)(language)]
            }
        try options.write(done, sentences)
    }

    func validate() throws {
        if afterUpload, !wipe { throw ValidationError(Texts.Server.afterUploadNeedsWipe(Speech.language)) }
    }
}
