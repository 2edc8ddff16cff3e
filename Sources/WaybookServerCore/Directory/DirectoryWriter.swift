import GRDB
import WaybookModel
import WaybookStore

/// Writes the directory's records by the server's own right, in a transaction of its caller: what whoever runs the
/// machine says of people and teams. Records are the truth; the columns of `user` that follow from them are kept by
/// ``Directory/project(_:_:now:)``.
public struct DirectoryWriter {
    private let db: Database
    private let rows: ServerRows
    private let milliseconds: UInt64
    private let by: RecordID?
    private let isNoted: Bool

    /// - Parameters:
    ///   - now: milliseconds since 1970; when it was decided.
    ///   - by: the person who says so; nil for whoever runs the machine.
    ///   - isNoted: whether the audit tells it, and the last administrator is kept; not where a file is brought to what
    ///     was decided before.
    public init(_ db: Database, now: Int64, by: RecordID? = nil, isNoted: Bool = true) {
        self.isNoted = isNoted
        self.db = db
        rows = ServerRows(db)
        milliseconds = UInt64(clamping: now)
        self.by = by
    }

    /// Writes fields of one record of the directory, and makes the record if there is none.
    /// - Parameter isDeleted: whether it is deleted, or restored; nil to leave that as it is.
    /// - Returns: what the security ledger must say before anybody is answered.
    /// - Throws: `DirectoryError.lastAdministrator` where nobody would be left to administer the workspace.
    @discardableResult
    public func write(
        _ fields: [FieldName: Value], of id: RecordID, in collection: CollectionName, isDeleted: Bool? = nil
    ) throws -> [SecurityFact] {
        precondition(DirectoryRecord.collections.contains(collection))
        var clock = try ServerClock(rows, milliseconds: milliseconds)
        let sequence = try rows.lastSequence() + 1
        var work = SetWork(rows: rows, sequence: sequence)
        let row =
            try work.row(id) ?? ServerRow(record: VersionedRecord(id: id, collection: collection), unit: id)
        let stamp = clock.give(over: row.record)
        let changed = fields.filter { name, value in (row.record[name] ?? .null) != value }
        let turns = isDeleted.map { $0 != row.record.isDeleted } ?? false
        guard !changed.isEmpty || turns || row.position == nil else { return [] }
        work.write(changed, into: row, stamp: stamp)
        if turns, let isDeleted {
            let life = isDeleted ? VersionedRecord.deleted : VersionedRecord.alive
            work.set(Atom(value: life, stamp: stamp, commit: sequence), at: .life, of: id)
        }
        work.setScopes([.workspace: .view], of: id, from: try rows.members(of: id), ends: [:])
        work.noteDirectoryChange(isTold: isNoted)
        let deeds = try SetDeeds(of: work)
        if isNoted {
            if row.position != nil, collection == DirectoryRecord.user,
                try !Organisation(rows.directory()).keepsAdministrator(after: work.directoryRecords)
            {
                throw DirectoryError.lastAdministrator
            }
            try deeds.note(db, by: by, replica: nil, at: Int64(clamping: clock.milliseconds))
        }
        // What was decided before was lost then, not now.
        let decided = isNoted ? clock.milliseconds : milliseconds
        let cause = SetWork.Cause(
            by: by, milliseconds: Int64(clamping: decided), note: nil, replica: stamp.replica)
        try rows.set("sequence", work.store(cause))
        try clock.store(rows)
        if let record = work.known(id)?.record {
            try Directory().project(record, db, now: Int64(clamping: milliseconds))
        }
        return deeds.facts
    }
}

extension Directory {
    /// Brings the columns that follow from a person's record up to date: name, language, whether they administer, whether
    /// they are disabled; then their invitation ends. Called in every commit that changes one.
    func project(_ record: VersionedRecord, _ db: Database, now: Int64) throws {
        typealias Field = DirectoryRecord.Field
        guard record.collection == DirectoryRecord.user else { return }
        try db.execute(
            sql: """
                UPDATE user SET name = coalesce(?, name), language = coalesce(?, language), isAdmin = ?,
                    disabled = iif(?, coalesce(disabled, ?), NULL) WHERE id = ?
                """,
            arguments: [
                record[Field.name]?.text, record[Field.language]?.text, record[Field.role]?.text == Role.admin.rawValue,
                record.isOfSomebodyDisabled, now, record.id.description,
            ])
        if record.isOfSomebodyDisabled, let user = UserID(record.id.description) { try endInvitation(db, of: user) }
    }
}

extension UserID {
    /// The identity of the person's record.
    public var record: RecordID { RecordID(text) ?? RecordID(high: 0, low: 0) }
}
