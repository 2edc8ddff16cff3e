import Foundation
import GRDB
import WaybookModel

/// That somebody no longer holds a scope, for a role or a team changed.
public struct ScopeLoss: Hashable, Sendable {
    public var scope: Scope
    /// The commit, and when that was: milliseconds of the server's clock.
    public var at: Int64
    public var milliseconds: Int64
    public var reason: String
    public var by: RecordID?

    public init(scope: Scope, at: Int64, milliseconds: Int64, reason: String, by: RecordID?) {
        self.scope = scope
        self.at = at
        self.milliseconds = milliseconds
        self.reason = reason
        self.by = by
    }
}

/// Which scopes people have lost.
extension ServerRows {
    /// Notes that a person lost a scope; an earlier loss of the same one is forgotten.
    public func note(_ loss: ScopeLoss, of user: RecordID) throws {
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO lost_scope (user, scope, at, time, reason, by) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            Data(user.bytes), loss.scope.text, loss.at, loss.milliseconds, loss.reason, loss.by.map { Data($0.bytes) },
        ])
    }

    /// How a person last lost a scope that a unit is in; nil where they never did. Cost: one indexed read a scope of the unit.
    public func lastLoss(of user: RecordID, around unit: RecordID) throws -> ScopeLoss? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT scope, at, time, reason, by FROM lost_scope
                WHERE user = ?1 AND scope IN (
                    SELECT scope.text FROM member JOIN scope ON scope.number = member.scope WHERE unit = ?2
                    UNION ALL SELECT ?3)
                ORDER BY at DESC LIMIT 1
                """)
        let arguments: StatementArguments = [Data(user.bytes), Data(unit.bytes), Scope.everything.text]
        return try Row.fetchOne(statement, arguments: arguments).map { row in
            guard let scope = Scope(row[0]) else { throw DamagedRow(record: unit) }
            let by: Data? = row[4]
            return ScopeLoss(
                scope: scope, at: row[1], milliseconds: row[2], reason: row[3], by: by.flatMap { RecordID(bytes: $0) })
        }
    }
}
