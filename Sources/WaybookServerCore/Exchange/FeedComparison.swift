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
    private static let fullBytes = 4 * FeedPosition.pageBytes

    /// The lines of the buckets.
    /// - Parameter scopes: what the reader sees; nil for everything.
    /// - Cost: for each bucket the identities of all that the reader sees are looked at.
    func lines(_ rows: ServerRows, in scopes: Set<Scope>?) throws -> [UInt8] {
        var lines: [UInt8] = []
        for bucket in buckets where lines.count < Self.fullBytes {
            lines += ResponseLine.bucket(bucket).bytes + [Self.lineFeed]
            try rows.forEachCompared(in: scopes, bucket: bucket) { row in
                lines += FeedRecord.line(
                    id: row.id, collection: row.collection, unit: row.unit, fields: row.fields, stamps: row.stamps)
                lines.append(Self.lineFeed)
            }
        }
        return lines
    }

    private static let lineFeed = UInt8(ascii: "\n")
}

extension ExchangeService {
    /// What a client is told that compares; nil where it does not, or another one does.
    /// - Parameters:
    ///   - buckets: of which it asked for the records; nil where it does not compare.
    ///   - scopes: what the reader sees; nil for everything.
    func compare(
        _ buckets: [Int]?, _ rows: ServerRows, in scopes: Set<Scope>?
    ) throws -> (lines: [UInt8], sums: DigestSums)? {
        guard let buckets else { return nil }
        return try comparisonSlots.run {
            (try FeedComparison(buckets: buckets).lines(rows, in: scopes), try rows.digest(in: scopes))
        }
    }
}

/// How many clients compare at once: it reads and hashes all that they see, and nobody waits for it.
struct ComparisonSlots: ~Copyable, Sendable {
    private static let most = 1
    private let taken = Mutex(0)

    /// Runs the body where a slot is free; else nothing is compared this time.
    func run<Result>(_ body: () throws -> Result) rethrows -> Result? {
        guard
            taken.withLock({ count in
                guard count < Self.most else { return false }
                count += 1
                return true
            })
        else { return nil }
        defer { taken.withLock { $0 -= 1 } }
        return try body()
    }
}
