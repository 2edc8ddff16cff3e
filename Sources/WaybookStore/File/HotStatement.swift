import GRDB
import GRDBSQLite
import WaybookModel

/// A statement that is run, or whose rows are read, by the million: through SQLite's own functions, for GRDB's arguments
/// and rows cost more than SQLite's work.
///
/// Bound bytes are read where they lie, so they are bound, used and let go within one call.
struct HotStatement {
    private let statement: Statement
    private let db: Database

    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        self.db = db
    }

    /// What a parameter is bound to; a text's bytes must be UTF-8.
    enum Argument {
        case null
        case integer(Int64)
        case identity(RecordID)
        case text(ArraySlice<UInt8>)
        case blob(ArraySlice<UInt8>)

        static func string(_ text: String) -> Argument { .text(Array(text.utf8)[...]) }
    }

    /// A row in hand; good until the next one.
    struct Row {
        fileprivate let raw: SQLiteStatement

        /// The number in a column; 0 for NULL.
        func integer(_ column: CInt) -> Int64 { sqlite3_column_int64(raw, column) }

        /// The bytes of a text or a blob where SQLite holds them; none for NULL.
        func bytes(_ column: CInt) -> UnsafeBufferPointer<UInt8> {
            let memory = sqlite3_column_blob(raw, column)?.assumingMemoryBound(to: UInt8.self)
            return UnsafeBufferPointer(start: memory, count: Int(sqlite3_column_bytes(raw, column)))
        }
    }

    /// Runs a statement that gives no rows.
    /// - Returns: how many rows it changed.
    @discardableResult
    func run(_ arguments: Argument...) throws -> Int {
        try withBound(arguments) { raw in
            let code = sqlite3_step(raw)
            guard code == SQLITE_DONE else { throw failure(code) }
        }
        return Int(sqlite3_changes(db.sqliteConnection))
    }

    /// Hands over row by row until one is answered with false.
    func forEachRow(_ arguments: Argument..., body: (Row) throws -> Bool) throws {
        try withBound(arguments) { raw in
            while true {
                let code = sqlite3_step(raw)
                if code == SQLITE_DONE { return }
                guard code == SQLITE_ROW else { throw failure(code) }
                guard try body(Row(raw: raw)) else { return }
            }
        }
    }

    private func withBound(_ arguments: [Argument], _ body: (SQLiteStatement) throws -> Void) throws {
        let raw = statement.sqliteStatement
        // GRDB, which may have run the same text before, leaves a statement at its end. One that still gives rows stays as it is:
        // binding to it fails.
        if sqlite3_stmt_busy(raw) == 0 { sqlite3_reset(raw) }
        defer {
            sqlite3_reset(raw)
            sqlite3_clear_bindings(raw)
        }
        try bind(arguments[...], from: 1, raw, body)
    }

    /// Binds one argument after another, each while its bytes are held in place.
    private func bind(
        _ arguments: ArraySlice<Argument>, from index: CInt, _ raw: SQLiteStatement,
        _ body: (SQLiteStatement) throws -> Void
    ) throws {
        guard let argument = arguments.first else { return try body(raw) }
        let rest = arguments.dropFirst()
        switch argument {
        case .null: try check(sqlite3_bind_null(raw, index))
        case .integer(let number): try check(sqlite3_bind_int64(raw, index, number))
        case .identity(let id):
            let words = (id.high.bigEndian, id.low.bigEndian)
            return try withUnsafeBytes(of: words) { memory in
                try check(sqlite3_bind_blob(raw, index, memory.baseAddress, CInt(memory.count), nil))
                try bind(rest, from: index + 1, raw, body)
            }
        case .text(let bytes):
            return try bytes.withUnsafeBytes { memory in
                let characters = Self.address(memory)?.assumingMemoryBound(to: CChar.self)
                try check(sqlite3_bind_text64(raw, index, characters, UInt64(memory.count), nil, UInt8(SQLITE_UTF8)))
                try bind(rest, from: index + 1, raw, body)
            }
        case .blob(let bytes):
            return try bytes.withUnsafeBytes { memory in
                try check(sqlite3_bind_blob64(raw, index, Self.address(memory), UInt64(memory.count), nil))
                try bind(rest, from: index + 1, raw, body)
            }
        }
        try bind(rest, from: index + 1, raw, body)
    }

    /// No bytes may have no address, and that would be NULL.
    private static func address(_ memory: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
        memory.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
    }

    private func check(_ code: CInt) throws { if code != SQLITE_OK { throw failure(code) } }

    private func failure(_ code: CInt) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(db.sqliteConnection)))
    }
}
