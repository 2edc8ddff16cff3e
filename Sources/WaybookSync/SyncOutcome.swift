import WaybookModel
import WaybookProtocol
import WaybookStore

/// How a synchronisation ended.
public enum SyncEnding: Hashable, Sendable {
    /// Everything is sent and answered, and everything that was announced has been read.
    case upToDate
    /// It stopped; nothing is lost, and what is unsent stays in the outbox.
    case stopped(SyncStop)
}

/// Why a synchronisation stopped: one next step each.
public enum SyncStop: Hashable, Sendable {
    /// Tried often enough; try again later by itself.
    case unreachable
    /// The server asks to come again later: it is busy, or its disk is full.
    case later(Problem)
    /// The person must act: sign in, upgrade, ask the administrator. The code says what.
    case problem(Problem)
    /// The server was restored to an earlier state and does not say how it goes on, or again and again; what this replica has
    /// stays as it is.
    case timeline(Problem)
    /// Another server's data answers at this address.
    case otherServer
    /// The answer is not one.
    case invalidAnswer(AnswerError)
    /// The caller cancelled.
    case cancelled
}

/// What a synchronisation did.
public struct SyncReport: Hashable, Sendable {
    public var ending: SyncEnding
    public var exchanges = 0
    public var sentSets = 0
    public var answeredSets = 0
    public var refusedSets = 0
    /// Sets that the server keeps for whoever answers for the customers now.
    public var handedOverSets = 0
    public var receivedRecords = 0
    /// Records that went: those that a fresh pull did not tell, and those that moved to where the reader does not see them.
    public var goneRecords = 0
    /// Units that the reader may no longer hold.
    public var departedUnits = 0
    /// Records that differed from the server's and were taken anew.
    public var mendedRecords = 0
    /// In how many of 256 buckets what is held differs from what the server has, after mending; nil where that was not
    /// compared.
    public var differingBuckets: Int?
    /// Whether so much differed that everything was read anew.
    public var hasReplacedAll = false
    /// Whether the two sides were found to differ, also where that was mended.
    public var hasDiffered: Bool { mendedRecords > 0 || (differingBuckets ?? 0) > 0 || hasReplacedAll }
    /// Whether a fresh pull was begun, for the server did not know how far this replica had read.
    public var hasBegunAfresh = false
    /// How many sets are sent again, for the server was put back to an earlier state; nil where it was not.
    public var setsSentAgain: Int?
    /// Where the server was put back, and it was ended that laptops are waited for: when, by its clock, milliseconds since 1970.
    public var healingClosed: Int64?
    /// While it is looked for what the server lost of others' writes: how far that is.
    public var gathering: WitnessProgress?
    /// Whether the account is disabled: the server took what was unsent, into the handover box, and told nothing else. A
    /// device whose access was withdrawn is refused before that.
    public var isAccountDisabled = false
    public var sentBytes = 0
    public var receivedBytes = 0
    /// The number that the replica took after a fork.
    public var newReplica: ReplicaID?

    mutating func add(_ result: ExchangeResult) {
        exchanges += 1
        isAccountDisabled = result.head != nil && result.problem?.code == .revoked
        sentSets += result.sentSets
        answeredSets += result.answeredSets
        refusedSets += result.refusedSets
        handedOverSets += result.handedOverSets
        receivedRecords += result.receivedRecords
        goneRecords += result.goneRecords
        departedUnits += result.departedUnits
        mendedRecords += result.mendedRecords
        sentBytes += result.sentBytes
        receivedBytes += result.receivedBytes
    }
}
