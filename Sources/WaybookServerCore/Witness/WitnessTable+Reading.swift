import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// How much was told by laptops of others' lost writes.
public struct WitnessCount: Hashable, Sendable {
    /// Values and records that wait for a decision, and how many lost commits they are of.
    public var values = 0
    public var records = 0
    public var commits = 0
    public var accepted = 0
    public var dropped = 0
    /// How many replicas told anything that was kept, and how many atoms they had beyond what they may tell.
    public var tellers = 0
    public var beyond = 0
}

/// A record of which something waits for a decision.
public struct WitnessedRecord: Hashable, Sendable {
    public var id: RecordID
    public var collection: CollectionName
    public var unit: RecordID
    /// How many values wait.
    public var values: Int
    public var tellers: [ReplicaID]
    /// The server's clock when the last of them was told first, milliseconds since 1970.
    public var told: Int64
}

extension WitnessTable {
    private static let columns = """
        number, record, collection, unit, path, value, stamp, origin, at, told, state,
        (SELECT count(*) FROM witness AS other WHERE other.record = w.record AND other.path = w.path
            AND other.origin = w.origin AND other.state = 'open' AND other.number != w.number),
        (SELECT max(state) FROM witness AS other WHERE other.record = w.record AND other.path = w.path
            AND other.origin = w.origin AND other.state != 'open' AND other.number != w.number)
        """

    /// What waits for a decision of these records, or of all: by record and path, the latest write of a path first.
    public func open(of records: [RecordID]? = nil) throws -> [Witnessed] {
        guard let records else { return try read("state = 'open'", []) }
        return try records.flatMap { try read("state = 'open' AND record = ?", [Data($0.bytes)]) }
    }

    /// That of one number; nil where it does not wait for a decision.
    public func open(_ number: Int64) throws -> Witnessed? {
        try read("state = 'open' AND number = ?", [number]).first
    }

