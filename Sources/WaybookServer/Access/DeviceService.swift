import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// What a person may do with their own devices.
struct DeviceService: Sendable {
    let database: any DirectoryDatabase
    let ledger: SecurityLedger?
    let now: @Sendable () -> Int64

    /// The devices of whoever asks.
    func devices(of principal: Principal) async throws -> [DeviceSummary] {
        let now = now()
        return try await database.read { db in
            try Directory().summaries(db, of: principal.user, now: now).map(\.1)
        }
    }

    /// Ends a device of whoever asks; durable when it returns.
    ///
    /// - Throws: `Problem` `fix-record` (404) for a device that is not theirs as for one that is not there, and for a last
    ///   upload of one that was cut off already.
    func end(_ replica: ReplicaID, _ order: DeviceOrder, by principal: Principal) async throws {
        let now = now()
        do {
            try await database.writeSecurity(ledger, now: now) { db in
                guard try Directory().device(db, replica: replica)?.user == principal.user else {
                    throw DirectoryError.unknownDevice
                }
                let ended = try DeviceEnding(db).end(
                    replica, order, by: principal.user, from: principal.replica, now: now)
                return ((), ended.facts)
            }
        } catch DirectoryError.unknownDevice {
            throw Problem(.notFound)
        }
    }
}
