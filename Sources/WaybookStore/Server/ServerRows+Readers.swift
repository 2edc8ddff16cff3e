import Foundation
import GRDB
import WaybookModel

/// How a unit stands with a replica's store.
public enum HeldState: Int, Hashable, Sendable {
    /// It is there.
    case held = 0
    /// The pull under way brings it.
    case coming = 1
    /// The pull under way takes it away.
    case leaving = 2
    /// It was there once.
    case left = 3
    /// It may be there, whole or in part, and lacks what happened while it was out of sight: it comes whole, or leaves.
    case behind = 4
}

/// How far a replica that sees a part of the workspace was told.
public struct ReaderState: Hashable, Sendable {
    /// The number of the last plan.
    public var pull: Int64
    /// The number of the pull on whose outcome it was planned.
    public var base: Int64
    /// The sequence at which it was planned.
    public var head: Int64
    /// The sequence at which the plan before it was made.
    public var prior: Int64
    /// The scopes that the reader held then.
    public var scopes: Set<Scope>
    /// The furthest token that was presented, by its order.
    public var presented: [UInt8]?
    /// Whether the next pull is to be planned anew, whatever has moved since.
    public var mustPlan = false

    public init(pull: Int64, base: Int64, head: Int64, prior: Int64, scopes: Set<Scope>, presented: [UInt8]?) {
        self.pull = pull
        self.base = base
        self.head = head
        self.prior = prior
        self.scopes = scopes
        self.presented = presented
    }
}

/// What each replica's store holds, exactly: a replica stores a page and its token in one transaction, so the token that
/// it presents proves what it has.
extension ServerRows {
    /// What the server knows of a reader; nil for one that was never told anything, or sees everything.
    public func reader(_ replica: ReplicaID) throws -> ReaderState? {
        let statement = try db.cachedStatement(
            sql: "SELECT pull, base, head, prior, scopes, presented FROM reader WHERE replica = ?")
        guard let row = try Row.fetchOne(statement, arguments: [replica.number]) else { return nil }
        let texts = ((row[4] as String).split(separator: "\n")).map(String.init)
        let scopes = texts.compactMap { Scope($0) }
        guard scopes.count == texts.count else { throw DamagedRow() }
        let presented: Data? = row[5]
        let head: Int64 = row[2]
        var state = ReaderState(
            pull: row[0], base: row[1], head: head < 0 ? ~head : head, prior: row[3], scopes: Set(scopes),
            presented: presented.map { Array($0) })
        // Stored as its complement, below 0, where the next pull must be planned.
        state.mustPlan = head < 0
        return state
    }

