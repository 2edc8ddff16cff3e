import WaybookModel
import WaybookProtocol

/// Who exchanges: whose device, under which replica number.
public struct ExchangePrincipal: Hashable, Sendable {
    public var replica: ReplicaID
    /// The user's identity in the directory.
    public var user: String
    public var kind: Kind

    /// By what right somebody exchanges.
    public enum Kind: String, Hashable, Sendable {
        /// What the directory says of them.
        case member
        /// They may deliver what they wrote, and read nothing: all of it is handed over.
        case uploader
        /// Whoever runs the server, at its machine: sees and does everything.
        case administrator
    }

    public init(replica: ReplicaID, user: String, kind: Kind = .member) {
        self.replica = replica
        self.user = user
        self.kind = kind
    }
}

/// Change sets of one replica, read from a request and waiting for a commit.
public struct PushBatch: Sendable {
    public var principal: ExchangePrincipal
    /// The server's clock less the laptop's, milliseconds.
    public var offsetMilliseconds: Int64
    /// The highest verdict that the replica has stored.
    public var answered: Int64
    public var sets: [ChangeSet]
    /// Whether it is as large as a batch may be: a piece of a long push, which takes as long as a batch may.
    public var isFull = false
    /// What the replica says of the sets that it sends again, and what became of each of them; nothing on the first timeline.
    public var again: AgainSets?
    public var past: [Int64: PastAnswer] = [:]
    /// What the replica tells of others' writes that the server lost.
    public var witness: [WitnessLine] = []

    /// The most sets of a batch: everybody else's commits wait behind it.
    public static let mostSets = 32
    /// So many bytes of sets fill a batch; the last of them may be beyond.
    public static let fullBytes = 1 << 20
    /// So many lines of a witness, too, or so many atoms of them; the last line may be beyond.
    public static let mostWitness = 100
    public static let fullWitnessAtoms = 1_000
}

/// What became of a batch.
public struct PushResult: Sendable {
    /// In order of the sets, as far as they were judged.
    public var verdicts: [(number: Int64, verdict: Verdict)] = []
    /// The records of sets that were judged before that are gone since: the replica's store is to let them go.
    public var removed: [RecordID] = []
    /// What ended the batch early: a gap or a fork.
    public var problem: Problem?
    /// The last line of a witness that is dealt with; nil where there was none.
    public var witnessed: Int64?
    /// How many values of a witness were news, and how many were not kept, for the device had told enough.
    public var witnessListed = 0
    public var witnessRefused = 0
    /// Whether anything was committed that others want to know.
    public var hasChanges = false
    /// What was committed is news about.
    public var news = CommitNews()
    /// The devices of people whom the batch disabled: what they have open must end.
    public var cutOff: [ReplicaID] = []

    /// Takes what was committed besides.
    mutating func add(_ other: PushResult) {
        hasChanges = hasChanges || other.hasChanges
        news.add(other.news)
        cutOff += other.cutOff
    }
}
