import Foundation
import GRDB
import Logging
import ServiceLifecycle
import Synchronization
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore

@testable import WaybookServer

/// A real server on a free port of the loopback, over a database in memory.
struct TestServer: Sendable {
    let port: Int
    let services: WaybookHTTPServer.Services
    let group: ServiceGroup
    let log: LogCapture
    let queue: DatabaseQueue
    let mei: UserID
    let workers: PasswordWorkers

    /// Runs a server around the body, and stops it gracefully afterwards.
    static func run(
        exchange: any ExchangeHandling = EchoExchange(), isBehindProxy: Bool = false,
        tls: ServerOptions.TLSFiles? = nil,
        limits: ServerLimits = .with { _ in }, now: @escaping @Sendable () -> Int64 = { 1_000 },
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        let options = ServerOptions(port: 0, tls: tls, isBehindProxy: isBehindProxy, limits: limits)
        let (queue, mei) = try await database()
        let workers = PasswordWorkers(maximumWaiting: limits.waitingSignIns)
        let services = try services(exchange, queue, workers, limits, now)
        let log = LogCapture()
        let logger = Logger(label: "test") { label in
            ServerLogHandler(label: label, format: .json, level: .trace, write: { log.add($0) })
        }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = WaybookHTTPServer(options: options, services: services, logger: logger) { port.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await port in ports {
                let running = TestServer(
                    port: port, services: services, group: group, log: log, queue: queue, mei: mei,
                    workers: workers)
                do { try await body(running) } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
                break
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        try await workers.stop()
        #expect(
            !log.text.contains("wb1_") && !log.text.contains("mei@example.com") && !log.text.contains("correct horse"))
    }

    private static func database() async throws -> (DatabaseQueue, UserID) {
        let queue = try DatabaseQueue()
        var random = SystemRandomNumberGenerator()
        let mei = UserID(now: 1, random: &random)
        let hash = try PasswordHash(of: Array("correct horse".utf8), salt: randomBytes(16, &random))
        try await queue.write { db in
            for migration in ServerSchema.migrations { try db.execute(sql: migration.sql) }
            guard let email = AccountEmail("mei@example.com") else { return }
            _ = try Directory().addUser(db, id: mei, email: email, name: "Mei", passwordHash: hash, now: 1)
        }
        return (queue, mei)
    }

    private static func services(
        _ exchange: any ExchangeHandling, _ queue: DatabaseQueue, _ workers: PasswordWorkers, _ limits: ServerLimits,
        _ now: @escaping @Sendable () -> Int64
    ) throws -> WaybookHTTPServer.Services {
        let database = WriterDirectoryDatabase(queue)
        return WaybookHTTPServer.Services(
            database: database, exchange: exchange, hub: EventHub(limits: limits), sessions: LiveSessions(),
            metrics: PrometheusMetrics(),
            signIn: try SignInService(database: database, workers: workers, now: now, timeline: { 1 }),
            forks: ForkService(database: database, ledger: nil, timeline: 1, now: now, noteFork: { _, _, _ in }),
            now: now, isReady: { true })
    }

    /// Adds a device and returns its token and number.
    func device() async throws -> (token: String, replica: ReplicaID) {
        var random = SystemRandomNumberGenerator()
        let token = DeviceToken(random: &random)
        let mei = mei
        let device = try await queue.write { db in
            try Directory().addDevice(db, user: mei, name: "laptop", token: token, timeline: 1, now: 1_000)
        }
        return (token.text, device.replica)
    }

    /// Sends raw bytes on a connection of its own and reads until the peer closes.
    func raw(_ parts: [UInt8]..., seconds: Int = 10, finishing: Bool = false) async throws -> RawResponse? {
        let port = port
        return try await blocking {
            let socket = try RawSocket(port: port)
            for part in parts { socket.send(part) }
            if finishing { socket.finishSending() }
            return RawResponse(socket.read(seconds: seconds))
        }
    }

    func raw(_ text: String, seconds: Int = 10, finishing: Bool = false) async throws -> RawResponse? {
        try await raw(Array(text.utf8), seconds: seconds, finishing: finishing)
    }

    /// Sends a well-formed request and reads the whole answer.
    func request(
        _ method: String, _ target: String, _ fields: [String: String] = [:], body: [UInt8]? = nil
    ) async throws -> RawResponse {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        return try #require(try await raw(Array((head + "\r\n").utf8), body ?? []))
    }
}

/// The lines that the server logged.
final class LogCapture: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var text: String { lines.withLock { $0.joined() } }
}

/// Answers with what it was sent, once all of it came; `fail` and `late` make it refuse.
struct EchoExchange: ExchangeHandling {
    var responseBytes: Int?
    let cancelled = CancelCount()
    /// Requests that were taken for whole.
    let taken = CancelCount()

    func begin(for principal: Principal) async throws -> any ExchangeConversation {
        Conversation(responseBytes: responseBytes, cancelled: cancelled, taken: taken)
    }

    final class CancelCount: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func increment() { count.withLock { $0 += 1 } }
    }

    final class Conversation: ExchangeConversation {
        private struct State {
            var bytes: [UInt8] = []
            var produced = 0
        }
        private let state = Mutex(State())
        private let responseBytes: Int?
        private let cancelled: CancelCount
        private let taken: CancelCount

        init(responseBytes: Int?, cancelled: CancelCount, taken: CancelCount) {
            self.taken = taken
            self.responseBytes = responseBytes
            self.cancelled = cancelled
        }

        func receive(_ bytes: [UInt8]) async throws {
            if String(decoding: bytes, as: UTF8.self).hasPrefix("fork") { throw Problem(.fork) }
            if String(decoding: bytes, as: UTF8.self).hasPrefix("crash") { throw POSIXError(.EIO) }
            state.withLock { $0.bytes += bytes }
        }

        func endOfRequest() async throws {
            taken.increment()
            if state.withLock({ String(decoding: $0.bytes, as: UTF8.self).hasPrefix("a gap") }) {
                throw Problem(.gap, expected: 7)
            }
        }

        func nextChunk() async throws -> [UInt8]? {
            try state.withLock { state in
                if let responseBytes {
                    guard state.produced < responseBytes else { return nil }
                    state.produced += 65_536
                    return Array(repeating: 0x61, count: 65_536)
                }
                if state.produced == 1, String(decoding: state.bytes, as: UTF8.self).hasPrefix("late") {
                    throw Problem(.stale)
                }
                guard state.produced == 0 else { return nil }
                state.produced = 1
                return state.bytes
            }
        }

        func cancel() { cancelled.increment() }
    }
}

extension ServerLimits {
    /// The product's limits with changes, and next to no jitter.
    static func with(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits()
        limits.wakeJitterMilliseconds = 5
        change(&limits)
        return limits
    }
}
