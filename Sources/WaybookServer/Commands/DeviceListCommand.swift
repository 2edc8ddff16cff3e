import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookProtocol
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
        var table = TextTable(
            [TextTable.Heading(Texts.Words.id(language), isNumeric: true), .init(Texts.Words.email(language))]
                + DeviceWording.headings(language))
        let now = SystemClock.now()
        for entry in devices.elements ?? [] {
            guard let device = DeviceSummary(entry) else { continue }
            table.append(
                [String(device.replica.number), entry.entries?["email"]?.text ?? ""]
                    + DeviceWording.cells(device, now: now, language))
        }
        try options.write(devices, table)
    }
}
