import Foundation
import WaybookServer

/// The entry point of `waybook-server`.
@main
struct Main {
    static func main() async {
        let status = await ServerProgram.run(
            Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
        exit(status.rawValue)
    }
}
