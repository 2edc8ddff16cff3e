import GRDB
import WaybookModel
import WaybookStore

/// The commit up to which deleted records may be gone: who has not read past it pulls afresh
/// (`protocol/4-exchange.md#floor`).
struct Floor {
    static let key = "floor"
    /// Days after which a deleted record may go once everybody has read of it: journals of laptops reach back 30, and a
    /// backup that is younger than this, put back, has it still.
    static let leastDays = 35
    /// Days after which it goes, whoever has read of it; and after which a device that comes no more holds nothing back.
    static let mostDays = 180

    private let db: Database
    private let rows: ServerRows

    init(_ db: Database) {
        self.db = db
        rows = ServerRows(db)
    }

    /// Marks that a day has passed, if it has by the clock: a clock that jumps ahead by a year is one day.
    func mark(now: Int64) throws {
        // Of a clock that goes to and fro each day counts once.
        let last = try Int64.fetchOne(db, sql: "SELECT max(time) FROM floor_mark WHERE time <= ?", arguments: [now])
        if let last, now - last < Instant.dayMilliseconds { return }
        try db.execute(
            sql: "INSERT INTO floor_mark (sequence, time) VALUES (?, ?)",
            arguments: [try rows.lastSequence(), now])
        try db.execute(
            sql: "DELETE FROM floor_mark WHERE number < (SELECT max(number) FROM floor_mark) - ?",
            arguments: [Self.mostDays + 1])
    }

    /// Raises the floor to what everybody who counts has read and is old enough; it never falls.
    /// - Returns: the floor.
    func raise() throws -> Int64 {
        let present = try rows.floor()
        let candidate = try max(
            min(read(), sequence(before: Self.leastDays)), sequence(before: Self.mostDays))
        guard candidate > present else { return present }
        try rows.set(Self.key, candidate)
        return candidate
    }

    /// The last commit of the mark behind which so many lie; 0 where there are not so many.
    private func sequence(before days: Int) throws -> Int64 {
        let sql = "SELECT sequence FROM floor_mark ORDER BY number DESC LIMIT 1 OFFSET ?"
        return try Int64.fetchOne(db, sql: sql, arguments: [days]) ?? 0
    }

    /// What all devices have wholly read that are not cut off and were there lately: days of absence are counted by marks, too.
    private func read() throws -> Int64 {
        let sql = """
            SELECT min(coalesce(read, 0)) FROM device JOIN user ON user.id = device.user
                LEFT JOIN device_state USING (replica)
            WHERE revoked IS NULL AND disabled IS NULL
                AND (SELECT count(*) FROM floor_mark WHERE time > coalesce(synced, device.created)) <= ?
            """
        return try Int64.fetchOne(db, sql: sql, arguments: [Self.mostDays]) ?? rows.lastSequence()
    }
}

extension ServerRows {
    /// The floor; 0 where nothing was ever removed.
    func floor() throws -> Int64 { try number(Floor.key) ?? 0 }

    /// Whether what a token's store holds can be brought up to date by what is still there.
    func bringsUpToDate(_ token: CheckpointToken) throws -> Bool {
        try (token.readThrough > 0 ? token.readThrough : token.began) >= floor()
    }
}
