import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

/// What a replica keeps of its own change sets once they were answered.
@Suite struct JournalTests {
    private static let day: Int64 = 86_400_000

    private func entries(_ client: Client) throws -> [JournalEntry] {
        try client.store.read { tables in try tables.journal(limit: .max) }
    }

    private func sets(_ client: Client) throws -> [ChangeSet] {
        try client.store.read { tables in
            try tables.journal(limit: .max).map {
                try tables.decodeSet(number: $0.number, line: $0.line, mayBeEmpty: true)
            }
        }
    }

    /// What the server's answer begins with, at a time by its own clock.
    private func head(_ client: Client, sequence: Int64, serverAt milliseconds: Int64) throws {
        let head = Head(
            epoch: "epoch", timeline: 0, sequence: sequence,
            offsetMilliseconds: milliseconds - client.now.wallMilliseconds, schemaVersion: nil, limits: .standard)
        try client.store.take(head, asked: client.now)
    }

    private func departed(_ unit: RecordID) -> FeedItem {
        .departed(Departure(unit: unit, cause: DepartureCause(.assigned, by: nil, atMilliseconds: noon)))
    }

    /// The bytes that the store counts are those that there are, and no number is left out.
    private func checkCounts(_ client: Client) throws -> Int64 {
        let (counted, bytes) = try client.store.read { tables in
            (
                try tables.integer(.journalBytes) ?? 0,
                try Int64.fetchOne(tables.db, sql: "SELECT ifnull(sum(length(line)), 0) FROM journal") ?? 0
            )
        }
        #expect(counted == bytes)
        let numbers = try entries(client).map(\.number)
        if let first = numbers.first { #expect(numbers == Array(first..<(first + Int64(numbers.count)))) }
        return bytes
    }

    /// Whether the text is anywhere in the store's files.
    private func isFound(_ text: String, _ client: Client) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: client.folder.path).contains { name in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: client.folder.path + "/" + name))
            return bytes.range(of: Data(text.utf8)) != nil
        }
    }

    @Test func everyAnsweredSetStandsInItAsSent() throws {
        let client = try Client()
        try client.receive(record(identity(1), ["name": ("Acme", stamp(1))]), sequence: 1)
        for city in ["Lyon", "Nice", "Metz", "Brest", "Lille"] as [Value] {
            try client.write(identity(1), ["city": city])
        }
        let sent = try client.store.outboxLines(from: 1, through: 5).map { Data($0.bytes) }
        let given = Stamp(milliseconds: UInt64(noon), counter: Stamp.serverBit, replica: laptop)
        try head(client, sequence: 61, serverAt: noon + 5)
        try client.answer(1, .accepted(stamp: nil, outcomes: []))
        try client.answer(2, .accepted(stamp: given, outcomes: []))
        try head(client, sequence: 70, serverAt: noon + 9)
        try client.answer(3, .rejected(Refusal(rule: .served, record: identity(1), path: nil, present: "hidden")))
        try client.answer(4, .quarantined)
        try client.answer(5, .handover(identity(9)))
        let kept = try entries(client)
        #expect(kept.map(\.number) == [1, 2, 3, 4, 5] && kept.map(\.line) == sent)
        #expect(kept.map(\.answer) == [.accepted, .restamped(given), .rejected, .quarantined, .handedOver])
        #expect(kept.map(\.sequence) == [61, 61, 70, 70, 70])
        #expect(kept.map(\.milliseconds) == [5, 5, 9, 9, 9].map { noon + $0 })
        #expect(kept.allSatisfy { $0.replica == laptop && !$0.isCut })
        // A verdict that comes again changes nothing.
        try client.answer(5, .handover(identity(9)))
        #expect(try entries(client) == kept && checkCounts(client) == Int64(sent.map(\.count).reduce(0, +)))
    }

    @Test func itIsTrimmedByAgeOfTheServersClock() throws {
        let client = try Client(journal: JournalLimits(rows: 2))
        for number in 1...7 as ClosedRange<Int64> {
            try client.add(["name": "Acme"])
            try head(client, sequence: number, serverAt: noon + number * Self.day)
            try client.answer(number, .accepted(stamp: nil, outcomes: []))
        }
        // The laptop's own clock is a year off.
        client.now.wallMilliseconds += 365 * Self.day
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        try head(client, sequence: 8, serverAt: noon + 31 * Self.day)
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        #expect(try entries(client).map(\.number) == [1, 2, 3, 4, 5, 6, 7])
        try head(client, sequence: 8, serverAt: noon + 36 * Self.day)
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        #expect(try entries(client).map(\.number) == [6, 7] && checkCounts(client) > 0)
        try head(client, sequence: 8, serverAt: noon + 400 * Self.day)
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        #expect(try entries(client).isEmpty && checkCounts(client) == 0)
    }

    @Test func itNeverPassesItsBytes() throws {
        let client = try Client(journal: JournalLimits(bytes: 3_000))
        try client.receive(record(identity(1), ["name": ("Acme", stamp(1))]), sequence: 1)
        for number in 1...60 as ClosedRange<Int64> {
            try client.write(
                identity(1), ["city": .string(String(repeating: "c", count: Int(number * 37 % 80)) + "\(number)")])
            guard number % 3 == 0 else { continue }
            try client.accept(through: number)
            #expect(try checkCounts(client) <= 3_000 && entries(client).last?.number == number)
        }
        #expect(try entries(client).count > 8)
    }

    @Test func anImportDoesNotWriteWhatItWouldTrim() throws {
        let client = try Client(journal: JournalLimits(bytes: 10_000))
        try client.add(["name": "Before"])
        try client.accept(through: 1)
        let actions = (0..<400).map { number in
            UserAction([change(client.newID(), ["name": .string("Acme \(number)")], isCreating: true)])
        }
        _ = try client.store.edit(all: actions, at: client.now)
        let written = """
            CREATE TABLE written (n);
            CREATE TRIGGER w AFTER INSERT ON journal BEGIN INSERT INTO written VALUES (1); END
            """
        try client.store.write { tables in try tables.db.execute(sql: written) }
        for last in stride(from: 51, through: 401, by: 50) as StrideThrough<Int64> {
            try client.accept(through: last)
            if last == 51 { #expect(try entries(client).isEmpty) }
        }
        let numbers = try entries(client).map(\.number)
        #expect(numbers.last == 401 && numbers.count > 20)
        #expect(try checkCounts(client) > 9_000 && checkCounts(client) <= 10_000)
        #expect(try client.elsewhere { try Int.fetchOne($0, sql: "SELECT count(*) FROM written") } == numbers.count)
        // Once they are through, it goes on as ever.
        try client.add(["name": "After"])
        try client.accept(through: 402)
        #expect(try entries(client).last?.number == 402)
    }

    @Test func aUnitThatLeftIsNotInIt() throws {
        let client = try Client()
        let (leaving, contact, staying) = (identity(1), identity(2), identity(3))
        let root = record(leaving, ["name": ("Acme", stamp(1))])
        let child = record(
            contact, in: "contact",
            ["name": ("Ann", stamp(1)), "customer": (.string(leaving.description), stamp(1))])
        try client.take(
            [item(root), item(child, unit: leaving), item(record(staying, ["name": ("Bolt", stamp(1))]))], sequence: 1)
        let both = [change(leaving, ["city": "zqmarker"]), change(staying, ["city": "Oslo"])]
        _ = try client.store.edit(UserAction(both, note: "about zqmarker"), at: client.now)
        _ = try client.store.edit(UserAction([change(contact, ["name": "zqmarker"], in: "contact")]), at: client.now)
        try client.write(staying, ["name": "Bolt SA"])
        try client.add(["name": "zqmarker", "customer": .string(leaving.description)], to: "contact")
        try client.accept(through: 4)
        // Written while it leaves, and refused: nothing of it is here any more.
        try client.write(leaving, ["city": "zqmarker late"])
        try client.take([departed(leaving)], sequence: 2)
        try client.answer(5, .handover(identity(60)))
        #expect(try client.store.purgeDeparted() && !isFound("zqmarker", client))
        let kept = try sets(client)
        #expect(kept.map(\.number) == [1, 2, 3, 4, 5])
        #expect(kept.map { $0.changes.map(\.id) } == [[staying], [], [staying], [], []])
        #expect(kept[0].note == nil && kept[0].changes[0].writes.map(\.value) == ["Oslo"])
        #expect(try entries(client).map(\.isCut) == [true, true, false, true, true])
        #expect(try checkCounts(client) > 0)
    }

    @Test func aRecordThatWentElsewhereOrWasNotToldAgainIsNotInIt() throws {
        let client = try Client()
        let ids = (1...3).map { identity($0) }
        try client.take(ids.map { item(record($0, ["name": ("Acme", stamp(1))])) }, sequence: 1)
        for id in ids { try client.write(id, ["city": id == ids[2] ? "Oslo" : "zqmarker"]) }
        try client.accept(through: 3)
        try client.take([.gone(ids[0])], sequence: 2)
        try client.store.beginFreshPull(at: client.now)
        try client.take([item(record(ids[2], ["name": ("Acme", stamp(1))]))], sequence: 3)
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        #expect(try client.store.purgeDeparted() && !isFound("zqmarker", client))
        #expect(try sets(client).map { $0.changes.map(\.id) } == [[], [], [ids[2]]])
    }

    @Test func whatWasHandedOverStaysForAsLongAsItsItem() throws {
        let client = try Client()
        let (gone, other) = (identity(1), identity(2))
        try client.take([gone, other].map { item(record($0, ["name": ("Acme", stamp(1))])) }, sequence: 1)
        let both = [change(gone, ["city": "zqmarker"]), change(other, ["city": "Oslo"])]
        _ = try client.store.edit(UserAction(both, note: "why"), at: client.now)
        let told = ServerMadeID.handover(replica: laptop, number: 1, unit: gone)
        try client.answer(1, .handover(told))
        let fields: [String: (Value?, Stamp)] = ["why": ("early", stamp(2)), "changes": ("zqmarker", stamp(2))]
        try client.take([item(record(told, in: HandoverRecord.collection, fields)), departed(gone)], sequence: 2)
        #expect(try client.store.purgeDeparted() && entries(client).map(\.isCut) == [false])
        #expect(try sets(client).map { $0.changes.map(\.id) } == [[gone, other]])
        // Sent again, and handed over again, after the same item was told; however it ended.
        try client.store.rewind(to: ServerRewind(expected: 1, timeline: 1), at: client.now)
        #expect(try client.sets().map { $0.changes.map(\.id) } == [[gone, other]])
        try client.answer(1, .handover(told))
        try client.receive(
            record(told, in: HandoverRecord.collection, ["status": ("accepted", stamp(3))]), isWhole: false,
            sequence: 1 << 34)
        try client.receive(record(other, ["name": ("Acme", stamp(1))]), sequence: 1 << 34 + 1)
        try client.store.finishExchange(isWholeFeed: true, hasMore: true, at: client.now)
        #expect(try client.store.exchangeStart().again != nil, "an item may be told with what is still to come")
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        #expect(try client.store.purgeDeparted() && entries(client).map(\.isCut) == [false])
        try client.receive(
            record(told, in: HandoverRecord.collection, ["$erased": ("request", stamp(50, ReplicaID(0)))]),
            sequence: 1 << 34 + 2)
        #expect(try client.store.purgeDeparted() && !isFound("zqmarker", client))
        #expect(try sets(client).map { $0.changes.map(\.id) } == [[other]])
    }

    @Test func anErasedPersonIsNotInIt() throws {
        let client = try Client()
        let (wang, other) = (identity(1), identity(2))
        for id in [wang, other] { try client.receive(record(id, ["name": ("Acme", stamp(1))]), sequence: 1) }
        let both = [change(wang, ["city": "zqmarker"]), change(other, ["city": "Oslo"])]
        _ = try client.store.edit(UserAction(both, note: "zqmarker moved"), at: client.now)
        try client.accept(through: 1)
        // On its way when the erasure is told.
        try client.write(wang, ["city": "zqmarker late"])
        try client.receive(record(wang, ["$erased": ("request", stamp(50, ReplicaID(0)))]), sequence: 2)
        try client.answer(2, .rejected(Refusal(rule: .erased, record: wang, path: nil)))
        #expect(try client.store.purgeDeparted() && !isFound("zqmarker", client))
        #expect(try sets(client).map { $0.changes.map(\.id) } == [[other], []])
        #expect(try client.store.exchangeStart().purgedSequence == 2)
    }

    @Test func ofWhatNeverCameToBeItKeepsTheNumberAlone() throws {
        let client = try Client()
        let id = try client.add(["name": "zqmarker"])
        try client.write(id, ["city": "zqmarker"])
        try client.answer(1, .rejected(Refusal(rule: .limit, record: id, path: nil)))
        try client.answer(2, .rejected(Refusal(rule: .depends, record: id, path: nil)))
        for entry in try client.store.rejected() { try client.store.discardRejected(row: entry.row) }
        #expect(try client.store.purgeDeparted() && !isFound("zqmarker", client))
        let kept = try sets(client)
        #expect(kept.map(\.number) == [1, 2] && kept.allSatisfy { $0.changes.isEmpty })
        #expect(try entries(client).map(\.answer) == [.rejected, .rejected])
    }

    @Test func statusDoesNotCountIt() throws {
        let client = try Client()
        let ids = try (1...3).map { number in
            let id = try client.add(["name": "Acme"])
            try client.accept(through: Int64(number))
            return id
        }
        #expect(try entries(client).count == 3)
        let status = try client.store.status()
        #expect(status.unsentSets == 0 && status.inFlightSets == 0 && status.rejectedSets == 0)
        #expect(try client.store.exchangeStart().outbox == OutboxSize(sets: 0, bytes: 0))
        #expect(try client.store.told(at: client.now)?.unsentSets == 0 && client.store.preview().isEmpty)
        #expect(try client.shown(ids[0]).unsentPaths.isEmpty)
    }

    @Test func aNewNumberLeavesItAsItIs() throws {
        let client = try Client()
        let id = try client.add(["name": "Acme"])
        try client.accept(through: 1)
        try client.write(id, ["city": "Lyon"])
        let before = try entries(client)
        try client.store.renumber(to: ReplicaID(99), at: client.now)
        #expect(try entries(client) == before)
        try client.accept(through: 1)
        #expect(try entries(client).map(\.replica.number) == [7, 99] && entries(client).map(\.number) == [1, 1])
    }

    @Test func whatCannotBeReadGoesAndHindersNothing() throws {
        let client = try Client()
        try client.take([item(record(identity(50), ["name": ("Acme", stamp(1))]))], sequence: 1)
        for number in 1...4 as ClosedRange<Int64> {
            try client.add(["name": "Acme"])
            try client.accept(through: number)
        }
        try client.store.write { tables in
            try tables.run("UPDATE journal SET line = x'7b' WHERE number = 2")
        }
        try client.take([departed(identity(50))], sequence: 2)
        #expect(try client.store.purgeDeparted())
        #expect(try entries(client).map(\.number) == [3, 4] && checkCounts(client) > 0)
    }
}
