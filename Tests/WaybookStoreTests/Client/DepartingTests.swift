import Foundation
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

/// Units that their reader may no longer hold (`protocol/4-exchange.md#departures`).
@Suite struct DepartingTests {
    private func departed(_ unit: RecordID, note: String? = nil) -> FeedItem {
        .departed(
            Departure(unit: unit, cause: DepartureCause(.assigned, by: identity(900), atMilliseconds: noon, note: note))
        )
    }

    /// A customer with a contact, as the server tells them.
    private func told(_ customer: RecordID, _ contact: RecordID, _ name: String) throws -> [FeedItem] {
        let root = record(customer, ["name": (.string(name), stamp(1)), "city": ("Lyon", stamp(1))])
        let child = record(
            contact, in: "contact",
            ["name": (.string("Contact of " + name), stamp(1)), "customer": (.string(customer.description), stamp(1))])
        return [item(root), item(child, unit: customer)]
    }

    /// A replica that holds two customers with a contact each.
    private func filled() throws -> (client: Client, leaving: Pair, staying: Pair) {
        let client = try Client()
        let (leaving, staying) = (Pair(1), Pair(3))
        let page =
            try told(leaving.customer, leaving.contact, "Acme")
            + told(staying.customer, staying.contact, "Borealis")
        try client.take(page, sequence: 1)
        while try client.store.indexForSearch() {}
        return (client, leaving, staying)
    }

    private struct Pair {
        var customer: RecordID
        var contact: RecordID

        init(_ number: UInt64) { (customer, contact) = (identity(number), identity(number + 1)) }
    }

    @Test func aUnitLeavesWithAllThatHangsOnItAndNothingIsUploaded() throws {
        let (client, leaving, staying) = try filled()
        let conflict = identity(7)
        let about = record(
            conflict, in: ConflictRecord.collection,
            [
                "about": (.string(leaving.customer.description), stamp(2)), "status": ("open", stamp(2)),
            ])
        try client.take([item(about, unit: leaving.customer)], sequence: 2)
        try client.write(leaving.customer, ["city": "Rome"])
        try client.accept(through: 1)
        #expect(try client.store.conflicts().count == 1)

        try client.take([departed(leaving.customer, note: "Area North goes to Li")], sequence: 3)
        for id in [leaving.customer, leaving.contact, conflict] {
            #expect(try client.store.record(id) == nil)
            #expect(try client.store.history(of: id).isEmpty)
        }
        #expect(try client.store.conflicts().isEmpty)
        #expect(try client.store.search("Acme").records.isEmpty)
        #expect(try client.store.search("Borealis").records.count == 2)
        #expect(try client.store.record(staying.contact)?.isVisible == true)
        #expect(try client.store.exchangeStart().outbox.sets == 0)
        let line = try #require(try client.store.syncLog(limit: 1).first)
        #expect(line.kind == .departed && line.record == leaving.customer && line.count == 3)
        #expect(line.cause?.by == identity(900) && line.cause?.note == "Area North goes to Li")
    }

    @Test func aUnitWithUnsentWorkIsHiddenUntilTheServerHasAnswered() throws {
        let (client, leaving, _) = try filled()
        try client.write(leaving.customer, ["city": "Rome"])
        try client.take([departed(leaving.customer)], sequence: 2)
        #expect(try client.store.isLeavingAnything())
        #expect(try client.store.record(leaving.customer) == nil && client.store.record(leaving.contact) == nil)
        #expect(try client.store.search("Acme").records.isEmpty)
        #expect(try client.store.list(RecordQuery("customer")).map(\.id) == [identity(3)])
        #expect(try client.store.status().recordCount == 2)
        let edit = change(leaving.contact, ["name": "X"], in: "contact")
        #expect(try client.store.edit(UserAction([edit]), at: client.now) == .leaving(leaving.contact))
        let under = change(
            identity(50), ["name": "New", "customer": .string(leaving.customer.description)], in: "contact",
            isCreating: true)
        #expect(try client.store.edit(UserAction([under]), at: client.now) == .leaving(identity(50)))
        // It is not told as purged while it is here.
        #expect(try client.store.exchangeStart().purgedSequence == 1)

        try client.answer(1, .handover(identity(60)))
        #expect(try !client.store.isLeavingAnything())
        #expect(try client.row(leaving.customer) == nil && client.row(leaving.contact) == nil)
        #expect(try client.store.exchangeStart().purgedSequence == 1)
        #expect(try client.store.purgeDeparted())
        #expect(try client.store.exchangeStart().purgedSequence == 2)
    }

    @Test func aRefusedClaimOfACardThatLeavesHasHadItsAnswer() throws {
        let client = try Client()
        let card = identity(70)
        let fields: [String: (Value?, Stamp)] = ["name": ("Acme", stamp(1)), "isOpen": (.bool(true), stamp(1))]
        try client.take([item(record(card, in: CardRecord.collection, fields))], sequence: 1)
        let claim = change(card, ["claimedBy": .string(identity(901).description)], in: CardRecord.collection)
        #expect(try client.store.edit(UserAction([claim]), at: client.now) == .saved(set: 1))
        try client.answer(1, .rejected(Refusal(rule: .served, record: card, path: nil)))
        #expect(try client.store.rejected().count == 1)
        try client.take([departed(card)], sequence: 2)
        #expect(try client.sets().isEmpty && client.store.rejected().isEmpty && client.row(card) == nil)
        let line = try #require(try client.store.syncLog(limit: 1).first)
        #expect(line.kind == .departed && line.collection == CardRecord.collection)
        #expect(line.cause?.by == identity(900))
    }

