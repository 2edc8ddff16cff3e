import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookStore

/// One exchange of a replica with its server: gives the request's bytes, takes the answer's, in bounded memory.
///
/// Each transaction is done within one call, so none is open while the transport waits. A class, because the sending of
/// the body and the reading of the answer share it; all its state is behind one lock.
public final class ExchangeSession: Sendable {
    /// What is asked of one exchange.
    public struct Plan: Hashable, Sendable {
        /// Whether the feed is asked for.
        public var pulls: Bool
        public var limits: ExchangeLimits
        /// Where what is held is compared with the server: the buckets that it is to tell whole; else nil.
        public var compared: [Int]?
        /// Whether it tells what is here of others' writes that the server lost.
        public var tellsWitness: Bool

        public init(
            pulls: Bool, limits: ExchangeLimits = .standard, compared: [Int]? = nil, tellsWitness: Bool = true
        ) {
            self.pulls = pulls
            self.limits = limits
            self.compared = compared
            self.tellsWitness = tellsWitness
        }
    }

    private let state: Mutex<(request: RequestWriter, answer: AnswerReader)>
    private let beginning: RequestWriter

    /// - Parameter now: the reading at the start: its wall clock goes into the hello, and the answer's offset is
    ///   anchored to it.
    public init(_ store: ClientStore, plan: Plan, now: ClientTime) throws {
        let start = try store.exchangeStart()
        let told = try store.told(isAllSent: plan.pulls, at: now)
        let request = RequestWriter(store: store, start: start, plan: plan, told: told, now: now)
        let answer = AnswerReader(store: store, start: start, plan: plan, told: told, now: now)
        state = Mutex((request, answer))
        beginning = request
    }

    /// Begins the request anew, for a server that could not unpack it and has judged nothing. Call it before an answer
    /// has begun.
    public func beginAnew() { state.withLock { $0.request = beginning } }

    /// The next bytes of the request, whole lines; nil at its end.
    public func nextRequestChunk() throws -> [UInt8]? {
        try state.withLock { try $0.request.nextChunk() }
    }

    /// Takes the next bytes of the answer. Throws ``AnswerError`` when they cannot be one, or what the store throws;
    /// the exchange is then over, and what was stored stays.
    public func receive(_ chunk: some Collection<UInt8> & Sendable) throws {
        try state.withLock { try $0.answer.receive(chunk) }
    }

    /// Ends the exchange: stores the verdicts that came, drops what no checkpoint covers. Call it whatever happened; a
    /// second call changes nothing.
    public func finish() throws -> ExchangeResult {
        try state.withLock { state in
            var result = try state.answer.finish(
                sentBytes: state.request.sentBytes, sentSets: state.request.sentSets)
            result.sentWitness = state.request.sentWitness
            return result
        }
    }
}

/// What an exchange came to.
public struct ExchangeResult: Hashable, Sendable {
    public var head: Head?
    /// Whether the answer came to its end.
    public var isComplete: Bool
    /// What the server said went wrong after the answer had begun.
    public var problem: Problem?
    public var sentSets: Int
    public var answeredSets: Int
    public var refusedSets: Int
    /// Sets that wait for whoever answers for the customers now.
    public var handedOverSets: Int
    public var receivedRecords: Int
    /// Records that went: those that a fresh pull did not tell, and those that moved to where the reader does not see them.
    public var goneRecords: Int
    /// Units that the reader may no longer hold.
    public var departedUnits: Int
    /// Whether the server had more to tell at the end.
    public var hasMore: Bool
    /// How many lines told what is here of others' writes that the server lost.
    public var sentWitness = 0
    /// Records that differed from the server's and were taken anew.
    public var mendedRecords = 0
    /// What all that the server has for this replica comes to, where it was compared.
    public var sums: DigestSums?
    public var sentBytes: Int
    public var receivedBytes: Int

    /// Whether something of the answer was stored.
    var hasStoredAnything: Bool { answeredSets + receivedRecords + departedUnits + goneRecords > 0 }
}

/// Why bytes cannot be an answer. Nothing of the line it is about was taken.
public enum AnswerError: Error, Hashable, Sendable {
    case malformedLine
    case lineTooLong
    /// A line where it has no place: before the head, after the end, a verdict out of order.
    case unexpectedLine
    /// More records or departures than the limit came without a checkpoint.
    case tooMuchWithoutCheckpoint
    /// Other data than the checkpoint is of.
    case otherServer
}
