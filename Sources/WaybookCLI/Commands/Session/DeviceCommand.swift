import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookProtocol
import WaybookTerminal

/// `waybook device …`: a person's own laptops.
struct DeviceCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "device", abstract: Texts.Help.device.spoken,
            discussion: KindHelp.examples(["waybook device list", "waybook device wipe 12 --after-upload"]),
            subcommands: [DeviceListCommand.self, DeviceRevokeCommand.self, DeviceWipeCommand.self])
    }
}

/// `waybook device list`
struct DeviceListCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: Texts.Help.deviceList.spoken)
    }

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let workspace = try options.openForUpkeep()
        let reporter = options.reporter
        let language = reporter.scene.language
        let devices = try await workspace.devices(language: language)
        try reporter.json(.list(devices.map { Self.json($0, isThis: $0.replica == workspace.session.replica) }))
        var table = TextTable(
            [TextTable.Heading(Texts.Words.id.spoken, isNumeric: true)] + DeviceWording.headings(language) + [.init("")]
        )
        for device in devices {
            table.append(
                [String(device.replica.number)]
                    + DeviceWording.cells(device, now: workspace.now.milliseconds, language)
                    + [device.replica == workspace.session.replica ? Texts.Devices.thisOne.spoken : ""])
        }
        try reporter.table(table)
    }

    private static func json(_ device: DeviceSummary, isThis: Bool) -> JSONOutput {
        func time(_ milliseconds: Int64?) -> JSONOutput {
            milliseconds.map { .string(Instant(milliseconds: $0).description) } ?? .null
        }
        func number(_ number: Int64?) -> JSONOutput { number.map { .int($0) } ?? .null }
        return .object([
            "client": device.client.map { .string($0) } ?? .null,
            "clockOffsetMilliseconds": number(device.offsetMilliseconds), "conflicts": number(device.conflicts),
            "created": time(device.createdMilliseconds), "lastSeen": time(device.lastSeenMilliseconds),
            "lastSync": time(device.lastSyncMilliseconds), "name": .string(device.name),
            "oldestUnsent": time(device.oldestUnsentMilliseconds), "replica": .int(Int64(device.replica.number)),
            "stale": .bool(device.isStale), "state": .string(device.standing.rawValue), "this": .bool(isThis),
            "unsent": number(device.unsentSets),
        ])
    }
}

/// Finds one of the user's devices by its number.
private struct OwnDevice {
    let workspace: Workspace
    let device: DeviceSummary

    init(_ workspace: Workspace, id: String) async throws {
        let language = CommandScene.current.language
        guard let number = UInt32(id),
            let device = try await workspace.devices(language: language).first(where: { $0.replica.number == number })
        else { throw CommandFailure("device-not-found", Texts.Server.deviceNotFound(device: id)) }
        self.workspace = workspace
        self.device = device
    }
}

/// `waybook device revoke ID`
struct DeviceRevokeCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "revoke", abstract: Texts.Help.deviceRevoke.spoken)
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.ownDevice.spoken))
    var id: String
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let own = try await OwnDevice(try options.openForUpkeep(), id: id)
        try await own.workspace.revokeDevice(own.device.replica, language: CommandScene.current.language)
        try options.reporter.json(
            .object(["replica": .int(Int64(own.device.replica.number)), "state": .string("revoked")]))
        try options.reporter.say(Texts.Devices.revoked(device: own.device.name))
    }
}

/// `waybook device wipe ID [--after-upload]`
struct DeviceWipeCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "wipe", abstract: Texts.Help.deviceWipe.spoken)
    }

    @Argument(help: ArgumentHelp(Texts.HelpOptions.ownDevice.spoken))
    var id: String
    @Flag(help: ArgumentHelp(Texts.HelpOptions.afterUpload.spoken))
    var afterUpload = false
    @Flag(help: ArgumentHelp(Texts.HelpOptions.unasked.spoken))
    var yes = false
    @OptionGroup var options: StoreOptions

    func run() async throws {
        let own = try await OwnDevice(try options.openForUpkeep(), id: id)
        if own.device.replica == own.workspace.session.replica, !yes {
            try Question.ask(
                Texts.Devices.reallyWipeThis, canAsk: !options.json, unanswered: Texts.Devices.wipeThisNeedsYes,
                declined: Texts.Devices.notWiped)
        }
        try await own.workspace.wipeDevice(
            own.device.replica, afterUpload ? .afterUpload : .atOnce, language: CommandScene.current.language)
        let state: DeviceSummary.Standing = afterUpload ? .wipesAfterUpload : .toldToWipe
        let reporter = options.reporter
        try reporter.json(
            .object(["replica": .int(Int64(own.device.replica.number)), "state": .string(state.rawValue)]))
        let name = own.device.name
        try reporter.say(afterUpload ? Texts.Devices.wipesLater(device: name) : Texts.Devices.wipesAtOnce(device: name))
    }
}
