import GRDB
import WaybookModel
import WaybookProtocol

/// What an exchange starts from.
public struct ExchangeStart: Hashable, Sendable {
    public var replica: ReplicaID
    public var checkpoint: String?
    /// The number of the last set made, and of the last one whose verdict is stored.
    public var lastSet: Int64
    public var answered: Int64
    public var outbox: OutboxSize
    /// The server's data that the checkpoint belongs to; nil before the first exchange.
    public var epoch: String?
    public var timeline: Int?
    /// Departures up to this sequence are physically gone; nil where none was ever told.
    public var purgedSequence: Int64?
    /// What is sent again to a server that was put back; nil where none was, or that is done.
    public var again: AgainSets?
}

/// One line of the feed, in its order.
public enum FeedItem: Hashable, Sendable {
    case record(IncomingRecord)
    /// A unit leaves.
    case departed(Departure)
    /// A record went over into another unit, and why where the reader does not see that one.
    case gone(RecordID, DepartureCause? = nil)
    /// The root of a unit that left was erased.
    case erased(RecordID)
    /// The records that follow are all that the server has of a bucket.
    case bucket(Int)
}

extension ClientStore {
    /// What an exchange starts from, in one state.
    public func exchangeStart() throws -> ExchangeStart {
        try read { tables in
            ExchangeStart(
                replica: try tables.replica(), checkpoint: try tables.text(.checkpoint),
                lastSet: try tables.integer(.lastSet) ?? 0, answered: try tables.integer(.answered) ?? 0,
                outbox: try tables.outboxSize(), epoch: try tables.text(.epoch),
                timeline: try tables.integer(.timeline).flatMap { Int(exactly: $0) },
                purgedSequence: try tables.purgedSequence(), again: try tables.againSets())
        }
    }

    /// What this replica tells of itself in a hello.
    /// - Parameters:
    ///   - client: the client's version.
    ///   - isAllSent: whether all that is unsent goes with this request: then it is no news, and of the rest only what
    ///     differs from what was last told is.
    /// - Returns: nil where there is nothing new.
    public func told(
        client: String = ProductVersion.text, isAllSent: Bool = false, at now: ClientTime
    ) throws -> Told? {
        try read { tables in
            let conflicts = Int64(try tables.openConflictCount())
            if isAllSent, try tables.text(.lastTold) == Self.toldText(conflicts, client) { return nil }
            let outbox = try tables.outboxSize()
            let oldest = try String.fetchOne(
                tables.db.cachedStatement(sql: "SELECT stamp FROM outbox ORDER BY number LIMIT 1"))
            let time = try tables.anchor()?.correctedMilliseconds(at: now) ?? UInt64(max(0, now.wallMilliseconds))
            let age = oldest.flatMap { Stamp($0) }.map { Int64(clamping: time) - Int64(clamping: $0.milliseconds) }
            return Told(
                unsentSets: Int64(outbox.sets), oldestMilliseconds: age.map { max(0, $0) },
                conflicts: conflicts, client: client)
        }
    }

    /// What is compared to know whether there is news.
    private static func toldText(_ conflicts: Int64, _ client: String) -> String { "\(conflicts) \(client)" }

    /// The next unsent sets in order, as they are sent; the first one whatever its size.
    public func outboxLines(
        from first: Int64, through last: Int64, limit: Int = 200, maximumBytes: Int = 256 << 10
    ) throws -> [OutboxLine] {
        try read { tables in
            try tables.outboxLines(from: first, through: last, limit: limit, maximumBytes: maximumBytes)
        }
    }

    /// Notes that sets up to this number are handed to a transport: the server may know them from now on.
    public func noteSending(through number: Int64) throws {
        guard try read({ tables in try tables.integer(.sentThrough) ?? 0 }) < number else { return }
        try write { tables in try tables.set(.sentThrough, number) }
    }

    /// Takes the head of an answer: the server's identity and clock.
    /// - Parameter asked: the reading whose wall clock the hello told.
    public func take(_ head: Head, asked: ClientTime) throws {
        try write { tables in
            try tables.set(ClockAnchor(offsetMilliseconds: head.offsetMilliseconds, measuredAt: asked))
            if let epoch = head.epoch { try tables.set(.epoch, epoch) }
            if let timeline = head.timeline { try tables.set(.timeline, Int64(timeline)) }
            try tables.set(.headSequence, head.sequence)
            try tables.takeLease(head, asked: asked)
        }
    }

