import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookStore

/// What a client is told that compares what it holds (`protocol/4-exchange.md#comparing`): some buckets of records whole, and
/// what all that it may read comes to. Made in the snapshot of a feed's last page.
struct FeedComparison {
    /// Of which buckets the client asked for the records.
    let buckets: [Int]

    /// When no further bucket is begun, bytes.
    private static let fullBytes = FeedPosition.pageBytes
    /// A bucket beyond this is not told, bytes: whoever makes identities chooses their bucket.
    var bucketBytes = 2 * FeedPosition.pageBytes

    private struct TooLarge: Error {}

    /// The lines of the buckets.
    /// - Parameter scopes: what the reader sees; nil for everything.
    /// - Cost: for each bucket the identities of all that the reader sees are looked at.
    func lines(_ rows: ServerRows, in scopes: Set<Scope>?) throws -> [UInt8] {
        var lines: [UInt8] = []
        for bucket in buckets where lines.count < Self.fullBytes {
            do {
                lines += try bucketLines(bucket, rows, scopes)
            } catch is TooLarge {
                continue
            }
        }
        return lines
    }

    private func bucketLines(_ bucket: Int, _ rows: ServerRows, _ scopes: Set<Scope>?) throws -> [UInt8] {
        var lines = ResponseLine.bucket(bucket).bytes + [Self.lineFeed]
        try rows.forEachCompared(in: scopes, bucket: bucket) { row in
            lines += FeedRecord.line(
                id: row.id, collection: row.collection, unit: row.unit, fields: row.fields, stamps: row.stamps)
            lines.append(Self.lineFeed)
            guard lines.count <= bucketBytes else { throw TooLarge() }
        }
        return lines
    }

    private static let lineFeed = UInt8(ascii: "\n")
}

extension ExchangeService {
    /// What a client is told that compares; nil where it does not, another one does, it has done so often of late, or a row here
    /// cannot be read: no feed is held up by that.
    /// - Parameters:
    ///   - buckets: of which it asked for the records; nil where it does not compare.
    ///   - scopes: what the reader sees; nil for everything.
    func compare(
        _ buckets: [Int]?, _ rows: ServerRows, for replica: ReplicaID, in scopes: Set<Scope>?
    ) throws -> (lines: [UInt8], sums: DigestSums)? {
        guard let buckets else { return nil }
        return try comparisonSlots.run(for: replica, at: now) {
            do {
                return (try FeedComparison(buckets: buckets).lines(rows, in: scopes), try rows.digest(in: scopes))
            } catch is DamagedRow {
                // Without it a bucket would take good copies from laptops.
                return nil
            }
        } ?? nil
    }
}

/// How many clients compare at once, and how often one does: it reads and hashes all that they see, and nobody waits for it.
final class ComparisonSlots: Sendable {
    // A class: the service's exchanges share it.

    private static let most = 1
    /// For one replica within ``spanMilliseconds``: some comparisons with all that they mend.
    static let mostForOne = 30
    static let spanMilliseconds: UInt64 = 600_000

    private struct State {
        var taken = 0
        var begun: UInt64 = 0
        /// How often replicas have compared since then.
        var counts: [ReplicaID: Int] = [:]
    }

    private let state = Mutex(State())

    /// Runs the body where a slot is free; else nothing is compared this time.
    func run<Result>(for replica: ReplicaID, at now: UInt64, _ body: () throws -> Result) rethrows -> Result? {
        let isFree = state.withLock { state in
            if now < state.begun || now - state.begun > Self.spanMilliseconds {
                (state.begun, state.counts) = (now, [:])
            }
            guard state.taken < Self.most, state.counts[replica, default: 0] < Self.mostForOne else { return false }
            state.taken += 1
            state.counts[replica, default: 0] += 1
            return true
        }
        guard isFree else { return nil }
        defer { state.withLock { $0.taken -= 1 } }
        return try body()
    }
}
