import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// Gives a store that met its own copy a replica number and a token of its own. The other store keeps the old ones: which
/// of the two is the copy, nobody can tell.
///
/// An answer that is lost leaves a number that nobody uses; the next request takes another. The limit of devices a user
/// bounds what a client gone wild can take.
public struct ForkService: Sendable {
    private let database: any DirectoryDatabase
    private let ledger: SecurityLedger?
    private let directory = Directory()
    private let timeline: UInt8
    private let now: @Sendable () -> Int64
    private let noteFork: @Sendable (Database, _ old: ReplicaID, _ new: ReplicaID) throws -> Void

    /// Prepares the service.
    ///
    /// - Parameters:
    ///   - ledger: where the new number and its token are written down beside the database.
    ///   - now: milliseconds since 1970.
    ///   - noteFork: tells the sync engine, in the transaction that adds the device.
    public init(
        database: any DirectoryDatabase, ledger: SecurityLedger?, timeline: UInt8, now: @escaping @Sendable () -> Int64,
        noteFork: @escaping @Sendable (Database, _ old: ReplicaID, _ new: ReplicaID) throws -> Void
    ) {
        self.database = database
        self.ledger = ledger
        self.timeline = timeline
        self.now = now
        self.noteFork = noteFork
    }

    /// Adds the number and its token; durable when it returns.
    ///
    /// - Throws: `Problem`: `fix-record` when the number is not the token's, `too-large` when the user has too many
    ///   devices.
    func fork(_ request: ForkRequest, by principal: Principal) async throws -> ForkResponse {
        guard request.forkOf == principal.replica else { throw Problem(.fixRecord) }
        var random = SystemRandomNumberGenerator()
        let token = DeviceToken(random: &random)
        let now = now()
        do {
            let device = try await database.writeSecurity(ledger, now: now) { [directory, timeline, noteFork] db in
                let (device, facts) = try directory.addFork(
                    db, of: principal.replica, token: token, timeline: timeline, now: now)
                try noteFork(db, principal.replica, device.replica)
                try Audit(db).note(
                    .deviceForked, by: principal.user.text, replica: principal.replica,
                    about: .device(device.replica), at: now)
                return (device, facts)
            }
            return ForkResponse(replica: device.replica, token: token.text)
        } catch DirectoryError.unknownDevice {
            throw Problem(.revoked)
        } catch DirectoryError.tooManyDevices {
            throw Problem(.tooLarge, status: 409, maximum: Int64(Directory.maximumDevicesPerUser))
        }
    }
}
