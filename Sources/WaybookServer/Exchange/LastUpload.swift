import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// The end of an exchange of a device that may only upload: verdicts, nothing of the feed, and, once everything that it
/// has was judged, the word that it is cut off.
struct LastUpload: Sendable {
    private let service: ExchangeService
    private let ledger: SecurityLedger?
    private let principal: Principal

    /// - Returns: nil for a device that may do more.
    init?(_ principal: Principal, service: ExchangeService, ledger: SecurityLedger?) {
        guard principal.onlyUploads else { return nil }
        self.principal = principal
        self.service = service
        self.ledger = ledger
    }

    /// What takes the place of the feed.
    ///
    /// - Parameter lastSet: the number of the last set that the device has made, as its hello told.
    /// - Returns: the bytes of an `end` line while there are sets that were not sent yet.
    /// - Throws: `Problem`: `wipe` or `revoked`; after `wipe` the token is no longer one.
    func conclusion(lastSet: Int64) throws -> [UInt8] {
        let judged = try service.file.read { try ServerRows($0).replica(principal.replica)?.last ?? 0 }
        guard judged >= lastSet else { return ResponseLine.end(readable: nil).bytes + [0x0A] }
        guard principal.isToWipe else { throw Problem(.revoked) }
        let now = Int64(clamping: service.now)
        try service.file.writeSecurity(ledger, now: now) { db in
            ((), try DeviceEnding(db).endAfterUpload(principal.replica, now: now))
        }
        throw Problem(.wipe)
    }
}
