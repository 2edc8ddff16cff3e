import GRDB
import WaybookModel

/// How a device is cut off: in the directory, in the audit, and as a fact for the ledger, for whoever orders it.
public struct DeviceEnding {
    private let db: Database

    /// - Parameter db: inside the transaction that ends the device.
    public init(_ db: Database) { self.db = db }

    /// Carries an order out.
    ///
    /// - Parameters:
    ///   - user: who orders it; nil for whoever works on the server's machine.
    ///   - origin: the device that it is ordered from.
    ///   - now: milliseconds since 1970.
    /// - Returns: the device as it was, and what the ledger must say before anybody is answered.
    /// - Throws: `DirectoryError.unknownDevice`, also for a last upload of a device that was cut off already.
    public func end(
        _ replica: ReplicaID, _ order: DeviceOrder, by user: UserID?, from origin: ReplicaID?, now: Int64
    ) throws -> (device: DirectoryDevice, facts: [SecurityFact]) {
        let directory = Directory()
        guard let device = try directory.device(db, replica: replica) else { throw DirectoryError.unknownDevice }
        switch order {
        case .revoke, .wipe:
            try directory.revoke(db, replica: replica, orderingWipe: order == .wipe, now: now)
            try note(.deviceRevoked, device, by: user, from: origin, now: now)
        case .wipeAfterUpload: try directory.orderLastUpload(db, replica: replica, now: now)
        }
        if order != .revoke {
            let mode = order == .wipe ? "at-once" : "after-upload"
            try note(.wipeOrdered, device, by: user, from: origin, now: now, [.mode: .string(mode)])
        }
        return (device, [.device(replica, user: device.user, issued: device.issued, order)])
    }

    /// Ends a device that has sent all it had, as it was ordered to: from now on it is told to delete its copy.
    ///
    /// - Returns: what the ledger must say; nothing when it was cut off meanwhile.
    public func endAfterUpload(_ replica: ReplicaID, now: Int64) throws -> [SecurityFact] {
        let directory = Directory()
        guard let device = try directory.device(db, replica: replica), device.revoked == nil else { return [] }
        try directory.revoke(db, replica: replica, orderingWipe: true, now: now)
        try note(.wipeTold, device, by: device.user, from: replica, now: now)
        return [.device(replica, user: device.user, issued: device.issued, .wipe)]
    }

    private func note(
        _ what: AuditKind, _ device: DirectoryDevice, by user: UserID?, from origin: ReplicaID?, now: Int64,
        _ detail: [AuditKey: Value] = [:]
    ) throws {
        try Audit(db).note(
            what, by: user?.text, replica: origin, about: .device(device.replica), at: now, detail: detail)
    }
}
