import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

/// What a replica does when its server was put back to an earlier state.
@Suite struct RewindingTests {
    private let acme = identity(1)

    /// A replica with a customer of the server's, five answered sets, and one that is unsent.
    private func worked() throws -> Client {
        let client = try Client()
        try client.receive(record(acme, ["name": ("Acme", stamp(1)), "city": ("Lyon", stamp(1))]), sequence: 10)
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        for number in 1...6 { try client.write(acme, ["rank": .int(Int64(number)), "tags/t\(number)": "t"]) }
        try client.accept(through: 5)
        return client
    }

    private func outbox(_ client: Client) throws -> [Int64] {
        try client.store.outboxLines(from: 1, through: .max).map(\.number)
    }

    private func journal(_ client: Client) throws -> [Int64] {
        try client.store.read { try $0.journal(limit: .max).map(\.number) }
    }

    private func meta(_ client: Client) throws -> [Row] {
        try client.elsewhere { db in
            try ["meta", "outbox", "touched", "journal", "record", "synclog", "told"].flatMap {
                try Row.fetchAll(db, sql: "SELECT '\($0)' AS source, * FROM \($0)")
            }
        }
    }

    @Test func whatTheServerLacksWaitsOnceMoreAsItWasSent() throws {
        let client = try worked()
        let kept = try client.store.read { try $0.journal(limit: .max).map(\.line) }
        let last = try client.store.outboxLines(from: 6, through: 6).map { Data($0.bytes) }
        #expect(try client.store.rewind(to: ServerRewind(expected: 3, timeline: 1), at: client.now) == 3)
        #expect(try client.store.outboxLines(from: 1, through: .max).map { Data($0.bytes) } == kept[2...] + last)
        #expect(try journal(client) == [1, 2])
        let start = try client.store.exchangeStart()
        #expect(start.answered == 2 && start.lastSet == 6 && start.checkpoint == nil && start.timeline == 1)
        #expect(start.again == AgainSets(first: 3, answered: 5, through: 6))
        let status = try client.store.status()
        #expect(status.unsentSets == 4 && status.isPullingAfresh && !status.isComplete)
        let line = try #require(try client.store.syncLog(limit: 1).first)
        #expect(line.kind == .rewound && line.count == 3)
        // What the rep had read when typing stays what it was.
        try client.write(acme, ["city": "Nice"])
        #expect(try client.sets().last?.readThrough == 10)
    }

