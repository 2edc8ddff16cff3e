import Foundation
import GRDB
import WaybookModel
import WaybookStore

/// Of what the security ledger knew better than a file that was put back; frozen: a later change is another migration.
let ruledMigrationSQL = """
    CREATE TABLE ruled (
        record BLOB NOT NULL,
        aspect TEXT NOT NULL,
        timeline INTEGER NOT NULL,
        PRIMARY KEY (record, aspect)
    ) STRICT, WITHOUT ROWID;
    """

/// What the ledger has brought to how it was last, where lines of it were behind the file's mark: of that, what had been
/// acknowledged on an earlier timeline and is sent again decides nothing. An entry is never lowered, and never taken out.
struct RuledTable {
    /// What of a record a fact speaks of.
    enum Aspect: String {
        /// A person's role; whether they work here, and who succeeds them.
        case role, standing
        /// Who answers for a unit, and with whom it is shared.
        case access
        /// What a team or a membership says.
        case entry
        /// What a person or a team is called: name, address, language, time zone.
        case called
    }

    private let db: Database

    init(_ db: Database) { self.db = db }

    /// Notes, where a timeline begins, whether the ledger that was applied is the server's own and so tells all that was decided.
    func noteLedger(isLatest: Bool) throws { try ServerRows(db).set(Self.latestKey, isLatest ? 1 : 0) }

    /// Whether the ledger that was applied when the present timeline began was the server's own.
    func isLedgerLatest() throws -> Bool { try ServerRows(db).number(Self.latestKey) == 1 }

    private static let latestKey = "ledgerLatest"

    /// Notes that a fact was applied when a timeline began.
    func note(_ fact: SecurityFact, from timeline: UInt8) throws {
        let rows = ServerRows(db)
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO ruled (record, aspect, timeline) VALUES (?, ?, ?)
                ON CONFLICT DO UPDATE SET timeline = max(timeline, excluded.timeline)
                """)
        // Of what the file does not know nothing was applied: that is as its author's laptop tells it.
        for (record, aspect) in Self.ruled(by: fact) where try rows.unit(of: record) != nil {
            try statement.execute(arguments: [Data(record.bytes), aspect.rawValue, timeline])
        }
    }

    /// Whether it was ruled after a set that was answered on a timeline.
    func isRuled(_ record: RecordID, _ aspect: Aspect, after timeline: UInt8) throws -> Bool {
        let sql = "SELECT EXISTS (SELECT 1 FROM ruled WHERE record = ? AND aspect = ? AND timeline > ?)"
        let arguments: StatementArguments = [Data(record.bytes), aspect.rawValue, timeline]
        return try Bool.fetchOne(db.cachedStatement(sql: sql), arguments: arguments) ?? false
    }

    private static func ruled(by fact: SecurityFact) -> [(RecordID, Aspect)] {
        switch fact {
        case .disabled(let user, _), .enabled(let user): [(user.record, .standing)]
        case .access(.role(let user, _)): [(user.record, .role)]
        case .person(let person): [(person.user.record, .role), (person.user.record, .called)]
        case .access(.assigned(let units, _)): units.map { ($0, .access) }
        case .access(.directory(let id, _, let fields, _)):
            // A line of an older program tells no name.
            [(id, .entry)] + (fields[DirectoryRecord.Field.name] == nil ? [] : [(id, .called)])
        case .access(.formerly), .deviceAdded: []
        case .device, .password, .invited, .erased, .erasureExtent, .token, .timeline, .void, .compacted, .other: []
        }
    }
}
