import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync
import WaybookTesting

/// What only others' laptops hold of what a server lost that was put back (`protocol/4-exchange.md#witness`): production code
/// on both sides.
@Suite struct WitnessTests {
    /// A customer of the backup, and three sets of Ann's of after it, which Bob has read; then the backup is put back.
    private func lost(laptops: Int = 2) async throws -> (HealingCompany, acme: RecordID, bolt: RecordID) {
        let company = try HealingCompany(laptops: laptops)
        let ann = company.laptops[0]
        let acme = try company.create("Acme", on: ann)
        try company.write(acme, "city", "Lyon", on: ann)
        for laptop in company.laptops { try await company.sync(laptop) }
        try company.server.backUp("old.db")
        try company.write(acme, "city", "Nice", on: ann)
        try company.write(acme, "mood", "good", on: ann)
        let bolt = try company.create("Bolt", on: ann)
        for laptop in company.laptops { try await company.sync(laptop) }
        try company.server.putBack("old.db")
        return (company, acme, bolt)
    }

    private func open(_ company: HealingCompany) throws -> [Witnessed] {
        try company.server.service.file.read { try WitnessTable($0).open() }
    }

    private func texts(_ company: HealingCompany) throws -> Set<String> {
        Set(try open(company).compactMap { $0.atom.value?.text })
    }

    private func accept(_ company: HealingCompany, _ values: [Witnessed]? = nil) throws -> WitnessWriter.Accepted {
        let chosen = try values ?? open(company)
        let service = company.server.service
        let now = company.clock.milliseconds
        return try service.file.writeSecurity(company.server.ledger, now: now) { db in
            try WitnessWriter(db, schema: service.schema, now: now).accept(chosen)
        }
    }

    @Test func whatOnlyOthersHoldIsListedAndNotApplied() async throws {
        let (company, acme, bolt) = try await lost()
        let bob = company.laptops[1]
        let before = try company.values()
        let report = try await company.sync(bob)
        #expect(report.ending == .upToDate && report.setsSentAgain == 0)
        let open = try open(company)
        #expect(open.map(\.record) == [acme, acme, bolt].sorted() || open.map(\.record) == [bolt, acme, acme])
        #expect(try texts(company) == ["Nice", "good", "Bolt"])
        #expect(open.allSatisfy { $0.tellers == [ReplicaID(2)] && $0.atom.origin.replica == ReplicaID(1) })
        #expect(try company.values() == before && company.shown(bob) == before)
        #expect(try !bob.store.hasWitness())
        // Nothing of it is news to anybody, and nothing is sent twice.
        let again = try await company.sync(bob)
        #expect(again.ending == .upToDate && again.receivedRecords == 0)
        #expect(try self.open(company) == open)
        let count = try company.server.service.file.read { try HealingReport($0).witness }
        #expect(count.values == 3 && count.records == 2 && count.commits == 3 && count.tellers == 1)
    }

    @Test func severalTellOneValueOnce() async throws {
        let (company, _, _) = try await lost(laptops: 4)
        for laptop in company.laptops.dropFirst() { try await company.sync(laptop) }
        let open = try open(company)
        #expect(open.count == 3 && open.allSatisfy { $0.tellers == [2, 3, 4].map { ReplicaID($0) } })
    }

    @Test func onceTheAuthorComesNobodyNeedTell() async throws {
        let (company, _, _) = try await lost(laptops: 3)
        let (ann, bob, cid) = (company.laptops[0], company.laptops[1], company.laptops[2])
        try await company.sync(bob)
        #expect(try open(company).count == 3)
        try await company.sync(ann)
        #expect(try open(company).isEmpty)
        // And the other way round: what is back is not told.
        try await company.sync(cid)
        #expect(try open(company).isEmpty && !cid.store.hasWitness())
    }

    @Test func acceptedItIsThereAndTheAuthorLaterIsNoConflict() async throws {
        let (company, acme, bolt) = try await lost()
        let (ann, bob) = (company.laptops[0], company.laptops[1])
        try await company.sync(bob)
        let told = try open(company)
        let accepted = try accept(company)
        #expect(accepted.standing == 3 && accepted.retired == 0)
        let atoms = try company.server.service.file.read { try ServerRows($0).row(acme)?.record.atoms }
        for value in told where value.record == acme {
            let atom = try #require(atoms?[value.path])
            #expect(atom.origin == value.atom.origin && atom.stamp.replica.isServer)
        }
        let values = try company.values()
        #expect(values[acme]?[FieldPath("city")] == "Nice" && values[bolt]?[FieldPath("name")] == "Bolt")
        #expect(try open(company).isEmpty)
        try await company.sync(bob)
        #expect(try company.shown(bob) == values)
        let report = try await company.sync(ann)
        #expect(report.ending == .upToDate && report.setsSentAgain == 3 && report.refusedSets == 0)
        for laptop in [bob, ann, bob] { try await company.sync(laptop) }
        #expect(try company.values() == values && company.openConflicts() == 0)
        #expect(try company.shown(ann) == values && company.shown(bob) == values)
    }