    @Test func itIsOneTransaction() throws {
        let client = try worked()
        try client.store.write { tables in
            try tables.db.execute(
                sql: """
                    CREATE TRIGGER broken BEFORE INSERT ON outbox WHEN new.number = 5
                    BEGIN SELECT RAISE(ABORT, 'broken'); END
                    """)
        }
        let before = try meta(client)
        #expect(throws: (any Error).self) {
            try client.store.rewind(to: ServerRewind(expected: 2, timeline: 1), at: client.now)
        }
        #expect(try meta(client) == before)
    }

    @Test func whatWasShownIsStillShown() throws {
        let client = try worked()
        // Others wrote after this replica's third set, and the server is behind both.
        try client.receive(
            record(acme, ["rank": (90, stamp(1_000)), "city": ("Metz", stamp(1_000))]), isWhole: false, sequence: 20)
        let before = try client.shown(acme).record.atoms.mapValues(\.value)
        try client.store.rewind(to: ServerRewind(expected: 1, timeline: 1), at: client.now)
        #expect(try client.shown(acme).record.atoms.mapValues(\.value) == before)
        #expect(before[FieldPath("rank")] == .some(6) && before[FieldPath("city")] == .some("Metz"))
        // The server has neither: what it tells takes their place, and what is sent again lies over it.
        try client.receive(record(acme, ["name": ("Acme", stamp(1)), "city": ("Lyon", stamp(1))]), sequence: 1 << 34)
        #expect(try client.value(acme, "city") == "Lyon" && client.value(acme, "rank") == 6)
        #expect(try client.shown(acme).record.atoms.keys.filter { $0.text.hasPrefix("tags/") }.count == 6)
    }

    @Test func whatTheServerLostIsNotInTheBinOfWhatItHasDeleted() throws {
        let client = try worked()
        try client.receive(record(acme, ["city": ("Metz", stamp(1_000))]), isWhole: false, sequence: 20)
        try client.store.rewind(to: ServerRewind(expected: 6, timeline: 1), at: client.now)
        try client.receive(record(acme, ["$life": ("deleted", stamp(900))]), isWhole: false, sequence: 1 << 34)
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        let revived = record(
            acme, ["$life": ("alive", stamp(1_100)), "name": ("Acme", stamp(1)), "city": ("Lyon", stamp(1))])
        try client.receive(revived, sequence: (1 << 34) + 1)
        #expect(try client.value(acme, "city") == "Lyon")
    }

    @Test func aSetThatComesBackNeverHidesWhatIsLaterThanIt() throws {
        let client = try Client()
        try client.receive(record(acme, ["city": ("Lyon", stamp(1))]), sequence: 1)
        try client.write(acme, ["city": "Nice"])
        try client.accept(through: 1)
        try client.receive(record(acme, ["city": ("Metz", stamp(9_000))]), isWhole: false, sequence: 2)
        try client.store.rewind(to: ServerRewind(expected: 1, timeline: 1), at: client.now)
        #expect(try client.value(acme, "city") == "Metz")
        // On the new timeline somebody wrote it again.
        try client.receive(record(acme, ["city": ("Brest", stamp(9_500))]), sequence: 1 << 34)
        #expect(try client.value(acme, "city") == "Brest")
        try client.accept(through: 1)
        #expect(try client.value(acme, "city") == "Brest" && client.store.exchangeStart().answered == 1)
    }

    @Test func refusedSetsAreSentAndNotShown() throws {
        let client = try Client()
        try client.receive(record(acme, ["city": ("Lyon", stamp(1))]), sequence: 1)
        for city in ["Nice", "Metz", "Brest"] as [Value] { try client.write(acme, ["city": city]) }
        let refusal = Verdict.rejected(Refusal(rule: .limit, record: acme, path: nil))
        try client.answer(1, refusal)
        try client.answer(2, .quarantined)
        try client.answer(3, .accepted(stamp: nil, outcomes: []))
        let log = try client.store.syncLog().count
        try client.store.rewind(to: ServerRewind(expected: 1, timeline: 1), at: client.now)
        #expect(try outbox(client) == [1, 2, 3] && client.value(acme, "city") == "Brest")
        #expect(try client.shown(acme).unsentPaths.count == 1 && client.store.rejected().count == 2)
        try client.answer(1, refusal)
        try client.answer(2, .quarantined)
        try client.answer(3, .accepted(stamp: nil, outcomes: []))
        #expect(try client.store.rejected().map(\.set.number) == [1, 2])
        // The line of the rewind and that of the accepted set: nothing is told to be refused a second time.
        #expect(try client.store.syncLog().count == log + 2 && client.value(acme, "city") == "Brest")
        #expect(
            try client.store.read { try $0.journal(limit: .max).map(\.answer) } == [.rejected, .quarantined, .accepted])
    }

    @Test func aReStampedSetLiesUnderTheStampThatItWasGiven() throws {
        let client = try Client()
        try client.receive(record(acme, ["city": ("Lyon", stamp(1))]), sequence: 1)
        client.now.wallMilliseconds += 3_600_000
        try client.write(acme, ["city": "Nice"])
        let given = Stamp(milliseconds: UInt64(noon + 100), counter: Stamp.serverBit, replica: laptop)
        try client.answer(1, .accepted(stamp: given, outcomes: []))
        try client.receive(record(acme, ["city": ("Metz", stamp(5_000))]), isWhole: false, sequence: 2)
        try client.store.rewind(to: ServerRewind(expected: 1, timeline: 1), at: client.now)
        #expect(try client.value(acme, "city") == "Metz")
        try client.receive(record(acme, ["city": ("Lyon", stamp(1))]), sequence: 1 << 34)
        #expect(try client.shown(acme).record.atoms[FieldPath("city")] == Atom(value: "Nice", stamp: given))
    }

    @Test func aSecondTimeHalfWayCountsWhatHadBeenAnsweredBefore() throws {
        let client = try worked()
        try client.store.rewind(to: ServerRewind(expected: 2, timeline: 1), at: client.now)
        try client.accept(through: 3)
        #expect(try journal(client) == [1, 2, 3])
        try client.store.rewind(to: ServerRewind(expected: 2, timeline: 2), at: client.now)
        #expect(try outbox(client) == [2, 3, 4, 5, 6] && journal(client) == [1])
        #expect(try client.store.exchangeStart().again == AgainSets(first: 2, answered: 5, through: 6))
        try client.accept(through: 6)
        #expect(try journal(client) == [1, 2, 3, 4, 5, 6])
    }

    @Test func aTrimmedJournalSaysWhereItBegins() throws {
        let client = try worked()
        try client.store.write { tables in try tables.run("DELETE FROM journal WHERE number < 4") }
        try client.store.rewind(to: ServerRewind(expected: 2, timeline: 1), at: client.now)
        #expect(try outbox(client) == [4, 5, 6])
        #expect(try client.store.exchangeStart().again == AgainSets(first: 4, answered: 5, through: 6))
        let empty = try worked()
        try empty.store.write { tables in try tables.run("DELETE FROM journal") }
        #expect(try empty.store.rewind(to: ServerRewind(expected: 2, timeline: 1), at: empty.now) == 0)
        #expect(try outbox(empty) == [6] && empty.store.exchangeStart().answered == 5)
        #expect(try empty.store.exchangeStart().again == AgainSets(first: 6, answered: 5, through: 6))
    }

    @Test func aLineThatCannotBeReadCountsAsTrimmed() throws {
        let client = try worked()
        try client.store.write { tables in try tables.run("UPDATE journal SET line = x'7b' WHERE number = 3") }
        #expect(try client.store.rewind(to: ServerRewind(expected: 2, timeline: 1), at: client.now) == 2)
        #expect(try outbox(client) == [4, 5, 6] && journal(client) == [])
        #expect(try client.store.exchangeStart().again == AgainSets(first: 4, answered: 5, through: 6))
    }

    @Test func whatLeftIsNotSentAgain() throws {
        let client = try worked()
        let departure = Departure(unit: acme, cause: DepartureCause(.assigned, by: nil, atMilliseconds: noon))
        try client.accept(through: 6)
        try client.take([.departed(departure)], sequence: 11)
        // Not gone through yet: the disk was full.
        try client.store.rewind(to: ServerRewind(expected: 1, timeline: 1), at: client.now)
        #expect(try client.sets().map(\.changes.count) == [0, 0, 0, 0, 0, 0])
        #expect(try client.store.purgeDeparted() && client.store.record(acme) == nil)
        try client.accept(through: 6)
        #expect(try client.store.read { try $0.journal(limit: .max).map(\.isCut) } == Array(repeating: true, count: 6))
    }

    @Test func aRefusedSetAndTheOneSentInItsPlaceMayBothComeBack() throws {
        let client = try worked()
        try client.answer(6, .rejected(Refusal(rule: .limit, record: acme, path: nil)))
        let departure = Departure(unit: acme, cause: DepartureCause(.assigned, by: nil, atMilliseconds: noon))
        try client.take([.departed(departure)], sequence: 11)
        #expect(try client.sets().map(\.number) == [7])
        try client.store.rewind(to: ServerRewind(expected: 6, timeline: 1), at: client.now)
        let stamps = try client.sets().map(\.stamp)
        #expect(stamps.count == 2 && stamps[0] == stamps[1])
    }

    @Test func itIsOverOnceAllIsAnsweredAndRead() throws {
        let client = try worked()
        try client.store.rewind(to: ServerRewind(expected: 3, timeline: 1), at: client.now)
        // Typed over rows that were not replaced yet.
        try client.write(acme, ["city": "Nice"])
        #expect(try client.store.exchangeStart().again?.through == 7)
        try client.accept(through: 7)
        try client.store.finishExchange(isWholeFeed: false, at: client.now)
        #expect(try client.store.exchangeStart().again != nil)
        try client.receive(record(acme, ["name": ("Acme", stamp(1))]), sequence: 1 << 34)
        try client.write(acme, ["city": "Metz"])
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        #expect(try client.store.exchangeStart().again == AgainSets(first: 3, answered: 5, through: 8))
        try client.write(acme, ["city": "Brest"])
        try client.accept(through: 8)
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        #expect(try client.store.exchangeStart().again == nil && client.store.status().unsentSets == 1)
    }

    @Test func aNewNumberTakesAlongWhatWasAcceptedAndNothingThatWasRefused() throws {
        let client = try Client()
        try client.receive(record(acme, ["city": ("Lyon", stamp(1))]), sequence: 1)
        for city in ["Nice", "Metz"] as [Value] { try client.write(acme, ["city": city]) }
        try client.answer(1, .rejected(Refusal(rule: .limit, record: acme, path: nil)))
        try client.answer(2, .accepted(stamp: nil, outcomes: []))
        try client.store.rewind(to: ServerRewind(expected: 1, timeline: 1), at: client.now)
        try client.store.renumber(to: ReplicaID(99), at: client.now)
        #expect(try client.sets().map { $0.changes[0].writes.map(\.value) } == [["Metz"]])
        #expect(try outbox(client) == [1] && client.store.exchangeStart().again == nil)
    }

    @Test func aNewNumberTakesAlongWhatWasHandedOver() throws {
        let client = try Client()
        try client.receive(record(acme, ["city": ("Lyon", stamp(1))]), sequence: 1)
        try client.write(acme, ["city": "Nice"])
        try client.answer(1, .handover(identity(77)))
        #expect(try client.value(acme, "city") == "Lyon")
        try client.store.rewind(to: ServerRewind(expected: 1, timeline: 1), at: client.now)
        try client.store.renumber(to: ReplicaID(99), at: client.now)
        #expect(try client.sets().map { $0.changes[0].writes.map(\.value) } == [["Nice"]])
        #expect(try client.value(acme, "city") == "Nice")
    }
}

