import WaybookModel
import WaybookProtocol
import WaybookStore

/// Whether an exchange tells what is here of others' writes that the server lost.
private enum WitnessTelling {
    case told
    /// A request with such lines was malformed to the server: the next one shows whether the lines are why.
    case withheld
}

/// Synchronises one replica: performs what ``SyncDecisions`` decides. No edit waits for it, and it waits for none.
public struct SyncEngine: Sendable {
    /// What is passed in so that a run can be repeated.
    public struct Surroundings: Sendable {
        /// Reads the device's clocks.
        public var now: @Sendable () -> ClientTime
        /// Evenly distributed numbers.
        public var random: @Sendable () -> UInt64
        /// Waits; throws when the caller cancels.
        public var pause: @Sendable (_ milliseconds: Int64) async throws -> Void

        public init(
            now: @escaping @Sendable () -> ClientTime, random: @escaping @Sendable () -> UInt64,
            pause: @escaping @Sendable (_ milliseconds: Int64) async throws -> Void
        ) {
            self.now = now
            self.random = random
            self.pause = pause
        }
    }

    private let store: ClientStore
    private let transport: any ExchangeTransport
    private let surroundings: Surroundings

    public init(_ store: ClientStore, over transport: any ExchangeTransport, _ surroundings: Surroundings) {
        self.store = store
        self.transport = transport
        self.surroundings = surroundings
    }

    /// Sends the outbox, then reads what is new, until both are done or something stops it. Throws only what the store
    /// throws; what server and network do is in the report.
    /// - Parameter progress: told after each exchange.
    public func synchronise(progress: (@Sendable (SyncReport) -> Void)? = nil) async throws -> SyncReport {
        var decisions = SyncDecisions(random: surroundings.random)
        var comparison = Comparison()
        var witness = WitnessTelling.told
        var report = SyncReport(ending: .stopped(.cancelled))
        while true {
            switch decisions.next() {
            case .exchange(let limits):
                try prepare(&report, progress)
                decisions.take(try await exchange(limits: limits, &comparison, &witness, &report))
                progress?(report)
            case .pullAfresh:
                try store.beginFreshPull(at: surroundings.now())
                report.hasBegunAfresh = true
                decisions.take(.begunAfresh)
            case .rewind(let expected, let restored):
                let lost = LostRange(fork: restored.fork, start: restored.start, vetted: restored.vetted)
                let server = ServerRewind(
                    expected: expected, timeline: restored.number, lost: restored.takesWitness ? lost : nil,
                    closed: restored.closed)
                report.healingClosed = restored.closed
                report.setsSentAgain = try store.rewind(to: server, at: surroundings.now())
                decisions.take(.rewound)
            case .newReplica: decisions.take(try await renumber(&report))
            case .pause(let milliseconds):
                do {
                    try await surroundings.pause(milliseconds)
                } catch {
                    decisions.take(.cancelled)
                }
            case .end(let ending):
                try store.purgeDeparted()
                report.ending = ending
                return report
            }
        }
    }

    /// What is to be done before any exchange.
    private func prepare(_ report: inout SyncReport, _ progress: (@Sendable (SyncReport) -> Void)?) throws {
        // Before it tells how far what left is gone.
        try store.purgeDeparted()
        // Before what it tells takes the place of anything.
        try store.gatherWitness { gathering in
            report.gathering = gathering
            progress?(report)
        }
        report.gathering = nil
    }

