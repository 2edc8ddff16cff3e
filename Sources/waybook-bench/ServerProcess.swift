import Foundation
import WaybookModel
import WaybookServer

/// The product's server as a process of its own: this program holds `waybook-server` whole, and starts itself as it.
struct ServerProcess {
    static let email = "bench@example.org"
    /// A rep, whose devices push at once.
    static let repEmail = "rep@example.org"
    static let password = "a password for the bench"
    /// The first argument that makes this program the server; the server's own arguments follow.
    static let role = "waybook-server"

    /// Does what the program `waybook-server` does.
    static func run(_ arguments: [String]) async -> Int32 {
        await ServerProgram.run(arguments, environment: ProcessInfo.processInfo.environment).rawValue
    }

    /// Makes a workspace with an administrator, to whom all customers of the workload belong, and a rep.
    static func initialise(_ data: String) throws {
        setenv("WAYBOOK_ADMIN_PASSWORD", password, 1)
        setenv("WAYBOOK_PASSWORD", password, 1)
        let program = CommandLine.arguments[0]
        _ = try Shell.run(program, [role, "init", "--data", data, "--workspace", "Bench", "--admin", email])
        _ = try Shell.run(program, [role, "user", "add", repEmail, "--data", data, "--name", "Rep"])
    }

    private static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    private static let startSeconds = 120.0

    private let process: Process
    /// Where it listens.
    let address: String
    private let atStart: Figures

    /// Starts it on a data folder, and waits until it listens.
    init(_ data: String) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            CommandLine.arguments[0], Self.role, "serve", "--data", data, "--port", "0", "--json",
        ]
        Progress.tell("$ waybook-server serve --data \(data)")
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = output.fileHandleForReading.availableData
        guard let told = (try? JSONParser.parse(line.prefix { $0 != 0x0A }))?.entries?["address"]?.text else {
            throw Failure("the server did not start")
        }
        address = told
        atStart = try Self.usage(process.processIdentifier)
    }

    /// Stops it as a service manager does.
    /// - Returns: the processor seconds since it listened, its memory then and at most.
    func stop() throws -> Figures {
        var figures = try Self.usage(process.processIdentifier)
        figures["cpu"] -= atStart["cpu"]
        figures["idle"] = atStart["resident"]
        process.terminate()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure("the server did not stop cleanly") }
        return figures
    }

    private static func usage(_ id: Int32) throws -> Figures {
        let stat = try String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
        // Behind the program's name, which may hold anything: fields 3 and on; 14 and 15 are user and system time.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw Failure("cannot read /proc/\(id)/stat")
        }
        var figures = Figures()
        figures["cpu"] = (user + system) / ticksPerSecond
        figures["resident"] = Machine.megabytes("VmRSS", of: "\(id)")
        figures["peak"] = Machine.megabytes("VmHWM", of: "\(id)")
        return figures
    }
}
