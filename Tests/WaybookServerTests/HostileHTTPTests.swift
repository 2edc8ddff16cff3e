import Foundation
import Testing
import WaybookProtocol

@testable import WaybookServer

/// Each case of bad input that concerns HTTP: the closed error list, no crash, no hang, and the server goes on.
@Suite(.timeLimit(.minutes(2))) struct HostileHTTPTests {
    /// Sends the text, expects a problem, and that the server answers the next request.
    private func expect(
        _ status: Int, _ type: String, _ text: String, closes: Bool = true, _ server: TestServer, seconds: Int = 10,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let response = try #require(
            try await server.raw(text, seconds: seconds), "no answer to \(type)", sourceLocation: sourceLocation)
        #expect(response.status == status, "\(response.head)", sourceLocation: sourceLocation)
        #expect(response.head.contains("application/problem+json"), "\(response.head)", sourceLocation: sourceLocation)
        let problem = Problem(json: response.body)
        #expect(problem?.type == "urn:waybook:problem:" + type, "\(response.text)", sourceLocation: sourceLocation)
        if closes { #expect(response.isClosed, sourceLocation: sourceLocation) }
        let health = try await server.request("GET", "/healthz")
        #expect(health.status == 200, sourceLocation: sourceLocation)
    }

    private static let host = "Host: localhost\r\n"

    @Test func malformedHeadsAreRefused() async throws {
        try await TestServer.run { server in
            let host = Self.host
            try await expect(400, "missing-host", "GET /healthz HTTP/1.1\r\n\r\n", server)
            try await expect(400, "missing-host", "GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", server)
            try await expect(400, "missing-host", "GET / HTTP/1.1\r\n\(host)\(host)\r\n", server)
            try await expect(400, "missing-host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", server)
            try await expect(400, "bad-request", "GET http://x/ HTTP/9.9\r\n\(host)\r\n", server)
            try await expect(400, "bad-request", "nonsense\r\n\r\n", server)
            try await expect(400, "bad-request", "OPTIONS * HTTP/1.1\r\n\(host)\r\n", server)
            try await expect(400, "bad-request", "GET / HTTP/1.1\r\n\(host)Bad Field: x\r\n\r\n", server)
            try await expect(400, "bad-request", "GET / HTTP/1.1\r\n\(host)Field : x\r\n\r\n", server)
            let trace = "TRACE /healthz HTTP/1.1\r\nConnection: close\r\n\(host)\r\n"
            try await expect(405, "method-not-allowed", trace, server)
        }
    }

    @Test func ambiguousLengthsAreRefused() async throws {
        try await TestServer.run { server in
            let post = "POST /v1/sign-in HTTP/1.1\r\n" + Self.host
            try await expect(
                400, "bad-request", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", server)
            try await expect(400, "bad-request", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", server)
            try await expect(400, "bad-request", post + "Content-Length: -1\r\n\r\n", server)
            try await expect(400, "bad-request", post + "Content-Length: abc\r\n\r\n", server)
            try await expect(400, "bad-request", post + "Transfer-Encoding: xchunked\r\n\r\n", server)
            try await expect(400, "bad-request", post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", server)
        }
    }

    @Test func aTerabyteIsRefusedBeforeItIsRead() async throws {
        try await TestServer.run { server in
            // Answered though not a byte of the body ever comes: a server that reads first would wait for it.
            let post = "POST /v1/exchange HTTP/1.1\r\n" + Self.host
            try await expect(413, "body-too-large", post + "Content-Length: 1000000000000\r\n\r\n", server)
            try await expect(
                413, "body-too-large", post + "Content-Length: 1000000000000\r\nExpect: 100-continue\r\n\r\n", server)
            try await expect(
                400, "bad-request", post + "Content-Length: 99999999999999999999999\r\n\r\n", server)
        }
    }

    @Test func oversizedHeadsAreRefused() async throws {
        try await TestServer.run { server in
            let get = "GET /healthz HTTP/1.1\r\n" + Self.host
            let long = String(repeating: "x", count: 80_000)
            try await expect(431, "headers-too-large", get + "Long: \(long)\r\n\r\n", server)
            let many = (0..<1_000).map { "F\($0): 1\r\n" }.joined()
            try await expect(431, "headers-too-large", get + many + "\r\n", server)
            try await expect(
                431, "headers-too-large",
                get + "Authorization: Bearer \(String(repeating: "A", count: 1_000_000))\r\n\r\n",
                server)
            let target = "/" + String(repeating: "a", count: 9_000)
            try await expect(414, "target-too-long", "GET \(target) HTTP/1.1\r\n\(Self.host)\r\n", server)
            let parameters = (0..<60).map { "p\($0)=1" }.joined(separator: "&")
            try await expect(
                414, "target-too-long", "GET /healthz?\(parameters) HTTP/1.1\r\n\(Self.host)\r\n", server)
        }
    }

    @Test func endlessFramingIsRefused() async throws {
        try await TestServer.run { server in
            let (token, _) = try await server.device()
            let post =
                "POST /v1/exchange HTTP/1.1\r\n\(Self.host)Authorization: Bearer \(token)\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
            let fill = String(repeating: "e", count: 1_000_000)
            try await expect(400, "bad-request", post + "5;\(fill)\r\nhello\r\n0\r\n\r\n", server)
        }
    }

    @Test func aChunkedBodyWithoutEndStopsAtTheLimit() async throws {
        try await TestServer.run(limits: .with { $0.bodyBytes = 1_000_000 }) { server in
            let (token, _) = try await server.device()
            let post =
                "POST /v1/exchange HTTP/1.1\r\n\(Self.host)Authorization: Bearer \(token)\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
            let chunk = "10000\r\n" + String(repeating: "z", count: 65_536) + "\r\n"
            try await expect(413, "body-too-large", post + String(repeating: chunk, count: 17), server)
        }
    }

    @Test func slowHeadsAreCut() async throws {
        try await TestServer.run(limits: .with { $0.headMilliseconds = 300 }) { server in
            try await expect(408, "too-slow", "GET /healthz HTTP/1.1\r\nHost: loc", server)
            let port = server.port
            let silent = try await blocking { try RawSocket(port: port).read() }
            #expect(silent.isClosed && silent.bytes.isEmpty)
        }
    }

    @Test func aBodyThatDripsIsCut() async throws {
        try await TestServer.run(limits: .with { $0.bodyMilliseconds = 500 }) { server in
            let (token, _) = try await server.device()
            let port = server.port
            let response = try await blocking {
                let socket = try RawSocket(port: port)
                socket.send(
                    "POST /v1/exchange HTTP/1.1\r\n\(Self.host)Authorization: Bearer \(token)\r\n"
                        + "Content-Length: 1000\r\n\r\n")
                for _ in 0..<900 {
                    guard socket.send("x") else { break }
                    let read = socket.read(until: "}", seconds: 0)
                    if read.isClosed || !read.bytes.isEmpty { return RawResponse(read) }
                }
                return RawResponse(socket.read())
            }
            #expect(response?.status == 408)
            #expect(response.flatMap { Problem(json: $0.body) }?.code == .retry)
            #expect(try await server.request("GET", "/healthz").status == 200)
        }
    }

    @Test func aBodyThatIsCutOffIsNeverTakenForWhole() async throws {
        let echo = EchoExchange()
        try await TestServer.run(exchange: echo) { server in
            let (token, _) = try await server.device()
            for framing in ["Content-Length: 100\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"] {
                let text =
                    "POST /v1/exchange HTTP/1.1\r\n\(Self.host)Authorization: Bearer \(token)\r\n" + framing
                let response = try await server.raw(text, finishing: true)
                #expect(response.map(\.status) != 200)
            }
            // And one that vanishes altogether.
            let port = server.port
            try await blocking {
                let socket = try RawSocket(port: port)
                socket.send(
                    "POST /v1/exchange HTTP/1.1\r\n\(Self.host)Authorization: Bearer \(token)\r\n"
                        + "Content-Length: 100\r\n\r\nhello"
                )
                Thread.sleep(forTimeInterval: 0.2)
            }
            try await blocking {
                let end = ContinuousClock.now + .seconds(5)
                while echo.cancelled.value < 3, ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.02) }
            }
            #expect(try await server.request("GET", "/healthz").status == 200)
        }
        #expect(echo.cancelled.value == 3 && echo.taken.value == 0)
    }

    @Test func aReaderThatNeverReadsIsCut() async throws {
        let endless = EchoExchange(responseBytes: 1_000_000_000)
        try await TestServer.run(exchange: endless, limits: .with { $0.writeStallMilliseconds = 300 }) { server in
            let (token, _) = try await server.device()
            let port = server.port
            try await blocking {
                let socket = try RawSocket(port: port, receiveBufferBytes: 4_096)
                socket.send(
                    "POST /v1/exchange HTTP/1.1\r\n\(Self.host)Authorization: Bearer \(token)\r\nContent-Length: 0\r\n\r\n"
                )
                let end = ContinuousClock.now + .seconds(10)
                while endless.cancelled.value == 0, ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.02) }
            }
            #expect(endless.cancelled.value == 1)
        }
    }

    @Test func anAddressHasItsShareOfConnections() async throws {
        try await TestServer.run(limits: .with { $0.connectionsPerAddress = 3 }) { server in
            let port = server.port
            try await blocking {
                let held = try (0..<3).map { _ in try RawSocket(port: port) }
                for socket in held { socket.send("GET /healthz HTTP/1.1\r\n\(Self.host)\r\n") }
                for socket in held { #expect(!socket.read(until: "ok\n").bytes.isEmpty) }
                let refused = try RawSocket(port: port).read()
                #expect(refused.isClosed && refused.bytes.isEmpty)
            }
            // The server sees the three leave, each in its own time.
            let isServedAgain = try await blocking {
                let end = ContinuousClock.now + .seconds(10)
                while ContinuousClock.now < end {
                    let socket = try RawSocket(port: port)
                    socket.send("GET /healthz HTTP/1.1\r\n\(Self.host)\r\n")
                    if !socket.read(until: "ok\n").bytes.isEmpty { return true }
                }
                return false
            }
            #expect(isServedAgain)
        }
    }

    @Test func requestsInARowAreAnsweredInTheirOrderAndTheBadOneLast() async throws {
        try await TestServer.run { server in
            let good = "GET /healthz HTTP/1.1\r\n\(Self.host)\r\n"
            let port = server.port
            let bytes = try await blocking {
                let socket = try RawSocket(port: port)
                socket.send(good + good + "GET /healthz HTTP/1.1\r\n\r\n" + good)
                return socket.read().bytes
            }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.components(separatedBy: "200 OK").count == 3)
            #expect(text.components(separatedBy: "HTTP/1.1 400").count == 2)
            #expect(text.contains("missing-host"))
        }
    }

    @Test func noErrorTellsAnythingOfTheInside() async throws {
        try await TestServer.run { server in
            let (token, _) = try await server.device()
            let response = try await server.request(
                "POST", "/v1/exchange", ["Authorization": "Bearer \(token)"], body: Array("crash".utf8))
            #expect(response.status == 500)
            #expect(Problem(json: response.body)?.code == .retry)
            for word in ["POSIX", "EIO", "Error", "swift", "/"] { #expect(!response.text.contains(word)) }
            #expect(server.log.text.contains("POSIXError"))
        }
    }

    @Test func unknownPlacesAndMethodsAreTold() async throws {
        try await TestServer.run { server in
            let missing = try await server.request("GET", "/v1/customers/7")
            #expect(missing.status == 404 && Problem(json: missing.body)?.refusal == .notFound)
            let wrong = try await server.request("GET", "/v1/exchange")
            #expect(wrong.status == 405 && wrong.head.contains("Allow: POST"))
            let chinese = try await server.request("GET", "/nothing", ["Accept-Language": "zh-CN"])
            #expect(chinese.text.contains("此地址没有内容。") && chinese.head.contains("Content-Language: zh-Hans"))
        }
    }
}
