import Foundation
import Testing
import WaybookProtocol
import WaybookServerCore

@testable import WaybookServer

@Suite(.timeLimit(.minutes(2))) struct SignInRouteTests {
    private static let json = ["Content-Type": "application/json"]

    private func signIn(_ server: TestServer, _ email: String, _ password: String) async throws -> RawResponse {
        let message = SignInRequest(email: email, password: password, device: "laptop")
        return try await server.request("POST", "/v1/sign-in", Self.json, body: message.json)
    }

    @Test func theRightPasswordGivesATokenThatWorksUntilSignOut() async throws {
        try await TestServer.run { server in
            let response = try await signIn(server, " MEI@example.com", "correct horse")
            #expect(response.status == 200 && response.head.contains("Cache-Control: no-store"))
            let answer = try #require(SignInResponse(json: response.body))
            #expect(answer.replica == 0x0100_0001 && answer.user == server.mei.text && answer.name == "Mei")
            let fields = ["Authorization": "Bearer \(answer.token)"]
            #expect(try await server.request("POST", "/v1/exchange", fields, body: []).status == 200)
            #expect(try await server.request("POST", "/v1/sign-out", fields, body: []).status == 204)
            let after = try await server.request("POST", "/v1/exchange", fields, body: [])
            #expect(after.status == 401 && Problem(json: after.body)?.code == .revoked)
        }
    }

    @Test func anUnknownAddressAndAWrongPasswordAreOneAnswerAtOneCost() async throws {
        try await TestServer.run { server in
            var times: [Duration] = []
            var bodies: [Problem?] = []
            for (email, password) in [("mei@example.com", "wrong horse"), ("nobody@example.com", "correct horse")] {
                let start = ContinuousClock.now
                let response = try await signIn(server, email, password)
                times.append(ContinuousClock.now - start)
                bodies.append(Problem(json: response.body))
                #expect(response.status == 401)
            }
            #expect(bodies[0] == bodies[1] && bodies[0]?.code == .signIn)
            #expect(times.allSatisfy { $0 > .milliseconds(15) }, "both cost a hash: \(times)")
        }
    }

    @Test func guessingIsSlowedButTheDeviceGoesOn() async throws {
        try await TestServer.run { server in
            let (token, _) = try await server.device()
            for _ in 0..<5 { #expect(try await signIn(server, "mei@example.com", "wrong horse").status == 401) }
            let slowed = try await signIn(server, "mei@example.com", "correct horse")
            #expect(slowed.status == 429 && slowed.head.contains("Retry-After: 1"))
            let fields = ["Authorization": "Bearer \(token)"]
            #expect(try await server.request("POST", "/v1/exchange", fields, body: []).status == 200)
        }
    }

    @Test func anAddressIsSlowedWhateverAccountsItTries() async throws {
        try await TestServer.run { server in
            for number in 0..<20 {
                #expect(try await signIn(server, "user\(number)@example.com", "wrong horse").status == 401)
            }
            let slowed = try await signIn(server, "somebody.else@example.com", "wrong horse")
            #expect(slowed.status == 429 && slowed.head.contains("Retry-After: 1"))
        }
    }

    @Test func fiftySignInsAtOnceAreQueuedOrToldToWait() async throws {
        try await TestServer.run(limits: .with { $0.waitingSignIns = 2 }) { server in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<15 {
                    group.addTask { try await signIn(server, "user\(number)@example.com", "some password").status }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(Set(statuses).isSubset(of: [401, 503]) && statuses.contains(401))
        }
    }

    @Test func badBodiesAreRefused() async throws {
        try await TestServer.run { server in
            let good = #"{"email":"mei@example.com","password":"correct horse","device":"x"}"#
            let bad: [(String, Int)] = [
                ("", 400), ("{", 400), (good + good, 400),
                (#"{"email":"a","email":"b","password":"p","device":"d"}"#, 400),
                (#"{"email":1,"password":"p","device":"d"}"#, 400),
                (#"{"email":"\ud800","password":"p","device":"d"}"#, 400),
                (String(repeating: "[", count: 4_000), 400), (String(repeating: " ", count: 5_000) + good, 413),
                (#"{"email":"a@b","password":"p\u0000","device":"d"}"#, 400),
                (#"{"email":"mei@example.com","password":"correct horse","device":""}"#, 422),
                (#"{"email":"not an address","password":"correct horse","device":"x"}"#, 401),
            ]
            for (body, status) in bad {
                let response = try await server.request("POST", "/v1/sign-in", Self.json, body: Array(body.utf8))
                #expect(response.status == status, "\(body.prefix(60)): \(response.text)")
                #expect(Problem(json: response.body) != nil)
            }
            let type = try await server.request(
                "POST", "/v1/sign-in", ["Content-Type": "text/plain"], body: Array(good.utf8))
            #expect(type.status == 415)
        }
    }

    @Test func noTokenLikeThingLetsAnyoneIn() async throws {
        try await TestServer.run { server in
            let (token, _) = try await server.device()
            let wrong = [
                "", "Bearer", "Bearer ", "Basic \(token)", "Bearer \(token)x", "Bearer \(token.dropLast())",
                "Bearer wb1_" + String(repeating: "A", count: 49), "Bearer  \(token)",
            ]
            for field in wrong {
                let response = try await server.request("POST", "/v1/exchange", ["Authorization": field], body: [])
                #expect(response.status == 401 && Problem(json: response.body)?.code == .signIn, "\(field.prefix(12))")
                #expect(response.head.contains("WWW-Authenticate: Bearer"))
            }
        }
    }

    @Test func metricsAreForThisMachineAndAdministrators() async throws {
        try await TestServer.run(isBehindProxy: true) { server in
            let local = try await server.request("GET", "/metrics")
            #expect(local.status == 200 && local.text.contains("waybook_event_streams"))
            let remote = try await server.request("GET", "/metrics", ["X-Forwarded-For": "203.0.113.9"])
            #expect(remote.status == 403)
            let (token, _) = try await server.device()
            let fields = ["X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer \(token)"]
            #expect(try await server.request("GET", "/metrics", fields).status == 403)
            try await server.queue.write { try $0.execute(sql: "UPDATE user SET isAdmin = 1") }
            #expect(try await server.request("GET", "/metrics", fields).status == 200)
        }
    }

    @Test func forwardedAddressesCountBehindAProxyOnly() async throws {
        for isBehindProxy in [false, true] {
            try await TestServer.run(isBehindProxy: isBehindProxy) { server in
                var statuses: [Int] = []
                for number in 0..<22 {
                    let message = SignInRequest(email: "u\(number)@example.com", password: "pw", device: "x")
                    let fields = ["Content-Type": "application/json", "X-Forwarded-For": "203.0.113.\(number)"]
                    statuses.append(try await server.request("POST", "/v1/sign-in", fields, body: message.json).status)
                }
                #expect(statuses.contains(429) == !isBehindProxy)
            }
        }
    }
}
