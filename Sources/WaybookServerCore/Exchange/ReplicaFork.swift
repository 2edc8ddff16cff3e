import GRDB
import WaybookModel
import WaybookStore

/// What the exchange keeps of a replica that goes on under a new number, because another store uses its old one.
enum ReplicaFork {
    static func note(_ db: Database, of old: ReplicaID, as new: ReplicaID) throws {
        let rows = ServerRows(db)
        try rows.store(ReplicaState(replica: new, forkOf: old))
        try rows.copyHeld(of: old, to: new)
        try ErasureLog(db).noteFork(of: old, as: new)
    }
}
