import WaybookModel
import WaybookProtocol
import WaybookServerCore

extension SignInService {
    /// Lets in who has an invitation, with the password that they choose. Whatever is wrong with code or account is one answer
    /// at one cost, as a wrong password is, and counts as one.
    ///
    /// Where the answer is lost, the code is used and the password is theirs: they sign in with it.
    ///
    /// - Parameter address: the peer's address, for the throttle only.
    /// - Returns: the answer, and the devices of the person whose open requests must be cut.
    /// - Throws: `Problem`: `sign-in`, `slow-down`, `fix-record` for a password that cannot be set or a device without a name.
    public func accept(
        _ request: InvitationAcceptance, address: String
    ) async throws -> (response: SignInResponse, cutOff: [ReplicaID]) {
        guard let password = Password(request.signIn.password), password.isLongEnough else {
            throw Problem(.fixRecord, rule: .password)
        }
        guard let email = AccountEmail(request.signIn.email), let code = InvitationCode(request.code) else {
            throw Problem(.signIn)
        }
        let attempt = try begin(email, address)
        let now = now()
        let (found, isAdmitted) = try await database.read { [directory] db in
            let found = Found(user: try directory.user(db, email: email))
            let invitation = try found.admissible.flatMap { try directory.invitation(db, of: $0.id) }
            return (found, invitation?.admits(code, now: now) ?? false)
        }
        // Hashed in any case: the time tells nothing.
        let hash = try await hashing(attempt) {
            var random = SystemRandomNumberGenerator()
            return try PasswordHash(of: password.bytes, salt: randomBytes(PasswordHash.saltBytes, &random))
        }
        guard isAdmitted, let user = found.admissible else { throw refusal(found, reason: "invitation") }
        let former = request.signIn.former.flatMap { DeviceToken($0) }
        do {
            let (response, cutOff) = try await admitted(user, request.signIn) { [directory] db in
                try directory.accept(db, code, of: user.id, password: hash, former: former, now: now)
                    .map { ($0.cutOff, $0.facts) }
            }
            succeeded(attempt)
            return (response, cutOff)
        } catch is Changed {
            throw refusal(found, reason: "invitation")
        }
    }
}