    @Test func whatWasRefusedIsSentOnceMoreAsItWas() throws {
        let (client, leaving, staying) = try filled()
        try client.write(leaving.customer, ["city": "Rome"])
        try client.write(staying.customer, ["city": "Oslo"])
        for number in [1, 2] as [Int64] {
            try client.answer(number, .rejected(Refusal(rule: .limit, record: nil, path: nil)))
        }
        let before = try #require(try client.store.rejected().first)
        try client.take([departed(leaving.customer)], sequence: 2)
        let sent = try client.sets()
        #expect(sent.map(\.number) == [3] && sent.first?.changes == before.set.changes)
        #expect(sent.first?.stamp == before.set.stamp && sent.first?.readThrough == before.set.readThrough)
        #expect(try client.store.rejected().map(\.set.number) == [2])
        try client.answer(3, .handover(identity(60)))
        #expect(try client.row(leaving.customer) == nil && client.store.rejected().count == 1)
        #expect(try client.shown(staying.customer).isVisible)
    }

    @Test func aRefusedCreationUnderTheUnitAndWhatBuildsOnItAreSentOnceMore() throws {
        let (client, leaving, _) = try filled()
        let contact = identity(50)
        let creation = change(
            contact, ["name": "Secret", "customer": .string(leaving.customer.description)], in: "contact",
            isCreating: true)
        _ = try client.store.edit(UserAction([creation]), at: client.now)
        _ = try client.store.edit(UserAction([change(contact, ["name": "Later"], in: "contact")]), at: client.now)
        try client.answer(1, .rejected(Refusal(rule: .limit, record: contact, path: nil)))
        try client.answer(2, .rejected(Refusal(rule: .depends, record: contact, path: nil)))
        #expect(try client.row(contact) == nil && client.store.history(of: contact).isEmpty)
        try client.take([departed(leaving.customer)], sequence: 2)
        #expect(try client.sets().map(\.number) == [3, 4] && client.store.record(contact) == nil)
        try client.answer(3, .handover(identity(60)))
        try client.answer(4, .handover(identity(61)))
        #expect(try client.row(contact) == nil && client.row(leaving.customer) == nil)
        #expect(try client.store.rejected().isEmpty && client.store.history(of: contact).isEmpty)
    }

    @Test func aQuarantinedSetAndOneOfAnEarlierNumberGetAStampThatCanBeSent() throws {
        let (client, leaving, _) = try filled()
        try client.write(leaving.customer, ["city": "Rome"])
        try client.answer(1, .quarantined)
        _ = try client.store.edit(
            UserAction([change(leaving.contact, ["name": "Ann"], in: "contact")]), at: client.now)
        try client.answer(2, .rejected(Refusal(rule: .limit, record: nil, path: nil)))
        let old = try client.store.rejected().map(\.set.stamp)
        try client.store.renumber(to: ReplicaID(77), at: client.now)
        try client.take([departed(leaving.customer)], sequence: 2)
        let sent = try client.sets()
        #expect(sent.map(\.number) == [1, 2] && sent.allSatisfy { $0.stamp.replica == ReplicaID(77) })
        #expect(Set(sent.map(\.stamp)).count == 2 && !old.contains(sent[0].stamp))
    }

    @Test func ofARefusedSetAboutTwoUnitsThePartThatStaysIsKept() throws {
        let (client, leaving, staying) = try filled()
        let both = [change(leaving.customer, ["city": "Rome"]), change(staying.customer, ["city": "Oslo"])]
        _ = try client.store.edit(UserAction(both), at: client.now)
        try client.take([departed(leaving.customer)], sequence: 2)
        // The server would not have it at all.
        try client.answer(1, .rejected(Refusal(rule: .access, record: nil, path: nil)))
        #expect(try client.row(leaving.customer) == nil)
        #expect(try client.store.rejected().flatMap(\.set.changes).map(\.id) == [staying.customer])
    }

    @Test func aUnitThatIsToldAgainStays() throws {
        let (client, leaving, _) = try filled()
        try client.write(leaving.customer, ["city": "Rome"])
        try client.take([departed(leaving.customer)], sequence: 2)
        // The contact is not told: it went elsewhere meanwhile.
        let root = record(leaving.customer, ["name": ("Acme AG", stamp(5)), "city": ("Lyon", stamp(1))])
        try client.take([item(root)], sequence: 3)
        #expect(try !client.store.isLeavingAnything())
        #expect(try client.value(leaving.customer, "name") == "Acme AG")
        #expect(try client.value(leaving.customer, "city") == "Rome" && client.row(leaving.contact) == nil)
        try client.accept(through: 1)
        #expect(try client.shown(leaving.customer).isVisible)
    }

