import Foundation
import GRDB
import WaybookModel

/// What the server remembers of a replica.
public struct ReplicaState: Hashable, Sendable {
    public var replica: ReplicaID
    /// The number of its last set that was judged.
    public var last: Int64
    /// The highest verdict that it has stored durably, as last told.
    public var answered: Int64
    /// The highest stamp of it that was vetted.
    public var vetted: Stamp?
    /// The replica whose copy it is, after a fork.
    public var forkOf: ReplicaID?

    public init(
        replica: ReplicaID, last: Int64 = 0, answered: Int64 = 0, vetted: Stamp? = nil, forkOf: ReplicaID? = nil
    ) {
        self.replica = replica
        self.last = last
        self.answered = answered
        self.vetted = vetted
        self.forkOf = forkOf
    }
}

/// Sets and replicas: numbering, stored verdicts, and the translation of bases.
extension ServerRows {
    /// The state of a replica; nil for one that never sent anything.
    public func replica(_ replica: ReplicaID) throws -> ReplicaState? {
        let statement = try db.cachedStatement(
            sql: "SELECT last, answered, vetted, fork_of FROM replica WHERE number = ?")
        guard let row = try Row.fetchOne(statement, arguments: [replica.number]) else { return nil }
        let vetted: String? = row[2]
        let forkOf: UInt32? = row[3]
        return ReplicaState(
            replica: replica, last: row[0], answered: row[1], vetted: vetted.flatMap { Stamp($0) },
            forkOf: forkOf.map { ReplicaID($0) })
    }

    /// Stores the state of a replica.
    public func store(_ state: ReplicaState) throws {
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO replica (number, last, answered, vetted, fork_of) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [
            state.replica.number, state.last, state.answered, state.vetted?.description, state.forkOf?.number,
        ])
    }

    /// Hash and verdict of a set; the verdict is nil where the set was simply applied.
    public func judgedSet(_ replica: ReplicaID, _ number: Int64) throws -> (hash: [UInt8], verdict: Value?)? {
        let statement = try db.cachedStatement(
            sql: "SELECT hash, verdict FROM accepted_set WHERE replica = ? AND number = ?")
        guard let row = try Row.fetchOne(statement, arguments: [replica.number, number]) else { return nil }
        let hash: Data = row[0]
        let verdict: String? = row[1]
        return (Array(hash), try verdict.map { try JSONParser.parse($0) })
    }

    /// Stores hash and verdict of a set.
    public func storeJudged(_ replica: ReplicaID, _ number: Int64, hash: [UInt8], verdict: Value?) throws {
        try HotStatement(db, "INSERT INTO accepted_set (replica, number, hash, verdict) VALUES (?, ?, ?, ?)")
            .run(
                .integer(Int64(replica.number)), .integer(number), .blob(hash[...]),
                verdict.map { .text(CanonicalJSON.bytes($0)[...]) } ?? .null)
    }

    /// Forgets the sets of a replica that are `kept` numbers older than its last one, and answered.
    public func forgetJudged(_ state: ReplicaState, kept: Int64) throws {
        let oldest = min(state.last - kept, state.answered)
        guard oldest > 0 else { return }
        try db.cachedStatement(sql: "DELETE FROM accepted_set WHERE replica = ? AND number <= ?")
            .execute(arguments: [state.replica.number, oldest])
    }

    /// Keeps the base of a refused write: a later write made on it stands on that base.
    public func storeRefusedBase(_ base: Stamp?, stamp: Stamp, record: RecordID, path: FieldPath) throws {
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO refused_base (stamp, record, path, base) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [stamp.description, Data(record.bytes), path.text, base?.description])
    }

    /// Looks up a refused write. The outer nil: it was not refused.
    public func refusedBase(_ stamp: Stamp, record: RecordID, path: FieldPath) throws -> Stamp?? {
        let statement = try db.cachedStatement(
            sql: "SELECT base FROM refused_base WHERE stamp = ? AND record = ? AND path = ?")
        let row = try Row.fetchOne(
            statement, arguments: [stamp.description, Data(record.bytes), path.text])
        guard let row else { return nil }
        let base: String? = row[0]
        return .some(base.flatMap { Stamp($0) })
    }

    /// Remembers that a replica's creation of a record was refused, or that it has been accepted after all.
    public func setRefusedCreation(_ isRefused: Bool, record: RecordID, replica: ReplicaID) throws {
        let sql =
            isRefused
            ? "INSERT OR IGNORE INTO refused_creation (record, replica) VALUES (?, ?)"
            : "DELETE FROM refused_creation WHERE record = ? AND replica = ?"
        try HotStatement(db, sql).run(.identity(record), .integer(Int64(replica.number)))
    }

    /// Whether a replica's creation of a record was refused.
    public func isRefusedCreation(_ record: RecordID, by replica: ReplicaID) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT 1 FROM refused_creation WHERE record = ? AND replica = ?")
        return try Int.fetchOne(statement, arguments: [Data(record.bytes), replica.number]) != nil
    }

    /// Remembers the stamp that a set was given in place of its own.
    public func storeGiven(_ given: Stamp, raw: Stamp) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO given_stamp (raw, given) VALUES (?, ?)")
            .execute(arguments: [raw.description, given.description])
    }

    /// The stamp that was given in place of a raw one, if any.
    public func given(raw: Stamp) throws -> Stamp? {
        let statement = try db.cachedStatement(sql: "SELECT given FROM given_stamp WHERE raw = ?")
        return try String.fetchOne(statement, arguments: [raw.description]).flatMap { Stamp($0) }
    }
}
