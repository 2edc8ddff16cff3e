import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// Moves books of people who no longer work here to whom the directory names, or to the pool: some units a commit, so that
/// nobody waits long, taken up again wherever it ended, because what is left to do is what the index still shows.
public struct BookMove: Sendable {
    /// The most units that one commit moves.
    public static let unitsInCommit = 64

    private let service: ExchangeService
    private let ledger: SecurityLedger?
    /// The collections whose roots somebody answers for.
    private let collections: [CollectionName]

    /// - Parameter ledger: where it is written down beside the file who answers for a unit from then on.
    public init(_ service: ExchangeService, ledger: SecurityLedger? = nil) {
        self.service = service
        self.ledger = ledger
        collections = service.schema.collections.filter { collection in
            guard case .book(let owner, _) = collection.access.audience else { return false }
            return collection[owner] != nil
        }.map(\.name)
    }

    /// What is left in a book that must move: whose it is, and to whom it goes.
    public struct Pending: Hashable, Sendable {
        public var from: RecordID
        /// Nil for the pool.
        public var to: RecordID?
    }

    /// The books that must move: those of people who are disabled, or gone from the directory, with anything in them.
    /// Cost: an indexed read for each such person.
    public func pending() throws -> [Pending] {
        try service.file.read { db in
            let rows = ServerRows(db)
            let directory = try rows.directory()
            let organisation = Organisation(directory)
            return try directory.filter { $0.collection == DirectoryRecord.user }.compactMap { record in
                guard organisation.people[record.id]?.isActive != true,
                    try !rows.roots(of: .book(record.id), in: collections, limit: 1).isEmpty
                else { return nil }
                return Pending(from: record.id, to: organisation.holder(of: record.id))
            }
        }
    }

    /// Moves the next units of a book in one commit.
    /// - Returns: how many were moved, 0 once the book is empty; and what that is news about.
    public func moveSome(
        _ pending: Pending, limit: Int = unitsInCommit
    ) throws -> (units: Int, news: CommitNews) {
        try service.file.writeSecurity(ledger, now: Int64(clamping: service.now)) { db in
            let rows = ServerRows(db)
            let units = try rows.roots(of: .book(pending.from), in: collections, limit: limit)
            guard !units.isEmpty else { return ((0, CommitNews()), []) }
            var committer = try service.committer(db)
            try committer.move(units, from: pending.from, to: pending.to)
            try committer.finish()
            return ((units.count, committer.news), committer.ledgerFacts)
        }
    }
}