    @Test func aRecordThatIsShownInAnotherUnitIsAboutBoth() throws {
        let (client, leaving, staying) = try filled()
        let move = change(leaving.contact, ["customer": .string(staying.customer.description)], in: "contact")
        _ = try client.store.edit(UserAction([move]), at: client.now)
        try client.take([departed(leaving.customer)], sequence: 2)
        // The server's row of it is still in the unit that leaves.
        #expect(try client.store.isLeavingAnything() && client.store.record(leaving.contact) == nil)
        try client.answer(1, .handover(identity(60)))
        #expect(try client.row(leaving.contact) == nil)
    }

    @Test func aMoveThatTheServerAcceptedTakesTheRecordAlong() throws {
        let (client, leaving, staying) = try filled()
        let move = change(leaving.contact, ["customer": .string(staying.customer.description)], in: "contact")
        _ = try client.store.edit(UserAction([move]), at: client.now)
        try client.take([departed(leaving.customer)], sequence: 2)
        try client.accept(through: 1)
        #expect(try client.row(leaving.customer) == nil)
        #expect(try client.shown(leaving.contact).isVisible)
        #expect(try client.shown(leaving.contact).unit == staying.customer)
    }

    @Test func aRecordThatIsGoneLeavesItsUnsentWritesOverNothing() throws {
        let (client, leaving, staying) = try filled()
        _ = try client.store.edit(
            UserAction([change(leaving.contact, ["name": "Ann"], in: "contact")]), at: client.now)
        try client.take([.gone(leaving.contact), .gone(staying.contact)], sequence: 2)
        #expect(try client.row(staying.contact) == nil && client.store.search("Contact of Borealis").records.isEmpty)
        #expect(try client.shown(leaving.contact).record["name"] == "Ann")
        #expect(try client.shown(leaving.contact).record["customer"] == nil)
        try client.answer(1, .rejected(Refusal(rule: .unknown, record: leaving.contact, path: nil)))
        #expect(try client.row(leaving.contact) == nil && client.store.history(of: leaving.contact).isEmpty)
        #expect(try client.store.syncLog().contains { $0.kind == .movedAway && $0.count == 2 })
    }

    @Test func theLogTellsWhoMovedARecordAwayAndNothingOfOneThatComesAgain() throws {
        let (client, leaving, staying) = try filled()
        let cause = DepartureCause(.moved, by: identity(900), atMilliseconds: noon)
        let again = record(
            leaving.contact, in: "contact",
            ["name": ("Contact of Acme", stamp(1)), "customer": (.string(staying.customer.description), stamp(3))])
        try client.take(
            [.gone(leaving.contact), .gone(staying.contact, cause), item(again, unit: staying.customer)], sequence: 2)
        let lines = try client.store.syncLog().filter { $0.kind == .movedAway }
        #expect(lines.map(\.record) == [staying.contact] && lines.map(\.cause) == [cause])
        #expect(lines.first?.collection == "contact")
        #expect(try client.shown(leaving.contact).unit == staying.customer && client.row(staying.contact) == nil)
        try client.take([.gone(staying.contact, cause)], sequence: 3)
        #expect(try client.store.syncLog().count { $0.kind == .movedAway } == 1, "what is not here leaves no line")
    }

    @Test func aCrashBetweenPageAndAnswerChangesNothing() throws {
        let (client, leaving, _) = try filled()
        try client.write(leaving.customer, ["city": "Rome"])
        try client.take([departed(leaving.customer)], sequence: 2)
        try client.store.close()
        let reopened = try ClientStore(path: client.folder.store, schema: clientSchema)
        #expect(try reopened.isLeavingAnything() && reopened.record(leaving.contact) == nil)
        #expect(try reopened.exchangeStart().outbox.sets == 1)
        try reopened.take([(1, .handover(identity(60)))], at: client.now)
        try reopened.close()
        // What was cut off before the files were cleaned is done at the next opening.
        let again = try ClientStore(path: client.folder.store, schema: clientSchema)
        #expect(try again.exchangeStart().purgedSequence == 2)
    }

    @Test func aPurgeThatAnotherWriterStandsAgainstStaysDue() throws {
        let (client, leaving, _) = try filled()
        try client.take([departed(leaving.customer)], sequence: 2)
        let hasty = try ClientStore(
            path: client.folder.store, schema: clientSchema, options: .init(lockTimeout: .milliseconds(1)))
        #expect(try hasty.exchangeStart().purgedSequence == 2)
        try client.take([departed(identity(3))], sequence: 3)
        let isDone = try client.store.file.write { _ in try hasty.purgeDeparted() }
        #expect(try !isDone && hasty.exchangeStart().purgedSequence == 2)
        #expect(try hasty.purgeDeparted() && hasty.exchangeStart().purgedSequence == 3)
    }

    @Test func aReplicaThatWasNeverToldADepartureTellsNothingOfIt() throws {
        let (client, _, _) = try filled()
        #expect(try client.store.exchangeStart().purgedSequence == nil)
    }
}
