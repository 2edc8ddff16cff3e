import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// Renews tokens: a successor beside the token, which ends once the successor is used
/// (`docs/decisions/0018-token-rotation.md`).
struct TokenService: Sendable {
    private let database: any DirectoryDatabase
    private let ledger: SecurityLedger?
    private let now: @Sendable () -> Int64
    private let cut: @Sendable (ReplicaID) -> Void

    /// - Parameters:
    ///   - ledger: where a device's token is written down beside the database.
    ///   - now: milliseconds since 1970.
    ///   - cut: ends what a device has open.
    init(
        database: any DirectoryDatabase, ledger: SecurityLedger?, now: @escaping @Sendable () -> Int64,
        cut: @escaping @Sendable (ReplicaID) -> Void
    ) {
        (self.database, self.ledger, self.now, self.cut) = (database, ledger, now, cut)
    }

    /// Gives a device a successor of its token; durable when it returns.
    ///
    /// - Throws: `Problem`: `slow-down` where one was given just now, `revoked` for a device that was cut off meanwhile.
    func renew(_ principal: Principal) async throws -> TokenResponse {
        var random = SystemRandomNumberGenerator()
        let token = DeviceToken(random: &random)
        let now = now()
        do {
            try await database.write { try Directory().offerToken($0, to: principal.replica, token, now: now) }
        } catch DirectoryError.tooSoon(let milliseconds) {
            throw Problem(.slowDown, retryAfterSeconds: Int((milliseconds + 999) / 1_000))
        } catch DirectoryError.unknownDevice {
            throw Problem(.revoked)
        }
        return TokenResponse(token: token.text)
    }

    /// Takes up a successor that is used for the first time: the token before it is none any more, and what it has open
    /// ends. Where that cannot be written, both stay good until it can: a full disk keeps nobody from reading.
    func takeUp(_ token: DeviceToken, of principal: Principal) async {
        let now = now()
        let isNews = try? await database.writeSecurity(ledger, now: now) { db in
            let fact = try Directory().takeUp(db, successor: token, now: now)
            return (fact != nil, fact.map { [$0] } ?? [])
        }
        if isNews == true { cut(principal.replica) }
    }
}
