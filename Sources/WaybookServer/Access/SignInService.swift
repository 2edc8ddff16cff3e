import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// Signs people in and out: throttle, hash, device, in this order. Each of it leaves a line in the audit.
public final class SignInService: Sendable {
    private let database: any DirectoryDatabase
    private let directory = Directory()
    private let workers: PasswordWorkers
    private let check: PasswordCheck
    private let ledger: SecurityLedger?
    private let throttle = Mutex(SignInThrottle())
    private let budget = Mutex(AuditBudget())
    private let now: @Sendable () -> Int64
    private let timeline: @Sendable () -> UInt8

    /// Prepares the service; costs one password hash.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - timeline: the server's timeline, for the numbers of new replicas.
    ///   - ledger: where the end of a token is written down beside the database.
    public init(
        database: any DirectoryDatabase, workers: PasswordWorkers, ledger: SecurityLedger? = nil,
        now: @escaping @Sendable () -> Int64, timeline: @escaping @Sendable () -> UInt8
    ) throws {
        self.database = database
        self.ledger = ledger
        self.workers = workers
        self.now = now
        self.timeline = timeline
        var random = SystemRandomNumberGenerator()
        check = try PasswordCheck(random: &random)
    }

    /// Signs a person in and gives the device a token and a replica number.
    ///
    /// - Parameter address: the peer's address, for the throttle only.
    /// - Throws: `Problem`: `sign-in` for an unknown address as for a wrong password, `slow-down`, `fix-record`.
    public func signIn(_ request: SignInRequest, address: String) async throws -> SignInResponse {
        guard let email = AccountEmail(request.email), let password = Password(request.password) else {
            throw Problem(.signIn)
        }
        if let wait = throttle.withLock({ $0.attempt(account: email.text, address: address, now: now()) }) {
            throw Problem(.slowDown, retryAfterSeconds: wait)
        }
        let (found, outcome) = try await checked(password, email: email, address: address)
        guard let user = found.admissible, case .right(let rehashed) = outcome else {
            noteFailure(found)
            throw Problem(.signIn)
        }
        throttle.withLock { $0.succeeded(account: email.text, address: address) }
        return try await admitted(user, request, rehashed: rehashed)
    }

    /// Signs a device out: its token ends.
    public func signOut(_ principal: Principal) async throws {
        let now = now()
        try await database.writeSecurity(ledger, now: now) { [directory] db in
            guard let device = try directory.device(db, replica: principal.replica) else {
                throw DirectoryError.unknownDevice
            }
            try directory.revoke(db, replica: device.replica, now: now)
            try Audit(db).note(
                .signedOut, by: principal.user.text, replica: device.replica, about: .device(device.replica), at: now)
            return ((), [.device(device.replica, user: device.user, issued: device.issued, .revoke)])
        }
    }

    /// What a sign-in failed for, as far as the account goes.
    private struct Found: Sendable {
        var user: DirectoryUser?
        /// The user, unless disabled.
        var admissible: DirectoryUser? { user.flatMap { $0.disabled == nil ? $0 : nil } }
    }

    /// Written when there is time, so that neither a full disk nor the wait for it tells anything to who guesses.
    private func noteFailure(_ found: Found) {
        let now = now()
        guard let omitted = budget.withLock({ $0.take(now: now) }) else { return }
        let reason = found.user.map { $0.disabled == nil ? "password" : "disabled" } ?? "unknown"
        var detail: [AuditKey: Value] = [.reason: .string(reason)]
        if omitted > 0 { detail[.omitted] = .int(Int64(omitted)) }
        database.writeLater { [user = found.user, detail] db in
            try Audit(db).note(.signInFailed, about: user.map { .user($0.id.text) }, at: now, detail: detail)
        }
    }

    private func checked(
        _ password: Password, email: AccountEmail, address: String
    ) async throws -> (Found, PasswordCheck.Outcome) {
        let (found, hash) = try await database.read { [directory] db in
            let found = Found(user: try directory.user(db, email: email))
            // A disabled user is answered, and timed, as one who does not exist.
            return (found, try found.admissible.map { try directory.passwordHash(db, of: $0.id) })
        }
        do {
            let outcome = try await workers.run { [check] in
                var random = SystemRandomNumberGenerator()
                return try check.check(password, against: hash, random: &random)
            }
            return (found, outcome)
        } catch is PasswordWorkers.Busy {
            throttle.withLock { $0.abandoned(account: email.text, address: address) }
            throw Problem(.slowDown, status: 503, retryAfterSeconds: 2)
        }
    }

    private func admitted(
        _ user: DirectoryUser, _ request: SignInRequest, rehashed: PasswordHash?
    ) async throws -> SignInResponse {
        var random = SystemRandomNumberGenerator()
        let token = DeviceToken(random: &random)
        let (now, timeline) = (now(), timeline())
        let (name, former) = (request.device, request.former.flatMap { DeviceToken($0) })
        do {
            let added = try await database.writeSecurity(ledger, now: now) { [directory] db in
                if let rehashed { try directory.setPassword(db, of: user.id, to: rehashed) }
                let known = try former.flatMap { former in
                    try directory.readmitDevice(
                        db, former: former, user: user.id, name: name, token: token, now: now)
                }
                let added =
                    try known?.device
                    ?? directory.addDevice(
                        db, user: user.id, name: name, token: token, timeline: timeline, now: now)
                try Audit(db).note(
                    .signedIn, by: user.id.text, replica: added.replica, about: .device(added.replica), at: now)
                let facts = [known?.fact, rehashed.map { .password(user.id, hash: $0.phc) }].compactMap { $0 }
                return (added, facts)
            }
            return SignInResponse(
                token: token.text, replica: added.replica.number, user: user.id.text, name: user.name)
        } catch DirectoryError.invalidName {
            throw Problem(.fixRecord)
        } catch DirectoryError.tooManyDevices {
            throw Problem(.tooLarge, status: 409, maximum: Int64(Directory.maximumDevicesPerUser))
        }
    }
}
