import GRDB
import Testing

@testable import WaybookStore

/// Statements that are run through SQLite's own functions, of which GRDB may have the same text.
@Suite struct HotStatementTests {
    private let queue: DatabaseQueue

    init() throws {
        queue = try DatabaseQueue()
        try queue.write { try $0.execute(sql: "CREATE TABLE number (value INTEGER PRIMARY KEY)") }
    }

    @Test func oneThatGRDBHasRunIsBoundAnew() throws {
        let sql = "INSERT INTO number (value) VALUES (?)"
        try queue.write { db in
            try db.cachedStatement(sql: sql).execute(arguments: [1])
            #expect(try HotStatement(db, sql).run(.integer(2)) == 1)
            try db.cachedStatement(sql: sql).execute(arguments: [3])
            #expect(try HotStatement(db, sql).run(.integer(4)) == 1)
            #expect(try Int.fetchAll(db, sql: "SELECT value FROM number ORDER BY value") == [1, 2, 3, 4])
        }
    }

    @Test func oneThatStillGivesRowsIsNotBegunAnewUnderItsReader() throws {
        let sql = "SELECT value FROM number WHERE value > ?"
        try queue.write { db in
            for value in 1...3 { try db.execute(sql: "INSERT INTO number (value) VALUES (?)", arguments: [value]) }
            #expect(throws: DatabaseError.self) {
                try HotStatement(db, sql).forEachRow(.integer(0)) { _ in
                    try HotStatement(db, sql).forEachRow(.integer(1)) { _ in true }
                    return true
                }
            }
        }
    }
}
