import ArgumentParser
import Foundation
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// The program `waybook`: parses, runs, says what went wrong, and ends with one of three codes.
public enum WaybookProgram {
    /// Runs the process's own command line and ends the process.
    public static func main() async -> Never {
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        exit(await run(arguments, environment: ProcessInfo.processInfo.environment).rawValue)
    }

    /// Runs one command line.
    static func run(_ arguments: [String], environment: [String: String]) async -> ExitStatus {
        let scene = CommandScene(environment: environment)
        return await Speech.$language.withValue(scene.language) {
            await CommandScene.$current.withValue(scene) {
                do {
                    var command = try WaybookCommand.parseAsRoot(arguments)
                    if var command = command as? any AsyncParsableCommand {
                        try await command.run()
                    } else {
                        try command.run()
                    }
                    return .done
                } catch {
                    return report(error, arguments, scene)
                }
            }
        }
    }

    private static func report(_ error: any Error, _ arguments: [String], _ scene: CommandScene) -> ExitStatus {
        if let ended = error as? CommandEnded { return ended.status }
        if error is TerminalClosed { return .failed }
        guard let failure = FailureWording.failure(error) else { return reportParser(error, arguments, scene) }
        if wantsJSON(arguments) {
            try? scene.error.write(FailureReport.json(failure, scene.language).text + "\n")
        } else {
            let lines = FailureReport.lines(failure, scene.language, scene.errorStyle)
            try? scene.error.write(lines.joined(separator: "\n") + "\n")
        }
        return failure.status
    }

    private static func wantsJSON(_ arguments: [String]) -> Bool {
        arguments.prefix { $0 != "--" }.contains("--json")
    }

    /// What ArgumentParser itself says: help on standard output, everything else on standard error.
    private static func reportParser(_ error: any Error, _ arguments: [String], _ scene: CommandScene) -> ExitStatus {
        let status = ExitStatus(parserCode: WaybookCommand.exitCode(for: error).rawValue)
        if status == .usage, wantsJSON(arguments) {
            let text = WaybookCommand.message(for: error)
            let said = ParserWording.text(text) ?? LocalizedText(en: "\(text)", zh: "\(text)")
            let failure = CommandFailure("usage", said, status: .usage)
            try? scene.error.write(FailureReport.json(failure, scene.language).text + "\n")
            return status
        }
        let message = HelpHeadings.translated(WaybookCommand.fullMessage(for: error), scene.language)
        let stream = status == .done ? scene.output : scene.error
        if !message.isEmpty { try? stream.write(message + "\n") }
        return status
    }
}

/// A command that has said everything itself and ends so.
struct CommandEnded: Error {
    let status: ExitStatus
}
