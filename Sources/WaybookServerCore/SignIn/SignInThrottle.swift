/// Slows the guessing of passwords: a growing delay an account and an address, in bounded memory (ADR-0006).
///
/// A pure value: the time is passed in. Unknown accounts are counted as known ones are, so that the delay tells nothing.
/// Only signing in is slowed; a device that has a token goes on.
public struct SignInThrottle: Sendable {
    /// How failures turn into waiting.
    public struct Rule: Sendable, Equatable {
        /// Failures without any delay.
        public var freeFailures: Int
        /// The first delay in milliseconds; it doubles with every failure.
        public var firstDelayMilliseconds: Int64
        /// The longest delay in milliseconds.
        public var longestDelayMilliseconds: Int64

        /// Makes a rule.
        public init(freeFailures: Int, firstDelayMilliseconds: Int64, longestDelayMilliseconds: Int64) {
            self.freeFailures = freeFailures
            self.firstDelayMilliseconds = firstDelayMilliseconds
            self.longestDelayMilliseconds = longestDelayMilliseconds
        }

        /// Five tries, then 1 s, 2 s, 4 s … 5 min.
        public static let account = Rule(
            freeFailures: 5, firstDelayMilliseconds: 1_000, longestDelayMilliseconds: 300_000)
        /// Twenty tries (an office behind one address), then 1 s … 5 min.
        public static let address = Rule(
            freeFailures: 20, firstDelayMilliseconds: 1_000, longestDelayMilliseconds: 300_000)

        func delay(failures: Int) -> Int64 {
            guard failures >= freeFailures else { return 0 }
            let doublings = min(failures - freeFailures, 20)
            return min(firstDelayMilliseconds << Int64(doublings), longestDelayMilliseconds)
        }
    }

    /// The most accounts, and the most addresses, that are remembered; the one heard of longest ago goes first.
    public static let maximumRemembered = 10_000
    /// Milliseconds after which failures are forgotten.
    public static let forgottenAfterMilliseconds: Int64 = 3_600_000

    private var accounts: Ledger
    private var addresses: Ledger

    /// Makes a throttle that remembers nothing.
    public init(
        account: Rule = .account, address: Rule = .address, maximumRemembered: Int = Self.maximumRemembered
    ) {
        accounts = Ledger(rule: account, maximum: maximumRemembered)
        addresses = Ledger(rule: address, maximum: maximumRemembered)
    }

    /// Counts an attempt before its password is looked at, so that attempts at once do not slip through together.
    ///
    /// - Parameters:
    ///   - account: the normalised e-mail address, known or not.
    ///   - address: the address of the peer.
    ///   - now: milliseconds since 1970, or any clock that does not go back.
    /// - Returns: seconds to wait, at least 1, or nil when the attempt may go on.
    public mutating func attempt(account: String, address: String, now: Int64) -> Int? {
        let wait = max(accounts.wait(account, now: now), addresses.wait(address, now: now))
        guard wait == 0 else { return Int((wait + 999) / 1_000) }
        accounts.fail(account, now: now)
        addresses.fail(address, now: now)
        return nil
    }

    /// Takes an attempt back that was right, and forgets the account's failures. The address keeps its earlier ones:
    /// whoever has one account must not use it to try others for free.
    public mutating func succeeded(account: String, address: String) {
        accounts.forget(account)
        addresses.takeBack(address)
    }

    /// Takes an attempt back that was never tried, for the server was busy.
    public mutating func abandoned(account: String, address: String) {
        accounts.takeBack(account)
        addresses.takeBack(address)
    }

    private struct Ledger: Sendable {
        struct Entry {
            var failures: Int
            var last: Int64
        }

        let rule: Rule
        let maximum: Int
        var entries: [String: Entry] = [:]

        init(rule: Rule, maximum: Int) {
            self.rule = rule
            self.maximum = maximum
        }

        mutating func wait(_ key: String, now: Int64) -> Int64 {
            guard let entry = entries[key] else { return 0 }
            guard now - entry.last < SignInThrottle.forgottenAfterMilliseconds else {
                entries[key] = nil
                return 0
            }
            return max(0, entry.last + rule.delay(failures: entry.failures) - now)
        }

        mutating func fail(_ key: String, now: Int64) {
            makeRoom(for: key, now: now)
            entries[key, default: Entry(failures: 0, last: now)].failures += 1
            entries[key]?.last = now
        }

        mutating func takeBack(_ key: String) {
            guard var entry = entries[key] else { return }
            entry.failures -= 1
            entries[key] = entry.failures > 0 ? entry : nil
        }

        mutating func forget(_ key: String) { entries[key] = nil }

        /// Costs a pass over the ledger when it is full, then frees a tenth of it at once.
        private mutating func makeRoom(for key: String, now: Int64) {
            guard entries[key] == nil, entries.count >= maximum else { return }
            let byAge = entries.sorted { ($0.value.last, $0.key) < ($1.value.last, $1.key) }
            for (old, _) in byAge.prefix(max(1, maximum / 10)) { entries[old] = nil }
        }
    }
}
