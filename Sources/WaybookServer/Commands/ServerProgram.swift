import ArgumentParser
import WaybookModel
import WaybookTerminal

/// The program `waybook-server`, from its arguments to its exit code.
public enum ServerProgram {
    /// Runs one command.
    ///
    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - environment: the process's environment.
    /// - Returns: 0 done, 1 failed, 2 not understood.
    public static func run(_ arguments: [String], environment: [String: String]) async -> ExitStatus {
        let language = Language(environment: environment)
        return await Speech.$language.withValue(language) {
            await CommandEnvironment.$variables.withValue(environment) {
                await perform(arguments, language)
            }
        }
    }

    private static func perform(_ arguments: [String], _ language: Language) async -> ExitStatus {
        let writesJSON = arguments.contains("--json")
        do {
            var command = try WaybookServerCommand.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return .done
        } catch let failure as CommandFailure {
            return report(failure, language, writesJSON: writesJSON)
        } catch let error where isParsers(error) {
            return reportParsing(error, language)
        } catch {
            return report(FailureWording.failure(error), language, writesJSON: writesJSON)
        }
    }

    private static func isParsers(_ error: any Error) -> Bool {
        error is CleanExit || error is ValidationError || error is ExitCode
            || WaybookServerCommand.exitCode(for: error) != .failure
    }

    private static func reportParsing(_ error: any Error, _ language: Language) -> ExitStatus {
        let status = ExitStatus(parserCode: WaybookServerCommand.exitCode(for: error).rawValue)
        let message = HelpHeadings.translated(WaybookServerCommand.fullMessage(for: error), language)
        let stream = status == .done ? Terminal.output : Terminal.error
        // A closed stream leaves nobody to tell.
        if !message.isEmpty { try? stream.write(message + "\n") }
        return status
    }

    private static func report(
        _ failure: CommandFailure, _ language: Language, writesJSON: Bool
    ) -> ExitStatus {
        let lines =
            writesJSON
            ? [FailureReport.json(failure, language).text]
            : FailureReport.lines(failure, language, .plain)
        try? Terminal.error.write(lines.joined(separator: "\n") + "\n")
        return failure.status
    }
}

/// The process's environment, bound once by the entry point: ArgumentParser makes the commands itself.
enum CommandEnvironment {
    @TaskLocal static var variables: [String: String] = [:]
}
