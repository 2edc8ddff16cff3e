import Foundation
import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// Erasures that are done again on an older backup (`protocol/9-erasure.md#again`), one history a test.
@Suite struct RepeatedErasureTests: WithWitness {
    let staff: RestoredStaff

    init() throws { staff = try RestoredStaff() }

    private func ref(_ id: RecordID) -> Value { .string(id.description) }

    /// An administrator asks for it.
    private func ask(for id: RecordID, in collection: CollectionName = "customer") throws {
        try settle("Ada")
        try laptop("Ada").make([
            Change(id: id, collection: collection, writes: [Write(path: .erased, value: "request")])
        ])
        try settle("Ada")
        #expect(try server.workspace.row(id)?.record.isErased == true)
    }

    private func contact(_ name: String, of customer: RecordID, by person: String = "Ann") throws -> RecordID {
        try laptop(person).create(["customer": ref(customer), "name": .string(name)], in: "contact")
    }

    private func isErased(_ id: RecordID) throws -> Bool { try server.workspace.row(id)?.record.isErased ?? false }

    private func unit(_ id: RecordID) throws -> RecordID? { try server.workspace.row(id)?.unit }

    /// Where the server has it, in clear or packed.
    private func mentions(_ text: String) throws -> [String] {
        try server.workspace.service.file.read { db in
            var found: Set<String> = []
            for table in try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'") {
                for row in try Row.fetchAll(db, sql: "SELECT * FROM \"\(table)\"") {
                    let texts = row.databaseValues.map { value in
                        Data.fromDatabaseValue(value).map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
                    }
                    if texts.contains(where: { $0.contains(text) }) { found.insert(table) }
                }
            }
            return found.sorted()
        }
    }

    private func requireWhole() throws {
        #expect(try server.workspace.service.file.read { try ServerCheck.run($0) }.faults.isEmpty)
    }

    private func rules(_ name: String) throws -> [RefusalRule] {
        try laptop(name).state.verdicts.sorted { $0.key < $1.key }.compactMap { _, verdict in
            guard case .rejected(let refusal) = verdict else { return nil }
            return refusal.rule
        }
    }

    // MARK: What waits for them

    /// Ann makes a customer and a contact after the backup, and Bob writes to both.
    private func madeSince() throws -> (acme: RecordID, mei: RecordID) {
        try server.backUp("old.db")
        let acme = try laptop("Ann").create(["name": "Acme", try member("Bob"): "edit"])
        let mei = try contact("Mei", of: acme)
        try settle("Ann", "Bob", "Ada")
        try laptop("Bob").edit(acme, ["city": "zqmarker city"])
        try laptop("Bob").edit(mei, ["name": "zqmarker Mei"])
        try settle("Bob")
        #expect(try laptop("Bob").state.refused.isEmpty && value(mei, "name") == "zqmarker Mei")
        return (acme, mei)
    }

    @Test func whatWaitsForThemGoesThoughTheBackupDoesNotHaveThem() throws {
        let (acme, mei) = try madeSince()
        try restore()
        try settle("Bob")
        #expect(try server.workspace.count("waiting_set") == 2 && !mentions("zqmarker").isEmpty)
        try server.backUp("waiting.db")
        try settle("Ann")
        #expect(try value(mei, "name") == "zqmarker Mei")
        try ask(for: acme)
        #expect(try mentions("zqmarker") == [])

        try restore("waiting.db")
        #expect(try mentions("zqmarker") == [], "neither in what waits nor in its items")
        #expect(try server.workspace.count("waiting_set") == 0 && server.workspace.row(acme) == nil)
        try settle("Bob", "Ann", "Ada")
        #expect(try mentions("zqmarker") == [] && server.workspace.row(mei) == nil)
        try requireWhole()
    }

    @Test func whatComesLaterAboutWhoWentWithThemIsRefused() throws {
        let (acme, mei) = try madeSince()
        try ask(for: acme)
        try restore()
        // He names neither the customer nor anybody whom the backup knows.
        try settle("Bob")
        #expect(try rules("Bob") == [.erased, .erased])
        #expect(try server.workspace.count("waiting_set") == 0 && mentions("zqmarker") == [])
        try settle("Ann")
        #expect(try rules("Ann") == [.erased, .erased])
        #expect(try server.workspace.row(acme) == nil && server.workspace.row(mei) == nil)
        try requireWhole()
    }

    /// Bob may not add her to the customer any more; whoever answers for the customer was to decide.
    @Test func whatAnItemWasToMakeOfThemGoesWithThem() throws {
        let acme = try laptop("Ann").create(["name": "Acme", try member("Bob"): "edit"])
        try settle("Ann", "Bob", "Ada")
        try server.backUp("old.db")
        let mei = try contact("Mei", of: acme, by: "Bob")
        try settle("Bob", "Ann", "Mia")
        try laptop("Ann").edit(mei, ["name": "zqmarker Mei"])
        try laptop("Ada").edit(acme, [try member("Bob"): nil])
        try restore()
        try settle("Ada", "Bob")
        #expect(try item(laptop("Bob"), 1)["why"] == "moved" && server.workspace.row(mei) == nil)
        try ask(for: acme)
        try settle("Ann")
        #expect(try rules("Ann") == [.erased] && server.workspace.count("waiting_set") == 0)
        #expect(try mentions("zqmarker") == [])
        try requireWhole()
    }

    /// Granted, for they had gone with somebody; the backup knows neither.
    @Test func whoAskedForThemOnceMoreIsNotRefused() throws {
        let (acme, mei) = try madeSince()
        try ask(for: acme)
        try ask(for: mei, in: "contact")
        try restore()
        try settle("Ada")
        #expect(try rules("Ada").isEmpty && server.workspace.row(mei) == nil)
    }

    @Test func whatLaptopsToldOfWhoWentWithThemGoesAndIsNotTakenAgain() throws {
        let bolt = try laptop("Ann").create(["name": "Bolt"])
        let acme = try laptop("Ann").create(["name": "Acme"])
        try settle("Ann", "Ada")
        try server.backUp("old.db")
        let (mei, jo) = (try contact("Mei", of: bolt), try contact("Jo", of: acme))
        try laptop("Ada").edit(bolt, ["city": "Lyon"])
        try settle("Ann", "Ada")
        try restore()
        try settle("Ada")
        let told = [
            try atoms(mei, ["role": "zqmarker", "customer": ref(bolt)], in: "contact", unit: bolt),
            try atoms(jo, ["role": "told of Jo", "customer": ref(acme)], in: "contact", unit: acme),
        ]
        #expect(try Set(tell("Ada", told).map(\.record)) == [mei, jo])
        try server.backUp("told.db")
        try settle("Ann")
        // She comes to the customer who is erased then, and he has left by then.
        try laptop("Ann").edit(mei, ["customer": ref(acme)])
        try laptop("Ann").edit(jo, ["customer": ref(bolt)])
        try settle("Ann")
        #expect(try unit(mei) == acme && unit(jo) == bolt)
        try ask(for: acme)
        try restore("told.db")
        #expect(try Set(open().map(\.record)) == [jo] && mentions("zqmarker") == [])
        try settle("Ada")
        #expect(try Set(tell("Ada", told).map(\.record)) == [jo])
    }

    // MARK: Whom it takes

    /// A contact hangs on a customer in the backup, and on another one by the time when the former one is erased.
    private func movedSince() throws -> (acme: RecordID, bolt: RecordID, mei: RecordID) {
        let (acme, bolt) = (try laptop("Ann").create(["name": "Acme"]), try laptop("Ann").create(["name": "Bolt"]))
        let mei = try contact("Mei", of: acme)
        try settle("Ann", "Ada")
        try server.backUp("old.db")
        try laptop("Ann").edit(mei, ["customer": ref(bolt)])
        try settle("Ann", "Ada")
        #expect(try unit(mei) == bolt)
        return (acme, bolt, mei)
    }

    @Test func whoHadGoneOverToAnotherStaysAndGoesThereAgain() throws {
        let (acme, bolt, mei) = try movedSince()
        try ask(for: acme)
        #expect(try !isErased(mei))
        try laptop("Ada").edit(mei, ["role": "user"])
        try restore()
        #expect(try isErased(acme) && !isErased(mei) && unit(mei) == acme)
        // Before she is moved again.
        try settle("Ada")
        #expect(try value(mei, "role") == "user" && laptop("Ada").state.refused.isEmpty)
        try settle("Ann", "Ada")
        #expect(try unit(mei) == bolt && value(mei, "name") == "Mei" && server.workspace.conflicts(mei).isEmpty)
        #expect(try laptop("Ann").state.refused.isEmpty && laptop("Ann").value(mei, "role") == "user")
        #expect(try isErased(acme))
        try requireWhole()
    }

    @Test func whoHadComeFromAnotherGoesWhereverTheBackupHasThem() throws {
        let (acme, bolt) = (try laptop("Ann").create(["name": "Acme"]), try laptop("Ann").create(["name": "Bolt"]))
        let (mei, jo) = (try contact("zqmarker Mei", of: bolt), try contact("Jo", of: bolt))
        try settle("Ann", "Ada")
        try server.backUp("old.db")
        try laptop("Ann").edit(mei, ["customer": ref(acme)])
        try settle("Ann")
        try ask(for: acme)
        try restore()
        #expect(try isErased(mei) && unit(mei) == bolt && mentions("zqmarker") == [])
        #expect(try !isErased(bolt) && !isErased(jo))
        try settle("Ann", "Ada")
        #expect(try rules("Ann") == [.erased] && unit(mei) == bolt)
        try requireWhole()
    }

    @Test func whoWasMadeThereAndWentOnComesBackAndWhoStayedDoesNot() throws {
        let (acme, bolt) = (try laptop("Ann").create(["name": "Acme"]), try laptop("Ann").create(["name": "Bolt"]))
        try settle("Ann", "Ada")
        try server.backUp("old.db")
        let (mei, jo) = (try contact("Mei", of: acme), try contact("zqmarker Jo", of: acme))
        try laptop("Ann").edit(mei, ["customer": ref(bolt)])
        try settle("Ann")
        try ask(for: acme)
        try restore()
        try settle("Ann", "Ada")
        #expect(try unit(mei) == bolt && value(mei, "name") == "Mei" && !isErased(mei))
        #expect(try rules("Ann") == [.erased] && server.workspace.row(jo) == nil && mentions("zqmarker") == [])
        // Nobody puts anybody new there.
        try laptop("Ann").edit(mei, ["customer": ref(acme)])
        try settle("Ann")
        #expect(try rules("Ann") == [.erased, .erased] && unit(mei) == bolt)
        try requireWhole()
    }

    @Test func anErasureOfBothTakesThemWhereverTheyAre() throws {
        let (acme, bolt, mei) = try movedSince()
        try ask(for: acme)
        try ask(for: bolt)
        try restore()
        #expect(try isErased(acme) && isErased(bolt) && isErased(mei))
    }

    @Test func whatTellsOfThemInTheBackupGoesThoughSomebodyTookThatOutLater() throws {
        let (acme, bolt) = (try laptop("Ann").create(["name": "Acme"]), try laptop("Ann").create(["name": "Bolt"]))
        let mei = try contact("Mei", of: acme)
        let talk = try laptop("Ann").create(
            [
                "customer": ref(bolt), "contacts/\(mei)": ref(mei), "subject": "zqmarker",
                "occurredAt": "2026-11-20T10:00:00.000Z",
            ], in: "interaction")
        try settle("Ann", "Ada")
        try server.backUp("old.db")
        try laptop("Ann").edit(talk, ["contacts/\(mei)": nil, "subject": "weather"])
        try settle("Ann")
        try ask(for: mei, in: "contact")
        #expect(try !isErased(talk))
        try restore()
        #expect(try isErased(talk) && isErased(mei) && !isErased(acme) && mentions("zqmarker") == [])
    }

    @Test func whoStaysUnderADeletedRootDoesNotBringThatBack() throws {
        let (acme, bolt, mei) = try movedSince()
        try settle("Ann", "Ada")
        try restore()
        try settle("Ann", "Ada")
        // A backup in which she hangs on the customer, who is deleted.
        let jo = try contact("Jo", of: acme)
        try laptop("Ann").delete(acme)
        try settle("Ann")
        try server.backUp("deleted.db")
        try laptop("Ann").edit(jo, ["customer": ref(bolt)])
        try settle("Ann")
        try ask(for: acme)
        try restore("deleted.db")
        #expect(try isErased(acme) && !isErased(jo) && unit(jo) == acme)
        try laptop("Ada").edit(jo, ["role": "user"])
        try settle("Ada", "Ann")
        #expect(try server.workspace.row(acme)?.record.isDeleted == true)
        #expect(try unit(jo) == bolt && unit(mei) == bolt && value(jo, "role") == "user")
    }

    // MARK: Lines

    /// The ledger's facts, as another line has them.
    private func applied(_ change: (SecurityFact) -> SecurityFact?) throws {
        let facts = try server.ledger.facts.compactMap { change($0.fact) }
        try server.stop()
        try server.remove(SecurityLedger.fileName)
        try SecurityLedger(path: server.folder + "/" + SecurityLedger.fileName).append(facts, at: 1)
        try server.start()
        try restore()
    }

    @Test func aLineOfAnOlderProgramTakesAllThatHangsThere() throws {
        let (acme, bolt, mei) = try movedSince()
        try ask(for: acme)
        try applied { if case .erasureExtent = $0 { nil } else { $0 } }
        #expect(try isErased(acme) && isErased(mei) && !isErased(bolt))
    }

    @Test func aLineThatNamesOthersTakesNoPersonAndNoOtherRoot() throws {
        let (acme, bolt, mei) = try movedSince()
        try ask(for: acme)
        let others: Set = [try person("Bob"), bolt, mei, ServerMadeID.card(of: bolt), RecordID(high: 7, low: 7)]
        try applied { fact in
            guard case .erasureExtent(var extent) = fact else { return fact }
            extent.took.formUnion(others)
            extent.left = [acme, mei]
            return .erasureExtent(extent)
        }
        #expect(try isErased(acme) && isErased(mei) && !isErased(bolt))
        #expect(try server.workspace.row(person("Bob"))?.record["name"] == "Bob")
        try settle("Ann", "Ada")
        try requireWhole()
    }

    @Test func manyAreAFewLinesAndMalformedOnesAreNone() throws {
        let stamp = Stamp(milliseconds: 7, counter: 0, replica: ReplicaID(0))
        let key = ErasureExtent.Key(record: RecordID(high: 1, low: 1), stamp: stamp)
        let (took, left) = (Set((0..<2_400).map { RecordID(high: 2, low: $0) }), Set([RecordID(high: 3, low: 3)]))
        let facts = ErasureExtent(key, took: took, left: left).facts
        #expect(facts.count == 3)
        let lines = LedgerLines(zip(1..., facts).map { LedgerLine(number: $0, at: 1, fact: $1) })
        #expect(lines.bytes.count < 60_000)
        let read = try LedgerLines(lines.bytes).lines.map(\.fact)
        #expect(ErasureExtent.all(in: read) == [key: ErasureExtent(key, took: took, left: left)])
        #expect(ErasureExtent(key, took: [key.record], left: []).facts.isEmpty, "nothing but the record itself")
        for bad in ["", "A", "AAAA", "!!!!!!!!!!!!!!!!!!!!!!", "5", String(repeating: "A", count: 23)] {
            var entries = facts[0].value.entries ?? [:]
            entries["left"] = .string(bad)
            #expect((SecurityFact(.map(entries)) != nil) == bad.isEmpty, "\(bad)")
            entries["left"] = nil
            #expect(SecurityFact(.map(entries)) == nil)
        }
    }
}
