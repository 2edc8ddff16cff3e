import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// Signs people in and out: throttle, hash, device, in this order.
public final class SignInService: Sendable {
    private let database: any DirectoryDatabase
    private let directory = Directory()
    private let workers: PasswordWorkers
    private let check: PasswordCheck
    private let throttle = Mutex(SignInThrottle())
    private let now: @Sendable () -> Int64
    private let timeline: @Sendable () -> UInt8

    /// Prepares the service; costs one password hash.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - timeline: the server's timeline, for the numbers of new replicas.
    public init(
        database: any DirectoryDatabase, workers: PasswordWorkers, now: @escaping @Sendable () -> Int64,
        timeline: @escaping @Sendable () -> UInt8
    ) throws {
        self.database = database
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
        let (user, outcome) = try await checked(password, email: email, address: address)
        guard let user, case .right(let rehashed) = outcome else { throw Problem(.signIn) }
        throttle.withLock { $0.succeeded(account: email.text, address: address) }
        return try await admitted(user, request, rehashed: rehashed)
    }

    /// Signs a device out: its token ends.
    public func signOut(_ replica: ReplicaID) async throws {
        let now = now()
        try await database.write { [directory] in try directory.revoke($0, replica: replica, now: now) }
    }

    private func checked(
        _ password: Password, email: AccountEmail, address: String
    ) async throws -> (DirectoryUser?, PasswordCheck.Outcome) {
        let (user, hash) = try await database.read { [directory] db in
            // A disabled user is answered, and timed, as one who does not exist.
            guard let user = try directory.user(db, email: email), user.disabled == nil else {
                return (DirectoryUser?.none, PasswordHash?.none)
            }
            return (user, try directory.passwordHash(db, of: user.id))
        }
        do {
            let outcome = try await workers.run { [check] in
                var random = SystemRandomNumberGenerator()
                return try check.check(password, against: hash, random: &random)
            }
            return (user, outcome)
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
            let added = try await database.write { [directory] db in
                if let rehashed { try directory.setPassword(db, of: user.id, to: rehashed) }
                if let former,
                    let known = try directory.readmitDevice(
                        db, former: former, user: user.id, name: name, token: token, now: now)
                {
                    return known
                }
                return try directory.addDevice(
                    db, user: user.id, name: name, token: token, timeline: timeline, now: now)
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
