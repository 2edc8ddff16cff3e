import Foundation
import Logging
import ServiceLifecycle
import Testing
import WaybookModel

@testable import WaybookServer

@Suite(.timeLimit(.minutes(1))) struct AdminSocketTests {
    private func withSocket(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "wb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = try AdminSocket.path(inDataFolder: folder.path)
        let server = AdminSocketServer(path: path) { command in
            AdminReply.done(
                .list([.string(command.verb), .map(command.arguments.mapValues { .string($0) })]))
        }
        let logger = Logger(label: "admin") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            while await !AdminSocketClient(path: path).isServed() { await Task.yield() }
            try await body(path)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aCommandIsAnsweredBesideOthers() async throws {
        try await withSocket { path in
            let command = AdminCommand("user.add", ["email": "mei@example.com", "name": "王\n梅"])
            let reply = try await AdminSocketClient(path: path).send(command)
            #expect(reply == .done(["user.add", ["email": "mei@example.com", "name": "王\n梅"]]))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let reply = try await AdminSocketClient(path: path).send(AdminCommand("n\(number)"))
                        #expect(reply == .done([.string("n\(number)"), [:]]))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func theSocketIsForTheOwnerOnlyAndForOneServer() async throws {
        try await withSocket { path in
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let second = AdminSocketServer(path: path) { _ in .done(.null) }
            await #expect(throws: AdminSocketError.alreadyServed) { try await second.run() }
        }
    }

    @Test func withoutAServerTheClientSaysSo() async throws {
        await #expect(throws: AdminSocketError.notRunning) {
            try await AdminSocketClient(path: "/nonexistent/admin.sock").send(AdminCommand("check"))
        }
        #expect(throws: AdminSocketError.pathTooLong) {
            try AdminSocket.path(inDataFolder: "/" + String(repeating: "x", count: 100))
        }
    }
}
