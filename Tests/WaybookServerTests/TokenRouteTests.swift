import Foundation
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore

@testable import WaybookServer

/// Renewed and stolen tokens over HTTP.
@Suite(.timeLimit(.minutes(2))) struct TokenRouteTests {
    private static func fields(_ token: String) -> [String: String] { ["Authorization": "Bearer \(token)"] }

    private func renew(_ server: TestServer, _ token: String) async throws -> RawResponse {
        try await server.request("POST", "/v1/token", Self.fields(token), body: [])
    }

    private func isGood(_ server: TestServer, _ token: String) async throws -> Bool {
        try await server.request("GET", "/v1/devices", Self.fields(token)).status == 200
    }

    /// The entries of the audit, newest first; those that are written when there is time are waited for.
    private func audit(_ server: TestServer, until kind: String) async throws -> [AuditEntry] {
        for _ in 0..<200 {
            let entries = try await server.queue.read { try Audit($0).entries() }
            if entries.contains(where: { $0.what == kind }) { return entries }
            try await Task.sleep(for: .milliseconds(10))
        }
        return []
    }

    @Test func aStolenTokenIsRefusedAndLoggedOnceItsSuccessorIsUsed() async throws {
        try await TestServer.run { server in
            let (old, replica) = try await server.device()
            let answer = try await renew(server, old)
            let new = try #require(TokenResponse(json: answer.body)?.token)
            #expect(try await isGood(server, old), "until the successor is used")
            #expect(try await isGood(server, new))
            for target in ["/v1/devices", "/v1/events"] {
                let refused = try await server.request("GET", target, Self.fields(old))
                #expect(refused.status == 401 && Problem(json: refused.body)?.code == .signIn, "\(target)")
            }
            for target in ["/v1/exchange", "/v1/replica", "/v1/sign-out", "/v1/token"] {
                let refused = try await server.request("POST", target, Self.fields(old), body: [])
                #expect(refused.status == 401 && Problem(json: refused.body)?.code == .signIn, "\(target)")
            }
            let entries = try await audit(server, until: "token-reuse")
            let reuse = try #require(entries.first { $0.what == "token-reuse" })
            #expect(reuse.about == .device(replica) && reuse.who == server.mei.text)
            #expect(entries.contains { $0.what == "token-renew" && $0.replica == replica })
            #expect(try await isGood(server, new), "its owner goes on")
        }
    }

    @Test func theOwnerOfAStolenTokenThatWasRenewedSignsInAgainAndTheThiefIsOut() async throws {
        try await TestServer.run { server in
            let (old, replica) = try await server.device()
            let thiefs = try #require(TokenResponse(json: try await renew(server, old).body)?.token)
            #expect(try await isGood(server, thiefs))
            let message = SignInRequest(
                email: "mei@example.com", password: "correct horse", device: "laptop", former: old)
            let answer = try await server.request(
                "POST", "/v1/sign-in", ["Content-Type": "application/json"], body: message.json)
            let signedIn = try #require(SignInResponse(json: answer.body))
            #expect(ReplicaID(signedIn.replica) == replica, "what is unsent is sent on under the same number")
            let refused = try await server.request("GET", "/v1/devices", Self.fields(thiefs))
            #expect(refused.status == 401 && Problem(json: refused.body)?.code == .revoked)
            #expect(try await isGood(server, signedIn.token))
            #expect(!(try await audit(server, until: "token-reuse")).isEmpty)
        }
    }

    @Test func whatWasOpenByTheOldTokenIsCut() async throws {
        try await TestServer.run { server in
            let (old, _) = try await server.device()
            let new = try #require(TokenResponse(json: try await renew(server, old).body)?.token)
            let port = server.port
            let socket = try await blocking {
                let socket = try RawSocket(port: port)
                socket.send("GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(old)\r\n\r\n")
                _ = socket.read(until: "retry: 3000")
                return socket
            }
            #expect(try await isGood(server, new))
            #expect(try await blocking { socket.isEnded() })
        }
    }

    @Test func successorsAreGivenOnceAMinuteAndToTokensInForce() async throws {
        try await TestServer.run { server in
            let (token, replica) = try await server.device()
            #expect(try await renew(server, token).status == 200)
            let slowed = try await renew(server, token)
            #expect(slowed.status == 429 && slowed.head.lowercased().contains("retry-after: 60"))
            #expect(try await server.request("POST", "/v1/token", body: []).status == 401)
            try await server.queue.write { try Directory().revoke($0, replica: replica, now: 2_000) }
            let refused = try await renew(server, token)
            #expect(refused.status == 401 && Problem(json: refused.body)?.code == .revoked)
        }
    }
}
