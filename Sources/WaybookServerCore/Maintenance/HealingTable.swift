import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// What became of the sets that laptops sent again after the server was put back; frozen: a later change is another
/// migration.
let healingMigrationSQL = """
    CREATE TABLE healing (
        replica INTEGER NOT NULL,
        timeline INTEGER NOT NULL,
        first INTEGER NOT NULL,
        answered INTEGER NOT NULL,
        through INTEGER NOT NULL,
        trimmed INTEGER NOT NULL,
        back INTEGER NOT NULL,
        asked INTEGER NOT NULL,
        handed INTEGER NOT NULL,
        refused INTEGER NOT NULL,
        began INTEGER NOT NULL,
        ended INTEGER,
        PRIMARY KEY (replica, timeline)
    ) STRICT, WITHOUT ROWID;
    """

/// How far one replica has come in sending again, on one timeline.
public struct Healing: Hashable, Sendable {
    public var replica: ReplicaID
    public var timeline: UInt8
    /// The first set that it still had, the last that had been answered before, and the last one made over what it had read
    /// before.
    public var first: Int64
    public var answered: Int64
    public var through: Int64
    /// How many sets the server lacks and the replica no longer has.
    public var trimmed: Int64 = 0
    /// Of those that had been answered: accepted without a question; with one; the items that were made of those handed over;
    /// refused.
    public var back: Int64 = 0
    public var asked: Int64 = 0
    public var handed: Int64 = 0
    public var refused: Int64 = 0
    /// When the replica was met, and when the last of them was judged: milliseconds since 1970.
    public var began: Int64
    public var ended: Int64?

    init(replica: ReplicaID, timeline: UInt8, again: AgainSets, began: Int64) {
        (self.replica, self.timeline, self.began) = (replica, timeline, began)
        (first, answered, through) = (again.first, again.answered, again.through)
    }

    /// Takes what a later hello tells: a second time counts from where the first began.
    mutating func take(_ again: AgainSets) {
        first = min(first, again.first)
        answered = max(answered, again.answered)
        through = max(through, again.through)
    }

    /// Counts a set that had been answered before.
    /// - Parameter items: how many it made for others to decide on.
    mutating func count(_ verdict: Verdict, items: Int64) {
        switch verdict {
        case .accepted(_, let outcomes):
            if outcomes.contains(where: { $0.outcome == .conflict }) { asked += 1 } else { back += 1 }
        case .handover: handed += items
        case .rejected, .quarantined: refused += 1
        }
    }
}

/// The table of replicas that sent again, seen inside a transaction.
public struct HealingTable {
    private let db: Database

    public init(_ db: Database) { self.db = db }

    private static let columns =
        "replica, timeline, first, answered, through, trimmed, back, asked, handed, refused, began, ended"

    /// All of a timeline, by replica.
    public func all(on timeline: UInt8) throws -> [Healing] {
        let sql = "SELECT \(Self.columns) FROM healing WHERE timeline = ? ORDER BY replica"
        return try Row.fetchAll(db, sql: sql, arguments: [timeline]).map { Healing($0) }
    }

    /// That of one replica on a timeline; nil before it was met.
    func healing(of replica: ReplicaID, on timeline: UInt8) throws -> Healing? {
        let sql = "SELECT \(Self.columns) FROM healing WHERE replica = ? AND timeline = ?"
        return try Row.fetchOne(
            db.cachedStatement(sql: sql), arguments: [replica.number, timeline]
        ).map { Healing($0) }
    }

    /// Notes that a set that had waited was applied.
    /// - Parameter items: how many had told of it, counted as handed over until then.
    func noteBack(_ replica: ReplicaID, on timeline: UInt8, items: Int) throws {
        let sql = """
            UPDATE healing SET back = back + 1, handed = max(0, handed - ?) WHERE replica = ? AND timeline = ?
            """
        try db.cachedStatement(sql: sql).execute(arguments: [items, replica.number, timeline])
    }

    func store(_ healing: Healing) throws {
        let sql = "INSERT OR REPLACE INTO healing (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        try db.cachedStatement(sql: sql).execute(arguments: [
            healing.replica.number, healing.timeline, healing.first, healing.answered, healing.through,
            healing.trimmed, healing.back, healing.asked, healing.handed, healing.refused, healing.began,
            healing.ended,
        ])
    }
}

extension Healing {
    fileprivate init(_ row: Row) {
        let again = AgainSets(first: row[2], answered: row[3], through: row[4])
        self.init(replica: ReplicaID(row[0]), timeline: row[1], again: again, began: row[10])
        (trimmed, back, asked, handed) = (row[5], row[6], row[7], row[8])
        (refused, ended) = (row[9], row[11])
    }
}
