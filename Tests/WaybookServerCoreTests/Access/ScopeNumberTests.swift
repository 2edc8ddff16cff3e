import Foundation
import GRDB
import Synchronization
import Testing
import WaybookModel
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

/// Who sees what, as the server's tables keep it: scopes by number, sizes of units, and by which indexes it is read.
@Suite struct ScopeNumberTests {
    @Test(arguments: [UInt64](1...8))
    func aFileOfTheFormerVersionGivesTheSameAnswers(seed: UInt64) throws {
        let former = try FormerAccess(seed: seed)
        defer { former.remove() }
        let before = try former.formerAnswers()
        let file = try StoreFile(path: former.path, role: .server, migrations: ServerSchema.migrations)
        defer { try? file.close() }
        let after = try file.read { try former.answers(ServerRows($0)) }
        #expect(before.count > 1_000 && after == before, "seed \(seed)")
        #expect(try file.read { try ServerRows($0).miscountedUnits(limit: 100) } == [])
    }

    @Test func aUnitThatChangedKeepsSinceWhenItIsThere() throws {
        let workspace = try Workspace()
        let (unit, scope) = (FormerAccess.id(1), Scope.book(FormerAccess.id(2)))
        try workspace.service.file.write { db in
            let rows = ServerRows(db)
            func isThere(_ grade: ShareGrade, since: Int64, touched: Int64) throws -> Bool {
                let members = try rows.members(of: unit)
                guard let member = members[scope], members.count == 1 else { return false }
                return member.grade == grade && member.since == since && member.touched == touched
            }
            try rows.join(unit, scope, .view, at: 5)
            #expect(try isThere(.view, since: 5, touched: 5))
            try rows.touch(unit, at: 8)
            try rows.touch(unit, at: 9)
            #expect(try isThere(.view, since: 5, touched: 9))
            try rows.join(unit, scope, .edit, at: 12)
            #expect(try isThere(.edit, since: 5, touched: 12))
            #expect(try rows.hasMoves(in: [scope], after: 4) && !rows.hasMoves(in: [scope], after: 5))
            let end = MembershipEnd(since: 5, at: 20, milliseconds: 1, reason: "assigned", by: nil, note: nil)
            try rows.leave(unit, scope, end)
            #expect(try rows.members(of: unit).isEmpty && rows.departures(of: unit).map(\.scope) == [scope])
            #expect(try rows.hasMoves(in: [.pool, scope], after: 19) && !rows.hasMoves(in: [scope], after: 20))
        }
    }

    /// Records that are made, deleted, restored, moved between units, before and after their roots: the numbers that are
    /// kept are those that a count finds, and a lone root has none.
    @Test(arguments: [UInt64](1...6)) func sizesFollowWhatIsStored(seed: UInt64) throws {
        let workspace = try Workspace()
        var random = SeededRandom(seed: seed)
        let ids = (0..<12).map { FormerAccess.id($0) }
        let collections: [CollectionName] = ["customer", "customer", "contact", "conflict", "user"]
        for step in 1...300 {
            let id = random.pick(ids)
            let unit = random.chance(50) ? id : random.pick(ids)
            let isDeleted = random.chance(25)
            let kind = collections[Int(id.low % 5)]
            try workspace.service.file.write { db in
                let rows = ServerRows(db)
                var row = try rows.row(id) ?? ServerRow(record: VersionedRecord(id: id, collection: kind), unit: unit)
                row.unit = unit
                let stamp = Stamp(milliseconds: UInt64(step), counter: 0, replica: ReplicaID(1))
                row.record.atoms[.life] = Atom(
                    value: isDeleted ? VersionedRecord.deleted : VersionedRecord.alive, stamp: stamp,
                    commit: Int64(step))
                try rows.store(row, at: FeedPosition.make(sequence: Int64(step), index: 0))
                #expect(try rows.miscountedUnits(limit: 100) == [], "seed \(seed), step \(step)")
            }
        }
        let rows = try workspace.service.file.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT 1 FROM unit_size JOIN record ON id = unit_size.unit
                    WHERE readable = 1 AND record.unit IS NULL
                    """)
        }
        #expect(rows.isEmpty)
    }

    /// What an exchange asks is answered by an index: no query reads all units, records or sizes of the workspace.
    @Test func everyQueryNamesItsIndex() throws {
        let (unit, scopes) = (FormerAccess.id(1), Set([Scope.pool, .workspace]))
        let byUnit = "SEARCH member USING PRIMARY KEY (unit=?)"
        let byScope = "SEARCH member USING COVERING INDEX member_touched (scope=?)"
        let byTouch = "SEARCH member USING COVERING INDEX member_touched (scope=? AND touched>?)"
        let byRange = "SEARCH member USING COVERING INDEX member_touched (scope=? AND touched>? AND touched<?)"
        let plans = try QueryPlans()
        #expect(try plans.of { _ = try $0.members(of: unit) }.contains(byUnit))
        #expect(try plans.of { try $0.touch(unit, at: 9) }.contains(byUnit))
        #expect(try plans.of { _ = try $0.readableCount(in: scopes) }.contains(byScope))
        #expect(try plans.of { try $0.planHeld(by: ReplicaID(1), seeing: scopes) }.contains(byScope))
        #expect(try plans.of { try $0.forgetHeld(by: ReplicaID(1), in: scopes) }.contains(byScope))
        #expect(try plans.of { _ = try $0.touchedUnits(in: .pool, after: 1, through: 5) }.contains(byRange))
        #expect(try plans.of { _ = try $0.horizon(in: .pool, after: 1, count: 5) }.contains(byTouch))
        let roots = try plans.of { _ = try $0.roots(of: .pool, in: ["customer"], limit: 5) }
        #expect(roots.contains(byScope) && !roots.contains { $0.contains("TEMP B-TREE") }, "\(roots)")
        let moves = try plans.of { _ = try $0.hasMoves(in: scopes, after: 1) }
        #expect(!moves.contains { $0.contains("member") || $0.contains("departure") }, "\(moves)")
    }
}

/// How SQLite would go about the statements that a verb runs.
private struct QueryPlans {
    let workspace: Workspace

    init() throws { workspace = try Workspace() }

    func of(_ verb: (ServerRows) throws -> Void) throws -> [String] {
        try workspace.service.file.write { db in
            let said = Mutex<[String]>([])
            db.trace { event in
                if case .statement(let statement) = event { said.withLock { $0.append(statement.sql) } }
            }
            try verb(ServerRows(db))
            db.trace(options: [])
            let texts = said.withLock { $0 }
            #expect(!texts.isEmpty)
            let details = try texts.flatMap { try Self.plan($0, db) }
            let whole = ["SCAN member", "SCAN record", "SCAN unit_size", "SCAN held", "SCAN scope", "SCAN departure"]
            #expect(!details.contains { detail in whole.contains { detail.hasPrefix($0) } }, "\(details)")
            return details
        }
    }

    private static func plan(_ sql: String, _ db: Database) throws -> [String] {
        let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
        statement.setUncheckedArguments([])
        return try Row.fetchAll(statement).map { $0["detail"] as String }
    }
}
