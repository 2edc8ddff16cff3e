import GRDB
import WaybookModel
import WaybookStore

/// The server's rows that one change set is about, for observers.
public struct ServerView: Sendable {
    public var rows: [RecordID: VersionedRecord] = [:]

    init(of set: ChangeSet, _ db: Database) throws {
        for change in set.changes { rows[change.id] = try ServerRows(db).row(change.id)?.record }
    }

    static func lastSet(of replica: ReplicaID, _ db: Database) throws -> Int64 {
        try ServerRows(db).replica(replica)?.last ?? 0
    }
}
