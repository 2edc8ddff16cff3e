import Foundation
import WaybookClient
import WaybookModel
import WaybookStore

/// A folder with a signed-in store in it, and the built program run on it; no server anywhere.
final class Shell {
    let folder: URL
    var language = "en"

    static let user = RecordID(high: 0x0198_C2F0_6D1A_7C3E, low: 0x9A52_3F1B_2C4D_5E6F)

    /// - Parameter signedIn: whether the store is made.
    init(signedIn: Bool = true) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("waybook-cli-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard signedIn else { return }
        try Self.establish(in: WorkspaceFolder(home)).store.close()
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var home: String { folder.appendingPathComponent("home").path }

    static func establish(in folder: WorkspaceFolder) throws -> Workspace {
        let session = Session(
            server: try ServerAddress("http://127.0.0.1:9"), token: "token", email: "ada@example.org", user: user,
            name: "Ada", device: "laptop", replica: ReplicaID(7))
        return try Workspace.establish(session, in: folder, device: .system())
    }

    /// What a command wrote, and how it ended.
    struct Outcome {
        var output: String
        var error: String
        var status: Int32
    }

    /// Runs a line through `sh`, in the folder, with `waybook` being the built program.
    func run(_ line: String, _ more: [String: String] = [:]) async throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = folder
        process.environment = [
            "PATH": Self.products.path + ":/usr/bin:/bin", "WAYBOOK_HOME": home, "WAYBOOK_LANG": language,
            "TZ": "Asia/Shanghai", "HOME": folder.path, "WAYBOOK_PASSWORD": "secret", "LC_ALL": "C.UTF-8",
        ].merging(more) { $1 }
        // Files and not pipes: a command that writes much to one of them never waits for the reader of the other.
        let (output, error) = (folder.appendingPathComponent(".out"), folder.appendingPathComponent(".err"))
        for file in [output, error] { try Data().write(to: file) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: error)
        // Waits without a thread: Swift has few, and servers under test run on them.
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        return Outcome(
            output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            error: String(decoding: try Data(contentsOf: error), as: UTF8.self), status: process.terminationStatus)
    }

    /// Writes a file into the folder.
    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: folder.appendingPathComponent(name))
    }

    /// Where the build puts programs: beside the test bundle.
    static var products: URL {
        let runner = URL(
            fileURLWithPath: CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0])
        return runner.deletingLastPathComponent()
    }
}
