import Foundation
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookTerminal

/// What a command finds around it: environment, language, clocks, streams. Bound once by the entry point, for
/// ArgumentParser makes the commands itself.
struct CommandScene: Sendable {
    @TaskLocal static var current = CommandScene(environment: [:])

    let environment: [String: String]
    let language: Language
    let device: Device
    let output: Terminal
    let error: Terminal

    init(
        environment: [String: String], device: Device = .system(), output: Terminal = .output, error: Terminal = .error
    ) {
        self.environment = environment
        self.device = device
        self.output = output
        self.error = error
        language = Language(environment: environment)
    }

    /// The zone that times are typed and shown in: `TZ`, else the system's.
    var zone: Zone { environment["TZ"].flatMap { Zone($0) } ?? Zone(TimeZone.current) }

    var style: TerminalStyle { TerminalStyle(isTerminal: output.isInteractive, environment: environment) }
    var errorStyle: TerminalStyle { TerminalStyle(isTerminal: error.isInteractive, environment: environment) }
    var width: Int? { output.width(environment: environment) }

    /// The device's clock.
    var now: Instant { Instant(milliseconds: device.now().wallMilliseconds) }

    /// The folder that `--store` or the environment names.
    func folder(_ option: String?) throws(CommandFailure) -> WorkspaceFolder {
        WorkspaceFolder(try StoreLocation.resolve(option: option, environment: environment))
    }
}