    /// Stores what the server knows of a reader.
    public func store(_ reader: ReaderState, of replica: ReplicaID) throws {
        let scopes = reader.scopes.sorted().map(\.text).joined(separator: "\n")
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO reader (replica, pull, base, head, prior, scopes, presented)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            replica.number, reader.pull, reader.base, reader.mustPlan ? ~reader.head : reader.head, reader.prior,
            scopes,
            reader.presented.map { Data($0) },
        ])
    }

    /// How a unit stands with a replica; nil where it was never there.
    public func held(_ unit: RecordID, by replica: ReplicaID) throws -> HeldState? {
        let statement = try db.cachedStatement(sql: "SELECT state FROM held WHERE replica = ? AND unit = ?")
        return try Int.fetchOne(statement, arguments: [replica.number, Data(unit.bytes)]).flatMap {
            HeldState(rawValue: $0)
        }
    }

    /// Notes how a unit stands with a replica; nil forgets it.
    public func setHeld(_ unit: RecordID, by replica: ReplicaID, _ state: HeldState?) throws {
        let key: StatementArguments = [replica.number, Data(unit.bytes)]
        guard let state else {
            return try db.cachedStatement(sql: "DELETE FROM held WHERE replica = ? AND unit = ?")
                .execute(arguments: key)
        }
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO held (replica, unit, state) VALUES (?, ?, ?)")
            .execute(arguments: key + [state.rawValue])
    }

    /// Notes that a replica holds every unit. Cost: linear in the records.
    public func holdEverything(by replica: ReplicaID) throws {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO held (replica, unit, state)
                SELECT ?, unit, \(HeldState.held.rawValue)
                FROM (SELECT unit FROM unit_size UNION SELECT id FROM record WHERE unit IS NULL)
                """, arguments: [replica.number])
    }

    /// Notes of a store that goes on under a new number all that it was ever told under its old one: it may be an older copy.
    public func copyHeld(of old: ReplicaID, to new: ReplicaID) throws {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO held (replica, unit, state)
                SELECT ?2, unit, \(HeldState.held.rawValue) FROM held WHERE replica = ?1
                """, arguments: [old.number, new.number])
        guard var reader = try reader(old) else { return }
        reader.presented = nil
        try store(reader, of: new)
    }

    /// Changes the state of all units of a replica that stand in one, up to a unit; nil forgets them.
    public func settle(
        by replica: ReplicaID, _ open: HeldState, as state: HeldState?, through unit: RecordID? = nil
    ) throws {
        let verb = state.map { "UPDATE held SET state = \($0.rawValue)" } ?? "DELETE FROM held"
        let through = unit.map { Data($0.bytes) } ?? Data(repeating: 0xFF, count: 16)
        try db.cachedStatement(
            sql: "\(verb) WHERE replica = ? AND state = \(open.rawValue) AND unit <= ?"
        ).execute(arguments: [replica.number, through])
    }

    /// The units of a replica whose coming or leaving is open, in order.
    public func openUnits(
        of replica: ReplicaID, _ state: HeldState, after unit: RecordID?, limit: Int
    ) throws -> [RecordID] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT unit FROM held WHERE replica = ? AND state = \(state.rawValue) AND unit > ?
                ORDER BY unit LIMIT ?
                """)
        let bound = unit.map { Data($0.bytes) } ?? Data()
        return try Data.fetchAll(statement, arguments: [replica.number, bound, limit])
            .compactMap { RecordID(bytes: $0) }
    }

    /// Forgets that a replica holds the units of these scopes.
    public func forgetHeld(by replica: ReplicaID, in scopes: Set<Scope>) throws {
        let seen = Self.units(ofScopes: scopes.count)
        let own: StatementArguments = [replica.number]
        try db.cachedStatement(
            sql: "DELETE FROM held WHERE replica = ? AND state = \(HeldState.held.rawValue) AND unit IN (\(seen))"
        ).execute(arguments: own + StatementArguments(scopes.map(\.text)))
    }

    /// Notes of all units that a replica holds, or is being told, and that are in none of these scopes, that they fall behind.
    /// Cost: linear in the units, inside SQLite.
    public func fallBehind(by replica: ReplicaID, seeing scopes: Set<Scope>) throws {
        let own: StatementArguments = [replica.number]
        try db.cachedStatement(
            sql: """
                UPDATE held SET state = \(HeldState.behind.rawValue)
                WHERE replica = ? AND state IN (\(HeldState.held.rawValue), \(HeldState.coming.rawValue))
                    AND unit NOT IN (\(Self.units(ofScopes: scopes.count)))
                """
        ).execute(arguments: own + StatementArguments(scopes.map(\.text)))
    }

    /// Plans what is to come and what is to leave: units that are seen in one of these scopes and not held, and those that are
    /// held, or may be, and seen in none. Cost: linear in the units, inside SQLite, for nobody else commits meanwhile.
    public func planHeld(by replica: ReplicaID, seeing scopes: Set<Scope>) throws {
        let seen = Self.units(ofScopes: scopes.count)
        let texts = StatementArguments(scopes.map(\.text))
        let own: StatementArguments = [replica.number]
        try db.cachedStatement(
            sql: """
                INSERT INTO held (replica, unit, state)
                SELECT DISTINCT ?, unit, \(HeldState.coming.rawValue) FROM (\(seen)) AS seen
                WHERE NOT EXISTS (
                    SELECT 1 FROM held
                    WHERE held.replica = ? AND held.unit = seen.unit AND state = \(HeldState.held.rawValue))
                ON CONFLICT (replica, unit) DO UPDATE SET state = excluded.state
                """
        ).execute(arguments: own + texts + own)
        try db.cachedStatement(
            sql: """
                UPDATE held SET state = \(HeldState.leaving.rawValue)
                WHERE replica = ? AND state IN (\(HeldState.held.rawValue), \(HeldState.behind.rawValue))
                    AND unit NOT IN (\(seen))
                """
        ).execute(arguments: own + texts)
    }

    /// Whether the last plan has units whose coming or leaving was not proved yet.
    public func hasOpenPlan(_ replica: ReplicaID) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT 1 FROM held WHERE replica = ? AND state IN (1, 2) LIMIT 1")
        return try Int.fetchOne(statement, arguments: [replica.number]) != nil
    }

    // MARK: Rows of units

    /// The rows of one unit from a position on, its root among them, in order; at most `limit`.
    public func rows(of unit: RecordID, after position: Int64, limit: Int) throws -> [FeedRow] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT position, id, collection, unit, fields, stamps, deleted FROM (
                    SELECT * FROM (
                        SELECT position, id, collection, unit, fields, stamps, deleted FROM record
                        WHERE unit = ?1 AND position > ?2 ORDER BY position LIMIT ?3)
                    UNION ALL
                    SELECT position, id, collection, unit, fields, stamps, deleted FROM record
                    WHERE id = ?1 AND position > ?2)
                ORDER BY position LIMIT ?3
                """)
        return try Row.fetchAll(statement, arguments: [Data(unit.bytes), position, limit]).map { row in
            try feedRow(row, position: row[0])
        }
    }

    /// The units of a scope that changed after a commit, at most through another, in the order of their last change.
    public func touchedUnits(
        in scope: Scope, after sequence: Int64, through horizon: Int64
    ) throws -> [(touched: Int64, unit: RecordID)] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT touched, unit FROM member WHERE scope = (\(Self.scopeNumber("?")))
                AND touched > ? AND touched <= ? ORDER BY touched
                """)
        return try Row.fetchAll(statement, arguments: [scope.text, sequence, horizon]).compactMap { row in
            RecordID(bytes: row[1] as Data).map { (row[0], $0) }
        }
    }

    /// The commit through which ``touchedUnits(in:after:through:)`` has about `count` units; nil where fewer are left.
    public func horizon(in scope: Scope, after sequence: Int64, count: Int) throws -> Int64? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT touched FROM member WHERE scope = (\(Self.scopeNumber("?")))
                AND touched > ? ORDER BY touched LIMIT 1 OFFSET ?
                """)
        return try Int64.fetchOne(statement, arguments: [scope.text, sequence, count])
    }

    // MARK: The directory

    /// The directory's records.
    public func directory() throws -> [VersionedRecord] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT position, id, collection, unit, fields, stamps, deleted FROM record
                WHERE collection IN ('user', 'team', 'membership')
                """)
        return try Row.fetchAll(statement).map { row in try record(feedRow(row, position: row[0])) }
    }

    /// Notes that the directory changed.
    public func noteDirectoryChange(at sequence: Int64, milliseconds: Int64) throws {
        try set("directory", sequence)
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO directory_change (sequence, time) VALUES (?, ?)")
            .execute(arguments: [sequence, milliseconds])
    }

    /// The first change of the directory after a commit.
    public func directoryChange(after sequence: Int64) throws -> (at: Int64, milliseconds: Int64)? {
        let statement = try db.cachedStatement(
            sql: "SELECT sequence, time FROM directory_change WHERE sequence > ? ORDER BY sequence LIMIT 1")
        return try Row.fetchOne(statement, arguments: [sequence]).map { ($0[0], $0[1]) }
    }

    // MARK: What was handed over

    /// Remembers that a replica's creation of a record was handed over, and in which unit it would have been.
    public func noteHandedCreation(_ record: RecordID, by replica: ReplicaID, unit: RecordID) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO handed_creation (record, replica, unit) VALUES (?, ?, ?)")
            .execute(arguments: [Data(record.bytes), replica.number, Data(unit.bytes)])
    }

    /// The unit of a record whose creation by this replica was handed over; nil where it was not.
    public func handedCreation(_ record: RecordID, by replica: ReplicaID) throws -> RecordID? {
        let statement = try db.cachedStatement(
            sql: "SELECT unit FROM handed_creation WHERE record = ? AND replica = ?")
        return try Data.fetchOne(statement, arguments: [Data(record.bytes), replica.number]).flatMap {
            RecordID(bytes: $0)
        }
    }

    /// Remembers what an item is about.
    public func link(item: RecordID, about unit: RecordID) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO handover_item (unit, item) VALUES (?, ?)")
            .execute(arguments: [Data(unit.bytes), Data(item.bytes)])
    }

    /// The items about a unit.
    public func items(about unit: RecordID) throws -> [RecordID] {
        let statement = try db.cachedStatement(sql: "SELECT item FROM handover_item WHERE unit = ? ORDER BY item")
        return try Data.fetchAll(statement, arguments: [Data(unit.bytes)]).compactMap { RecordID(bytes: $0) }
    }
}