    @Test func whatIsLaterStandsWhateverIsAccepted() async throws {
        let (company, acme, _) = try await lost(laptops: 3)
        let (bob, cid) = (company.laptops[1], company.laptops[2])
        try await company.sync(bob)
        try await company.sync(cid)
        try company.write(acme, "city", "Paris", on: cid)
        try await company.sync(cid)
        let accepted = try accept(company)
        #expect(accepted.standing == 2 && accepted.retired == 1)
        let values = try company.values()
        #expect(values[acme]?[FieldPath("city")] == "Paris" && values[acme]?[FieldPath("mood")] == "good")
        let past = try company.server.service.file.read { try ServerRows($0).history(of: acme) }
        #expect(past.contains { $0.atom.value == "Nice" })
        #expect(try company.openConflicts() == 0)
    }

    @Test func whatWasDroppedStaysSo() async throws {
        let (company, _, _) = try await lost(laptops: 3)
        try await company.sync(company.laptops[1])
        let service = company.server.service
        try service.file.write { db in
            let table = WitnessTable(db)
            try WitnessWriter(db, schema: service.schema, now: 5).drop(try table.open())
        }
        try await company.sync(company.laptops[2])
        #expect(try open(company).isEmpty)
        let kept = try service.file.read { try Int.fetchOne($0, sql: "SELECT count(value) FROM witness") }
        #expect(kept == 0, "what was dropped is gone")
    }

    @Test func aTrimmedJournalsValuesAreWitnessedByTheirAuthor() async throws {
        let (company, _, _) = try await lost()
        let ann = company.laptops[0]
        try company.tables(ann, "DELETE FROM journal")
        try await company.sync(ann)
        #expect(try texts(company) == ["Nice", "good", "Bolt"])
        #expect(try open(company).allSatisfy { $0.tellers == [ReplicaID(1)] })
    }

    @Test func whatTheJournalStillHoldsNobodyNeedTell() async throws {
        let (company, _, _) = try await lost()
        let ann = company.laptops[0]
        try company.tables(ann, "DELETE FROM journal WHERE row = (SELECT min(row) FROM journal WHERE sequence > 2)")
        try await company.sync(ann)
        #expect(try !texts(company).contains("Bolt"))
    }

    @Test func aScanThatIsCutGoesOnAndNothingIsReplacedBefore() async throws {
        let company = try HealingCompany(laptops: 2)
        let (ann, bob) = (company.laptops[0], company.laptops[1])
        for laptop in [ann, bob] { try await company.sync(laptop) }
        try company.server.backUp("old.db")
        for number in 0..<1_300 { try company.create("C\(number)", on: ann) }
        for laptop in [ann, ann, bob] { try await company.sync(laptop) }
        try company.server.putBack("old.db")
        try company.tables(
            bob,
            """
            CREATE TRIGGER full BEFORE INSERT ON witness WHEN (SELECT count(*) FROM witness) >= 700
            BEGIN SELECT RAISE(FAIL, 'cut'); END
            """)
        await #expect(throws: (any Error).self) { try await company.sync(bob) }
        let kept = try bob.store.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM witness") }
        #expect(kept == 500, "a transaction is whole or not at all")
        #expect(try company.shown(bob).count == 1_300, "nothing was replaced")
        try company.tables(bob, "DROP TRIGGER full")
        let report = try await company.sync(bob)
        #expect(report.ending == .upToDate)
        #expect(try open(company).count == 1_300 && company.shown(bob).isEmpty && !bob.store.hasWitness())
    }

    @Test func aLostAnswerTellsNothingTwice() async throws {
        let (company, _, _) = try await lost()
        let bob = company.laptops[1]
        bob.transport.set(.init(tamper: Tampering(dropping: { $0.entries?["witnessed"] != nil })))
        try await company.sync(bob)
        #expect(try bob.store.hasWitness() && open(company).count == 3)
        bob.transport.set(.init())
        try await company.sync(bob)
        #expect(try !bob.store.hasWitness() && open(company).count == 3)
        let told = try company.server.service.file.read { try WitnessTable($0).told(by: ReplicaID(2), on: 1) }
        #expect(told.atoms == 3)
    }

    @Test func aSecondRestoreHalfwayIsToldOnceMore() async throws {
        let (company, _, _) = try await lost()
        let bob = company.laptops[1]
        bob.transport.set(.init(tamper: Tampering(dropping: { $0.entries?["witnessed"] != nil })))
        try await company.sync(bob)
        try company.server.putBack("old.db")
        bob.transport.set(.init())
        #expect(try open(company).isEmpty)
        try await company.sync(bob)
        #expect(try texts(company) == ["Nice", "good", "Bolt"])
    }

