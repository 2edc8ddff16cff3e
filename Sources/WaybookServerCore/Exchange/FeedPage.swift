import WaybookModel
import WaybookProtocol
import WaybookStore

/// One page of the feed for one reader.
struct FeedPage {
    /// Rows committed after this sequence.
    var after: Int64
    /// What the reader had wholly read when the exchange began; 0 at a first pull.
    var readThrough: Int64
    /// Whether the reader is being told everything for the first time, its own writes included: rows go out as stored.
    var isFirstPull: Bool
    var reader: ReplicaID
    /// Whether the reader is told their own writes under stamps that the server gave: where the data was put back, some of
    /// them had no verdict but that they wait.
    var tellsGiven: Bool

    /// Reads the page in one snapshot.
    /// - Returns: its lines, the sequence up to which the reader now has everything, and whether nothing follows.
    func read(_ rows: ServerRows, atLeast: Int) throws -> (lines: [UInt8], sequence: Int64, isLast: Bool) {
        let (feed, isLast) = try rows.feed(after: after, atLeast: atLeast)
        var lines: [UInt8] = []
        for row in feed {
            guard let line = try line(row, rows) else { continue }
            lines += line
            lines.append(UInt8(ascii: "\n"))
        }
        let sequence = isLast ? try rows.lastSequence() : feed.last?.sequence ?? after
        return (lines, max(sequence, after), isLast)
    }

    /// The line that tells a row: as stored at a first pull; otherwise what changed since, without the reader's own
    /// writes, and the whole record where it is new to the reader or came back to life. A first pull tells every tombstone:
    /// what it does not tell goes.
    func line(_ row: FeedRow, _ rows: ServerRows) throws -> [UInt8]? {
        if isFirstPull, !row.isDeleted {
            return FeedRecord.line(
                id: row.id, collection: row.collection, unit: row.unit, fields: row.fields, stamps: row.stamps)
        }
        let record = try rows.record(row)
        let isRevived = record.atoms[.life].map { $0.commit > readThrough && !record.isDeleted } ?? false
        var told = record
        if !isRevived {
            told.atoms = record.atoms.filter { $0.value.commit > readThrough && isTold($0.value.stamp) }
        }
        guard !told.atoms.isEmpty else { return nil }
        let isWhole = isRevived || (told.atoms.count == record.atoms.count && !record.isDeleted)
        return ResponseLine.record(FeedRecord(record: told, unit: row.unit, isWhole: isWhole)).bytes
    }

    private func isTold(_ stamp: Stamp) -> Bool {
        isFirstPull || stamp.replica != reader || (tellsGiven && stamp.isServerGiven)
    }
}

extension ExchangeService {
    /// A page of the feed that tells all of the workspace.
    struct WholePage {
        var lines: [UInt8]
        /// Up to here the reader then has everything.
        var sequence: Int64
        /// Whether nothing follows in its snapshot; then what it holds, and what that comes to where it compares.
        var isLast: Bool
        var readable: Int64?
        var sums: DigestSums?
    }

    /// Reads a page in one snapshot.
    /// - Parameters:
    ///   - compared: where the client compares, the buckets that it is to be told whole behind the last page.
    ///   - token: what the reader's store holds.
    /// - Throws: `stale` where the reader sees a part only, or the floor has passed them: looked at again for every page.
    func read(
        _ page: FeedPage, for principal: ExchangePrincipal, from token: CheckpointToken, compared: [Int]?
    ) throws -> WholePage {
        try file.read { db in
            let rows = ServerRows(db)
            guard try exchanger(principal, rows).viewer?.seesEverything == true, try rows.bringsUpToDate(token) else {
                throw Problem(.stale)
            }
            let (lines, sequence, isLast) = try page.read(rows, atLeast: pageRows)
            var read = WholePage(lines: lines, sequence: sequence, isLast: isLast)
            guard isLast else { return read }
            read.readable = try rows.readableCount()
            if let told = try compare(compared, rows, for: principal.replica, in: nil) {
                read.lines += told.lines
                read.sums = told.sums
            }
            return read
        }
    }
}
