import Foundation

/// What is told while a run goes on.
enum Progress {
    static func tell(_ line: String) {
        print(line)
        fflush(nil)
    }
}

/// Starts other programs, and this one again in a role.
struct Shell {
    /// What a program said and took.
    struct Outcome {
        var output: String
        var seconds: Double
        var processorSeconds: Double
    }

    /// Runs a program to its end.
    static func run(_ program: String, _ arguments: [String], input: String = "") throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        let (start, processor) = (Machine.seconds, Machine.processorSeconds(ofChildren: true))
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure("\(program) failed: \(arguments)") }
        return Outcome(
            output: String(decoding: output, as: UTF8.self), seconds: Machine.seconds - start,
            processorSeconds: Machine.processorSeconds(ofChildren: true) - processor)
    }

    /// The command line of a role.
    static func command(_ role: String, _ arguments: [String]) -> String {
        (["waybook-bench", role] + arguments).joined(separator: " ")
    }

    /// Runs this program in a role and reads its figures.
    static func role(_ role: String, _ arguments: [String]) throws -> Figures {
        Progress.tell("$ \(command(role, arguments))")
        let outcome = try run(CommandLine.arguments[0], [role] + arguments)
        return try Figures(line: outcome.output.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
