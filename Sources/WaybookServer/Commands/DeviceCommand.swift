import ArgumentParser
import WaybookCRM
import WaybookTerminal

/// `waybook-server device`.
struct DeviceCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "device", abstract: Texts.Help.serverDevice(Speech.language),
            subcommands: [DeviceListCommand.self, DeviceRevokeCommand.self])
    }
}
