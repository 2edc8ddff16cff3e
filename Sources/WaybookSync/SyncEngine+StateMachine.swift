import WaybookModel
import WaybookProtocol

/// Decides what a synchronisation does next. Knows nothing of stores, transports or time: it is told what happened.
public struct SyncDecisions: Sendable {
    /// What to do next.
    public enum Step: Hashable, Sendable {
        /// One exchange. Sets beyond the limits go with the next one.
        case exchange(limits: ExchangeLimits)
        /// Give the checkpoint up, so that the next exchange is told everything.
        case pullAfresh
        /// Send again what a server that was put back lacks, and read all that it has in the place of what was read.
        /// - Parameter expected: the number of the first set of this replica that it lacks.
        case rewind(expected: Int64, RestoredTimeline)
        /// Ask for a new number, then move to it.
        case newReplica
        /// Wait, then ask ``SyncDecisions/next()`` again.
        case pause(milliseconds: Int64)
        case end(SyncEnding)
    }

    /// What happened.
    public enum Event: Hashable, Sendable {
        /// An answer came to its end, with a verdict for all that was sent.
        /// - Parameters:
        ///   - pulled: whether the feed was asked for, so that all that waited was sent too.
        ///   - goesOn: whether the server had more to tell at the end, or something told is not done with before another
        ///     exchange.
        case completed(pulled: Bool, head: Head?, goesOn: Bool = false)
        /// An answer was cut.
        /// - Parameter progressed: whether something of it was stored.
        case cut(progressed: Bool)
        /// - Parameter resendable: for a gap, whether the outbox still has the set that the server expects.
        case problem(Problem, resendable: Bool)
        case unreachable
        case invalid(AnswerError)
        case renumbered
        case begunAfresh
        case rewound
        case cancelled
    }

    /// The most failures in a row before it stops.
    public static let mostFailures = 6
    /// The most new numbers that one synchronisation asks for.
    public static let mostForks = 3
    /// The most fresh pulls that one synchronisation begins.
    public static let mostFreshPulls = 1
    /// The most times that one synchronisation goes back behind its server.
    public static let mostRewinds = 2
    /// The most exchanges in a row that only go on with what the one before began; the rest is for the next time.
    public static let mostContinuations = 8
    /// The first pause after a failure, milliseconds; each next one is twice as long, up to the longest.
    public static let firstPauseMilliseconds: Int64 = 1_000
    public static let longestPauseMilliseconds: Int64 = 60_000

    private var step: Step
    private var limits: ExchangeLimits
    private var failures = 0
    private var forks = 0
    private var gaps = 0
    private var freshPulls = 0
    private var rewinds = 0
    private var continuations = 0
    private var afterPause: Step?
    private let random: @Sendable () -> UInt64

    /// - Parameter random: evenly distributed; makes the pauses of many replicas differ.
    public init(limits: ExchangeLimits = .standard, random: @escaping @Sendable () -> UInt64) {
        self.limits = limits
        self.random = random
        step = .exchange(limits: limits)
    }

    /// The step to do now; a pause counts as done once it was given.
    public mutating func next() -> Step {
        if let following = afterPause {
            defer {
                step = following
                afterPause = nil
            }
            return step
        }
        return step
    }

    /// Takes what happened at the last step.
    public mutating func take(_ event: Event) {
        switch event {
        case .completed(let pulled, let head, let goesOn):
            failures = 0
            gaps = 0
            if let head { limits = head.limits }
            if pulled { continuations += 1 }
            step = pulled && !(goesOn && continuations <= Self.mostContinuations) ? .end(.upToDate) : exchange
        case .cut(let progressed):
            if progressed { failures = 0 }
            retry(or: .unreachable)
        case .unreachable: retry(or: .unreachable)
        case .problem(let problem, let resendable): take(problem, resendable: resendable)
        case .invalid(.otherServer): step = .end(.stopped(.otherServer))
        case .invalid(let error): retry(or: .invalidAnswer(error))
        case .renumbered:
            gaps = 0
            step = exchange
        case .begunAfresh, .rewound: step = exchange
        case .cancelled: step = .end(.stopped(.cancelled))
        }
    }

    private var exchange: Step { .exchange(limits: limits) }

    private mutating func take(_ problem: Problem, resendable: Bool) {
        switch problem.code {
        case .retry, .slowDown, .serverFull: retry(or: .later(problem), problem)
        case .fork: fork(problem)
        case .gap:
            gaps += 1
            // Sending always begins with the first unanswered set, so what the server misses goes along.
            guard resendable, gaps == 1 else { return fork(problem) }
            step = exchange
        case .timeline: rewind(problem)
        case .tooLarge:
            guard let maximum = problem.maximum.flatMap({ Int(exactly: $0) }), maximum > 0,
                maximum < limits.requestBytes,
                maximum != limits.requestSets
            else { return step = .end(.stopped(.problem(problem))) }
            limits.requestBytes = maximum
            step = exchange
        case .stale:
            freshPulls += 1
            step = freshPulls <= Self.mostFreshPulls ? .pullAfresh : .end(.stopped(.problem(problem)))
        case .signIn, .revoked, .wipe, .upgrade, .fixRecord, .erased, .quarantine:
            step = .end(.stopped(.problem(problem)))
        }
    }

    private mutating func fork(_ problem: Problem) {
        forks += 1
        gaps = 0
        step = forks <= Self.mostForks ? .newReplica : .end(.stopped(.problem(problem)))
    }

    /// A server that does not know how it goes on is left alone.
    private mutating func rewind(_ problem: Problem) {
        rewinds += 1
        guard rewinds <= Self.mostRewinds, let expected = problem.expected, let restored = problem.restored else {
            return step = .end(.stopped(.timeline(problem)))
        }
        step = .rewind(expected: expected, restored)
    }

    /// Exponential backoff with full jitter, not shorter than the server asks for.
    private mutating func retry(or stop: SyncStop, _ problem: Problem? = nil) {
        failures += 1
        guard failures < Self.mostFailures else { return step = .end(.stopped(stop)) }
        let ceiling = min(Self.longestPauseMilliseconds, Self.firstPauseMilliseconds << Int64(failures - 1))
        let jitter = Int64(random() % UInt64(ceiling)) + 1
        let asked = Int64(clamping: min(problem?.retryAfterSeconds ?? 0, 3_600)) * 1_000
        if asked > Self.longestPauseMilliseconds { return step = .end(.stopped(stop)) }
        // A problem while asking for a number asks for it again; anything else begins an exchange.
        afterPause = step == .newReplica ? .newReplica : exchange
        step = .pause(milliseconds: asked + jitter)
    }
}
