import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

extension LeakFirm {
    /// What a fault does to lines on the way.
    var tampering: Tampering? {
        switch plan.fault {
        case .departureNotTold: Tampering(dropping: { $0.entries?["departed"] != nil })
        case .recordWithheld:
            Tampering(dropping: { line in
                // One in sixteen.
                line.entries?["record"]?.text.flatMap { RecordID($0) }.map { $0.low & 15 == 3 } ?? false
            })
        default: nil
        }
    }

    /// What a fault does to a laptop's file from the start.
    func plant(on one: Held) throws {
        let statements: [String] =
            switch plan.fault {
            case .purgeSkipped:
                ["INSERT", "UPDATE"].map { event in
                    """
                    CREATE TRIGGER IF NOT EXISTS plant\(event) AFTER \(event) ON meta WHEN new.name = 'purgeDue' BEGIN
                        DELETE FROM meta WHERE name = 'purgeDue';
                    END
                    """
                }
            case .historyKept:
                [
                    "CREATE TABLE IF NOT EXISTS plant (value TEXT)",
                    """
                    CREATE TRIGGER IF NOT EXISTS plantHistory AFTER DELETE ON history BEGIN
                        INSERT INTO plant VALUES (old.value);
                    END
                    """,
                ]
            case .journalKept:
                [
                    """
                    CREATE TRIGGER IF NOT EXISTS plantJournal BEFORE UPDATE OF line ON journal BEGIN
                        SELECT RAISE(IGNORE);
                    END
                    """
                ]
            default: []
            }
        try one.laptop.store.file.write { db in
            for statement in statements { try db.execute(sql: statement) }
        }
    }

    /// What a fault does to a laptop's file once its records are in the index: words that the product does not know of.
    func plantWords(on one: Held) throws {
        guard plan.fault == .indexNotForgotten else { return }
        try one.laptop.store.file.write { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT row, fields FROM record WHERE row > (SELECT ifnull(max(row), 0) - 5 FROM record)")
            for row in rows {
                let words = Marker.codes(in: row[1] as String).map { Marker.latin($0) }
                guard !words.isEmpty else { continue }
                try db.execute(
                    sql: "INSERT INTO search (rowid, terms) VALUES (?, ?)",
                    arguments: [1_000_000_000 + Int64(random.below(1_000_000_000)), words.joined(separator: " ")])
            }
        }
    }

    /// What a fault does to the server's index.
    func plantScopes() throws {
        guard plan.fault == .strangerInScope, random.chance(10) else { return }
        let scope = Scope.book(random.pick(people))
        try service.file.write { db in
            let found = try Row.fetchOne(
                db,
                sql: """
                    SELECT unit, ifnull(since, touched) AS since FROM member JOIN scope ON scope.number = member.scope
                    WHERE text LIKE 'book:%' ORDER BY since DESC LIMIT 1
                    """)
            let rows = ServerRows(db)
            guard let found, let unit = RecordID(bytes: found[0] as Data), try !rows.isMember(unit, ofAny: [scope])
            else { return }
            try rows.join(unit, scope, .edit, at: found[1])
        }
    }
}
