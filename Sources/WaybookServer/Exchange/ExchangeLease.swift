import Synchronization
import WaybookServerCore

/// One running exchange: counts against the limit, and is cancelled when it is dropped before its end.
///
/// A class for its `deinit`: a response that is never written (the peer left in between) must end the exchange too.
final class ExchangeLease: Sendable {
    let conversation: any ExchangeConversation
    private let session: LiveSession
    private let isFinished = Mutex(false)
    private let onEnd: @Sendable () -> Void

    init(
        _ conversation: any ExchangeConversation, session: LiveSession, onEnd: @escaping @Sendable () -> Void
    ) {
        self.conversation = conversation
        self.session = session
        self.onEnd = onEnd
    }

    /// Whether the device may still have data.
    var isRevoked: Bool { session.isClosed }

    /// Notes that the exchange came to its end.
    func finish() { end(cancelling: false) }

    deinit { end(cancelling: true) }

    private func end(cancelling: Bool) {
        let isFirst = isFinished.withLock { finished in
            defer { finished = true }
            return !finished
        }
        guard isFirst else { return }
        if cancelling { conversation.cancel() }
        session.end()
        onEnd()
    }
}
