import GRDB
import Testing

@testable import WaybookStore

@Suite struct SearchTermsTests {
    private let records = [
        1: ["Zoë Müller-Großmann", "Öffentliche Straße 12, Łódź"],
        2: ["王小明", "上海市浦东新区世纪大道100号", "138-0013-8000"],
        3: ["Li Wei", "li.wei@example.com", "+86 139 1234 5678"],
        4: ["Jean Dupont", "+33 6 12 34 56 78", "tier A4"],
        5: ["北京大学", "ＡＢＣ１２３", "カメラ ｶﾒﾗ", "김철수"],
        6: ["Order 20261234", "5551234567"],
    ]

    private func index() throws -> DatabaseQueue {
        let queue = try DatabaseQueue()
        try queue.write { db in
            try db.execute(sql: SearchTerms.tableSQL(named: "found"))
            for (id, texts) in records.sorted(by: { $0.key < $1.key }) {
                try db.execute(
                    sql: "INSERT INTO found (rowid, terms) VALUES (?, ?)",
                    arguments: [id, SearchTerms.terms(of: texts)])
            }
        }
        return queue
    }

    private func find(_ query: String, in queue: DatabaseQueue) throws -> [Int] {
        guard let expression = SearchTerms.matchExpression(for: query) else { return [] }
        return try queue.read { db in
            try Int.fetchAll(
                db, sql: "SELECT rowid FROM found WHERE found MATCH ? ORDER BY rowid", arguments: [expression])
        }
    }

    @Test func eachQueryFindsItsRecords() throws {
        let queue = try index()
        let cases: [(String, [Int])] = [
            // Latin: case, accents, beginnings, several words in any order.
            ("zoe", [1]), ("ZOË", [1]), ("mull", [1]), ("muller grossmann", [1]), ("GROSSMANN mü", [1]),
            ("strasse", [1]), ("lodz", [1]), ("Łódź", [1]), ("li wei", [3]), ("wei@exam", [3]), ("dup jean", [4]),
            ("dupont paris", []), ("A4", [4]),
            // Chinese: two characters and up, and one, wherever it stands.
            ("小明", [2]), ("王小明", [2]), ("上海", [2]), ("浦东新区", [2]), ("海上", []), ("王", [2]), ("明", [2]), ("号", [2]),
            ("上海 王小明", [2]), ("世纪大道100", [2]), ("北京", [5]), ("abc123", [5]), ("カメ", [5]), ("김철", [5]), ("철수", [5]),
            // Phones: any four digits and more, however written.
            ("13800138000", [2]), ("0013", [2]), ("3800", [2]), ("138 0013", [2]), ("0013-800", [2]), ("138", [2]),
            ("+86 138 0013 8000", [2]), ("008613800138000", [2]), ("8000 1380", [2]), ("91234567", [3]),
            ("139 1234", [3]), ("+8613912345678", [3]), ("0612345678", [4]), ("06 12 34 56 78", [4]),
            ("12 34 56", [3, 4, 6]),
            ("20261234", [6]), ("1234", [3, 4, 6]), ("0138 9999", []), ("555-123-4567", [6]),
        ]
        for (query, expected) in cases {
            let found = try find(query, in: queue)
            #expect(found == expected, "\(query): \(SearchTerms.matchExpression(for: query) ?? "nothing")")
        }
    }

    @Test func noQueryIsAnError() throws {
        let queue = try index()
        let queries = [
            "", " ", "\"", "\"\"", "a OR", "NEAR(", "* AND", "terms:zoe", "-zoe", "^zoe", "'; DROP TABLE found; --",
            "\u{0}zoe",
            "🙂", "·1234", "(((", "zoe\"", String(repeating: "a ", count: 10_000), String(repeating: "9", count: 10_000),
            String(repeating: "王", count: 10_000), String(repeating: "1 ", count: 10_000), "e\u{301}\u{301}\u{301}",
        ]
        for query in queries {
            #expect(throws: Never.self, "\(query.prefix(20))") { try find(query, in: queue) }
        }
        let quoted = try find("zoe\" OR \"li", in: queue)
        #expect(quoted.isEmpty)
    }

    @Test func aForgottenRecordIsNotFound() throws {
        let queue = try index()
        try queue.write { db in
            try db.execute(
                sql: "INSERT INTO found (found, rowid, terms) VALUES ('delete', ?, ?)",
                arguments: [2, SearchTerms.terms(of: records[2] ?? [])])
        }
        let found = try find("小明", in: queue) + find("13800138000", in: queue)
        #expect(found.isEmpty)
        let other = try find("zoe", in: queue)
        #expect(other == [1])
    }

    @Test func theTermsAreAsDocumented() {
        let terms = SearchTerms.terms(of: "Zoë 王小明 138-0013")
        #expect(terms == "zoe 王小 小明 明 138 0013 ·1380 ·3800 ·8001 ·0013")
        #expect(SearchTerms.terms(of: "—, !") == "")
        #expect(SearchTerms.matchExpression(for: "—, !") == nil)
    }
}
