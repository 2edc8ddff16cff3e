import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookSync

extension InProcessTransport {
    /// What becomes of one exchange.
    public enum Fate: Hashable, Sendable {
        case arrives
        /// The line breaks after so many bytes of the request, or of the answer.
        case requestCut(Int)
        case answerCut(Int)
        /// The client gives up; the request is kept on the way until ``InProcessTransport/deliverAgain()``.
        case late
        /// The request arrives twice; the client reads the second answer.
        case twice

        /// Cut somewhere.
        init(random: inout SeededRandom) {
            let bytes = random.below(random.chance(50) ? 600 : 60_000)
            self = random.chance(40) ? .requestCut(bytes) : .answerCut(bytes)
        }
    }

    /// What can happen on the way.
    public struct Weather: Sendable {
        /// How many exchanges in a hundred are cut, somewhere in the request or the answer.
        public var cutPercent: Int
        /// What becomes of the next exchanges; those after them go by ``cutPercent``.
        public var fates: [Fate] = []
        /// The most bytes of the request that arrive at once.
        public var pieceBytes = Int.max
        /// Called between chunks: the world goes on while an exchange is under way.
        public var between: (@Sendable () async throws -> Void)?
        /// Called when the server takes an exchange up.
        public var meets: (@Sendable () -> Void)?
        /// Changes lines on the way; for planted faults.
        public var tamper: Tampering?
        /// Told of each record that a device is sent, and of each problem.
        public var tells: (@Sendable (ReplicaID, FeedRecord) throws -> Void)?
        public var refuses: (@Sendable (Problem) -> Void)?

        public init(
            cutPercent: Int = 0, between: (@Sendable () async throws -> Void)? = nil, tamper: Tampering? = nil
        ) {
            self.cutPercent = cutPercent
            self.between = between
            self.tamper = tamper
        }
    }

    /// The server at the other end, which may be off and come back as another object on the same data.
    public struct Server: Sendable {
        /// The running service; throws ``TransportFailure`` while there is none.
        public var service: @Sendable () throws -> ExchangeService
        /// Whether it has stopped in the midst of what it was doing.
        public var isOff: @Sendable () -> Bool
        /// Told of a set whose commit failed because the server stopped: it may be found committed or not.
        public var leaves: @Sendable (_ unconfirmed: ChangeSet, _ before: ServerView) -> Void
        /// What a client is told of a commit that failed while the server goes on; nil where it must not fail.
        public var problem: @Sendable (any Error) -> Problem? = { _ in nil }
        /// Whether a service that an exchange began with still runs.
        public var isRunning: @Sendable (ExchangeService) -> Bool = { _ in true }

        public init(
            service: @escaping @Sendable () throws -> ExchangeService, isOff: @escaping @Sendable () -> Bool,
            leaves: @escaping @Sendable (ChangeSet, ServerView) -> Void
        ) {
            self.service = service
            self.isOff = isOff
            self.leaves = leaves
        }
    }
}
