import Foundation
import Logging
import ServiceLifecycle
import Testing
import WaybookProtocol

@testable import WaybookServer

@Suite(.timeLimit(.minutes(2)), .serialized) struct StopTests {
    @Test func aStopFinishesTheRequestInHandAndEndsTheStreams() async throws {
        try await TestServer.run { server in
            let (token, _) = try await server.device()
            let port = server.port
            let (request, stream) = try await blocking {
                let request = try RawSocket(port: port)
                request.send(
                    "POST /v1/exchange HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                        + "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n")
                _ = request.read(until: "100 Continue\r\n\r\n")
                request.send("hello")
                let stream = try RawSocket(port: port)
                stream.send("GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\r\n")
                _ = stream.read(until: "retry")
                return (request, stream)
            }
            await server.group.triggerGracefulShutdown()
            try await blocking {
                #expect(stream.read().isClosed)
                request.send("world")
                let read = request.read()
                #expect(read.isClosed && String(decoding: read.bytes, as: UTF8.self).contains("helloworld"))
                #expect(throws: (any Error).self) { try RawSocket(port: port) }
            }
        }
    }

    @Test func sigtermStopsTheServerCleanly() async throws {
        try await TestServer.run { server in
            let logger = Logger(label: "stop") { _ in SwiftLogNoOpLogHandler() }
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            let other = WaybookHTTPServer(
                options: ServerOptions(port: 0), services: server.services, logger: logger,
                onListening: { port.yield($0) })
            let running = Task { try await other.runUntilSignal() }
            for await port in ports {
                #expect(try await blocking { RawResponse(try Self.health(port)) }?.status == 200)
                break
            }
            kill(getpid(), SIGTERM)
            try await running.value
        }
    }

    private static func health(_ port: Int) throws -> (bytes: [UInt8], isClosed: Bool) {
        let socket = try RawSocket(port: port)
        socket.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return socket.read()
    }

    @Test func tlsServesTwelveAndStops() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "waybook-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (folder.appending(path: "c.pem").path, folder.appending(path: "k.pem").path)
        _ = try await Self.openssl([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj",
            "/CN=localhost",
        ])
        try await TestServer.run(tls: .init(certificate: certificate, key: key)) { server in
            let address = "127.0.0.1:\(server.port)"
            let request = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            for version in ["-tls1_2", "-tls1_3"] {
                let answer = try await Self.openssl(
                    ["s_client", "-quiet", "-connect", address, version], input: request)
                #expect(answer.contains("200 OK"))
            }
            let refused = try await Self.openssl(
                ["s_client", "-quiet", "-connect", address], input: "GET /healthz HTTP/1.1\r\n\r\n")
            #expect(refused.contains("400 Bad Request") && refused.contains("missing-host"))
            let old = try await Self.openssl(
                ["s_client", "-quiet", "-connect", address, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], input: request)
            #expect(!old.contains("200 OK"))
        }
    }

    private static func openssl(_ arguments: [String], input: String = "") async throws -> String {
        try await blocking {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["timeout", "10", "openssl"] + arguments
            let (stdin, stdout) = (Pipe(), Pipe())
            process.standardInput = stdin
            process.standardOutput = stdout
            process.standardError = FileHandle.nullDevice
            try process.run()
            try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            let answer = try stdout.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return String(decoding: answer, as: UTF8.self)
        }
    }
}
