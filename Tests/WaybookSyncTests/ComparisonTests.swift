import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookTesting

@testable import WaybookSync

/// Laptop and server find out that they differ, and mend it by what differs (`protocol/4-exchange.md#comparing`).
@Suite struct ComparisonTests {
    private func company(customers: Int = 40) async throws -> (HealingCompany, WaybookTesting.Laptop, [RecordID]) {
        let company = try HealingCompany(laptops: 2)
        let (ann, bob) = (company.laptops[0], company.laptops[1])
        let ids = try (0..<customers).map { try company.create("Customer \($0)", on: bob) }
        for laptop in [bob, ann, bob] { try await company.sync(laptop) }
        return (company, ann, ids)
    }

    private func compare(_ company: HealingCompany, _ laptop: WaybookTesting.Laptop) async throws -> SyncReport {
        try laptop.store.requestComparison()
        let report = try await company.sync(laptop)
        #expect(report.ending == .upToDate)
        return report
    }

    @Test func equalSidesAreEqual() async throws {
        let (company, ann, ids) = try await company()
        try company.write(ids[0], "city", "Lyon", on: ann)
        let report = try await compare(company, ann)
        #expect(report.differingBuckets == 0 && report.mendedRecords == 0 && report.exchanges == 1)
        #expect(try !ann.store.comparisonState().isDue)
        #expect(try await company.sync(ann).differingBuckets == nil, "nothing is compared unasked")
    }

