import WaybookModel
import WaybookProtocol

// What administrators do for people who are to come in: it needs the server.
extension Workspace {
    /// Adds a person where the request names one, and asks for a code for them.
    public func invite(_ request: InvitationRequest, language: Language) async throws -> InvitationResponse {
        try await ServerConnection.with(session, in: folder, language: language) { connection in
            try await connection.invite(request, token: presentToken)
        }
    }

    /// Signs in with a password, or chooses one by an invitation. A code that was used already may have been so by an earlier
    /// try, whose answer was lost: then the password is right.
    /// - Parameter byPassword: called where the code was not used, and the password was right.
    static func signIn(
        _ credentials: Credentials, former: String?, over connection: ServerConnection, byPassword: () -> Void
    ) async throws -> SignInResponse {
        let message = SignInRequest(
            email: credentials.email, password: credentials.password, device: credentials.device, former: former)
        guard let code = credentials.invitation else { return try await connection.signIn(message) }
        do {
            return try await connection.accept(InvitationAcceptance(code: code.text, signIn: message))
        } catch let refusal as WorkspaceError {
            guard refusal.isAbout(.signIn) else { throw refusal }
            do {
                let answer = try await connection.signIn(message)
                byPassword()
                return answer
            } catch let second as WorkspaceError {
                // Slowed, nothing was found out of the password: what to do next is the same.
                throw second.isAbout(.signIn) || second.isAbout(.slowDown) ? refusal : second
            }
        }
    }
}

extension WorkspaceError {
    /// Whether the server refused with this code.
    fileprivate func isAbout(_ problemCode: ProblemCode) -> Bool {
        if case .refused(let problem) = code { problem.code == problemCode } else { false }
    }
}
