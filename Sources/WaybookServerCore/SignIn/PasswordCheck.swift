/// Decides whether a password is right, at the same cost for users that do not exist.
public struct PasswordCheck: Sendable {
    /// The hash that unknown e-mail addresses are compared with; nothing matches it but by chance of 2^-256.
    private let decoy: PasswordHash

    /// Prepares the check; costs one password hash.
    public init(random: inout some RandomNumberGenerator) throws(PasswordHashError) {
        let secret = randomBytes(32, &random)
        decoy = try PasswordHash(of: secret, salt: randomBytes(PasswordHash.saltBytes, &random))
    }

    /// The outcome of a check.
    public enum Outcome: Sendable, Equatable {
        /// The password is right; the new hash is to be stored when there is one.
        case right(rehashed: PasswordHash?)
        case wrong
    }

    /// Compares; blocks for one hash, or two when the stored one is of an older cost.
    ///
    /// - Parameters:
    ///   - stored: the user's hash; nil for a user who does not exist, is disabled, or whose address is malformed.
    ///   - random: the source of the salt of a new hash.
    public func check(
        _ password: Password, against stored: PasswordHash?, random: inout some RandomNumberGenerator
    ) throws(PasswordHashError) -> Outcome {
        guard let stored else {
            _ = try decoy.matches(password.bytes)
            return .wrong
        }
        guard try stored.matches(password.bytes) else { return .wrong }
        guard stored.needsRehash else { return .right(rehashed: nil) }
        let salt = randomBytes(PasswordHash.saltBytes, &random)
        return .right(rehashed: try PasswordHash(of: password.bytes, salt: salt))
    }
}

/// Returns random bytes.
public func randomBytes(_ count: Int, _ random: inout some RandomNumberGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
}
