import Synchronization

/// Lets an exchange run until so many chunks have passed, then the history that it is part of, in turns: never both at
/// once. So exchanges of several laptops are interleaved at the borders of chunks, in an order that the history says.
final class Turnstile: Sendable {
    // A class, because an exchange under way and the history both hold it.

    /// The laptop's program has been ended at a border.
    struct Killed: Error {}

    private struct State {
        var chunksLeft = 0
        var mayBegin = false
        var isKilled = false
        var isOver = false
        var exchange: CheckedContinuation<Void, Never>?
        var history: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    // MARK: The exchange's side

    /// Waits until the history lets it begin.
    func begin() async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if !state.mayBegin { state.exchange = continuation }
                return state.mayBegin
            }
            if goesOn { continuation.resume() }
        }
    }

    /// A chunk has passed: goes on, or waits for its next turn.
    func pass() async throws {
        let waits = state.withLock { state in
            state.chunksLeft -= 1
            return state.chunksLeft < 0 && !state.isKilled
        }
        if waits {
            await withCheckedContinuation { continuation in
                let history = state.withLock { state in
                    state.exchange = continuation
                    return Self.take(&state.history)
                }
                history?.resume()
            }
        }
        if state.withLock({ $0.isKilled }) { throw Killed() }
    }

    /// The exchange is over.
    func end() {
        let history = state.withLock { state in
            state.isOver = true
            return Self.take(&state.history)
        }
        history?.resume()
    }

    // MARK: The history's side

    /// Lets the exchange run until so many chunks have passed, or to its end.
    /// - Returns: whether it is over.
    func advance(chunks: Int?) async -> Bool {
        await withCheckedContinuation { continuation in
            let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
                if state.isOver { return continuation }
                state.chunksLeft = chunks ?? .max
                state.mayBegin = true
                state.history = continuation
                return Self.take(&state.exchange)
            }
            next?.resume()
        }
        return state.withLock { $0.isOver }
    }

    /// Ends the laptop's program where it stands; what it then still does meets a closed store.
    func kill() async {
        state.withLock { $0.isKilled = true }
        _ = await advance(chunks: nil)
    }

    private static func take(_ place: inout CheckedContinuation<Void, Never>?) -> CheckedContinuation<Void, Never>? {
        defer { place = nil }
        return place
    }
}
