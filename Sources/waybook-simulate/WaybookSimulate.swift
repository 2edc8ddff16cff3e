import Foundation
import WaybookCRM
import WaybookTesting

/// `waybook-simulate`: runs simulated histories, replays one, or makes one short.
@main
struct WaybookSimulate {
    private static let usage = """
        usage: waybook-simulate [--seed N] [--histories N] [--steps N] [--replicas N] [--dir FOLDER] [--minutes N]
                                [--jobs N] [--violations N] [--coverage] [--ledger FILE] [--commit ID]
               waybook-simulate --seed N --replay|--shrink  one seed's history, as it is or made short
               waybook-simulate --history FILE [--shrink]   a history that was written down

        """

    static func main() async throws {
        guard let options = Options(CommandLine.arguments.dropFirst()) else {
            FileHandle.standardError.write(Data(usage.utf8))
            exit(2)
        }
        let isBroken: Bool
        if let path = options.history {
            let history = try SimulatedHistory(text: String(contentsOfFile: path, encoding: .utf8))
            isBroken = try await Replay(options).run(history)
        } else if options.replays {
            let history = SimulatedHistory(seed: options.seed, steps: options.steps, laptops: options.replicas)
            isBroken = try await Replay(options).run(history)
        } else {
            isBroken = try await Many(options).run()
        }
        exit(isBroken ? 1 : 0)
    }
}
