import GRDB
import WaybookModel

/// Who did what to whom, from which device: an append-only table in the server's file (`docs/operations.md#audit`).
///
/// An entry is written in the transaction of what it tells, so that neither is there without the other.
public struct Audit {
    /// The days that entries are kept unless told otherwise.
    public static let standardDays = 730
    /// The days that may be asked for: a month to a century.
    public static let daysRange = 30...36_500
    /// The most entries of one answer.
    public static let maximumListed = 10_000
    private static let dayMilliseconds: Int64 = 86_400_000

    private let db: Database

    /// Makes the audit of the file, seen inside a transaction.
    public init(_ db: Database) { self.db = db }

    /// Adds an entry.
    ///
    /// - Parameters:
    ///   - who: the id of the user; nil for whoever works on the server's machine, and where nobody is known.
    ///   - replica: the device that it came from.
    ///   - now: milliseconds since 1970, by the server's clock.
    public func note(
        _ what: AuditKind, by who: String? = nil, replica: ReplicaID? = nil, about: AuditSubject? = nil, at now: Int64,
        detail: [AuditKey: Value] = [:]
    ) throws {
        let texts = about?.texts
        let entries = Dictionary(uniqueKeysWithValues: detail.map { ($0.key.rawValue, $0.value) })
        let statement = try db.cachedStatement(
            sql: "INSERT INTO audit (at, who, replica, what, subject, about, detail) VALUES (?, ?, ?, ?, ?, ?, ?)")
        try statement.execute(arguments: [
            now, who, replica?.number, what.rawValue, texts?.kind, texts?.id, CanonicalJSON.text(.map(entries)),
        ])
    }

    /// Which entries are asked for; a nil asks for all.
    public struct Query: Sendable {
        /// The id of a user: entries by them, about them, and such that name them otherwise.
        public var who: String?
        public var what: String?
        /// Milliseconds since 1970, the first moment.
        public var since: Int64?
        /// Milliseconds since 1970, the first moment that is too late.
        public var until: Int64?
        public var limit: Int

        public init(
            who: String? = nil, what: String? = nil, since: Int64? = nil, until: Int64? = nil, limit: Int = 100
        ) {
            self.who = who
            self.what = what
            self.since = since
            self.until = until
            self.limit = limit
        }
    }

    /// Returns entries, newest first. Cost: reads the table backwards until it has as many as were asked for.
    public func entries(_ query: Query = Query()) throws -> [AuditEntry] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT number, at, who, replica, what, subject, about, detail FROM audit
                WHERE (?1 IS NULL OR who = ?1 OR (subject = 'user' AND about = ?1) OR instr(detail, '"' || ?1 || '"') > 0)
                    AND (?2 IS NULL OR what = ?2)
                    AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR at < ?4)
                ORDER BY number DESC LIMIT ?5
                """,
            arguments: [
                query.who, query.what, query.since, query.until, min(max(0, query.limit), Self.maximumListed),
            ])
        return rows.map { row in
            let (number, kind, id): (UInt32?, String?, String?) = (row[3], row[5], row[6])
            return AuditEntry(
                number: row[0], at: row[1], who: row[2], replica: number.map { ReplicaID($0) }, what: row[4],
                about: kind.flatMap { kind in id.flatMap { AuditSubject(kind: kind, id: $0) } },
                detail: (try? JSONParser.parse(row[7] as String))?.entries ?? [:])
        }
    }

    /// The days that entries are kept.
    public func days() throws -> Int {
        try Int.fetchOne(db, sql: "SELECT days FROM audit_gate WHERE id = 1") ?? Self.standardDays
    }

    /// Sets the days that entries are kept, within ``daysRange``.
    public func keep(days: Int) throws {
        precondition(Self.daysRange.contains(days))
        try db.execute(sql: "UPDATE audit_gate SET days = ? WHERE id = 1", arguments: [days])
    }

    /// Removes the entries that are older than they are kept, and says so in an entry of its own: the only way that an
    /// entry goes.
    ///
    /// - Returns: how many went.
    @discardableResult
    public func removeExpired(now: Int64) throws -> Int {
        let days = try days()
        let before = now - Int64(days) * Self.dayMilliseconds
        guard
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM audit WHERE at < ?)", arguments: [before]) == true
        else { return 0 }
        try db.execute(sql: "UPDATE audit_gate SET before = ? WHERE id = 1", arguments: [before])
        try db.execute(sql: "DELETE FROM audit WHERE at < ?", arguments: [before])
        let removed = db.changesCount
        try db.execute(sql: "UPDATE audit_gate SET before = NULL WHERE id = 1")
        try note(.retained, at: now, detail: [.count: .int(Int64(removed)), .days: .int(Int64(days))])
        return removed
    }
}