/// A fresh pull from a server that was put back: what it tells takes the place of what is here.
@Suite struct ReplacingPullTests {
    private let mine = identity(1), theirs = identity(2)

    private func rewound() throws -> Client {
        let client = try Client()
        for id in [mine, theirs] {
            try client.receive(record(id, ["name": ("Acme", stamp(1)), "city": ("Lyon", stamp(1))]), sequence: 1)
        }
        try client.write(mine, ["city": "Nice"])
        try client.accept(through: 1)
        // Lost by the server: it is back at the first state.
        try client.receive(record(theirs, ["city": ("Metz", stamp(700))]), isWhole: false, sequence: 2)
        try client.receive(record(identity(3), ["name": ("Lost", stamp(700))]), sequence: 3)
        try client.store.rewind(to: ServerRewind(expected: 1, timeline: 1), at: client.now)
        return client
    }

    private func old(_ id: RecordID) -> VersionedRecord {
        record(id, ["name": ("Acme", stamp(1)), "city": ("Lyon", stamp(1))])
    }

    @Test func othersLostValuesAreNotKept() throws {
        let client = try rewound()
        try client.accept(through: 1)
        var ours = old(mine)
        ours.atoms[FieldPath("city")] = try client.shown(mine).record.atoms[FieldPath("city")]
        try client.take([item(ours), item(old(theirs))], sequence: 1 << 34)
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        #expect(try client.value(theirs, "city") == "Lyon" && client.value(mine, "city") == "Nice")
        #expect(try client.store.record(identity(3)) == nil)
        #expect(try client.store.status().isComplete && !client.store.status().isPullingAfresh)
        // From now on it is joined as ever.
        try client.receive(record(theirs, ["city": ("Metz", stamp(700))]), sequence: 1 << 34 + 1)
        try client.receive(old(theirs), sequence: 1 << 34 + 2)
        #expect(try client.value(theirs, "city") == "Metz")
    }

    @Test func staleDuringReplacingGoesOnReplacing() throws {
        let client = try rewound()
        try client.store.beginFreshPull(at: client.now)
        try client.take([item(old(theirs))], sequence: 1 << 34)
        #expect(try client.value(theirs, "city") == "Lyon")
    }

    @Test func aTombstoneTakesTheContentsAlong() throws {
        let client = try rewound()
        let gone = record(theirs, ["$life": ("deleted", stamp(2))])
        try client.take([item(gone)], sequence: 1 << 34)
        #expect(try client.store.read { try $0.load(theirs)?.server } == gone)
    }

    @Test func anUnsentEditLiesOverWhatIsTold() throws {
        let client = try rewound()
        try client.write(theirs, ["city": "Brest"])
        try client.take([item(old(theirs))], sequence: 1 << 34)
        #expect(try client.value(theirs, "city") == "Brest")
        try client.accept(through: 1)
        try client.answer(2, .rejected(Refusal(rule: .access, record: theirs, path: nil)))
        #expect(try client.value(theirs, "city") == "Lyon")
    }
}
