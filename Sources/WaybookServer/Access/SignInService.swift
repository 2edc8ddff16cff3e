import GRDB
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// Signs people in and out: throttle, hash, device, in this order. Each of it leaves a line in the audit.
public final class SignInService: Sendable {
    // A class, for the throttle is one for all requests.
    let database: any DirectoryDatabase
    let directory = Directory()
    private let workers: PasswordWorkers
    private let check: PasswordCheck
    private let ledger: SecurityLedger?
    private let throttle = Mutex(SignInThrottle())
    private let budget = Mutex(AuditBudget())
    let now: @Sendable () -> Int64
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
        let attempt = try begin(email, address)
        do {
            return try await enter(request, email, password, attempt)
        } catch is Changed {
            // By a hash that somebody else's sign-in made anew, or by another password: looked at once more, and no further.
            do { return try await enter(request, email, password, attempt) } catch is Changed { throw Problem(.signIn) }
        }
    }

    /// What was looked at is no longer so in the transaction.
    struct Changed: Error {}

    private func enter(
        _ request: SignInRequest, _ email: AccountEmail, _ password: Password, _ attempt: Attempt
    ) async throws -> SignInResponse {
        let (found, hash) = try await database.read { [directory] db in
            let found = Found(user: try directory.user(db, email: email))
            // A disabled user is answered, and timed, as one who does not exist; so is who has no password yet.
            return (found, try found.admissible.flatMap { try directory.passwordHash(db, of: $0.id) })
        }
        let outcome = try await hashing(attempt) { [check] in
            var random = SystemRandomNumberGenerator()
            return try check.check(password, against: hash, random: &random)
        }
        guard let user = found.admissible, case .right(let rehashed) = outcome else {
            throw refusal(found, reason: "password")
        }
        succeeded(attempt)
        return try await admitted(user, request) { [directory] db -> (Void, [SecurityFact])? in
            // Meanwhile the password may be another, or the person disabled.
            guard try directory.user(db, id: user.id)?.disabled == nil,
                try directory.passwordHash(db, of: user.id) == hash
            else { return nil }
            guard let rehashed else { return ((), []) }
            try directory.setPassword(db, of: user.id, to: rehashed)
            // The ledger takes a password for the end of an invitation; this is the same password.
            let open = try directory.invitation(db, of: user.id).map {
                SecurityFact.invited(user.id, hash: $0.hash, created: $0.created, expires: $0.expires)
            }
            return ((), [.password(user.id, hash: rehashed.phc)] + [open].compactMap { $0 })
        }.response
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

    // MARK: What every way in has

    /// One attempt at an account from an address.
    struct Attempt: Sendable {
        fileprivate var account: String
        fileprivate var address: String
    }

    /// Whom an attempt is about, as far as the account goes.
    struct Found: Sendable {
        var user: DirectoryUser?
        /// The user, unless disabled.
        var admissible: DirectoryUser? { user.flatMap { $0.disabled == nil ? $0 : nil } }
    }

    /// Counts an attempt before anything is looked at.
    ///
    /// - Throws: `Problem` `slow-down`.
    func begin(_ email: AccountEmail, _ address: String) throws -> Attempt {
        if let wait = throttle.withLock({ $0.attempt(account: email.text, address: address, now: now()) }) {
            throw Problem(.slowDown, retryAfterSeconds: wait)
        }
        return Attempt(account: email.text, address: address)
    }

    /// Takes back an attempt that was right.
    func succeeded(_ attempt: Attempt) {
        throttle.withLock { $0.succeeded(account: attempt.account, address: attempt.address) }
    }

    /// Runs one hash of a password in its turn.
    ///
    /// - Throws: `Problem` `slow-down` where too many wait; the attempt then does not count.
    func hashing<Value: Sendable>(
        _ attempt: Attempt, _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        do {
            return try await workers.run(work)
        } catch is PasswordWorkers.Busy {
            throttle.withLock { $0.abandoned(account: attempt.account, address: attempt.address) }
            throw Problem(.slowDown, status: 503, retryAfterSeconds: 2)
        }
    }

    /// Notes a failure, and is the one answer to all of them. Written when there is time, so that neither a full disk nor the
    /// wait for it tells anything to who guesses.
    ///
    /// - Parameter reason: what was wrong where it was not the account.
    func refusal(_ found: Found, reason: String) -> Problem {
        let now = now()
        guard let omitted = budget.withLock({ $0.take(now: now) }) else { return Problem(.signIn) }
        let reason = found.user.map { $0.disabled == nil ? reason : "disabled" } ?? "unknown"
        var detail: [AuditKey: Value] = [.reason: .string(reason)]
        if omitted > 0 { detail[.omitted] = .int(Int64(omitted)) }
        database.writeLater { [user = found.user, detail] db in
            try Audit(db).note(.signInFailed, about: user.map { .user($0.id.text) }, at: now, detail: detail)
        }
        return Problem(.signIn)
    }

    /// Gives the device of somebody who has shown who they are a token and a number.
    ///
    /// - Parameter proof: looks once more in the transaction that adds the device, and does what goes with it; nil where the
    ///   person is admitted no longer.
    func admitted<Result: Sendable>(
        _ user: DirectoryUser, _ request: SignInRequest,
        _ proof: @escaping @Sendable (Database) throws -> (Result, [SecurityFact])?
    ) async throws -> (response: SignInResponse, result: Result) {
        var random = SystemRandomNumberGenerator()
        let token = DeviceToken(random: &random)
        let (now, timeline) = (now(), timeline())
        let (name, former) = (request.device, request.former.flatMap { DeviceToken($0) })
        do {
            let (added, result) = try await database.writeSecurity(ledger, now: now) { [directory] db in
                guard let (result, facts) = try proof(db) else { throw Changed() }
                let (added, fact) = try directory.admitDevice(
                    db, former: former, user: user.id, name: name, token: token, timeline: timeline, now: now)
                try Audit(db).note(
                    .signedIn, by: user.id.text, replica: added.replica, about: .device(added.replica), at: now)
                return ((added, result), facts + [fact])
            }
            let response = SignInResponse(
                token: token.text, replica: added.replica.number, user: user.id.text, name: user.name)
            return (response, result)
        } catch DirectoryError.invalidName {
            throw Problem(.fixRecord)
        } catch DirectoryError.tooManyDevices {
            throw Problem(.tooLarge, status: 409, maximum: Int64(Directory.maximumDevicesPerUser))
        }
    }
}
