import Synchronization

/// Counts the open connections of each address, and refuses those beyond the limit.
final class ConnectionCensus: Sendable {
    private let counts = Mutex<[String: Int]>([:])
    private let maximum: Int

    init(maximumPerAddress: Int) { maximum = maximumPerAddress }

    /// Counts a connection; false when the address has too many.
    func enter(_ address: String) -> Bool {
        counts.withLock { counts in
            guard counts[address, default: 0] < maximum else { return false }
            counts[address, default: 0] += 1
            return true
        }
    }

    /// Counts a connection out.
    func leave(_ address: String) {
        counts.withLock { counts in
            let left = (counts[address] ?? 1) - 1
            counts[address] = left > 0 ? left : nil
        }
    }
}
