import Foundation
import Testing
import WaybookProtocol

@testable import WaybookServer

@Suite(.timeLimit(.minutes(2))) struct ExchangeRouteTests {
    @Test func everyCodingGoesInAndOut() async throws {
        try await TestServer.run { server in
            let (token, _) = try await server.device()
            let body = Array(String(repeating: "{\"set\":1}\n", count: 20_000).utf8)
            for incoming in ContentCoding.allCases {
                for outgoing in ContentCoding.allCases {
                    var compressor = try Compressor(incoming)
                    let packed = try compressor.compress(body) + compressor.finish()
                    let response = try await server.request(
                        "POST", "/v1/exchange",
                        [
                            "Authorization": "Bearer \(token)", "Content-Encoding": incoming.rawValue,
                            "Accept-Encoding": outgoing.rawValue,
                        ], body: packed)
                    #expect(response.status == 200)
                    let isNamed = response.head.contains("Content-Encoding: \(outgoing.rawValue)")
                    #expect(isNamed == (outgoing != .identity))
                    var decompressor = try Decompressor(
                        outgoing, limit: DecompressionLimit(totalBytes: body.count, ratio: 100_000))
                    var unpacked: [UInt8] = []
                    try decompressor.feed(response.body)
                    while let piece = try decompressor.next() { unpacked += piece }
                    try decompressor.finish()
                    #expect(unpacked == body)
                }
            }
        }
    }

    @Test func everyAnswerTellsBrowsersToLeaveItAlone() async throws {
        try await TestServer.run { server in
            for (method, target, status) in [
                ("GET", "/healthz", 200), ("POST", "/v1/exchange", 401), ("GET", "/none", 404),
            ] {
                let response = try await server.request(method, target, [:], body: method == "POST" ? [] : nil)
                #expect(response.status == status)
                for field in [
                    "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
                    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
                    "Referrer-Policy: no-referrer",
                ] {
                    #expect(response.head.contains(field), "\(target) \(field)")
                }
            }
        }
    }

    @Test func badCompressedBodiesAreRefusedAndChangeNothing() async throws {
        let echo = EchoExchange()
        try await TestServer.run(exchange: echo) { server in
            let (token, _) = try await server.device()
            func status(_ coding: String, _ body: [UInt8]) async throws -> (Int, ProblemCode?) {
                let fields = ["Authorization": "Bearer \(token)", "Content-Encoding": coding]
                let response = try await server.request("POST", "/v1/exchange", fields, body: body)
                return (response.status, Problem(json: response.body)?.code)
            }
            for coding in [ContentCoding.gzip, .zstd] {
                var compressor = try Compressor(coding)
                var bomb: [UInt8] = []
                for _ in 0..<100 { bomb += try compressor.compress(Array(repeating: 0, count: 10_000_000)) }
                bomb += try compressor.finish()
                #expect(try await status(coding.rawValue, bomb) == (413, .tooLarge))
                var small = try Compressor(coding)
                let whole = try small.compress(Array("hello".utf8)) + small.finish()
                #expect(try await status(coding.rawValue, whole) == (200, nil))
                #expect(try await status(coding.rawValue, whole + [0]) == (400, .fixRecord))
                #expect(try await status(coding.rawValue, whole.dropLast(3)) == (400, .fixRecord))
                #expect(try await status(coding.rawValue, Array("plain".utf8)) == (400, .fixRecord))
            }
            #expect(try await status("br", [1]) == (415, .fixRecord))
            #expect(try await status("gzip, gzip", [1]) == (415, .fixRecord))
            let refused = try await server.request(
                "POST", "/v1/exchange", ["Authorization": "Bearer \(token)", "Accept-Encoding": "br, identity;q=0"],
                body: [])
            #expect(refused.status == 406)
        }
        #expect(echo.cancelled.value == 8)
    }

    @Test func problemsBecomeTheStatusOrTheLastLine() async throws {
        try await TestServer.run { server in
            let (token, _) = try await server.device()
            let fields = ["Authorization": "Bearer \(token)"]
            let fork = try await server.request("POST", "/v1/exchange", fields, body: Array("fork".utf8))
            #expect(fork.status == 409 && Problem(json: fork.body)?.code == .fork)
            let gap = try await server.request("POST", "/v1/exchange", fields, body: Array("a gap".utf8))
            #expect(gap.status == 409 && Problem(json: gap.body)?.expected == 7)
            let late = try await server.request("POST", "/v1/exchange", fields, body: Array("late\n".utf8))
            #expect(late.status == 200)
            #expect(late.text == "late\n{\"error\":{\"code\":\"stale\"}}\n")
        }
    }

    @Test func nothingIsSentBeforeTheRequestEnds() async throws {
        try await TestServer.run { server in
            let (token, _) = try await server.device()
            let port = server.port
            let (early, rest) = try await blocking {
                let socket = try RawSocket(port: port)
                socket.send(
                    "POST /v1/exchange HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\nConnection: close\r\n"
                        + "Content-Length: 8\r\n\r\nfork")
                let early = socket.read(seconds: 1)
                socket.send("more")
                return (early, RawResponse(socket.read()))
            }
            #expect(early.bytes.isEmpty && !early.isClosed)
            #expect(rest?.status == 409)
        }
    }

    @Test func expectContinueIsAnswered() async throws {
        try await TestServer.run { server in
            let (token, _) = try await server.device()
            let port = server.port
            let text = try await blocking {
                let socket = try RawSocket(port: port)
                socket.send(
                    "POST /v1/exchange HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\nConnection: close\r\n"
                        + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
                let first = socket.read(until: "\r\n\r\n").bytes
                socket.send("hello")
                return String(decoding: first + socket.read().bytes, as: UTF8.self)
            }
            #expect(text.hasPrefix("HTTP/1.1 100 Continue\r\n\r\n") && text.contains("hello"))
        }
    }

    @Test func aPeerThatLeavesCancelsTheExchange() async throws {
        let endless = EchoExchange(responseBytes: 1_000_000_000)
        try await TestServer.run(exchange: endless) { server in
            let (token, _) = try await server.device()
            let port = server.port
            try await blocking {
                do {
                    let socket = try RawSocket(port: port)
                    socket.send(
                        "POST /v1/exchange HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                            + "Content-Length: 0\r\n\r\n")
                    _ = socket.read(until: "aaaa")
                }
                let end = ContinuousClock.now + .seconds(10)
                while endless.cancelled.value == 0, ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.02) }
            }
            #expect(endless.cancelled.value == 1)
        }
    }

    @Test func exchangesAtOnceAreBounded() async throws {
        try await TestServer.run(limits: .with { $0.exchanges = 1 }) { server in
            let (token, _) = try await server.device()
            let port = server.port
            let held = try await blocking {
                let socket = try RawSocket(port: port)
                socket.send(
                    "POST /v1/exchange HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                        + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
                _ = socket.read(until: "100")
                Thread.sleep(forTimeInterval: 0.2)
                return socket
            }
            let refused = try await server.request(
                "POST", "/v1/exchange", ["Authorization": "Bearer \(token)"], body: [])
            #expect(refused.status == 503 && refused.head.contains("Retry-After: 2"))
            #expect(Problem(json: refused.body)?.code == .slowDown)
            try await blocking { _ = held.send("hello") && !held.read(until: "hello").bytes.isEmpty }
            let after = try await server.request(
                "POST", "/v1/exchange", ["Authorization": "Bearer \(token)"], body: [])
            #expect(after.status == 200)
        }
    }
}
