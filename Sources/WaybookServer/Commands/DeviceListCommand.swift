import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server device list`.
struct DeviceListCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: Texts.Help.serverDeviceList(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Option(help: ArgumentHelp(Texts.HelpOptions.onlyOfUser(Speech.language), valueName: "email"))
    var user: String?

    func run() async throws {
        let devices = try await options.perform(
            AdminCommand("device.list", user.map { ["email": $0] } ?? [:]))
        let language = Speech.language
        var table = TextTable([
            .init(Texts.Words.id(language), isNumeric: true), .init(Texts.Words.device(language)),
            .init(Texts.Words.email(language)), .init(Texts.Server.lastSeen(language)),
            .init(Texts.Words.state(language)),
        ])
        let now = SystemClock.now()
        for device in devices.elements?.compactMap(\.entries) ?? [] {
            let age = Int(clamping: (now - (device["lastSeen"]?.integer ?? 0)) / 1_000)
            table.append([
                String(device["replica"]?.integer ?? 0), device["name"]?.text ?? "", device["email"]?.text ?? "",
                Texts.Words.ago(seconds: age)(language), Self.state(device)(language),
            ])
        }
        try options.write(devices, table)
    }

    private static func state(_ device: [String: Value]) -> LocalizedText {
        if device["wipeOrdered"]?.integer != nil { return Texts.Server.deviceStateWipe }
        return device["revoked"]?.integer != nil ? Texts.Server.deviceStateRevoked : Texts.Server.userStateActive
    }
}
