import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

extension ClientStore {
    /// Makes anew what follows from the rest of the file: which records unsent work is about, what is shown, whom records
    /// belong to, the list of conflicts, the search index, the views. What is unsent, what was answered and what was refused is
    /// read, and not touched.
    ///
    /// Cut off anywhere, the file is as good as before; called again, it goes on.
    public func repair() throws {
        let links = try write { tables in
            let repair = StoreRepair(tables: tables)
            // First: what stands there may not read back.
            try repair.emptyIndex()
            return try repair.linkOutbox()
        }
        var row: Int64 = 0
        while let last = try write({ tables in
            try StoreRepair(tables: tables).overlayRows(after: row, but: links)
        }) { row = last }
        try write { tables in
            try StoreRepair(tables: tables).listConflicts()
            try tables.countJournal()
            try tables.run("DELETE FROM meta WHERE name = ?", [MetaKey.schemaObjects.rawValue])
            try SchemaObjects(tables: tables).prepare()
        }
        while try write({ tables in try tables.indexRows(atMost: StoreRepair.pageRows) }) == StoreRepair.pageRows {}
    }
}

/// Makes derived tables anew, inside one transaction each.
struct StoreRepair {
    static let pageRows = 1_000

    let tables: ClientTables

    /// Which records the sets of the outbox are about, and a row for each of those that they make. What is known of sets that
    /// cannot be read stays.
    /// - Returns: what is known of those. What the records that they write to show is all that is left of it, and stays too.
    func linkOutbox() throws -> OutboxLinks {
        let links = try tables.outboxLinks()
        try tables.run("DELETE FROM touched")
        for (id, number) in links.lostLinks { try link(id, number) }
        try tables.forEachUnsent { set in
            for id in ClientTables.touched(by: set) { try link(id.blob, set.number) }
            for change in set.changes where try !tables.exists(change.id) && !tables.isErased(change.id) {
                try overlay(StoredRow(id: change.id, collection: change.collection, before: nil))
            }
        }
        return links
    }

    private func link(_ id: Data, _ number: Int64) throws {
        try tables.run("INSERT OR IGNORE INTO touched (id, number) VALUES (?, ?)", [id, number])
    }

    /// Shows the next rows as they are to be shown.
    /// - Returns: the last of them; nil where there are none.
    func overlayRows(after row: Int64, but links: OutboxLinks) throws -> Int64? {
        let lost = links.lostRecords
        let page = try Row.fetchAll(
            tables.db, sql: "SELECT row, id FROM record WHERE row > ? ORDER BY row LIMIT ?",
            arguments: [row, Self.pageRows])
        for row in page {
            // What does not read back can only come from the server anew.
            guard let id = RecordID(blob: row[1] as Data?), !lost.contains(id), let stored = try? tables.load(id)
            else { continue }
            if !stored.isErasedUnsent { try overlay(stored, unlessShownOtherwise: links.isLostWithoutTrace) }
        }
        return page.last?[0]
    }

    private func overlay(_ stored: StoredRow, unlessShownOtherwise: Bool = false) throws {
        var stored = stored
        // What lies over it cannot be read: it stays as it is shown, and is told of.
        guard let unsent = try? tables.unsent(of: stored.id) else { return }
        stored.unsent = unsent
        if unlessShownOtherwise, stored.isShownOtherwise { return }
        if !stored.isNothing { try tables.save(stored) }
    }

    func listConflicts() throws {
        try tables.run("DELETE FROM dispute")
        let ids = try Data.fetchAll(
            tables.db,
            sql: "SELECT id FROM record WHERE collection = (SELECT number FROM collection WHERE name = ?)",
            arguments: [ConflictRecord.collection.text])
        for id in ids.compactMap({ RecordID(blob: $0) }) {
            guard let stored = try? tables.load(id) else { continue }
            try tables.noteDispute(id, stored.collection, stored.shown)
        }
    }

    /// From here on it takes all rows in anew.
    func emptyIndex() throws {
        try tables.db.execute(sql: "INSERT INTO search (search) VALUES ('delete-all')")
        try tables.set(.indexedThrough, 0)
    }
}
