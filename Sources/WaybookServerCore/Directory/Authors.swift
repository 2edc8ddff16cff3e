import GRDB
import Synchronization
import WaybookModel

/// Who stands behind each replica, read from the directory once: neither name changes while a server runs.
public final class Authors: Sendable {
    // A class, because what was read is shared by all commits.

    /// The most replicas that are remembered; beyond, remembering begins anew.
    private static let maximumRemembered = 10_000

    private let known = Mutex<[ReplicaID: Authorship]>([:])

    /// Remembers nobody yet.
    public init() {}

    /// The person and the device behind a replica; nil for one that the directory does not know.
    public func authorship(_ db: Database, of replica: ReplicaID) throws -> Authorship? {
        if let found = known.withLock({ $0[replica] }) { return found }
        let statement = try db.cachedStatement(
            sql: "SELECT user.name, device.name FROM device JOIN user ON user.id = device.user WHERE replica = ?")
        guard let row = try Row.fetchOne(statement, arguments: [replica.number]) else { return nil }
        let found = Authorship(person: row[0], device: row[1])
        known.withLock { known in
            if known.count >= Self.maximumRemembered { known = [:] }
            known[replica] = found
        }
        return found
    }
}