    /// Stores verdicts in order, in one transaction; each then counts as answered.
    public func take(_ verdicts: [(number: Int64, verdict: Verdict)], at now: ClientTime) throws {
        try write { tables in
            var answering = try Answering(tables, now: now)
            for (number, verdict) in verdicts { try answering.take(number, verdict) }
            try answering.finish()
        }
    }

    /// Stores a page of the feed together with the checkpoint behind it.
    /// - Returns: how many records went, for they are now in units that the reader does not see; and how many were other
    ///   than the server's where it told a bucket whole.
    @discardableResult
    public func take(
        _ page: [FeedItem], checkpoint token: String, sequence: Int64, at now: ClientTime
    ) throws -> (gone: Int, mended: Int) {
        try write { tables in
            guard sequence >= (try tables.integer(.checkpointSequence) ?? 0) else {
                throw ClientStoreError.checkpointWentBack
            }
            var receiving = try Receiving(tables, own: try tables.replica(), now: now)
            var departing = Departing(tables, now: now)
            var mending = Mending(tables)
            for item in page {
                switch item {
                case .record(let record) where mending.isUnderWay:
                    try mending.take(record, &receiving)
                case .bucket(let bucket): try mending.begin(bucket)
                case .record(let record):
                    try departing.makeWay(for: record)
                    try receiving.take(record)
                case .departed(let departure): try departing.take(departure)
                case .gone(let id, let cause): try departing.take(gone: id, cause)
                case .erased(let root): try receiving.take(erased: root)
                }
            }
            try mending.finish(at: now)
            try departing.finish()
            try receiving.finish()
            try tables.set(.checkpoint, token)
            try tables.set(.checkpointSequence, sequence)
            return (departing.goneRecords + mending.removed, mending.mended)
        }
    }

    /// Takes the end of an answer.
    /// - Parameters:
    ///   - isWholeFeed: whether the feed was asked for and told to its end: then everything up to the last checkpoint
    ///     has been seen.
    ///   - hasMore: whether there was more to tell by then: then the feed is not wholly read yet.
    ///   - readable: how many records this replica may read, where the server says so.
    ///   - told: what the hello told of this replica.
    /// - Returns: how many records a fresh pull that is now whole did not tell, and which went.
    @discardableResult
    public func finishExchange(
        isWholeFeed: Bool, hasMore: Bool = false, readable: Int64? = nil, told: Told? = nil, at now: ClientTime
    ) throws -> Int {
        let isRead = isWholeFeed && !hasMore
        let removed = isRead ? try removeUntold() : 0
        try write { tables in
            if let readable { try tables.set(.readable, readable) }
            if let told { try tables.set(.lastTold, Self.toldText(told.conflicts, told.client)) }
            if isRead {
                try tables.noteWhollyRead(afresh: try tables.isPullingAfresh())
                try tables.endFreshPull(removed: removed, at: now)
                try tables.endRewinding()
                try tables.endComingAgain()
            }
            if isWholeFeed { try tables.renewLease() }
            if isRead, let sequence = try tables.integer(.checkpointSequence) {
                try tables.set(.readThrough, sequence)
                try tables.set(.headSequence, sequence)
                try tables.log(.completed, at: now.wallMilliseconds, number: sequence)
            }
            try tables.set(.lastSync, now.wallMilliseconds)
            try tables.trimHistory()
            try tables.trimLog()
        }
        try trimJournal()
        if isRead { try emptyBin() }
        return removed
    }

    /// Moves this replica to a new number after a fork, with all unanswered sets.
    public func renumber(to replica: ReplicaID, at now: ClientTime) throws {
        try write { tables in
            let old = try tables.replica()
            guard old != replica else { return }
            try Renumbering(tables: tables, from: old, to: replica).perform()
            try tables.log(.renumbered, at: now.wallMilliseconds, number: Int64(replica.number))
        }
    }
}
