import GRDB
import WaybookModel
import WaybookProtocol

/// Takes the bytes of what left out of the files (`protocol/4-exchange.md#departures`).
///
/// Removing a row is not enough, even with `secure_delete`: the search index keeps its words until segments are merged,
/// SQLite leaves copies of cells that it moved between pages in the gap of the old page, and the log holds pages as they
/// were. So the journal is gone through, the index is merged, the file is written anew, and the log is cut off. That this
/// is due is noted in the transaction that removed the rows, and stands until it is done.
extension ClientStore {
    /// Does what is due. Cost: nothing where nothing is; else writes the file once more, and holds it in memory meanwhile.
    /// - Returns: whether nothing is left to do; not so while another process reads or writes the store, the disk is full, or
    ///   a record that went over into another unit is still to be told there: then it stays due.
    @discardableResult
    public func purgeDeparted() throws -> Bool {
        guard let due = try read({ tables in try tables.integer(.purgeDue) }) else { return true }
        guard try !read({ tables in try tables.isAnythingComingAgain() }) else { return false }
        do {
            try sweepJournal()
            try write { tables in try tables.mergeIndex() }
            try file.rewrite()
            try StoreFile.removeCopies(of: file.path)
            try write { tables in try tables.notePurged(due) }
            return true
        } catch let error as StoreFileError where error.isPassing {
            return false
        }
    }

    /// Whether a unit, or what was typed about somebody who was erased, waits for answers before it goes.
    public func isLeavingAnything() throws -> Bool {
        try read { tables in try tables.isLeavingAnything() || tables.hasUnsentErased() }
    }
}

extension StoreFileError {
    /// Whether the same may succeed later by itself.
    fileprivate var isPassing: Bool {
        switch code {
        case .busy, .diskFull: true
        default: false
        }
    }
}

extension ClientTables {
    /// Notes, with the rows that are removed in this transaction, that their bytes are to go.
    func notePurge() throws {
        try holdPurged()
        try set(.purgeDue, (try integer(.purgeDue) ?? 0) + 1)
    }

    /// From now on a hello says up to where nothing of what went is here.
    func tellPurged() throws { try set(.departures, 1) }

    /// Notes that a departure was told whose unit is still here: the sequence up to which all are gone stands still.
    func holdPurged() throws {
        try tellPurged()
        if try integer(.purgedThrough) == nil {
            try set(.purgedThrough, try integer(.checkpointSequence) ?? 0)
        }
    }

    /// The sequence up to which departures are physically gone; nil where none was ever told.
    func purgedSequence() throws -> Int64? {
        guard try integer(.departures) != nil else { return nil }
        return try integer(.purgedThrough) ?? integer(.checkpointSequence)
    }

    /// A record went that is to come again, in its new unit: what the journal has of it is neither cut nor told to be gone
    /// until all is read, for the answer may be cut in between.
    func noteComingAgain() throws { try set(.comingAgain, 1) }

    func isAnythingComingAgain() throws -> Bool { try integer(.comingAgain) != nil }

    /// All is read: whatever was to come again is here, or does not come.
    func endComingAgain() throws {
        try run("DELETE FROM meta WHERE name = ?", [MetaKey.comingAgain.rawValue])
    }

    func isLeavingAnything() throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM leaving)")) ?? false
    }

    /// Merges all segments of the search index: only then do the words of forgotten records leave it.
    fileprivate func mergeIndex() throws { try run("INSERT INTO search (search) VALUES ('optimize')") }

    /// The bytes of all evictions up to `due` are gone; a later one stays due.
    fileprivate func notePurged(_ due: Int64) throws {
        try run("DELETE FROM meta WHERE name = ? AND value = ?", [MetaKey.purgeDue.rawValue, due])
        guard try integer(.purgeDue) == nil, try !isLeavingAnything(), try !hasUnsentErased(), try !hasWitness() else {
            return
        }
        try run("DELETE FROM meta WHERE name = ?", [MetaKey.purgedThrough.rawValue])
    }
}
