import GRDB
import Synchronization
import WaybookModel
import WaybookServerCore

/// Writes down what was refused to a device, when there is time and within a budget: who is refused must not fill the disk,
/// nor be kept waiting.
///
/// A class, for the budget is one for all requests.
public final class RefusalNotes: Sendable {
    private let database: any DirectoryDatabase
    private let now: @Sendable () -> Int64
    private let budget = Mutex(AuditBudget())

    /// - Parameter now: milliseconds since 1970.
    public init(_ database: any DirectoryDatabase, now: @escaping @Sendable () -> Int64) {
        self.database = database
        self.now = now
    }

    /// A token came back whose place another has taken: the store was copied, or the token was.
    func noteReuse(_ replica: ReplicaID, _ user: UserID) { note(.tokenReused, user, replica, [:]) }

    /// Somebody came with the token of a device that was cut off.
    func noteEnded(_ token: DeviceToken) {
        let now = now()
        guard let omitted = budget.withLock({ $0.take(now: now) }) else { return }
        database.writeLater { db in
            guard let device = try Directory().device(db, former: token) else { return }
            try Self.write(
                db, .refused, device.user, device.replica, [.reason: "cut-off"], omitted: omitted, at: now)
        }
    }

    /// A device claimed to be another, in its hello or in its stamps.
    func noteForgedAuthor(_ principal: Principal) {
        note(.refused, principal.user, principal.replica, [.reason: "another-author"])
    }

    /// A device asked for what administrators alone may do.
    func noteForbidden(_ principal: Principal) {
        note(.refused, principal.user, principal.replica, [.reason: "not-administrator"])
    }

    private func note(_ what: AuditKind, _ user: UserID, _ replica: ReplicaID, _ detail: [AuditKey: Value]) {
        let now = now()
        guard let omitted = budget.withLock({ $0.take(now: now) }) else { return }
        database.writeLater { try Self.write($0, what, user, replica, detail, omitted: omitted, at: now) }
    }

    private static func write(
        _ db: Database, _ what: AuditKind, _ user: UserID, _ replica: ReplicaID, _ detail: [AuditKey: Value],
        omitted: Int, at now: Int64
    ) throws {
        var detail = detail
        if omitted > 0 { detail[.omitted] = .int(Int64(omitted)) }
        try Audit(db).note(what, by: user.text, about: .device(replica), at: now, detail: detail)
    }
}
