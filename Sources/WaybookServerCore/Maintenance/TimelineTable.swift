import GRDB
import WaybookStore

/// The table of timelines, frozen: a later change is another migration. The first timeline, 0, has no row. `start` follows
/// from `number`, and stands there for whoever reads the file with other tools.
let timelineMigrationSQL = """
    CREATE TABLE timeline (
        number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 255),
        parent INTEGER NOT NULL,
        fork INTEGER NOT NULL,
        start INTEGER NOT NULL,
        restored INTEGER NOT NULL,
        reached INTEGER,
        cause TEXT NOT NULL
    ) STRICT;
    """

/// The timelines that a server's file knows, lost ones too, seen inside a transaction.
public struct TimelineTable {
    private let db: Database

    public init(_ db: Database) { self.db = db }

    /// All of them, in the order of their numbers.
    public func all() throws -> [Timeline] {
        let sql = "SELECT number, parent, fork, restored, reached, cause FROM timeline ORDER BY number"
        return try Row.fetchAll(db, sql: sql).map { row in
            Timeline(
                number: row[0], parent: row[1], fork: row[2], restored: row[3], reached: row[4],
                cause: Timeline.Cause(rawValue: row[5]) ?? .command)
        }
    }

    /// The number of the timeline that the file is on; nil in a file that was never made a workspace.
    public func present() throws -> UInt8? {
        try ServerRows(db).number("timeline").flatMap { UInt8(exactly: $0) }
    }

    /// The highest number that the file knows of. A file of before the table knows its own.
    public func highest() throws -> UInt8 {
        let rows = try db.tableExists("timeline") ? all().last?.number : nil
        return max(try present() ?? Timeline.first, rows ?? Timeline.first)
    }

    /// What the file knows of its history.
    public func lineage() throws -> Lineage {
        Lineage(present: try present() ?? Timeline.first, timelines: try all())
    }

    /// The timelines that began without a command, and of which no server has told yet.
    public func untold() throws -> [Timeline] {
        let told = try ServerRows(db).number(Self.toldKey) ?? Int64(Timeline.first)
        return try all().filter { Int64($0.number) > told && $0.cause != .command }
    }

    /// Notes that all of them were told.
    public func noteTold() throws { try ServerRows(db).set(Self.toldKey, Int64(try highest())) }

    /// Where the file keeps the highest timeline of which a server has told.
    private static let toldKey = "timelinesTold"

    /// Adds one that the file does not know.
    /// - Returns: whether it did not.
    func add(_ timeline: Timeline) throws -> Bool {
        let sql = """
            INSERT OR IGNORE INTO timeline (number, parent, fork, start, restored, reached, cause)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """
        try db.execute(
            sql: sql,
            arguments: [
                timeline.number, timeline.parent, timeline.fork, timeline.start, timeline.restored, timeline.reached,
                timeline.cause.rawValue,
            ])
        return db.changesCount > 0
    }
}
