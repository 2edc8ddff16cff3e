import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// Takes away what is left of deleted records once everybody who counts has read that they are deleted, in steps that nobody
/// waits for long (`protocol/4-exchange.md#floor`).
///
/// A unit goes whole. What hangs on a deleted root is alive and hidden, on laptops too: first it is deleted, which is told as
/// ever, and once that is below the floor as well, all of it goes.
public struct TombstoneRemoval: Sendable {
    /// The most units, or single records, that one transaction takes.
    public static let unitsInCommit = 64
    /// The most records of units that one transaction deletes.
    private static let recordsInCommit = 1_000

    private let service: ExchangeService

    public init(_ service: ExchangeService) { self.service = service }

    /// Where a run has come to.
    public struct Place: Hashable, Sendable {
        enum Phase { case deleting, removing, done }

        public let floor: Int64
        var phase = Phase.deleting
        var position: Int64 = 0
        /// The records that were deleted, and those that were removed, so far.
        public var deleted = 0
        public var removed = 0
        /// Whether there is nothing more to do.
        public var isDone: Bool { phase == .done }
    }

    /// Begins a run: marks the day, and raises the floor, before anything goes.
    public func begin() throws -> Place {
        let now = Int64(clamping: service.now)
        return try service.file.write { db in
            let floor = Floor(db)
            try floor.mark(now: now)
            return Place(floor: try floor.raise())
        }
    }

    /// Marks days that have passed, each by the clock's reading on it, as a run on each would.
    package func mark(_ days: [Int64]) throws {
        try service.file.write { db in for day in days { try Floor(db).mark(now: day) } }
    }

    /// Does the next part of a run, in one commit.
    public func step(_ place: Place) throws -> Place {
        switch place.phase {
        case .deleting: try service.file.write { db in try deleteSome(place, db) }
        case .removing: try service.file.write { db in try removeSome(place, db) }
        case .done: place
        }
    }

    // MARK: What hangs on a deleted root

    private func deleteSome(_ place: Place, _ db: Database) throws -> Place {
        var place = place
        let table = RemovalTable(db)
        let roots = try table.rootsWithLivingRecords(
            after: place.position, below: place.floor, limit: Self.unitsInCommit)
        var records: [RecordID] = []
        for (root, position) in roots where records.count < Self.recordsInCommit {
            if try table.isFree(root) {
                let limit = Self.recordsInCommit - records.count
                records += try table.livingRecords(of: root, limit: limit)
                // What is left of it is met again.
                if records.count == Self.recordsInCommit { break }
            }
            place.position = position
        }
        if roots.isEmpty { (place.phase, place.position) = (.removing, 0) }
        try delete(records, &place, db)
        return place
    }

    private func delete(_ records: [RecordID], _ place: inout Place, _ db: Database) throws {
        guard !records.isEmpty else { return }
        var committer = try service.committer(db)
        try committer.delete(records)
        try committer.finish()
        place.deleted += records.count
    }

    // MARK: What is deleted

    private func removeSome(_ place: Place, _ db: Database) throws -> Place {
        var place = place
        let table = RemovalTable(db)
        let found = try table.deleted(after: place.position, below: place.floor, limit: Self.unitsInCommit)
        // What told of them elsewhere: it goes by a later run. And what was handed over about them, and decided.
        var (beside, items): ([RecordID], [RecordID]) = ([], [])
        for (id, unit, position) in found {
            place.position = position
            if unit == id {
                guard try table.isFree(unit), try table.isAllDeleted(unit, below: place.floor) else { continue }
                items += try ServerRows(db).items(about: unit)
                place.removed += try table.remove(unit: unit)
                if try table.isAlive(ServerMadeID.card(of: unit)) { beside.append(ServerMadeID.card(of: unit)) }
            } else if try table.isFree(id), try table.isAlive(unit) {
                beside += try table.livingConflicts(about: id, in: unit)
                try table.remove(record: id)
                place.removed += 1
            }
        }
        if found.isEmpty { place.phase = .done }
        try delete(beside, &place, db)
        try placeAgain(items, db)
        return place
    }

    /// Who sees an item followed from the unit that it is about: from now on it does not.
    private func placeAgain(_ items: [RecordID], _ db: Database) throws {
        guard !items.isEmpty else { return }
        var committer = try service.committer(db)
        try committer.placeInScopes(items)
        try committer.finish()
    }
}