    private func exchange(
        limits: ExchangeLimits, _ comparison: inout Comparison, _ witness: inout WitnessTelling,
        _ report: inout SyncReport
    ) async throws -> SyncDecisions.Event {
        if Task.isCancelled { return .cancelled }
        let outbox = try store.exchangeStart().outbox
        let fits = outbox.sets <= limits.requestSets && Self.fits(outbox.bytes, limits)
        let pulls = fits || outbox.sets == 0
        let (isPossible, isDue) = try store.comparisonState()
        let compared = pulls ? comparison.buckets(isPossible: isPossible, isDue: isDue) : nil
        let plan = ExchangeSession.Plan(
            pulls: pulls, limits: limits, compared: compared, tellsWitness: witness == .told)
        let session = try ExchangeSession(store, plan: plan, now: surroundings.now())
        var failure: (any Error)?
        do {
            try await transport.exchange(session)
        } catch {
            failure = error
        }
        let result = try session.finish()
        report.add(result)
        if compared != nil { try compare(result, &comparison, &report) }
        if witness == .withheld, result.isComplete {
            // The lines were what it did not take.
            try store.giveUpWitness(at: surroundings.now())
            witness = .told
        }
        if result.sentWitness > 0, case .refused(let problem)? = failure as? TransportFailure,
            problem.refusal == .badRequest
        {
            witness = .withheld
            return .cut(progressed: true)
        }
        return try event(result, failure: failure, pulled: pulls, isComparing: comparison.wanted != nil)
    }

    /// What is held, against what the server said that it comes to.
    private func compare(
        _ result: ExchangeResult, _ comparison: inout Comparison, _ report: inout SyncReport
    ) throws {
        guard result.isComplete else {
            // Perhaps because it compared: what is new is more urgent.
            comparison.giveUp()
            return try store.postponeComparison()
        }
        guard !result.hasMore else { return }
        comparison.take(try result.sums.flatMap { try store.differingBuckets(from: $0) })
        guard comparison.wanted == nil else { return }
        report.differingBuckets = comparison.differing
        if let differing = comparison.differing { try store.noteComparison(differing: differing) }
    }

    private static func fits(_ outboxBytes: Int?, _ limits: ExchangeLimits) -> Bool {
        outboxBytes.map { $0 + helloBytes <= limits.requestBytes } ?? false
    }

    /// More than any hello takes.
    static let helloBytes = 1_024

    private func event(
        _ result: ExchangeResult, failure: (any Error)?, pulled: Bool, isComparing: Bool
    ) throws -> SyncDecisions.Event {
        if let problem = result.problem { return try event(problem) }
        if result.isComplete {
            guard result.answeredSets >= result.sentSets else { return .cut(progressed: result.answeredSets > 0) }
            // A set that alone is beyond the server's limit would be tried for ever.
            guard pulled || result.sentSets > 0 else { return .problem(Problem(.tooLarge), resendable: false) }
            // Sets made during the exchange wait for the next one: without an end to it a busy rep would never be done.
            let goesOn = try result.hasMore || isComparing || store.isLeavingAnything() || store.hasWitness()
            return .completed(pulled: pulled, head: result.head, goesOn: goesOn)
        }
        let cut = SyncDecisions.Event.cut(progressed: result.hasStoredAnything)
        guard let failure else { return cut }
        switch failure {
        case let failure as TransportFailure:
            switch failure {
            case .refused(let problem): return try event(problem)
            case .unreachable: return result.head == nil ? .unreachable : cut
            }
        case let error as AnswerError: return .invalid(error)
        case ClientStoreError.checkpointWentBack, ClientStoreError.unexpectedVerdict: return .invalid(.unexpectedLine)
        case is CancellationError: return .cancelled
        default: throw failure
        }
    }

    private func event(_ problem: Problem) throws -> SyncDecisions.Event {
        // Another server's word is no reason to send everything again.
        if let restored = problem.restored, let epoch = try store.exchangeStart().epoch, epoch != restored.epoch {
            return .invalid(.otherServer)
        }
        guard problem.code == .gap, let expected = problem.expected else { return .problem(problem, resendable: false) }
        let isHeld = try store.exchangeStart().outbox.numbers?.contains(expected) ?? false
        return .problem(problem, resendable: isHeld)
    }

    private func renumber(_ report: inout SyncReport) async throws -> SyncDecisions.Event {
        do {
            let replica = try await transport.newReplica()
            try store.renumber(to: replica, at: surroundings.now())
            report.newReplica = replica
            return .renumbered
        } catch let failure as TransportFailure {
            switch failure {
            case .unreachable: return .unreachable
            case .refused(let problem): return .problem(problem, resendable: false)
            }
        } catch is CancellationError {
            return .cancelled
        }
    }
}
