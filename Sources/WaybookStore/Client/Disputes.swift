import Foundation
import GRDB
import WaybookModel

extension VersionedRecord {
    /// The record that this open conflict is about; nil for anything else.
    var openDispute: RecordID? {
        guard collection == ConflictRecord.collection, !isDeleted, self[ConflictRecord.Field.status]?.text == "open"
        else { return nil }
        return self[ConflictRecord.Field.about]?.text.flatMap { RecordID($0) }
    }
}

/// The index of open conflicts by the record that they are about. It is kept by hand, with every row of a conflict,
/// because SQLite 3.40 allows no index over JSON where the schema is not trusted.
extension ClientTables {
    /// The condition that an open conflict, which no unsent set resolves, is about a record.
    static let conflicted = """
        EXISTS (SELECT 1 FROM dispute WHERE dispute.about = record.id \
        AND NOT EXISTS (SELECT 1 FROM touched WHERE touched.id = dispute.id))
        """

    /// Keeps the index true to a record that was just stored; nil when its row was removed.
    func noteDispute(_ id: RecordID, _ collection: CollectionName, _ shown: VersionedRecord?) throws {
        guard collection == ConflictRecord.collection else { return }
        guard let about = shown?.openDispute else { return try run("DELETE FROM dispute WHERE id = ?", [id.blob]) }
        try run("INSERT OR REPLACE INTO dispute (id, about) VALUES (?, ?)", [id.blob, about.blob])
    }

    /// The open conflicts, about one record or all, without those that an unsent set resolves; oldest first.
    func openConflicts(about id: RecordID?, limit: Int) throws -> [RecordID] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT dispute.id FROM dispute JOIN record ON record.id = dispute.id
                WHERE (?1 IS NULL OR dispute.about = ?1) AND record.leaving IS NULL
                AND NOT EXISTS (SELECT 1 FROM touched WHERE touched.id = dispute.id) ORDER BY record.row LIMIT ?2
                """)
        return try Data.fetchAll(statement, arguments: [id?.blob, limit]).compactMap { RecordID(blob: $0) }
    }
}
