import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

@Suite struct EditingTests {
    @Test func aReasonTravelsWithTheSetAndWithItsRetry() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme"])
        _ = try client.store.edit(UserAction([change(id, ["city": "Lyon"])], note: "moved"), at: client.now)
        #expect(try client.sets().map(\.note) == [nil, "moved"])
        try client.accept(through: 1)
        try client.answer(2, .rejected(Refusal(rule: .access, record: id, path: nil)))
        let row = try #require(try client.store.rejected().first?.row)
        _ = try client.store.retryRejected(row: row, at: client.now)
        #expect(try client.sets().map(\.note) == ["moved"])
    }

    @Test func aSavedActionIsShownAndWaitsInTheOutbox() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme", "city": "Lyon", "tags/vip": "VIP"])
        let shown = try client.shown(id)
        #expect(shown.record["city"] == "Lyon")
        #expect(shown.isUnknownToServer && shown.isVisible)
        #expect(shown.unsentPaths.map(\.text) == ["city", "name", "tags/vip"])
        let set = try #require(try client.sets().first)
        #expect(set.number == 1 && set.changes[0].isCreating && set.stamp.replica == laptop)
        #expect(set.changes[0].writes.allSatisfy { $0.base == nil })
    }

    @Test func whatWasSavedIsThereAfterReopening() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme"])
        try client.store.close()
        let again = try ClientStore(path: client.folder.store, schema: clientSchema)
        #expect(try again.record(id)?.record["name"] == "Acme")
        #expect(try again.exchangeStart().outbox.sets == 1)
        #expect(try again.replica() == laptop)
    }

    @Test func editingBeforeSignInIsRefusedByName() throws {
        let client = try Client(adopting: nil)
        #expect(throws: ClientStoreError.notSignedIn) { try client.add(["name": "Acme"]) }
    }

    @Test func aWriteNamesTheOriginOfTheValueItWasMadeOn() throws {
        let client = try Client()
        let id = client.newID()
        var served = record(id, ["name": ("Acme", stamp(0)), "city": ("Lyon", stamp(0))])
        served.atoms[FieldPath("city")] = Atom(
            value: "Lyon", stamp: stamp(9, ReplicaID(0)), origin: stamp(2), commit: 1)
        try client.receive(served, sequence: 1)
        try client.write(id, ["name": "Acme SA", "city": "Paris"])
        try client.write(id, ["city": "Nice"])
        let sets = try client.sets()
        #expect(sets[0].changes[0].writes.map(\.base) == [stamp(2), stamp(0)])
        #expect(sets[1].changes[0].writes.map(\.base) == [sets[0].stamp])
        #expect(sets[1].stamp > sets[0].stamp)
    }

    @Test func aWriteThatChangesNothingFallsAway() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme", "city": "Lyon"])
        #expect(try client.write(id, ["city": "Lyon", "credit": .null]) == .unchanged)
        #expect(try client.write(id, ["city": "Lyon", "name": "Acme SA"]) == .saved(set: 2))
        #expect(try client.sets()[1].changes[0].writes.map(\.path.text) == ["name"])
    }

    @Test func aResolvingActionKeepsItsWrites() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme"])
        let conflict = client.newID()
        #expect(try client.write(id, ["name": "Acme"], resolves: [conflict]) == .saved(set: 2))
        #expect(try client.sets()[1].resolves == [conflict])
        #expect(try client.sets()[1].changes[0].writes.count == 1)
    }

    @Test func whatDoesNotFitTheSchemaIsRefusedAndNothingIsStored() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme", "kind": "person"])
        let unknown = client.newID()
        let cases: [(Change, RefusalRule)] = [
            (change(id, ["rank": 101]), .limit), (change(id, ["rank": "x"]), .type), (change(id, ["nope": 1]), .path),
            (change(client.newID(), ["city": "Lyon"], isCreating: true), .required),
            (change(id, ["kind": "organization"]), .immutable), (change(unknown, ["name": "x"]), .unknown),
        ]
        for (change, rule) in cases {
            let outcome = try client.store.edit(UserAction([change]), at: client.now)
            guard case .refused(let violation, let record) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(violation.rule == rule && record == change.id)
        }
        #expect(try client.sets().count == 1)
    }

    @Test func creatingWhatIsThereAlreadyOnlyWritesWhatDiffers() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme", "city": "Lyon"])
        let same = UserAction([change(id, ["name": "Acme", "city": "Lyon"], isCreating: true)])
        #expect(try client.store.edit(same, at: client.now) == .unchanged)
        let other = UserAction([change(id, ["name": "Acme", "city": "Paris"], isCreating: true)])
        #expect(try client.store.edit(other, at: client.now) == .saved(set: 2))
        #expect(try client.sets()[1].changes[0].isCreating == false)
    }

    @Test func aDeletedRecordTakesNoWritesUntilItIsRestored() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme"])
        let child = try client.add(["name": "Ann", "customer": .string(id.description)], to: "contact")
        #expect(try client.store.edit(.delete(id, in: "customer"), at: client.now) == .saved(set: 3))
        #expect(try client.write(id, ["city": "Lyon"]) == .deleted(id))
        let toChild = UserAction([change(child, ["name": "Bea"], in: "contact")])
        #expect(try client.store.edit(toChild, at: client.now) == .deleted(id))
        #expect(try !client.shown(child).isVisible)
        #expect(try client.store.list(RecordQuery("contact")).isEmpty)
        #expect(try client.store.list(RecordQuery("customer", scope: .deleted)).map(\.id) == [id])
        #expect(try client.store.edit(.restore(id, in: "customer"), at: client.now) == .saved(set: 4))
        #expect(try client.sets()[3].changes[0].writes[0].base == client.sets()[2].stamp)
        #expect(try client.shown(child).isVisible)
        #expect(try client.store.edit(toChild, at: client.now) == .saved(set: 5))
    }

    @Test func manyActionsAreOneSetEachInOneTransaction() throws {
        let client = try Client()
        let actions = (0..<300).map { index in
            UserAction([change(client.newID(), ["name": .string("Customer \(index)")], isCreating: true)])
        }
        let outcomes = try client.store.edit(all: actions, at: client.now)
        #expect(outcomes == (1...300).map { .saved(set: $0) })
        #expect(try client.store.exchangeStart().outbox.numbers == 1...300)
        #expect(Set(try client.store.preview(limit: 300).map(\.set.stamp)).count == 300)
    }

    @Test func aSetBeyondTheLimitsIsRefused() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme"])
        let tags = (0...1_000).map { ("tags/t\($0)", Value.string("t\($0)")) }
        let outcome = try client.write(id, Dictionary(uniqueKeysWithValues: tags))
        #expect(outcome == .refused(Violation(rule: .limit, path: nil), record: id))
    }

    @Test func readThroughIsTheSequenceOfTheLastWholeFeed() throws {
        let client = try Client()
        try client.receive(record(client.newID(), ["name": ("Acme", stamp(0))]), sequence: 41)
        let id = try client.add(["name": "Bolt"])
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        try client.write(id, ["city": "Lyon"])
        #expect(try client.sets().map(\.readThrough) == [0, 41])
    }
}
