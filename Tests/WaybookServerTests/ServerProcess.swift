import Foundation
import Synchronization
import Testing
import WaybookModel
import WaybookProtocol

/// A folder of its own, removed at the end.
final class DataFolderFixture: Sendable {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "wb-\(UUID().uuidString.prefix(8))").path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var data: String { path + "/data" }
    var backup: String { path + "/backup.db" }

    /// Makes a workspace in it, with an administrator mei@example.com.
    func initialise() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let made = try ServerProcess.command(
            ["init", "--data", data, "--workspace", "Acme", "--admin", ServerProcess.email])
        #expect(made.status == 0, "\(made.errors)")
    }
}

/// The real program, running `serve` in a process of its own.
final class ServerProcess: Sendable {
    static let email = "mei@example.com"
    static let password = "correct horse"

    struct Ended: Error {}

    let port: Int
    private let process: Process
    private let output: FileHandle

    /// Starts a server on a free port and waits until it takes connections.
    init(_ folder: DataFolderFixture, _ options: [String] = []) throws {
        let pipe = Pipe()
        process = Self.process(["serve", "--data", folder.data, "--port", "0", "--json"] + options)
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        output = pipe.fileHandleForReading
        var line: [UInt8] = []
        while line.last != 0x0A {
            guard let byte = try output.read(upToCount: 1)?.first else { throw Ended() }
            line.append(byte)
        }
        guard let port = try JSONParser.parse(line.dropLast()).entries?["port"]?.integer else { throw Ended() }
        self.port = Int(port)
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Sends a signal and waits for the end.
    ///
    /// - Returns: the exit code, or the signal.
    func end(_ signal: Int32) -> Int32 {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Runs another command of the program to its end.
    static func command(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String, errors: String) {
        let process = process(arguments, environment: environment)
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        let wrong = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: data, as: UTF8.self), String(decoding: wrong, as: UTF8.self)
        )
    }

    private static func process(_ arguments: [String], environment: [String: String] = [:]) -> Process {
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let process = Process()
        process.executableURL = folder.appendingPathComponent("waybook-server")
        process.arguments = arguments
        var variables = ProcessInfo.processInfo.environment
        variables["WAYBOOK_ADMIN_PASSWORD"] = password
        variables["WAYBOOK_LANG"] = "en"
        process.environment = variables.merging(environment) { $1 }
        return process
    }

    // MARK: HTTP, blocking

    func request(
        _ method: String, _ target: String, token: String? = nil, type: String = "application/json", body: [UInt8] = []
    ) throws -> RawResponse {
        let socket = try RawSocket(port: port)
        var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: \(type)\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        head += "Content-Length: \(body.count)\r\n\r\n"
        socket.send(Array(head.utf8) + body)
        guard let response = RawResponse(socket.read(seconds: 30)) else { throw Ended() }
        return response
    }

    func signIn(
        _ device: String, as email: String = ServerProcess.email, password: String = ServerProcess.password
    ) throws -> SignInResponse {
        let message = SignInRequest(email: email, password: password, device: device)
        let response = try request("POST", "/v1/sign-in", body: message.json)
        guard let answer = SignInResponse(json: response.body) else { throw Ended() }
        return answer
    }

    /// One exchange; nil when the answer is not whole.
    func exchange(_ body: [UInt8], token: String) throws -> [ResponseLine]? {
        let response = try request("POST", "/v1/exchange", token: token, type: "application/x-ndjson", body: body)
        guard response.status == 200 else { throw Problem(json: response.body) ?? Problem(.retry) }
        let lines = response.body.split(separator: 0x0A).compactMap { line in
            (try? JSONParser.parse(Array(line))).flatMap { ResponseLine($0) }
        }
        guard case .end? = lines.last else { return nil }
        return lines
    }
}

/// One device that pushes new customers, as lines of the wire.
struct PushingDevice: Sendable {
    let replica: ReplicaID
    let token: String
    private(set) var last: Int64 = 0
    private(set) var answered: Int64 = 0

    init(replica: ReplicaID, token: String) {
        self.replica = replica
        self.token = token
    }

    /// The next set, a new customer.
    mutating func next(milliseconds: UInt64) -> ChangeSet {
        last += 1
        return Self.creation(number: last, replica: replica, milliseconds: milliseconds)
    }

    mutating func noteAnswer(_ number: Int64) { answered = max(answered, number) }

    /// The identity of the customer that a set creates.
    static func customer(_ number: Int64, _ replica: ReplicaID) -> RecordID {
        let text = String(number, radix: 16)
        let digits = String(replica.number, radix: 16)
        let tail = String(repeating: "0", count: 12 - text.count) + text
        let head = String(repeating: "0", count: 8 - digits.count) + digits
        guard let id = RecordID("\(head)-0000-7000-8000-\(tail)") else { preconditionFailure("an id of 36 characters") }
        return id
    }

    static func creation(number: Int64, replica: ReplicaID, milliseconds: UInt64) -> ChangeSet {
        let stamp = Stamp(milliseconds: milliseconds + UInt64(number), counter: 0, replica: replica)
        let name = Write(path: FieldPath("name"), value: .string("Customer \(number) of \(replica)"))
        let change = Change(
            id: customer(number, replica), collection: "product", isCreating: true, writes: [name])
        return ChangeSet(
            number: number, stamp: stamp, readThrough: 0, wallMilliseconds: Int64(milliseconds), changes: [change])
    }

    /// A request's body.
    func body(_ sets: [ChangeSet], pulls: Bool, milliseconds: UInt64) -> [UInt8] {
        let hello = Hello(
            schemaVersion: 1, replica: replica, wallMilliseconds: Int64(milliseconds), checkpoint: nil, lastSet: last,
            answered: answered, pulls: pulls)
        var bytes = CanonicalJSON.bytes(hello.value) + [0x0A]
        for set in sets { bytes += ChangeSetLine.bytes(set) + [0x0A] }
        return bytes
    }
}

func wallMilliseconds() -> UInt64 { UInt64(Date().timeIntervalSince1970 * 1_000) }
