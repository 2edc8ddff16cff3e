import Foundation
import Synchronization
import Testing
import WaybookProtocol
import WaybookServerCore

@testable import WaybookServer

@Suite(.timeLimit(.minutes(2))) struct EventsRouteTests {
    private func open(_ server: TestServer, _ token: String) async throws -> RawSocket {
        let port = server.port
        let socket = try await blocking {
            let socket = try RawSocket(port: port)
            socket.send("GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\r\n")
            let head = String(decoding: socket.read(until: "retry: 3000").bytes, as: UTF8.self)
            #expect(head.contains("200 OK") && head.contains("text/event-stream"))
            return socket
        }
        return socket
    }

    @Test func wakeUpsComeCoalescedAndForTheRightOnes() async throws {
        try await TestServer.run(limits: .with { $0.wakeJitterMilliseconds = 100 }) { server in
            let (token, replica) = try await server.device()
            let socket = try await open(server, token)
            server.services.hub.announce(after: 1) { $0.replica != replica }
            for sequence in 5...60 { server.services.hub.announce(after: Int64(sequence)) }
            let first = "event: wake\ndata: {\"after\":5}\n\n"
            let text = try await blocking {
                String(decoding: socket.read(until: first).bytes + socket.read(seconds: 1).bytes, as: UTF8.self)
            }
            #expect(text.contains(first))
            #expect(text.components(separatedBy: "event: wake").count <= 3)
        }
    }

    @Test func aSignOfLifeComesWithoutNews() async throws {
        try await TestServer.run(limits: .with { $0.heartbeatMilliseconds = 100 }) { server in
            let (token, _) = try await server.device()
            let socket = try await open(server, token)
            #expect(try await blocking { !socket.read(until: ": \n\n").bytes.isEmpty })
        }
    }

    @Test func onlyTheRevokedDeviceIsCut() async throws {
        try await TestServer.run { server in
            let (token, replica) = try await server.device()
            let (other, _) = try await server.device()
            let socket = try await open(server, token)
            let kept = try await open(server, other)
            try await server.queue.write { try Directory().revoke($0, replica: replica, now: 2_000) }
            server.services.cut(replica)
            #expect(try await blocking { socket.isEnded() })
            let again = try await server.request("GET", "/v1/events", ["Authorization": "Bearer \(token)"])
            #expect(again.status == 401 && Problem(json: again.body)?.code == .revoked)
            server.services.hub.announce(after: 9)
            #expect(try await blocking { !kept.read(until: "\"after\":9").bytes.isEmpty })
        }
    }

    @Test func aRunningExchangeOfARevokedDeviceIsCutToo() async throws {
        let endless = EchoExchange(responseBytes: 1_000_000_000_000)
        try await TestServer.run(exchange: endless) { server in
            let (token, replica) = try await server.device()
            let port = server.port
            let socket = try await blocking {
                let socket = try RawSocket(port: port)
                socket.send(
                    "POST /v1/exchange HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\nContent-Length: 0\r\n\r\n"
                )
                _ = socket.read(until: "aaaa")
                return socket
            }
            server.services.cut(replica)
            // What was on its way may still arrive; then the end.
            #expect(try await blocking { socket.read().isClosed })
        }
        #expect(endless.cancelled.value >= 1)
    }

    @Test func aClientThatLeavesIsForgotten() async throws {
        try await TestServer.run(limits: .with { $0.heartbeatMilliseconds = 50 }) { server in
            let (token, _) = try await server.device()
            _ = try await open(server, token)
            try await blocking {
                let end = ContinuousClock.now + .seconds(5)
                while server.services.hub.count > 0, ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.02) }
            }
            #expect(server.services.hub.count == 0)
        }
    }

    @Test func streamsOfADeviceAreBounded() async throws {
        try await TestServer.run { server in
            let (token, _) = try await server.device()
            var held: [RawSocket] = []
            for _ in 0..<3 { held.append(try await open(server, token)) }
            let refused = try await server.request("GET", "/v1/events", ["Authorization": "Bearer \(token)"])
            #expect(refused.status == 429 && Problem(json: refused.body)?.code == .slowDown)
            #expect(held.count == 3)
        }
    }
}
