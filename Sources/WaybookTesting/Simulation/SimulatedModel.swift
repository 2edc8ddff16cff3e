import Synchronization
import WaybookModel
import WaybookProtocol

/// What is known of the records outside the system.
struct SimulatedModel {
    enum Ruling { case accepted, rejected, handover }

    struct SetName: Hashable {
        var replica: ReplicaID
        var number: Int64

        init(_ set: ChangeSet) { (replica, number) = (set.stamp.replica, set.number) }
    }

    var oracle = WriteOracle(quiet: SimulatedSchemas.quiet)
    /// What the server last said of the set in which a text came.
    private var rulings: [String: Ruling] = [:]
    /// Of which set that was.
    private(set) var ruledIn: [String: SetName] = [:]
    /// The texts of which it said so before it was put back, and has forgotten it.
    var forgotten: Set<String> = []
    /// The sets that were refused since the server was first put back, because it does not know, or must not say, what they
    /// are about. That their author was told of it before, it has forgotten: it does not take them away with what leaves.
    var refusedAgain: Set<SetName> = []
    /// The stamp of the last accepted set of each replica, until the server is put back.
    var lastStamps: [ReplicaID: Stamp] = [:]
    /// Under which number the set in which a text came was accepted.
    var sentBy: [String: ReplicaID] = [:]
    var made: Set<RecordID> = []
    /// The code in the texts of each record.
    var codes: [RecordID: Int] = [:]
    /// The losing values that somebody looks at and lets be, by the conflict's identity.
    var keeps: [RecordID: (place: WriteOracle.Place, text: String)] = [:]
    var erased: Set<RecordID> = []
    /// What was to be made under a root and was handed over, by record: an erasure of the root reaches its text, wherever it waits.
    var handedUnder: [RecordID: RecordID] = [:]
    /// The records that ever named a unit as theirs, by that unit, in the history that the server is on.
    var entered: [RecordID: Set<RecordID>] = [:]
    /// The same at each backup.
    var enteredInBackups: [[RecordID: Set<RecordID>]] = []
    /// Who was in another unit by the time when that which they had been in was erased.
    var leftBefore: [RecordID: Set<RecordID>] = [:]
    /// The codes that must be nowhere once all is read and purged.
    var erasedCodes: Set<Int> = []
    var deleted: Set<RecordID> = []
    /// Of which the server has the identity alone.
    var removed: Set<RecordID> = []
    /// The same at any time: of what is made again under such an identity nobody knows what had stood there.
    var onceRemoved: Set<RecordID> = []
    /// The sets whose commit nobody confirmed, and what the server had before.
    var unconfirmed: [(set: ChangeSet, before: ServerView)] = []
    /// How often the server was put back. Since the first time the oracle says nothing: what stands depends on who comes back.
    var putBacks = 0
    /// What the server said, since it was last put back, of the set in which a text came, and where that was to stand.
    var ruledAgain: [String: (place: WriteOracle.Place, verdict: Verdict)] = [:]
    /// The numbers of which there were two stores at some time: no other may fork.
    var copied: Set<ReplicaID> = []
    private var lastReplica = Simulation.replicasFrom

    /// What the server last said of the set in which a text came, and still knows.
    func ruling(on text: String) -> Ruling? { forgotten.contains(text) ? nil : rulings[text] }

    mutating func rule(_ ruling: Ruling, on text: String, in set: ChangeSet) {
        rulings[text] = ruling
        ruledIn[text] = SetName(set)
        forgotten.remove(text)
    }

    /// Nobody confirmed the commit of a set.
    mutating func leave(_ set: ChangeSet, before: ServerView) {
        settle(set)
        unconfirmed.append((set, before))
    }

    /// What became of a set is known.
    mutating func settle(_ set: ChangeSet) { unconfirmed.removeAll { SetName($0.set) == SetName(set) } }

    /// As the server gives them.
    mutating func newReplica(on timeline: UInt8) -> ReplicaID {
        lastReplica += 1
        return ReplicaID(UInt32(timeline) << 24 | lastReplica)
    }
}

/// The server's wall clock: true time with a shift, or standing still.
final class ServerWall: Sendable {
    private let clock: WorldClock
    private let state = Mutex<(shift: Int64, stopped: Int64?, highest: Int64)>((0, nil, 0))

    init(_ clock: WorldClock) { self.clock = clock }

    var milliseconds: Int64 {
        state.withLock { state in
            let now = state.stopped ?? clock.milliseconds + state.shift
            state.highest = max(state.highest, now)
            return now
        }
    }

    /// The latest time that anybody read from it.
    var highest: Int64 { state.withLock { $0.highest } }

    func set(shift: Int64, isFrozen: Bool) {
        state.withLock { $0 = (shift, isFrozen ? clock.milliseconds + shift : nil, $0.highest) }
    }
}