    @Test func aServerThatTakesNoneHoldsUpNoSync() async throws {
        let (company, _, _) = try await lost()
        let bob = company.laptops[1]
        try await company.sync(bob)
        // To a server of before it any such line is malformed.
        try company.tables(bob, "INSERT INTO witness (line) VALUES (CAST('{\"beyond\":\"x\"}' AS BLOB))")
        let report = try await company.sync(bob)
        #expect(report.ending == .upToDate)
        #expect(try !bob.store.hasWitness())
    }

    @Test func aServerThatWasNeverPutBackKeepsNothing() async throws {
        let company = try HealingCompany(laptops: 1)
        let ann = company.laptops[0]
        let acme = try company.create("Acme", on: ann)
        try await company.sync(ann)
        let line = #"{"fields":{"city":"x"},"in":"customer","stamps":[["-0XLkAm2----1k--",3]],"update":"\#(acme)"}"#
        try company.tables(ann, "INSERT INTO witness (line) VALUES (CAST('\(line)' AS BLOB))")
        #expect(try await company.sync(ann).ending == .upToDate)
        #expect(try open(company).isEmpty && !ann.store.hasWitness())
    }
}

/// What is put aside leaves with its unit and its person, byte by byte, and is never said to be gone before it is.
@Suite struct WitnessLeavingTests {
    private let company: HealingCompany
    private let acme: RecordID
    private let bolt: RecordID
    private var bob: WaybookTesting.Laptop { company.laptops[1] }

    /// Bob's store, just put behind a server that was put back: nothing is sent yet.
    init() async throws {
        company = try HealingCompany(laptops: 2)
        let (ann, bob) = (company.laptops[0], company.laptops[1])
        acme = try company.create("Acme", on: ann)
        bolt = try company.create("zqbolt zqbolt", on: ann)
        for laptop in [ann, bob] { try await company.sync(laptop) }
        try company.write(acme, "city", "Nice", on: ann)
        try company.write(bolt, "city", "zqcity", on: ann)
        for laptop in [ann, bob] { try await company.sync(laptop) }
        try bob.store.rewind(
            to: ServerRewind(expected: 1, timeline: 1, lost: LostRange(fork: 0, start: 1 << 34, vetted: nil)),
            at: bob.now)
        try bob.store.gatherWitness()
    }

    private func told() throws -> String {
        try bob.store.witnessLines(after: 0, limit: 100).map { String(decoding: $0.content, as: UTF8.self) }.joined()
    }

    private func isInFiles(_ text: String) throws -> Bool {
        let folder = URL(filePath: bob.store.file.path).deletingLastPathComponent()
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).contains {
            try Data(contentsOf: $0).range(of: Data(text.utf8)) != nil
        }
    }

    @Test func itLeavesWithItsUnit() throws {
        #expect(try told().contains("zqcity") && told().contains("Nice"))
        let departure = Departure(unit: bolt, cause: DepartureCause(.assigned, by: nil, atMilliseconds: 7))
        try bob.store.take([.departed(departure)], checkpoint: "t", sequence: (1 << 34) + 5, at: bob.now)
        #expect(try !told().contains("zq") && told().contains("Nice"))
        try bob.store.purgeDeparted()
        #expect(try !isInFiles("zqbolt") && !isInFiles("zqcity"))
    }

    @Test func itLeavesWithWhatMovedAway() throws {
        try bob.store.take([.gone(bolt, nil)], checkpoint: "t", sequence: (1 << 34) + 5, at: bob.now)
        #expect(try !told().contains("zq") && told().contains("Nice"))
    }

    @Test func itLeavesWithThePerson() throws {
        try bob.store.take([.erased(bolt)], checkpoint: "t", sequence: (1 << 34) + 5, at: bob.now)
        #expect(try !told().contains("zq") && told().contains("Nice"))
    }

    @Test func untilItIsSentNothingIsSaidToBeGone() throws {
        let sequence: Int64 = (1 << 34) + 5
        let departure = Departure(unit: bolt, cause: DepartureCause(.assigned, by: nil, atMilliseconds: 7))
        try bob.store.take([.departed(departure)], checkpoint: "t", sequence: sequence, at: bob.now)
        try bob.store.purgeDeparted()
        #expect(try bob.store.exchangeStart().purgedSequence ?? 0 < sequence)
        try bob.store.takeWitnessed(through: .max)
        try bob.store.purgeDeparted()
        #expect(try !bob.store.hasWitness() && !isInFiles("\"update\":\""))
        #expect(try bob.store.exchangeStart().purgedSequence == sequence)
    }
}
