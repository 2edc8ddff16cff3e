import Synchronization
import WaybookModel
import WaybookServerCore

/// The requests that are being answered at this moment, by device: a revocation cuts them at once (threat 4).
public final class LiveSessions: Sendable {
    private struct State {
        var next = 0
        var sessions: [ReplicaID: [Int: LiveSession]] = [:]
    }

    private let state = Mutex(State())

    /// Makes an empty register.
    public init() {}

    /// Registers a request.
    ///
    /// - Parameter close: cuts the connection; called at most once, from any thread.
    func begin(_ replica: ReplicaID, close: @escaping @Sendable () -> Void) -> LiveSession {
        state.withLock { state in
            state.next += 1
            let number = state.next
            let session = LiveSession(close: close) { [self] in remove(replica, number) }
            state.sessions[replica, default: [:]][number] = session
            return session
        }
    }

    /// Cuts all requests of a device. Call it after the revocation is committed.
    public func cut(_ replica: ReplicaID) {
        let sessions = state.withLock { $0.sessions.removeValue(forKey: replica) ?? [:] }
        for session in sessions.values { session.cut() }
    }

    private func remove(_ replica: ReplicaID, _ number: Int) {
        state.withLock { state in
            state.sessions[replica]?[number] = nil
            if state.sessions[replica]?.isEmpty == true { state.sessions[replica] = nil }
        }
    }
}

/// One registered request.
final class LiveSession: Sendable {
    private let closed = Mutex(false)
    private let close: @Sendable () -> Void
    private let onEnd: @Sendable () -> Void

    init(close: @escaping @Sendable () -> Void, onEnd: @escaping @Sendable () -> Void) {
        self.close = close
        self.onEnd = onEnd
    }

    /// Whether the device was cut off.
    var isClosed: Bool { closed.withLock { $0 } }

    /// Takes the request out of the register.
    func end() { onEnd() }

    func cut() {
        closed.withLock { $0 = true }
        close()
    }
}
