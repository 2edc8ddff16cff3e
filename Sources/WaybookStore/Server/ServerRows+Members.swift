import Foundation
import GRDB
import WaybookModel

/// A unit's place in a scope.
public struct Member: Hashable, Sendable {
    public var unit: RecordID
    public var grade: ShareGrade
    /// The commit since which it is there.
    public var since: Int64
    /// The last commit that changed any record of the unit.
    public var touched: Int64
}

/// How a unit left a scope.
public struct MembershipEnd: Hashable, Sendable {
    public var since: Int64
    /// The commit that ended it, and when that was: milliseconds of the server's clock.
    public var at: Int64
    public var milliseconds: Int64
    public var reason: String
    public var by: RecordID?
    public var note: String?

    public init(since: Int64, at: Int64, milliseconds: Int64, reason: String, by: RecordID?, note: String?) {
        self.since = since
        self.at = at
        self.milliseconds = milliseconds
        self.reason = reason
        self.by = by
        self.note = note
    }
}

/// That a record left a unit for another: when, by the server's clock, and who did it.
public struct RecordMove: Hashable, Sendable {
    public var record: RecordID
    public var milliseconds: Int64
    public var by: RecordID?
}

/// Which units are members of which scopes.
extension ServerRows {
    /// The scopes of a unit.
    public func members(of unit: RecordID) throws -> [Scope: Member] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT scope.text, grade, ifnull(since, touched), touched
                FROM member JOIN scope ON scope.number = member.scope WHERE unit = ?
                """)
        let rows = try Row.fetchAll(statement, arguments: [Data(unit.bytes)])
        var members: [Scope: Member] = [:]
        for row in rows {
            guard let scope = Scope(row[0]), let grade = ShareGrade(number: row[1]) else {
                throw DamagedRow(record: unit)
            }
            members[scope] = Member(unit: unit, grade: grade, since: row[2], touched: row[3])
        }
        return members
    }

    /// Whether a unit is a member of any of these scopes. Cost: one indexed read.
    public func isMember(_ unit: RecordID, ofAny scopes: Set<Scope>) throws -> Bool {
        try !members(of: unit).keys.allSatisfy { !scopes.contains($0) }
    }

    /// Puts a unit into a scope, or changes what its members may do.
    public func join(_ unit: RecordID, _ scope: Scope, _ grade: ShareGrade, at sequence: Int64) throws {
        let present = try HotStatement(
            db,
            """
            UPDATE member SET grade = ?3, since = ifnull(since, touched), touched = ?4
            WHERE unit = ?1 AND scope = (\(Self.scopeNumber("?2")))
            """)
        let isPresent = try present.run(
            .identity(unit), .string(scope.text), .integer(grade.number), .integer(sequence))
        guard isPresent == 0 else { return }
        let number = try noteMove(in: scope, at: sequence)
        try HotStatement(db, "INSERT INTO member (unit, scope, grade, touched) VALUES (?, ?, ?, ?)")
            .run(.identity(unit), .integer(number), .integer(grade.number), .integer(sequence))
    }

    /// Takes a unit out of a scope.
    public func leave(_ unit: RecordID, _ scope: Scope, _ end: MembershipEnd) throws {
        let number = try noteMove(in: scope, at: end.at)
        try db.cachedStatement(sql: "DELETE FROM member WHERE unit = ? AND scope = ?")
            .execute(arguments: [Data(unit.bytes), number])
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO departure (unit, scope, since, at, time, reason, by, note)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            Data(unit.bytes), number, end.since, end.at, end.milliseconds, end.reason,
            end.by.map { Data($0.bytes) }, end.note,
        ])
    }

    /// Notes that a record of a unit changed.
    public func touch(_ unit: RecordID, at sequence: Int64) throws {
        try HotStatement(
            db, "UPDATE member SET since = ifnull(since, touched), touched = ?2 WHERE unit = ?1 AND touched < ?2"
        ).run(.identity(unit), .integer(sequence))
    }

    /// How a unit left scopes, the latest end first.
    public func departures(of unit: RecordID) throws -> [(scope: Scope, end: MembershipEnd)] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT scope.text, since, at, time, reason, by, note
                FROM departure JOIN scope ON scope.number = departure.scope
                WHERE unit = ? ORDER BY at DESC, scope.text
                """)
        return try Row.fetchAll(statement, arguments: [Data(unit.bytes)]).map { row in
            guard let scope = Scope(row[0]) else { throw DamagedRow(record: unit) }
            let by: Data? = row[5]
            return (
                scope,
                MembershipEnd(
                    since: row[1], at: row[2], milliseconds: row[3], reason: row[4],
                    by: by.flatMap { RecordID(bytes: $0) }, note: row[6])
            )
        }
    }

    /// The next units of a scope whose root is of one of these collections, those first that changed longest ago.
    public func roots(of scope: Scope, in collections: [CollectionName], limit: Int) throws -> [RecordID] {
        let marks = databaseQuestionMarks(count: collections.count)
        let statement = try db.cachedStatement(
            sql: """
                SELECT member.unit FROM member JOIN record ON record.id = member.unit
                WHERE member.scope = (\(Self.scopeNumber("?"))) AND record.collection IN (\(marks))
                ORDER BY member.touched, member.unit LIMIT ?
                """)
        let arguments = [scope.text] + collections.map(\.text)
        return try Data.fetchAll(statement, arguments: StatementArguments(arguments) + [limit])
            .compactMap { RecordID(bytes: $0) }
    }

    // MARK: Records that changed their unit

    /// Notes that a record left a unit for another.
    public func noteMoved(
        _ record: RecordID, from unit: RecordID, at sequence: Int64, milliseconds: Int64, by user: RecordID?
    ) throws {
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO moved (unit, record, at, time, by) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [
            Data(unit.bytes), Data(record.bytes), sequence, milliseconds, user.map { Data($0.bytes) },
        ])
    }

    /// The units that a record has left, each with the commit and the time.
    public func leftUnits(of record: RecordID) throws -> [(unit: RecordID, at: Int64, milliseconds: Int64)] {
        let statement = try db.cachedStatement(sql: "SELECT unit, at, time FROM moved WHERE record = ?")
        return try Row.fetchAll(statement, arguments: [Data(record.bytes)]).compactMap { row in
            RecordID(bytes: row[0] as Data).map { ($0, row[1], row[2]) }
        }
    }

    /// The records that ever left a unit for another.
    public func records(thatLeft unit: RecordID) throws -> Set<RecordID> {
        let statement = try db.cachedStatement(sql: "SELECT record FROM moved WHERE unit = ?")
        return Set(try Data.fetchAll(statement, arguments: [Data(unit.bytes)]).compactMap { RecordID(bytes: $0) })
    }

    /// Whether any record has moved after a commit.
    public func hasMovedRecords(after sequence: Int64) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM moved WHERE at > ? LIMIT 1")
        return try Int.fetchOne(statement, arguments: [sequence]) != nil
    }

    /// The records that left a unit which a replica holds, after a commit: each with its last such move.
    public func movedAway(from replica: ReplicaID, after sequence: Int64) throws -> [RecordMove] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT moved.record, max(moved.at), moved.time, moved.by FROM moved
                JOIN held ON held.unit = moved.unit AND held.replica = ?
                WHERE moved.at > ? AND held.state <> 3 GROUP BY moved.record ORDER BY moved.record
                """)
        return try Row.fetchAll(statement, arguments: [replica.number, sequence]).compactMap { row in
            let by: Data? = row[3]
            return RecordID(bytes: row[0] as Data).map { record in
                RecordMove(record: record, milliseconds: row[2], by: by.flatMap { RecordID(bytes: $0) })
            }
        }
    }
}

/// How a grade stands in `member`.
extension ShareGrade {
    fileprivate var number: Int64 {
        switch self {
        case .view: 0
        case .edit: 1
        }
    }

    fileprivate init?(number: Int64) {
        switch number {
        case 0: self = .view
        case 1: self = .edit
        default: return nil
        }
    }
}
