import GRDB
import WaybookModel

/// The single values that a replica remembers.
enum MetaKey: String {
    case replica
    case lastSet, answered, sentThrough
    /// The highest stamp made or seen, and the highest that the server has vetted.
    case clock, vetted
    case offset, anchorWall, anchorBoot, anchorBootID
    case epoch, timeline
    case checkpoint, checkpointSequence, headSequence, readThrough
    /// There while a fresh pull is under way: which.
    case freshPull
    /// While sets are sent again to a server that was put back: the first of them, the last that had been answered, and the
    /// last that was made over what was read before.
    case againFirst, againAnswered, againThrough
    /// While it is looked for what a server that was put back lost of others' writes: the row behind which to go on. What it
    /// has of the timeline that was known, and where its own begins; and between which own stamps it lacks what is no longer
    /// in the journal.
    case witnessFrom, witnessFork, witnessStart, witnessOwnAfter, witnessOwnBefore
    /// How much was found: atoms, the bytes of their lines, and the atoms that were too many.
    case witnessAtoms, witnessBytes, witnessBeyond
    /// How many records the server said that this replica may read.
    case readable
    case lastSync
    /// What this replica last told of itself in an exchange that came to its end.
    case lastTold
    /// The days of the lease; the server's clock at the last contact, milliseconds; the highest stamp then, and the latest
    /// time seen since; the server's clock at the last head.
    case leaseDays, leaseContact, leaseStamp, leaseSeen, headClock
    /// The bytes of the journal's lines; the first set that is kept, and the last one that there was when that was measured.
    case journalBytes, journalFirst, journalMeasured
    /// How many sets were re-stamped since the person was last told.
    case restampedUntold
    /// There while something unsent is about somebody who was erased; and how many such sets went since the person was
    /// last told.
    case unsentErased, erasedUntold
    case indexedThrough
    /// When all was last compared with the server, by its clock; there while that is due at once; and how many buckets
    /// differed still.
    case compared, comparisonDue, differing
    case schemaObjects
    /// When the contents of what was deleted long ago were last taken, by the server's clock.
    case binEmptied
    /// There while a record that went over into another unit is to be told there, and was not yet.
    case comingAgain
    /// Counts evictions whose bytes may still be in the files; gone once they are not.
    case purgeDue
    /// The sequence up to which departures are physically gone, while a later one is not; and whether one ever came.
    case purgedThrough, departures
}

/// The tables of a replica, seen inside one transaction.
struct ClientTables {
    let db: Database
    let schema: Schema
    let journalLimits: JournalLimits

    init(_ db: Database, _ schema: Schema, _ journalLimits: JournalLimits = JournalLimits()) {
        self.db = db
        self.schema = schema
        self.journalLimits = journalLimits
    }

    func integer(_ key: MetaKey) throws -> Int64? {
        try Int64.fetchOne(db.cachedStatement(sql: Self.metaSQL), arguments: [key.rawValue])
    }

    func text(_ key: MetaKey) throws -> String? {
        try String.fetchOne(db.cachedStatement(sql: Self.metaSQL), arguments: [key.rawValue])
    }

    func set(_ key: MetaKey, _ value: Int64) throws { try setMeta(key.rawValue, value.databaseValue) }

    func set(_ key: MetaKey, _ value: String) throws { try setMeta(key.rawValue, value.databaseValue) }

    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    func setMeta(_ name: String, _ value: DatabaseValue) throws {
        try run(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, value])
    }

    private static let metaSQL = "SELECT value FROM meta WHERE name = ?"
}

extension ClientTables {
    /// This replica's number; throws before the first sign-in.
    func replica() throws -> ReplicaID {
        guard let number = try integer(.replica).flatMap({ UInt32(exactly: $0) }) else {
            throw ClientStoreError.notSignedIn
        }
        return ReplicaID(number)
    }

    func stamp(_ key: MetaKey) throws -> Stamp? { try text(key).flatMap { Stamp($0) } }

    func anchor() throws -> ClockAnchor? {
        guard let offset = try integer(.offset), let wall = try integer(.anchorWall),
            let boot = try integer(.anchorBoot), let bootID = try text(.anchorBootID)
        else { return nil }
        return ClockAnchor(
            offsetMilliseconds: offset,
            measuredAt: ClientTime(wallMilliseconds: wall, bootMilliseconds: boot, bootID: bootID))
    }

    func set(_ anchor: ClockAnchor) throws {
        try set(.offset, anchor.offsetMilliseconds)
        try set(.anchorWall, anchor.measuredAt.wallMilliseconds)
        try set(.anchorBoot, anchor.measuredAt.bootMilliseconds)
        try set(.anchorBootID, anchor.measuredAt.bootID)
    }

    /// Makes the next stamp: above the last one, and none that was made before the clock was lowered.
    func tick(_ now: ClientTime) throws -> Stamp {
        let replica = try replica()
        let time = try anchor()?.correctedMilliseconds(at: now) ?? UInt64(max(0, now.wallMilliseconds))
        var clock = HybridClock(replica: replica)
        if let last = try stamp(.clock) { clock.observe(last) }
        var stamp = clock.tick(milliseconds: time)
        while try wasIssued(stamp) { stamp = clock.tick(milliseconds: time) }
        try set(.clock, stamp.description)
        return stamp
    }

    private func wasIssued(_ stamp: Stamp) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM issued WHERE stamp = ?1) OR EXISTS (SELECT 1 FROM outbox WHERE stamp = ?1)
                """)
        return try Bool.fetchOne(statement, arguments: [stamp.description]) ?? false
    }

    /// Takes note of a stamp that the server has vetted: the next one made is above it.
    func observe(vetted stamp: Stamp) throws {
        if try self.stamp(.vetted).map({ $0 < stamp }) ?? true { try set(.vetted, stamp.description) }
        if try self.stamp(.clock).map({ $0 < stamp }) ?? true { try set(.clock, stamp.description) }
    }

    /// Lowers the clock to the highest vetted stamp, after a set was re-stamped.
    func lowerClock() throws {
        guard let vetted = try stamp(.vetted) else { return }
        try set(.clock, vetted.description)
        try run("DELETE FROM issued WHERE stamp <= ?", [vetted.description])
    }
}