    /// What becomes of a row on a disk, with none but the digest to tell.
    @Test(arguments: [
        "UPDATE record SET fields = replace(fields, 'Customer 7', 'Customer 9') WHERE fields LIKE '%Customer 7\"%'",
        "UPDATE record SET fields = '{' WHERE fields LIKE '%Customer 7\"%'",
        "UPDATE record SET stamps = '[]' WHERE fields LIKE '%Customer 7\"%'",
        "DELETE FROM record WHERE fields LIKE '%Customer 7\"%'",
        "UPDATE record SET id = x'0198c2f06d1a7c3e9a523f1b2c4d5e6f' WHERE fields LIKE '%Customer 7\"%'",
        """
        INSERT INTO record (id, collection, deleted, fields, stamps)
        SELECT x'0198c2f06d1a7c3e9a523f1b2c4d5e6f', collection, 0, fields, stamps FROM record LIMIT 1
        """,
    ])
    func whatDiffersIsMendedAlone(sql: String) async throws {
        let (company, ann, _) = try await company()
        try company.tables(ann, sql)
        let before = try company.values()
        let report = try await compare(company, ann)
        #expect(
            report.differingBuckets == 0 && 1...2 ~= report.mendedRecords + report.goneRecords && report.exchanges == 2)
        #expect(report.receivedRecords == 0, "nothing else is told")
        #expect(try company.shown(ann) == before)
        while try ann.store.indexForSearch(atMost: 100) {}
        #expect(try ann.store.check().findings.isEmpty)
        #expect(try ann.store.syncLog(limit: 10).contains { $0.kind == .mended || $0.kind == .gone })
    }

    @Test func whatIsUnsentStaysOverIt() async throws {
        let (company, ann, ids) = try await company()
        try company.write(ids[7], "city", "Lyon", on: ann)
        try company.write(ids[7], "mood", "glad", on: ann)
        try company.tables(
            ann, "UPDATE record SET server = replace(server, 'Customer 7', 'Customer X') WHERE server <> ''")
        // They are judged in the exchange that finds the difference.
        let report = try await compare(company, ann)
        #expect(report.answeredSets == 2 && report.differingBuckets == 0 && report.mendedRecords == 1)
        #expect(
            try company.value(ids[7], "city", on: ann) == "Lyon"
                && company.value(ids[7], "name", on: ann) == "Customer 7")
        #expect(try company.values()[ids[7]]?[FieldPath("mood")] == "glad")
    }

    /// Edits made while the buckets are on their way.
    @Test(arguments: [
        "UPDATE record SET server = replace(server, 'Customer 7', 'Customer X') WHERE server <> ''",
        "UPDATE record SET stamps = '[' WHERE server <> ''",
        "UPDATE record SET server = '' WHERE server <> ''",
    ])
    func aBucketGoesUnderWhatIsUnsent(sql: String) async throws {
        let (company, ann, ids) = try await company()
        try company.write(ids[7], "city", "Lyon", on: ann)
        let outbox = try ann.store.outboxLines(from: 1, through: 10)
        try company.tables(ann, sql)
        let bucket = RecordDigest.bucket(of: ids[7])
        var page: [FeedItem] = [.bucket(bucket)]
        try company.server.service.file.read { db in
            let rows = ServerRows(db)
            try rows.forEachCompared(in: nil, bucket: bucket) { row in
                let told = FeedRecord(record: try rows.record(row), unit: row.unit, isWhole: true)
                page.append(.record(IncomingRecord(told)))
            }
        }
        let start = try ann.store.exchangeStart()
        let sequence = try company.server.service.lastSequence()
        let taken = try ann.store.take(page, checkpoint: #require(start.checkpoint), sequence: sequence, at: ann.now)
        #expect(taken.mended == 1 && outbox.count == 1)
        #expect(try ann.store.outboxLines(from: 1, through: 10) == outbox)
        #expect(
            try company.value(ids[7], "city", on: ann) == "Lyon"
                && company.value(ids[7], "name", on: ann) == "Customer 7")
        while try ann.store.indexForSearch(atMost: 100) {}
        #expect(try ann.store.check().findings.isEmpty)
        try await company.sync(ann)
        #expect(try await compare(company, ann).hasDiffered == false && company.shown(ann) == company.values())
    }

    @Test func manyDifferencesAreNotMendedUnasked() async throws {
        let (company, ann, ids) = try await company(customers: 120)
        try company.tables(ann, "UPDATE record SET fields = replace(fields, 'Customer', 'Client')")
        var report = try await compare(company, ann)
        #expect(report.differingBuckets ?? 0 > Comparison.mostMended && report.mendedRecords == 0)
        #expect(try company.value(ids[0], "name", on: ann) == "Client 0")
        try company.write(ids[1], "city", "Lyon", on: ann)
        try ann.store.beginFreshPull(isReplacing: true, at: ann.now)
        report = try await company.sync(ann)
        #expect(report.ending == .upToDate)
        #expect(try ann.store.comparisonState().isDue, "after everything was read anew it is compared")
        report = try await company.sync(ann)
        #expect(report.differingBuckets == 0)
        #expect(try company.shown(ann) == company.values() && company.value(ids[1], "city", on: ann) == "Lyon")
    }

    @Test func itIsDueEverySevenDays() async throws {
        let (company, ann, _) = try await company(customers: 3)
        company.clock.advance(milliseconds: ClientStore.comparisonMilliseconds - 60_000)
        #expect(try await company.sync(ann).differingBuckets == nil)
        company.clock.advance(milliseconds: 120_000)
        // The server's clock is read with the answer.
        #expect(try await company.sync(ann).differingBuckets == nil)
        #expect(try await company.sync(ann).differingBuckets == 0)
        #expect(try await company.sync(ann).differingBuckets == nil)
    }

    /// A server of before this tells no sums: nothing is concluded, and it stays due.
    @Test func aServerThatDoesNotCompareIsNoDifference() async throws {
        let (company, ann, _) = try await company(customers: 3)
        var comparison = Comparison()
        #expect(
            comparison.buckets(isPossible: true, isDue: false) == nil
                && comparison.buckets(isPossible: true, isDue: true) == [])
        comparison.take(nil)
        #expect(comparison.buckets(isPossible: true, isDue: true) == nil && comparison.differing == nil)
        try ann.store.requestComparison()
        #expect(try ann.store.comparisonState().isDue)
        _ = company
    }

    @Test func nothingFollowsFromAnAnswerWithoutSums() {
        var comparison = Comparison()
        comparison.take([3])
        comparison.take(nil)
        #expect(comparison.differing == nil && comparison.buckets(isPossible: true, isDue: true) == nil)
        comparison = Comparison()
        comparison.take([3])
        #expect(comparison.buckets(isPossible: false, isDue: true) == nil, "a pull came in between")
    }

    /// Whoever lost them, the server or a person's access: they do not vanish unasked.
    @Test func manyRowsThatTheServerDoesNotHaveStay() async throws {
        let (company, ann, ids) = try await company(customers: 12)
        try company.server.service.file.write { db in
            for id in ids.prefix(5) {
                try db.execute(sql: "DELETE FROM record WHERE id = ?", arguments: [Data(id.bytes)])
            }
        }
        let report = try await compare(company, ann)
        #expect(report.differingBuckets ?? 0 > 0 && report.goneRecords == 0)
        #expect(try company.shown(ann).count == 12)
    }

    /// A row of the server's that cannot be read holds nobody up.
    @Test func aServerThatCannotReadItsOwnRowStillTellsWhatIsNew() async throws {
        let (company, ann, ids) = try await company(customers: 12)
        let bob = company.laptops[1]
        try company.server.service.file.write { db in
            try db.execute(sql: "UPDATE record SET stamps = '[' WHERE id = ?", arguments: [Data(ids[0].bytes)])
        }
        try company.write(ids[1], "city", "Lyon", on: bob)
        try await company.sync(bob)
        let report = try await compare(company, ann)
        #expect(try report.differingBuckets == nil && company.shown(ann).count == 12)
        #expect(try company.value(ids[1], "city", on: ann) == "Lyon")
    }

    /// What somebody else writes to it is told by the feed before its bucket is.
    @Test(arguments: [false, true]) func aRowThatCannotBeReadTakesNothingDownWithIt(isDeleted: Bool) async throws {
        let (company, ann, ids) = try await company()
        let bob = company.laptops[1]
        try company.tables(ann, "UPDATE record SET stamps = '[' WHERE fields LIKE '%Customer 7\"%'")
        let life = Write(path: .life, value: "deleted")
        if isDeleted {
            _ = try bob.store.edit(
                UserAction([Change(id: ids[7], collection: "customer", writes: [life])]), at: bob.now)
        } else {
            try company.write(ids[7], "city", "Lyon", on: bob)
        }
        try await company.sync(bob)
        #expect(try await company.sync(ann).ending == .upToDate)
        #expect(try await company.sync(ann).ending == .upToDate)
        #expect(try ann.store.record(ids[7])?.record.isDeleted == isDeleted)
        #expect(try company.value(ids[7], "city", on: ann) == (isDeleted ? nil : "Lyon"))
        #expect(try await compare(company, ann).hasDiffered == false)
        while try ann.store.indexForSearch(atMost: 100) {}
        #expect(try ann.store.check().findings.isEmpty)
    }

    /// A fresh pull that replaces goes over rows that cannot be read.
    @Test func everythingIsReadAnewOverDamage() async throws {
        let (company, ann, _) = try await company()
        try company.tables(ann, "UPDATE record SET fields = '{' WHERE row % 3 = 0")
        try company.tables(
            ann,
            """
            INSERT INTO record (id, collection, deleted, fields, stamps)
            SELECT x'0198c2f06d1a7c3e9a523f1b2c4d5e6f', collection, 0, '{', stamps FROM record LIMIT 1
            """)
        try ann.store.beginFreshPull(isReplacing: true, at: ann.now)
        #expect(try await company.sync(ann).ending == .upToDate)
        #expect(try await company.sync(ann).differingBuckets == 0)
        #expect(try company.shown(ann) == company.values())
    }

    @Test func itEndsThoughTheSidesStayDifferent() {
        var comparison = Comparison()
        for _ in 0..<Comparison.mostRounds {
            comparison.take([3, 77])
            #expect(comparison.buckets(isPossible: true, isDue: true) == [3, 77])
        }
        comparison.take([3, 77])
        #expect(comparison.buckets(isPossible: true, isDue: true) == nil && comparison.differing == 2)
    }
}
