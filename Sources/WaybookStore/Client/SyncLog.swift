import GRDB
import WaybookModel
import WaybookProtocol

/// One line of what came, what went, and why.
public struct SyncLogEntry: Hashable, Sendable {
    public enum Kind: String, Sendable {
        /// Records that this replica met for the first time.
        case arrived
        /// Records that another replica changed.
        case changed
        /// A set of this replica was accepted as it was.
        case accepted
        /// A set was accepted, and something in it was settled otherwise than written.
        case settled
        /// A set was accepted under the server's stamp, for this device's clock ran ahead.
        case restamped
        /// A set was refused.
        case refused
        /// A set was put aside by the server.
        case quarantined
        /// A set was kept by the server for somebody to decide, for its author no longer held what it writes to.
        case handedOver
        /// This replica took a new number, for another copy of it had used its own.
        case renumbered
        /// Everything up to the server's head has been read.
        case completed
        /// A fresh pull was begun, for the server did not know how far this replica had read.
        case begunAfresh
        /// The server was put back to an earlier state: own sets are sent again, and everything is read anew.
        case rewound
        /// It was too late for that: laptops were waited for until the time in ``number``, by the server's clock.
        case cameLate
        /// What was put aside of others' lost writes went untold, for the server takes none of it.
        case witnessGivenUp
        /// Records differed from the server's, and were taken anew.
        case mended
        /// Records went, for a fresh pull did not tell them.
        case gone
        /// A unit left this replica, for its reader may no longer hold it.
        case departed
        /// A record went over into a unit that the reader does not see; or some that were not told again at once, nobody
        /// said why.
        case movedAway
        /// People, or what told of them, were erased.
        case erased
        /// What was typed here about somebody who was erased went.
        case shredded
    }

    /// The order of the log.
    public var row: Int64
    /// The device's wall clock, milliseconds since 1970.
    public var atMilliseconds: Int64
    public var kind: Kind
    /// The record, where the line is about one.
    public var record: RecordID?
    public var collection: CollectionName?
    /// The set, where the line is about one (the last of a run), the sequence that was reached, or a time, milliseconds since
    /// 1970.
    public var number: Int64?
    /// How many records or sets the line stands for.
    public var count: Int
    /// Why, by whom and when, where the line is about what left.
    public var cause: DepartureCause?
}

extension ClientTables {
    /// The most lines that are kept.
    static let mostLogLines: Int64 = 100_000

    func log(
        _ kind: SyncLogEntry.Kind, at milliseconds: Int64, record: RecordID? = nil, collection: CollectionName? = nil,
        number: Int64? = nil, count: Int = 1, told: ResponseLine? = nil
    ) throws {
        try run(
            "INSERT INTO synclog (at, kind, id, collection, number, count, departure) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                milliseconds, kind.rawValue, record?.blob, collection?.text, number, count,
                told.map { CanonicalJSON.text($0.value) },
            ])
    }

    func trimLog() throws {
        try run("DELETE FROM synclog WHERE row <= (SELECT max(row) FROM synclog) - ?", [Self.mostLogLines])
    }

    /// The latest lines, newest first.
    func logEntries(before row: Int64, limit: Int) throws -> [SyncLogEntry] {
        let rows = try Row.fetchAll(
            db,
            sql:
                """
                SELECT row, at, kind, id, collection, number, count, departure FROM synclog
                WHERE row < ? ORDER BY row DESC LIMIT ?
                """,
            arguments: [row, limit])
        return rows.compactMap { row in
            guard let kind = SyncLogEntry.Kind(rawValue: row[2]) else { return nil }
            let collection: String? = row[4]
            return SyncLogEntry(
                row: row[0], atMilliseconds: row[1], kind: kind, record: RecordID(blob: row[3]),
                collection: collection.map { CollectionName($0) }, number: row[5], count: row[6],
                cause: Self.cause(row[7]))
        }
    }

    /// Reads why something left, as the log holds it.
    private static func cause(_ text: String?) -> DepartureCause? {
        guard let text, let value = try? JSONParser.parse(text) else { return nil }
        return switch ResponseLine(value) {
        case .departed(let departure): departure.cause
        case .gone(_, let cause): cause
        default: nil
        }
    }

    /// Reads a departure as the tables hold it.
    static func departure(_ text: String?) -> Departure? {
        guard let text, let value = try? JSONParser.parse(text), case .departed(let departure)? = ResponseLine(value)
        else { return nil }
        return departure
    }
}
