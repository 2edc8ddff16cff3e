import WaybookModel
import WaybookProtocol

extension ServerConnection {
    /// Signs a device in (`POST /v1/sign-in`).
    package func signIn(_ message: SignInRequest) async throws -> SignInResponse {
        guard let answer = SignInResponse(json: try await post("/v1/sign-in", json: message.json)) else {
            throw WorkspaceError(.notAServer(status: 200))
        }
        return answer
    }

    /// Signs a device in with a password that is chosen by an invitation (`POST /v1/invitations/accept`).
    func accept(_ message: InvitationAcceptance) async throws -> SignInResponse {
        guard let answer = SignInResponse(json: try await post("/v1/invitations/accept", json: message.json)) else {
            throw WorkspaceError(.notAServer(status: 200))
        }
        return answer
    }

    /// Adds or invites somebody (`POST /v1/invitations`).
    func invite(_ message: InvitationRequest, token: String) async throws -> InvitationResponse {
        let body = try await post("/v1/invitations", json: message.json, token: token)
        guard let answer = InvitationResponse(json: body) else { throw WorkspaceError(.notAServer(status: 200)) }
        return answer
    }

    /// Ends the device's token (`POST /v1/sign-out`).
    package func signOut(token: String) async throws {
        _ = try await post("/v1/sign-out", json: Array("{}".utf8), token: token)
    }

    /// Asks for a successor of the token (`POST /v1/token`); the token is good until the successor is used.
    func renew(token: String) async throws -> String {
        guard let answer = TokenResponse(json: try await post("/v1/token", json: Array("{}".utf8), token: token))
        else { throw WorkspaceError(.notAServer(status: 200)) }
        return answer.token
    }

    /// The devices of the token's user (`GET /v1/devices`).
    func devices(token: String) async throws -> [DeviceSummary] {
        let body = try await get("/v1/devices", token: token)
        guard let list = (try? JSONParser.parse(body))?.entries?["devices"]?.elements else {
            throw WorkspaceError(.notAServer(status: 200))
        }
        return list.compactMap { DeviceSummary($0) }
    }

    /// Cuts off one of the user's devices (`POST /v1/devices/{replica}/revoke`).
    func revoke(_ replica: ReplicaID, token: String) async throws {
        _ = try await post("/v1/devices/\(replica.number)/revoke", json: Array("{}".utf8), token: token)
    }

    /// Has one of the user's devices delete its copy (`POST /v1/devices/{replica}/wipe`).
    func wipe(_ replica: ReplicaID, _ moment: WipeRequest.Moment, token: String) async throws {
        _ = try await post("/v1/devices/\(replica.number)/wipe", json: WipeRequest(moment).json, token: token)
    }

    /// Asks for a number and a token of its own for a store that another one is a copy of (`POST /v1/replica`).
    func newReplica(forkOf replica: ReplicaID, token: String) async throws -> (replica: ReplicaID, token: String) {
        let message: Value = ["forkOf": .int(Int64(replica.number))]
        let body = try await post("/v1/replica", json: CanonicalJSON.bytes(message), token: token)
        guard let entries = (try? JSONParser.parse(body))?.entries, let token = entries["token"]?.text,
            let number = entries["replica"]?.integer.flatMap({ UInt32(exactly: $0) })
        else { throw WorkspaceError(.notAServer(status: 200)) }
        return (ReplicaID(number), token)
    }
}
