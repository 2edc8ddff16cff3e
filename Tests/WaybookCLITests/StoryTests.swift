import Foundation
import Testing
import WaybookModel

/// Stories of several people over several weeks, with the real programs: server and laptops live by clocks that a preloaded
/// library moves on (`Tests/Campaigns/clock.c`).
@Suite(.timeLimit(.minutes(5)), .serialized) struct StoryTests {
    private static let all = ["conflicts.txt", "handover.txt", "long-absence.txt", "restore.txt", "wrong-clock.txt"]

    @Test(arguments: all) func everyStoryShowsWhatItSays(name: String) async throws {
        let transcript = try Transcript("stories/" + name)
        let world = try await StoryWorld()
        for step in transcript.steps {
            try world.move(to: step.day)
            transcript.check(step, try await world.run(step), folder: world.shell.folder)
        }
    }
}

/// A server and some laptops whose clocks go on as a story says.
final class StoryWorld {
    // A class: it ends the server with itself.

    private static let password = "correct horse"

    let shell: Shell
    private let library: String
    private var day = 0
    private var port = 0
    private var server: Process?

    /// Makes a workspace whose administrator is admin@example.org, and starts its server.
    init() async throws {
        shell = try Shell(signedIn: false)
        library = shell.folder.appendingPathComponent("clock.so").path
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Campaigns/clock.c").path
        let made = try await shell.run(
            "cc -shared -fPIC -O1 -o clock.so '\(source)' -ldl && waybook-server init --data data --workspace Acme"
                + " --admin admin@example.org", ["WAYBOOK_ADMIN_PASSWORD": Self.password])
        guard made.status == 0 else { throw LocalServer.Failed(text: made.error) }
        try start()
    }

    deinit { if let server { Self.end(server) } }

    /// Lets time pass, also for the server.
    func move(to day: Int) throws {
        guard day != self.day else { return }
        self.day = day
        if let server { Self.end(server) }
        try start()
    }

    func run(_ step: Transcript.Step) async throws -> Shell.Outcome {
        var environment = clock
        environment["WAYBOOK_HOME"] = shell.folder.appendingPathComponent(step.laptop).path
        environment["WAYBOOK_PASSWORD"] = Self.password
        environment["SERVER"] = "http://127.0.0.1:\(port)"
        guard step.command.contains("waybook-server restore") else {
            return try await shell.run(step.command, environment)
        }
        // Nobody puts a database back under a server that is at work on it.
        if let server { Self.end(server) }
        defer { try? start() }
        return try await shell.run(step.command, environment)
    }

    private var clock: [String: String] { ["LD_PRELOAD": library, "WAYBOOK_TIME_PASSED": String(day * 86_400)] }

    private func start() throws {
        let process = Process()
        process.executableURL = Shell.products.appendingPathComponent("waybook-server")
        process.arguments = [
            "serve", "--data", shell.folder.appendingPathComponent("data").path, "--port", "\(port)", "--json",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(clock) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        server = process
        var line: [UInt8] = []
        while line.last != 0x0A {
            guard let byte = try output.fileHandleForReading.read(upToCount: 1)?.first else {
                throw LocalServer.Failed(text: "the server did not start")
            }
            line.append(byte)
        }
        guard let told = try JSONParser.parse(line.dropLast()).entries?["port"]?.integer else {
            throw LocalServer.Failed(text: "the server named no port")
        }
        port = Int(told)
    }

    private static func end(_ process: Process) {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }
}
