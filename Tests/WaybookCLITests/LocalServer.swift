import Foundation
import WaybookModel

/// The built server in a process of its own on this machine, with a workspace in which some people have an account; ended
/// with the test.
final class LocalServer {
    struct Failed: Error { var text: String }

    static let password = "correct horse"
    /// `ada@example.org` and `bob@example.org`.
    static let people = ["ada", "bob"]

    let port: Int
    private let shell: Shell
    private let process = Process()

    /// - Parameters:
    ///   - shell: in whose folder the server's data go.
    ///   - certificate: names in that folder of the certificate chain and its key, for TLS.
    init(_ shell: Shell, certificate: (chain: String, key: String)? = nil) async throws {
        self.shell = shell
        let password = "WAYBOOK_ADMIN_PASSWORD='\(Self.password)' WAYBOOK_PASSWORD='\(Self.password)'"
        var script = "\(password) waybook-server init --data data --workspace Acme --admin admin@example.org"
        for person in Self.people {
            script += " && \(password) waybook-server user add \(person)@example.org --data data"
            // Who sees what another made.
            if person == "bob" { script += " --role admin" }
        }
        let made = try await shell.run(script)
        guard made.status == 0 else { throw Failed(text: made.error) }
        process.executableURL = Shell.products.appendingPathComponent("waybook-server")
        process.arguments = [
            "serve", "--data", shell.folder.appendingPathComponent("data").path, "--port", "0", "--json",
        ]
        if let certificate {
            let paths = [certificate.chain, certificate.key].map { shell.folder.appendingPathComponent($0).path }
            process.arguments? += ["--tls-certificate", paths[0], "--tls-key", paths[1]]
        }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line: [UInt8] = []
        while line.last != 0x0A {
            guard let byte = try output.fileHandleForReading.read(upToCount: 1)?.first else {
                throw Failed(text: "the server did not start")
            }
            line.append(byte)
        }
        guard let port = try JSONParser.parse(line.dropLast()).entries?["port"]?.integer else {
            throw Failed(text: "the server named no port")
        }
        self.port = Int(port)
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Runs a command of the server's on its data.
    func command(_ line: String) async throws -> Shell.Outcome {
        try await shell.run("waybook-server \(line) --data data")
    }

    /// The command line that signs somebody in over plain HTTP.
    func login(_ person: String, _ more: String = "") -> String {
        "WAYBOOK_PASSWORD='\(Self.password)' waybook login http://127.0.0.1:\(port) --user \(person)@example.org \(more)"
    }
}
