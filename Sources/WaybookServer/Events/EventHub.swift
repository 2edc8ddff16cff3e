import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// Who waits for wake-ups. Announcements coalesce: a subscriber that is behind gets one, for all.
public final class EventHub: Sendable {
    /// One waiting stream.
    struct Subscription: Sendable {
        let number: Int
        /// Ticks whenever `take` may have something, and ends when the stream must.
        let ticks: AsyncStream<Void>
    }

    private struct Subscriber {
        let principal: Principal
        let ticker: AsyncStream<Void>.Continuation
        var after: Int64?
    }

    private struct State {
        var next = 0
        var isStopping = false
        var subscribers: [Int: Subscriber] = [:]
    }

    private let state = Mutex(State())
    private let maximumStreams: Int
    private let maximumPerDevice: Int

    /// Makes a hub without subscribers.
    public init(limits: ServerLimits = ServerLimits()) {
        maximumStreams = limits.eventStreams
        maximumPerDevice = limits.eventStreamsPerDevice
    }

    /// The number of open streams.
    public var count: Int { state.withLock { $0.subscribers.count } }

    /// Tells subscribers that there is something after a sequence. Cheap, from any thread, after the commit.
    ///
    /// - Parameters:
    ///   - sequence: the last sequence before the news.
    ///   - isFor: whether a principal may see any of it, and did not write it.
    public func announce(after sequence: Int64, isFor: @Sendable (Principal) -> Bool = { _ in true }) {
        let tickers = state.withLock { state in
            var tickers: [AsyncStream<Void>.Continuation] = []
            for (number, subscriber) in state.subscribers where isFor(subscriber.principal) {
                state.subscribers[number]?.after = min(subscriber.after ?? sequence, sequence)
                tickers.append(subscriber.ticker)
            }
            return tickers
        }
        for ticker in tickers { ticker.yield() }
    }

    /// Ends the streams of a device.
    public func close(_ replica: ReplicaID) {
        let tickers = state.withLock { state in
            let numbers = state.subscribers.filter { $0.value.principal.replica == replica }.keys
            return numbers.compactMap { state.subscribers.removeValue(forKey: $0)?.ticker }
        }
        for ticker in tickers { ticker.finish() }
    }

    /// Ends all streams and takes no more: the server stops.
    public func stop() {
        let tickers = state.withLock { state in
            state.isStopping = true
            defer { state.subscribers = [:] }
            return state.subscribers.values.map(\.ticker)
        }
        for ticker in tickers { ticker.finish() }
    }

    /// Opens a stream.
    ///
    /// - Throws: `Problem`: `slow-down` beyond the limits, `retry` while stopping.
    func subscribe(_ principal: Principal) throws(Problem) -> Subscription {
        let (ticks, ticker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number: Int? = try state.withLock { state throws(Problem) in
            guard !state.isStopping else { throw Problem(.unavailable, retryAfterSeconds: 5) }
            let own = state.subscribers.values.count { $0.principal.replica == principal.replica }
            guard state.subscribers.count < maximumStreams, own < maximumPerDevice else { return nil }
            state.next += 1
            state.subscribers[state.next] = Subscriber(principal: principal, ticker: ticker)
            return state.next
        }
        guard let number else { throw Problem(.slowDown, retryAfterSeconds: 30) }
        return Subscription(number: number, ticks: ticks)
    }

    /// Returns what is announced and not yet taken.
    func take(_ subscription: Subscription) -> Int64? {
        state.withLock { state in
            defer { state.subscribers[subscription.number]?.after = nil }
            return state.subscribers[subscription.number]?.after
        }
    }

    /// Ticks without news, for a sign of life.
    func tick(_ subscription: Subscription) {
        state.withLock { $0.subscribers[subscription.number]?.ticker }?.yield()
    }

    /// Closes a stream from its own side.
    func unsubscribe(_ subscription: Subscription) {
        state.withLock { $0.subscribers.removeValue(forKey: subscription.number) }?.ticker.finish()
    }
}
