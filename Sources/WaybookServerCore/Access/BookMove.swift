import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// Moves books of people who no longer work here to whom the directory names, or to the pool: some units a commit, so that
/// nobody waits long, taken up again wherever it ended, because what is left to do is what the index still shows.
public struct BookMove: Sendable {
    /// The most units that one commit moves.
    public static let unitsInCommit = 200

    private let service: ExchangeService
    /// The collections whose roots somebody answers for.
    private let collections: [CollectionName]

    public init(_ service: ExchangeService) {
        self.service = service
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
    /// - Returns: how many were moved; 0 once the book is empty.
    public func moveSome(_ pending: Pending, limit: Int = unitsInCommit) throws -> Int {
        try service.file.write { db in
            let rows = ServerRows(db)
            let units = try rows.roots(of: .book(pending.from), in: collections, limit: limit)
            guard !units.isEmpty else { return 0 }
            var committer = try service.committer(db)
            try committer.move(units, from: pending.from, to: pending.to)
            try committer.finish()
            return units.count
        }
    }
}
