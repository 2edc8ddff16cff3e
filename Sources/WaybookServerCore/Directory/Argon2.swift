import CArgon2

/// The cost of a password hash (RFC 9106 §4; ADR-0006).
public struct PasswordCost: Sendable, Equatable {
    /// Memory in KiB.
    public var memoryKiB: UInt32
    /// Passes over the memory.
    public var passes: UInt32
    /// Lanes, each of which may take a thread of its own; this product computes them on one.
    public var lanes: UInt32

    /// Makes a cost.
    public init(memoryKiB: UInt32, passes: UInt32, lanes: UInt32) {
        self.memoryKiB = memoryKiB
        self.passes = passes
        self.lanes = lanes
    }

    /// The cost of new hashes: 46 MiB, one pass, one lane (OWASP ASVS 5.0, appendix C); about 75 ms.
    public static let standard = PasswordCost(memoryKiB: 46 * 1_024, passes: 1, lanes: 1)

    /// What a stored hash may ask for: a damaged or planted row must not take the machine's memory.
    var isBearable: Bool {
        (8...262_144).contains(memoryKiB) && (1...10).contains(passes) && (1...8).contains(lanes)
            && memoryKiB >= 8 * lanes
    }
}

/// Why a password cannot be hashed or a hash not be read.
public enum PasswordHashError: Error, Sendable, Equatable {
    /// The text is no Argon2id hash in the PHC string format, or asks for too much.
    case unreadable
    /// libargon2 refused, usually for lack of memory.
    case failed(code: Int32)
}

/// An Argon2id hash with its salt and cost, as it is stored (PHC string format).
public struct PasswordHash: Sendable, Equatable {
    /// Bytes of salt of a new hash.
    public static let saltBytes = 16
    /// Bytes of a new hash.
    public static let hashBytes = 32

    /// The cost it was made with.
    public let cost: PasswordCost
    let salt: [UInt8]
    let hash: [UInt8]

    /// Hashes a password: about 75 ms and 46 MiB at the standard cost; never on an event loop.
    ///
    /// - Parameters:
    ///   - password: the password as UTF-8 in NFC.
    ///   - salt: fresh random bytes, 8 to 64.
    public init(
        of password: [UInt8], salt: [UInt8], cost: PasswordCost = .standard, hashBytes: Int = Self.hashBytes
    ) throws(PasswordHashError) {
        precondition((8...64).contains(salt.count) && (16...64).contains(hashBytes))
        self.cost = cost
        self.salt = salt
        self.hash = try Self.compute(password, salt: salt, cost: cost, count: hashBytes)
    }

    /// Reads `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
    ///
    /// - Throws: `unreadable` for anything else, and for costs beyond 256 MiB, 10 passes or 8 lanes.
    public init(phc: String) throws(PasswordHashError) {
        let parts = phc.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19",
            let cost = Self.cost(parts[3]), cost.isBearable,
            let salt = Base64.decode(parts[4]), (8...64).contains(salt.count),
            let hash = Base64.decode(parts[5]), (16...64).contains(hash.count)
        else { throw .unreadable }
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    /// The text that is stored.
    public var phc: String {
        "$argon2id$v=19$m=\(cost.memoryKiB),t=\(cost.passes),p=\(cost.lanes)$\(Base64.encode(salt))$\(Base64.encode(hash))"
    }

    /// Whether a hash made today would cost something else.
    public var needsRehash: Bool { cost != .standard || hash.count != Self.hashBytes }

    /// Compares a password in constant time; costs as much as making the hash.
    public func matches(_ password: [UInt8]) throws(PasswordHashError) -> Bool {
        constantTimeEqual(hash, try Self.compute(password, salt: salt, cost: cost, count: hash.count))
    }

    private static func compute(
        _ password: [UInt8], salt: [UInt8], cost: PasswordCost, count: Int
    ) throws(PasswordHashError) -> [UInt8] {
        var code: Int32 = 0
        let hash = [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            code = argon2id_hash_raw(
                cost.passes, cost.memoryKiB, cost.lanes, password, password.count, salt, salt.count,
                buffer.baseAddress, count)
            written = count
        }
        guard code == 0 else { throw .failed(code: code) }
        return hash
    }

    private static func cost(_ text: String) -> PasswordCost? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        func number(_ part: Substring, _ name: String) -> UInt32? {
            part.hasPrefix(name) ? UInt32(part.dropFirst(name.count)) : nil
        }
        guard let memory = number(parts[0], "m="), let passes = number(parts[1], "t="),
            let lanes = number(parts[2], "p=")
        else { return nil }
        return PasswordCost(memoryKiB: memory, passes: passes, lanes: lanes)
    }
}

/// Compares two byte strings in a time that depends on their lengths only.
func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
}
