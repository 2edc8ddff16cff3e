import Synchronization

// The device's token is replaced now and then (`docs/decisions/0018-token-rotation.md`).
extension Workspace {
    /// How old a token may grow before a sync asks for its successor (30 days).
    static let tokenAgeMilliseconds: Int64 = 30 * 86_400_000

    /// The token as it is kept now: another process may have renewed it since this one read the session.
    var presentToken: String { ((try? folder.session()) ?? session).token }

    /// Takes a successor of the token, where that is due: asks for it, keeps it durably, and only then uses it. Whatever
    /// stands in the way, nothing is lost: the token that is kept is good, and the next sync asks again.
    ///
    /// To be called by who holds the sync lock, so that nobody else does the same.
    func renewToken(over connection: ServerConnection) async {
        guard var renewed = try? folder.session() else { return }
        let now = device.now().wallMilliseconds
        // A clock that was set back makes a token old, too: that costs a renewal.
        if let since = renewed.tokenSince, (0..<Self.tokenAgeMilliseconds).contains(now - since) { return }
        guard let token = try? await connection.renew(token: renewed.token) else { return }
        renewed.token = token
        renewed.tokenSince = now
        guard (try? folder.write(renewed)) != nil else { return }
        // The first use ends the token before; until then both are good.
        _ = try? await connection.devices(token: token)
    }
}

/// Keeps a renewal of the token apart from the opening of a wake-up stream, which would present the token that has just
/// ended. A class, for two tasks share it.
final class TokenGate: Sendable {
    private enum State { case idle, opening, renewing }

    private let state = Mutex(State.idle)

    /// Whether a stream may be opened now; then `end` must follow once it was answered.
    func beginOpening() -> Bool { begin(.opening) }

    /// Whether the token may be renewed now; then `end` must follow.
    func beginRenewal() -> Bool { begin(.renewing) }

    func endOpening() { end(.opening) }
    func endRenewal() { end(.renewing) }

    private func begin(_ next: State) -> Bool {
        state.withLock { state in
            guard state == .idle else { return false }
            state = next
            return true
        }
    }

    private func end(_ last: State) {
        state.withLock { state in if state == last { state = .idle } }
    }
}
