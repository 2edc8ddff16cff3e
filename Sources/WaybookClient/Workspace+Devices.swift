import WaybookModel
import WaybookProtocol

// The devices of the signed-in user: these verbs need the server.
extension Workspace {
    /// The user's devices, as the server knows them.
    public func devices(language: Language) async throws -> [DeviceSummary] {
        try await ServerConnection.with(session, in: folder, language: language) { connection in
            try await connection.devices(token: presentToken)
        }
    }

    /// Cuts a device off; its copy stays on it.
    public func revokeDevice(_ replica: ReplicaID, language: Language) async throws {
        try await ServerConnection.with(session, in: folder, language: language) { connection in
            try await connection.revoke(replica, token: presentToken)
        }
    }

    /// Has a device delete its copy.
    public func wipeDevice(_ replica: ReplicaID, _ moment: WipeRequest.Moment, language: Language) async throws {
        try await ServerConnection.with(session, in: folder, language: language) { connection in
            try await connection.wipe(replica, moment, token: presentToken)
        }
    }
}
