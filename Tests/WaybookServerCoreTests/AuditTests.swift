import GRDB
import Testing
import WaybookModel
import WaybookTesting

@testable import WaybookServerCore

@Suite struct AuditTests {
    private static let day: Int64 = 86_400_000
    private let queue: DatabaseQueue

    init() throws {
        queue = try DatabaseQueue()
        try queue.write { db in
            for migration in ServerSchema.migrations { try db.execute(sql: migration.sql) }
        }
    }

    @Test func anEntryCanBeNeitherAlteredNorRemovedNorReplaced() throws {
        try queue.write { db in
            try Audit(db).note(.signedIn, by: "ada", replica: ReplicaID(7), about: .device(ReplicaID(7)), at: 5)
        }
        let attempts = [
            "UPDATE audit SET who = 'eve'", "UPDATE audit SET at = 1", "DELETE FROM audit",
            "DELETE FROM audit WHERE at < 9",
            "INSERT OR REPLACE INTO audit (number, at, what, detail) VALUES (1, 1, 'sign-out', '{}')",
        ]
        for sql in attempts {
            #expect(throws: DatabaseError.self, "\(sql)") { try queue.write { try $0.execute(sql: sql) } }
        }
        let entries = try queue.read { try Audit($0).entries() }
        #expect(entries.map(\.who) == ["ada"] && entries.map(\.at) == [5])
    }

    @Test func onlyWhatIsOlderThanItIsKeptGoesAndThatIsTold() throws {
        try queue.write { db in
            let audit = Audit(db)
            for at in [0, 10 * Self.day, 40 * Self.day] { try audit.note(.signedIn, by: "ada", at: at) }
            let standard = try audit.days()
            #expect(standard == 730)
            let early = try audit.removeExpired(now: 730 * Self.day)
            #expect(early == 0)
            try audit.keep(days: 30)
            let removed = try audit.removeExpired(now: 50 * Self.day)
            #expect(removed == 2)
            let left = try audit.entries()
            #expect(left.map(\.what) == ["retention", "sign-in"])
            #expect(left[0].detail == ["count": 2, "days": 30])
            // Numbers go on where they were: what went leaves a gap that can be seen.
            #expect(left.map(\.number) == [4, 3])
        }
        // The gate is closed again.
        #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: "DELETE FROM audit") } }
    }

    @Test func aQueryFindsWhatSomebodyDidAndWhatWasDoneToThem() throws {
        let record = try #require(RecordID("0198c2f0-6d1a-7c3e-9a52-3f1b2c4d5e6f"))
        try queue.write { db in
            let audit = Audit(db)
            try audit.note(.userAdded, about: .user("ada"), at: 1)
            try audit.note(
                .assigned, by: "bob", replica: ReplicaID(3), about: .record(record), at: 2, detail: [.to: "ada"])
            try audit.note(.signInFailed, about: .user("bob"), at: 3, detail: [.reason: "password"])
            try audit.note(.signedIn, by: "ada", replica: ReplicaID(4), at: 4)
        }
        func numbers(_ query: Audit.Query) throws -> [Int64] {
            try queue.read { try Audit($0).entries(query).map(\.number) }
        }
        #expect(try numbers(.init()) == [4, 3, 2, 1])
        #expect(try numbers(.init(who: "ada")) == [4, 2, 1], "also where they are named otherwise")
        #expect(try numbers(.init(what: "assignment")) == [2])
        #expect(try numbers(.init(since: 2, until: 4)) == [3, 2])
        #expect(try numbers(.init(limit: 2)) == [4, 3])
        #expect(try numbers(.init(limit: -1)) == [])
        let assigned = try #require(try queue.read { try Audit($0).entries(.init(what: "assignment")).first })
        #expect(
            assigned.about == .record(record) && assigned.replica == ReplicaID(3) && assigned.detail == ["to": "ada"])
    }

    @Test func anEntryIsThereOnlyWithWhatItTells() throws {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try queue.write { db in
                try Audit(db).note(.passwordChanged, about: .user("ada"), at: 1)
                throw Stop()
            }
        }
        #expect(try queue.read { try Audit($0).entries() }.isEmpty)
    }

    @Test func failuresBeyondTheBudgetAreCountedNotWritten() {
        var budget = AuditBudget(entriesPerMinute: 2)
        #expect(budget.take(now: 0) == 0 && budget.take(now: 1) == 0)
        #expect(budget.take(now: 2) == nil && budget.take(now: 59_999) == nil)
        #expect(budget.take(now: 60_000) == 2 && budget.take(now: 60_001) == 0)
        #expect(budget.take(now: 60_002) == nil)
    }
}
