import GRDB
import WaybookModel

/// Scopes by number: `member` and `departure` have millions of rows, and a scope's text has 41 characters. Only queries
/// know of the numbers; a scope gets one when the first unit comes into it, and keeps it.
extension ServerRows {
    /// The number of a scope, to be put into a query; none for a scope that no unit was ever in.
    /// - Parameter text: the parameter that is bound to its text.
    static func scopeNumber(_ text: String) -> String { "SELECT number FROM scope WHERE text = \(text)" }

    /// The units of scopes, to be put into a query whose parameters there are their texts. A unit comes once for each.
    static func units(ofScopes count: Int) -> String {
        """
        SELECT unit FROM member
        WHERE scope IN (SELECT number FROM scope WHERE text IN (\(databaseQuestionMarks(count: count))))
        """
    }

    /// Notes that a unit came into a scope, or left it.
    /// - Returns: the scope's number.
    func noteMove(in scope: Scope, at sequence: Int64) throws -> Int64 {
        let statement = try HotStatement(
            db,
            """
            INSERT INTO scope (text, moved) VALUES (?1, ?2)
            ON CONFLICT (text) DO UPDATE SET moved = max(moved, ?2) RETURNING number
            """)
        var number: Int64 = 0
        try statement.forEachRow(.string(scope.text), .integer(sequence)) { row in
            number = row.integer(0)
            return true
        }
        return number
    }

    /// Whether anything came into one of the scopes, or left one, after a commit. Cost: one indexed read a scope.
    public func hasMoves(in scopes: Set<Scope>, after sequence: Int64) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM scope WHERE text = ? AND moved > ?")
        return try scopes.contains { scope in
            try Int.fetchOne(statement, arguments: [scope.text, sequence]) != nil
        }
    }
}