    func read(_ condition: String, _ arguments: StatementArguments) throws -> [Witnessed] {
        let sql = """
            SELECT \(Self.columns) FROM witness AS w WHERE \(condition) ORDER BY record, path, stamp DESC, number
            """
        return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments).map { try witnessed($0) }
    }

    private func witnessed(_ row: Row) throws -> Witnessed {
        let text: String? = row[5]
        guard let record = RecordID(bytes: row[1] as Data), let unit = RecordID(bytes: row[3] as Data),
            let path = FieldPath(parsing: row[4] as String), let stamp = Stamp(row[6] as String),
            let origin = Stamp(row[7] as String), let state = Witnessed.State(rawValue: row[10])
        else { throw DamagedRow() }
        let tellers = try UInt32.fetchAll(
            db.cachedStatement(sql: "SELECT replica FROM witness_teller WHERE number = ? ORDER BY replica"),
            arguments: [row[0] as Int64])
        return Witnessed(
            number: row[0], record: record, collection: CollectionName(row[2] as String), unit: unit, path: path,
            atom: Atom(
                value: try text.map { try JSONParser.parse($0) }, stamp: stamp, origin: origin, commit: row[8]),
            state: state, told: row[9], tellers: tellers.map { ReplicaID($0) }, rivals: row[11],
            decided: (row[12] as String?).flatMap { Witnessed.State(rawValue: $0) })
    }

    // MARK: Page by page

    /// Which records a list names.
    public struct Query: Hashable, Sendable {
        /// The record behind which to go on.
        public var after: RecordID?
        public var limit: Int
        /// What a value of theirs holds, whatever the case of its Latin letters; nil for any.
        public var text: String?

        public init(after: RecordID? = nil, limit: Int, text: String? = nil) {
            (self.after, self.limit, self.text) = (after, limit, text)
        }

        fileprivate var condition: String {
            text == nil
                ? "state = 'open'"
                : """
                state = 'open' AND record IN (
                    SELECT record FROM witness WHERE state = 'open' AND instr(lower(value), lower(:text)) > 0)
                """
        }

        fileprivate var arguments: StatementArguments {
            guard let text else { return [:] }
            // As it stands within canonical JSON.
            return ["text": String(CanonicalJSON.text(.string(text)).dropFirst().dropLast())]
        }
    }

    /// How many records a query names, on all pages.
    public func count(_ query: Query) throws -> Int {
        let sql = "SELECT count(DISTINCT record) FROM witness WHERE \(query.condition)"
        return try Int.fetchOne(db, sql: sql, arguments: query.arguments) ?? 0
    }

    /// The records of which something waits, in the order of their identities.
    public func records(_ query: Query) throws -> [WitnessedRecord] {
        let sql = """
            SELECT record, max(collection), max(unit), count(*), max(told) FROM witness
            WHERE \(query.condition) AND record > :after GROUP BY record ORDER BY record LIMIT :limit
            """
        let page: StatementArguments = [
            "after": query.after.map { Data($0.bytes) } ?? Data(), "limit": max(0, query.limit),
        ]
        return try Row.fetchAll(db, sql: sql, arguments: query.arguments + page).map { row in
            guard let id = RecordID(bytes: row[0] as Data), let unit = RecordID(bytes: row[2] as Data) else {
                throw DamagedRow()
            }
            let tellers = try UInt32.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT replica FROM witness JOIN witness_teller USING (number)
                        WHERE state = 'open' AND record = ? ORDER BY replica
                        """), arguments: [row[0] as Data])
            return WitnessedRecord(
                id: id, collection: CollectionName(row[1] as String), unit: unit, values: row[3],
                tellers: tellers.map { ReplicaID($0) }, told: row[4])
        }
    }

    /// The latest value of a path that waits.
    public func latest(_ path: FieldPath, of record: RecordID) throws -> Value? {
        try String.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT value FROM witness WHERE state = 'open' AND record = ? AND path = ? AND value IS NOT NULL
                    ORDER BY stamp DESC LIMIT 1
                    """), arguments: [Data(record.bytes), path.text]
        ).flatMap { try? JSONParser.parse($0) }
    }

    /// Where a walk through all that waits stands: what others hang on comes first.
    public struct Place: Hashable, Sendable {
        var isHanging = false
        var after: RecordID?

        public init() {}

        /// Reads it as ``text`` writes it.
        public init?(_ text: String) {
            guard let first = text.first, "01".contains(first) else { return nil }
            isHanging = first == "1"
            guard text.count > 1 else { return }
            guard let after = RecordID(String(text.dropFirst())) else { return nil }
            self.after = after
        }

        public var text: String { (isHanging ? "1" : "0") + (after?.description ?? "") }
    }

    /// The next records of which something waits, whole: what others hang on first.
    /// - Parameters:
    ///   - values: so many fill it; the first record comes whatever it has.
    /// - Returns: the values, and where to go on; nil at the end.
    public func next(from place: Place, records: Int, values: Int) throws -> (chosen: [Witnessed], next: Place?) {
        let sql = """
            SELECT record, count(*) FROM witness WHERE state = 'open' AND record > :after GROUP BY record
            HAVING max(record = unit) = :root ORDER BY record LIMIT :limit
            """
        var (place, chosen): (Place, [Witnessed]) = (place, [])
        var count = 0
        while true {
            let found = try Row.fetchAll(
                db, sql: sql,
                arguments: [
                    "after": place.after.map { Data($0.bytes) } ?? Data(), "root": !place.isHanging,
                    "limit": records - count,
                ])
            for row in found {
                guard let id = RecordID(bytes: row[0] as Data) else { throw DamagedRow() }
                guard count == 0 || chosen.count + (row[1] as Int) <= values else { return (chosen, place) }
                chosen += try open(of: [id])
                place.after = id
                count += 1
            }
            if count >= records { return (chosen, place) }
            guard !place.isHanging else { return (chosen, nil) }
            (place.isHanging, place.after) = (true, nil)
        }
    }

    /// How many of those that wait were told after a moment.
    func countOpen(after told: Int64) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM witness WHERE state = 'open' AND told > ?", arguments: [told]) ?? 0
    }

    /// How much there is of everything.
    public func count() throws -> WitnessCount {
        var count = WitnessCount()
        func number(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
        count.values = try number("SELECT count(*) FROM witness WHERE state = 'open'")
        count.records = try number("SELECT count(DISTINCT record) FROM witness WHERE state = 'open'")
        count.commits = try number("SELECT count(DISTINCT at) FROM witness WHERE at > 0")
        count.accepted = try number("SELECT count(*) FROM witness WHERE state = 'accepted'")
        count.dropped = try number("SELECT count(*) FROM witness WHERE state = 'dropped'")
        count.tellers = try number("SELECT count(DISTINCT replica) FROM witness_teller")
        count.beyond = try number("SELECT ifnull(sum(beyond + refused), 0) FROM witness_told")
        return count
    }
}
